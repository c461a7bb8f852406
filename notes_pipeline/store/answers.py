"""Answers that were paid for, and single flight: of all that need the same one, one asks.

An answer of the form asked for is shared by all runs of its workspace. What else came of a request (no answer, or one
of another form), and whatever a run gets that wants no known answers, is its own: `scope` is the run's id then.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, delete, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from notes_pipeline.core.model_calls import CallOutcome, Purpose
from notes_pipeline.store.tables import AnswerRow, ChunkRow

SHARED = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Asker:
    """Who wants an answer. `owner`: the token of the chunk's lease, or any where a whole run asks (`has_chunk` False).

    `takes_known`: answers that other runs paid for are good enough.
    """

    workspace_id: UUID
    transcript_id: UUID
    run_id: UUID
    owner: UUID
    has_chunk: bool
    takes_known: bool

    @property
    def scope(self) -> UUID:
        """Where this run's requests in flight stand."""
        return SHARED if self.takes_known else self.run_id

    @property
    def scopes(self) -> tuple[UUID, ...]:
        """Where this run finds answers."""
        return (self.run_id, SHARED) if self.takes_known else (self.run_id,)


@dataclass(frozen=True, slots=True)
class Wanted:
    """`key`: of the request. `context`, `topics`: see `AnswerRow`. `reserved_micro_usd`: the most it may cost."""

    key: str
    purpose: Purpose
    model: str
    context: str | None = None
    topics: tuple[str, ...] = ()
    reserved_micro_usd: int = 0


@dataclass(frozen=True, slots=True)
class KnownAnswer:
    """`outcome` other than `answered`: `text` says why there is no answer, or is one of the wrong form.

    `model`: that gave it, by its own name where it told one. `run_id`: of the run that paid for it.
    """

    outcome: CallOutcome
    text: str
    model: str
    topics: tuple[str, ...]
    run_id: UUID


def is_held(session: Session, asker: Asker) -> bool:
    """Tell whether the chunk that is asked for is still the asker's."""
    return not asker.has_chunk or bool(session.scalar(select(exists().where(ChunkRow.lease_token == asker.owner))))


def take_on(session: Session, asker: Asker, wanted: Wanted, *, lease_s: float) -> bool:
    """Take it on to ask; False: the answer is known, or another asks just now.

    What another took on is free again when its chunk's lease has ended, or `lease_s` is over. Until then what it may
    cost stays held, since it may still be answered.
    """
    chunk_is_held = exists().where(ChunkRow.lease_token == AnswerRow.owner, ChunkRow.lease_until > func.now())
    is_given_up = or_(
        AnswerRow.lease_until < func.now(),
        AnswerRow.owner == asker.owner,
        and_(AnswerRow.is_chunk_owner, ~chunk_is_held),
    )
    may_still_cost = case((AnswerRow.lease_until > func.now(), AnswerRow.reserved_micro_usd), else_=0)
    statement = insert(AnswerRow).values(
        workspace_id=asker.workspace_id,
        key=wanted.key,
        scope=asker.scope,
        transcript_id=asker.transcript_id,
        run_id=asker.run_id,
        purpose=wanted.purpose.value,
        model=wanted.model,
        context=wanted.context,
        topics=list(wanted.topics),
        owner=asker.owner,
        is_chunk_owner=asker.has_chunk,
        lease_until=func.now() + timedelta(seconds=lease_s),
        reserved_micro_usd=wanted.reserved_micro_usd,
    )
    taken = session.scalar(
        statement.on_conflict_do_update(
            index_elements=["workspace_id", "key", "scope"],
            set_={
                "transcript_id": asker.transcript_id,
                "run_id": asker.run_id,
                "owner": asker.owner,
                "is_chunk_owner": asker.has_chunk,
                "lease_until": statement.excluded.lease_until,
                "reserved_micro_usd": may_still_cost + wanted.reserved_micro_usd,
            },
            where=and_(AnswerRow.outcome.is_(None), is_given_up),
        ).returning(AnswerRow.key)
    )
    return taken is not None


