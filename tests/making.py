"""Small values for tests, each with only what the test is about."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from notes_pipeline.core.errors import NotesPipelineError
from notes_pipeline.core.guide import Guide, Question, Theme
from notes_pipeline.core.merging import Draft
from notes_pipeline.core.model_calls import CallOutcome, ModelCall
from notes_pipeline.core.notes import Evidence, Note, NoteStatus, Quote, Verdict
from notes_pipeline.core.transcript import Span, Transcript, Utterance
from notes_pipeline.llm.failures import outcome_of
from notes_pipeline.llm.forms import A
from notes_pipeline.llm.gate import Gate, OpenGate
from notes_pipeline.llm.prices import PriceList, load_prices
from notes_pipeline.llm.rendering import Message
from notes_pipeline.llm.requests import ModelRequest, Record
from notes_pipeline.steps.asking import Asking, Fallback
from notes_pipeline.steps.paying import Model, Paying
from notes_pipeline.steps.permits import Permits
from notes_pipeline.store.budgets import Budgets
from notes_pipeline.store.database import Transactions

MS_PER_UTTERANCE = 5_000

GUIDE = Guide(
    title="Orders",
    questions=(Question("how", "How do orders come in?"), Question("cost", "What does it cost?")),
    themes=(Theme("trust", "Trust in the tool"),),
    interviewers=("Ina",),
)


def make_transcript(*lines: str) -> Transcript:
    """Make one utterance of five seconds from each "Speaker: words"; without a colon the speaker is unknown."""
    utterances = []
    for index, line in enumerate(lines):
        speaker, colon, words = line.partition(": ")
        utterances.append(
            Utterance(
                index,
                speaker if colon else None,
                index * MS_PER_UTTERANCE,
                (index + 1) * MS_PER_UTTERANCE,
                words if colon else line,
            )
        )
    return Transcript(tuple(utterances))


def make_evidence(*spans: tuple[int, int], quote: str = "words", verdict: Verdict = Verdict.VERBATIM) -> Evidence:
    return Evidence(Quote(quote), verdict, 1.0, spans=tuple(Span(*span) for span in spans))


def make_draft(chunk_index: int, *evidence: Evidence, statement: str = "It is so.", topic: str = "how") -> Draft:
    is_sound = all(each.verdict.is_accepted for each in evidence)
    status = NoteStatus.SUPPORTED if is_sound else NoteStatus.FLAGGED
    return Draft(uuid4(), chunk_index, Note(statement, evidence, status, question_id=topic))


class ScriptedModel:
    """A model that gives the answers it was made with, one after the other; an exception among them is raised.

    `asked`: the messages of each request, in order; `requests`: the requests themselves.
    """

    endpoint = "scripted"

    def __init__(self, *answers: str | BaseException, name: str = "scripted") -> None:
        self._answers = list(answers)
        self.name = name
        self.requests: list[ModelRequest[Any]] = []

    @property
    def asked(self) -> list[list[Message]]:
        return [list(request.messages) for request in self.requests]

    def complete(self, request: ModelRequest[A], *, record: Record, retries: int) -> str:
        self.requests.append(request)
        reply = self._answers.pop(0)
        call = ModelCall(
            purpose=request.purpose,
            model_asked=self.name,
            prompt_hash=request.prompt_hash,
            started_at=datetime.now(UTC),
            latency_ms=1,
            outcome=CallOutcome.ANSWERED,
            retries=retries,
        )
        if isinstance(reply, NotesPipelineError):
            record(replace(call, outcome=outcome_of(reply), error=str(reply)))
        if isinstance(reply, BaseException):
            raise reply
        usage = {"tokens_in": 1_000, "tokens_out": 100, "cost_micro_usd": 5_000, "model_served": self.name}
        outcome = CallOutcome.ANSWERED if request.form.fits(reply) else CallOutcome.INVALID
        record(replace(call, outcome=outcome, **usage))  # type: ignore[arg-type]  # of several types
        return reply


def make_asking(
    transactions: Transactions,
    model: Callable[[str], Model],
    *,
    gate: Gate | None = None,
    fallback: str | None = None,
    budgets: Budgets | None = None,
    prices: PriceList | None = None,
    patience_s: float = 600.0,
    permits: Permits | None = None,
) -> Asking:
    return Asking(
        Paying(
            transactions,
            gate or OpenGate(),
            prices or load_prices(),
            5.0,
            budgets or Budgets(),
            permits or Permits(),
        ),
        model,
        fallback=None if fallback is None else Fallback(fallback, model),
        patience_s=patience_s,
    )


def ids(drafts: Sequence[Draft]) -> list[UUID]:
    return [draft.id for draft in drafts]
