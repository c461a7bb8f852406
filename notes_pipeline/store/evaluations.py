"""Evaluations in and out, and the chunks of their runs, which only the one who evaluates may draft."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, delete, func, insert, or_, select, update
from sqlalchemy.orm import Session

from notes_pipeline.core.errors import NotFoundError
from notes_pipeline.core.evaluating import Evaluation, evaluation_from_json, evaluation_to_json
from notes_pipeline.core.ids import new_id
from notes_pipeline.core.model_calls import CallOutcome, ModelCall, Purpose
from notes_pipeline.core.runs import ChunkState
from notes_pipeline.store.database import try_advisory_lock
from notes_pipeline.store.tables import ChunkRow, EvaluationRow, ModelCallRow

CANARY_EVERY = timedelta(hours=24)
CANARY_DEAD_AFTER = timedelta(hours=2)  # without an end: its process is gone
BAND_EVALUATIONS = 14  # two weeks of nights: what changed for good becomes the rule, and the alarm ends
_CANARY_LOCK = 7_701_403  # any number, the same in all workers


@dataclass(frozen=True, slots=True)
class Asked:
    """What makes evaluations comparable to the last digit. `prompts`: hash by name."""

    set_name: str
    set_hash: str
    model: str
    prompts: Mapping[str, str]
    verifier_version: str


@dataclass(frozen=True, slots=True)
class StoredEvaluation:
    """`evaluation`: None while it runs, or where it could not be brought to its end."""

    id: UUID
    asked: Asked
    is_canary: bool
    alarms: tuple[str, ...]
    created_at: datetime
    evaluation: Evaluation | None


def save_evaluation(session: Session, workspace_id: UUID, asked: Asked, evaluation: Evaluation) -> UUID:
    """Store an evaluation that nobody is to be alarmed by."""
    return _insert(session, workspace_id, asked, body=evaluation_to_json(evaluation))


def start_canary(session: Session, workspace_id: UUID, asked: Asked, *, only_if_due: bool = False) -> UUID | None:
    """Take on a canary, so that nobody else does; it is seen when the transaction ends. None: it is not due."""
    if only_if_due and not (try_advisory_lock(session, _CANARY_LOCK) and canary_is_due(session, asked.set_hash)):
        return None
    return _insert(session, workspace_id, asked, is_canary=True)


def canary_is_due(session: Session, set_hash: str) -> bool:
    """Tell whether no canary of the set was started within a day, other than one that died."""
    row = EvaluationRow
    is_alive = or_(_is_over(), row.created_at > func.now() - CANARY_DEAD_AFTER)
    started = select(row.id).where(
        row.is_canary,
        row.set_hash == set_hash,
        row.created_at > func.now() - CANARY_EVERY,
        is_alive,
    )
    return session.scalar(started.limit(1)) is None


def finish_canary(session: Session, id_: UUID, evaluation: Evaluation | None, alarms: Sequence[str]) -> None:
    """Store what came of a canary; without an evaluation the alarms say why."""
    body = {} if evaluation is None else evaluation_to_json(evaluation)
    session.execute(update(EvaluationRow).where(EvaluationRow.id == id_).values(body=body, alarms=list(alarms)))


def drop_canary(session: Session, id_: UUID) -> None:
    """Give back a canary that was stopped: it is due again at once."""
    session.execute(delete(EvaluationRow).where(EvaluationRow.id == id_))


def load_evaluation(session: Session, workspace_id: UUID, id_: UUID) -> StoredEvaluation:
    """Read an evaluation.

    Raises:
        NotFoundError: the workspace has none with this id.
        InputError: it was stored in a form that is not known any more.
    """
    row = session.scalar(
        select(EvaluationRow).where(EvaluationRow.id == id_, EvaluationRow.workspace_id == workspace_id)
    )
    if row is None:
        raise NotFoundError(f"no evaluation {id_}: `notes-pipeline eval SET` makes one and prints its id")
    return _stored(row)


def latest_evaluations(
    session: Session, workspace_id: UUID, *, set_hash: str | None = None, model: str | None = None, limit: int = 2
) -> list[StoredEvaluation]:
    """List finished evaluations, the newest first; None: of any set, of any model."""
    query = _finished(workspace_id)
    if set_hash is not None:
        query = query.where(EvaluationRow.set_hash == set_hash)
    if model is not None:
        query = query.where(EvaluationRow.model == model)
    return [_stored(row) for row in session.scalars(query.limit(limit))]


def evaluations_for_band(session: Session, workspace_id: UUID, asked: Asked) -> list[Evaluation]:
    """Give the last evaluations of the same set, model, prompts and verifier in which every interview was whole.

    One in which something failed says nothing of what is usual. One with an alarm does: it may be the new usual.
    """
    row = EvaluationRow
    query = _finished(workspace_id).where(
        row.set_hash == asked.set_hash,
        row.model == asked.model,
        row.prompts == dict(asked.prompts),
        row.verifier_version == asked.verifier_version,
    )
    found = [_stored(each).evaluation for each in session.scalars(query.limit(2 * BAND_EVALUATIONS))]
    return [each for each in found if each is not None and not each.failures][:BAND_EVALUATIONS]


@dataclass(frozen=True, slots=True)
class LastCanary:
    set_name: str
    model: str
    created_at: datetime
    alarms: tuple[str, ...]
    is_finished: bool


def last_canary(session: Session) -> LastCanary | None:
    """Give the canary that was started last, in whatever workspace."""
    row = session.scalar(
        select(EvaluationRow).where(EvaluationRow.is_canary).order_by(EvaluationRow.id.desc()).limit(1)
    )
    if row is None:
        return None
    return LastCanary(row.set_name, row.model, row.created_at, tuple(row.alarms), bool(row.body))


def calls_of(session: Session, run_id: UUID) -> list[ModelCall]:
    """List the requests of a run, but not those that only found out what the endpoint can do."""
    call = ModelCallRow
    rows = session.scalars(
        select(call).where(call.run_id == run_id, call.purpose != Purpose.PROBE.value).order_by(call.id)
    )
    return [
        ModelCall(
            purpose=Purpose(row.purpose),
            model_asked=row.model_asked,
            prompt_hash=row.prompt_hash,
            started_at=row.started_at,
            latency_ms=row.latency_ms,
            outcome=CallOutcome(row.outcome),
            model_served=row.model_served,
            fingerprint=row.fingerprint,
            request_id=row.request_id,
            tokens_in=row.tokens_in,
            tokens_cached=row.tokens_cached,
            tokens_out=row.tokens_out,
            cost_micro_usd=row.cost_micro_usd,
            error=row.error,
            retries=row.retries,
        )
        for row in rows
    ]


def seconds_until_due(session: Session, chunk_id: UUID, *, aside_s: float) -> float | None:
    """Tell when a chunk may be drafted by the one it is set aside for, for `aside_s` seconds beyond that.

    None: it is done or failed. One that is being drafted: its lease's end.
    """
    chunk = ChunkRow
    due_at = func.coalesce(chunk.lease_until, chunk.next_attempt_at - timedelta(seconds=aside_s))
    query = select(chunk.state, func.extract("epoch", due_at - func.now())).where(chunk.id == chunk_id)
    state, seconds = session.execute(query).one()
    return None if ChunkState(state) in (ChunkState.DONE, ChunkState.FAILED) else max(0.0, float(seconds))


def _insert(
    session: Session,
    workspace_id: UUID,
    asked: Asked,
    *,
    body: dict[str, object] | None = None,
    is_canary: bool = False,
) -> UUID:
    id_ = new_id()
    session.execute(
        insert(EvaluationRow).values(
            id=id_,
            workspace_id=workspace_id,
            set_name=asked.set_name,
            set_hash=asked.set_hash,
            model=asked.model,
            prompts=dict(asked.prompts),
            verifier_version=asked.verifier_version,
            is_canary=is_canary,
            body=body or {},
            alarms=[],
        )
    )
    return id_


def _finished(workspace_id: UUID) -> Select[EvaluationRow]:
    row = EvaluationRow
    return select(row).where(row.workspace_id == workspace_id, row.body != {}).order_by(row.id.desc())


def _is_over() -> ColumnElement[bool]:
    """It has a result, or alarms that say why it has none."""
    return or_(EvaluationRow.body != {}, func.cardinality(EvaluationRow.alarms) > 0)


def _stored(row: EvaluationRow) -> StoredEvaluation:
    return StoredEvaluation(
        id=row.id,
        asked=Asked(row.set_name, row.set_hash, row.model, row.prompts, row.verifier_version),
        is_canary=row.is_canary,
        alarms=tuple(row.alarms),
        created_at=row.created_at,
        evaluation=evaluation_from_json(row.body) if row.body else None,
    )
