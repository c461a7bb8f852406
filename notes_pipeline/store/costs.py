"""What runs cost, and what came of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from notes_pipeline.core.model_calls import CallOutcome
from notes_pipeline.core.runs import RunState
from notes_pipeline.store.notes import is_readable_row
from notes_pipeline.store.tables import ModelCallRow, NoteRow, RunRow, TranscriptRow
from notes_pipeline.store.tables.notes import NoteStage


@dataclass(frozen=True, slots=True)
class RunCost:
    """`calls`: that were made; `cached`: answers that were known. `cost_micro_usd`: None where a price is not known.

    `notes`: published ones that a reader may believe.
    """

    run_id: UUID
    transcript_id: UUID
    interview: str
    model: str
    state: RunState
    created_at: datetime
    calls: int
    cached: int
    tokens_in: int
    tokens_cached: int
    tokens_out: int
    cost_micro_usd: int | None
    notes: int


def costs_of_runs(session: Session, workspace_id: UUID, *, days: int) -> list[RunCost]:
    """List the runs of the last days, the newest first."""
    call = ModelCallRow
    is_hit = call.outcome == CallOutcome.CACHED.value
    calls = (
        select(
            call.run_id,
            func.count().filter(~is_hit).label("calls"),
            func.count().filter(is_hit).label("cached"),
            func.sum(call.tokens_in).label("tokens_in"),
            func.sum(call.tokens_cached).label("tokens_cached"),
            func.sum(call.tokens_out).label("tokens_out"),
            func.sum(call.cost_micro_usd).label("cost"),
            func.count().filter(call.tokens_in.is_not(None), call.cost_micro_usd.is_(None)).label("unpriced"),
        )
        .where(call.workspace_id == workspace_id)
        .group_by(call.run_id)
        .subquery()
    )
    notes = (
        select(NoteRow.run_id, func.count().label("notes"))
        .where(NoteRow.workspace_id == workspace_id, NoteRow.stage == NoteStage.PUBLISHED.value, is_readable_row())
        .group_by(NoteRow.run_id)
        .subquery()
    )
    rows = session.execute(
        select(RunRow, TranscriptRow.filename, calls, notes.c.notes)
        .join(TranscriptRow, TranscriptRow.id == RunRow.transcript_id)
        .outerjoin(calls, calls.c.run_id == RunRow.id)
        .outerjoin(notes, notes.c.run_id == RunRow.id)
        .where(RunRow.workspace_id == workspace_id, RunRow.created_at > func.now() - timedelta(days=days))
        .order_by(RunRow.id.desc())
    ).all()
    return [
        RunCost(
            run_id=row.RunRow.id,
            transcript_id=row.RunRow.transcript_id,
            interview=row.filename,
            model=row.RunRow.model,
            state=RunState(row.RunRow.state),
            created_at=row.RunRow.created_at,
            calls=row.calls or 0,
            cached=row.cached or 0,
            tokens_in=int(row.tokens_in or 0),
            tokens_cached=int(row.tokens_cached or 0),
            tokens_out=int(row.tokens_out or 0),
            cost_micro_usd=None if row.unpriced else int(row.cost or 0),
            notes=row.notes or 0,
        )
        for row in rows
    ]
