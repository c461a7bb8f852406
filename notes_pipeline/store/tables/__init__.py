"""The tables, one module per noun. Alembic and the tests read `Base.metadata`."""

from notes_pipeline.store.tables.answers import AnswerRow
from notes_pipeline.store.tables.api_keys import ApiKeyRow
from notes_pipeline.store.tables.base import Base
from notes_pipeline.store.tables.endpoints import EndpointProfileRow
from notes_pipeline.store.tables.erasures import ErasureRow
from notes_pipeline.store.tables.evaluations import EvaluationRow
from notes_pipeline.store.tables.guides import GuideRow
from notes_pipeline.store.tables.model_calls import ModelCallRow
from notes_pipeline.store.tables.notes import CoverageRow, EvidenceRow, NoteRow, ReviewLeaseRow, ReviewRow
from notes_pipeline.store.tables.prompts import PromptRow
from notes_pipeline.store.tables.requests import SentRequestRow
from notes_pipeline.store.tables.runs import ChunkRow, RunRow
from notes_pipeline.store.tables.summaries import SummaryRow
from notes_pipeline.store.tables.transcripts import TranscriptRow, UtteranceRow
from notes_pipeline.store.tables.webhooks import DeliveryRow, EventRow, WebhookRow, WebhookSecretRow
from notes_pipeline.store.tables.workers import WorkerRow
from notes_pipeline.store.tables.workspaces import WorkspaceRow

__all__ = [
    "AnswerRow",
    "ApiKeyRow",
    "Base",
    "ChunkRow",
    "CoverageRow",
    "DeliveryRow",
    "EndpointProfileRow",
    "ErasureRow",
    "EvaluationRow",
    "EventRow",
    "EvidenceRow",
    "GuideRow",
    "ModelCallRow",
    "NoteRow",
    "PromptRow",
    "ReviewLeaseRow",
    "ReviewRow",
    "RunRow",
    "SentRequestRow",
    "SummaryRow",
    "TranscriptRow",
    "UtteranceRow",
    "WebhookRow",
    "WebhookSecretRow",
    "WorkerRow",
    "WorkspaceRow",
]