def find_answer(session: Session, asker: Asker, key: str) -> KnownAnswer | None:
    """Give what is known of a request and good for this run. None: nothing, or it is being asked."""
    row = session.scalars(
        select(AnswerRow)
        .where(AnswerRow.workspace_id == asker.workspace_id, AnswerRow.key == key, _is_good_for(asker))
        .order_by(AnswerRow.scope.desc())  # one's own first
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    _count_hits(session, asker, [row])
    return _known(row)


def find_parts(
    session: Session, asker: Asker, context: str, topics: Sequence[str], *, counts: bool = True
) -> list[KnownAnswer]:
    """Give the answers of one context that speak of any of the topics, the newest first; `counts`: as hits."""
    rows = session.scalars(
        select(AnswerRow)
        .where(
            AnswerRow.workspace_id == asker.workspace_id,
            AnswerRow.context == context,
            AnswerRow.topics.overlap(list(topics)),
            AnswerRow.outcome == CallOutcome.ANSWERED.value,
            _is_good_for(asker),
        )
        .order_by(AnswerRow.created_at.desc())
    ).all()
    if counts:
        _count_hits(session, asker, rows)
    return [_known(row) for row in rows]


def store_answer(
    session: Session, asker: Asker, wanted: Wanted, outcome: CallOutcome, text: str, model_served: str | None
) -> None:
    """Keep what came of a request, for all runs or for this one, and end what was taken on.

    Another who took it over meanwhile and has not ended it gets this answer, too.
    """
    values = {
        "transcript_id": asker.transcript_id,
        "run_id": asker.run_id,
        "outcome": outcome.value,
        "content": text,
        "model_served": model_served,
        "reserved_micro_usd": 0,
        "created_at": func.clock_timestamp(),
    }
    is_for_all = outcome is CallOutcome.ANSWERED
    scopes = {SHARED if is_for_all else asker.run_id, asker.scope if is_for_all else asker.run_id}
    if asker.scope in scopes:
        ended = session.scalar(
            update(AnswerRow)
            .where(
                AnswerRow.workspace_id == asker.workspace_id,
                AnswerRow.key == wanted.key,
                AnswerRow.scope == asker.scope,
                AnswerRow.outcome.is_(None),
            )
            .values(**values)
            .returning(AnswerRow.key)
            .execution_options(synchronize_session=False)
        )
        if ended is not None:
            scopes.remove(asker.scope)
    else:
        give_up(session, asker, wanted.key)
    for scope in scopes:
        session.execute(
            insert(AnswerRow)
            .values(
                workspace_id=asker.workspace_id,
                key=wanted.key,
                scope=scope,
                purpose=wanted.purpose.value,
                model=wanted.model,
                context=wanted.context,
                topics=list(wanted.topics),
                owner=asker.owner,
                is_chunk_owner=asker.has_chunk,
                lease_until=func.now(),
                **values,
            )
            .on_conflict_do_update(index_elements=["workspace_id", "key", "scope"], set_=values)
        )


def give_up(session: Session, asker: Asker, key: str) -> None:
    """Let go of what was taken on and not answered."""
    session.execute(
        delete(AnswerRow).where(
            AnswerRow.workspace_id == asker.workspace_id,
            AnswerRow.key == key,
            AnswerRow.scope == asker.scope,
            AnswerRow.owner == asker.owner,
            AnswerRow.outcome.is_(None),
        )
    )


def _is_good_for(asker: Asker) -> ColumnElement[bool]:
    return and_(AnswerRow.scope.in_(asker.scopes), AnswerRow.outcome.is_not(None))


def _count_hits(session: Session, asker: Asker, rows: Sequence[AnswerRow]) -> None:
    """Count those that another run paid for."""
    keys = [row.key for row in rows if row.run_id != asker.run_id]
    if keys:
        session.execute(
            update(AnswerRow)
            .where(AnswerRow.workspace_id == asker.workspace_id, AnswerRow.key.in_(keys), AnswerRow.scope == SHARED)
            .values(hits=AnswerRow.hits + 1, last_hit_at=func.now())
            .execution_options(synchronize_session=False)
        )


def _known(row: AnswerRow) -> KnownAnswer:
    outcome = CallOutcome(row.outcome or CallOutcome.ANSWERED.value)
    return KnownAnswer(outcome, row.content or "", row.model_served or row.model, tuple(row.topics), row.run_id)
