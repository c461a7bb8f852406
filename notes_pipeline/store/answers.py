"""Answers that were paid for, and single flight: of all that need the same one, one asks.

An answer of the form asked for is shared by all runs of its workspace. What else came of a request (no answer, or one
of another form), and whatever a run gets that wants no known answers, is its own: `scope` is the run's id then.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Interval, Uuid, and_, bindparam, case, delete, exists, func, literal_column, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningInsert

from notes_pipeline.core.model_calls import CallOutcome, Purpose
from notes_pipeline.store.tables import AnswerRow, ChunkRow
from notes_pipeline.store.tables.base import table_of

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
    return not asker.has_chunk or bool(session.scalar(_IS_HELD, {"of_token": asker.owner}))


def take_on(session: Session, asker: Asker, wanted: Wanted, *, lease_s: float) -> bool:
    """Take it on to ask; False: the answer is known, or another asks just now.

    What another took on is free again when its chunk's lease has ended, or `lease_s` is over. Until then what it may
    cost stays held, since it may still be answered.
    """
    values = _row(asker, wanted) | {"of_reserved": wanted.reserved_micro_usd, "of_lease": timedelta(seconds=lease_s)}
    return session.scalar(_TAKE_ON, values) is not None


def find_answer(session: Session, asker: Asker, key: str) -> KnownAnswer | None:
    """Give what is known of a request and good for this run. None: nothing, or it is being asked."""
    row = session.execute(
        _FIND, {"of_workspace": asker.workspace_id, "of_key": key, "of_scopes": list(asker.scopes)}
    ).one_or_none()
    if row is None:
        return None
    _count_hits(session, asker, [row])
    return _known(row)


def find_parts(
    session: Session, asker: Asker, context: str, topics: Sequence[str], *, counts: bool = True
) -> list[KnownAnswer]:
    """Give the answers of one context that speak of any of the topics, the newest first; `counts`: as hits."""
    wanted = {
        "of_workspace": asker.workspace_id,
        "of_context": context,
        "of_topics": list(topics),
        "of_scopes": list(asker.scopes),
    }
    rows = session.execute(_FIND_PARTS, wanted).all()
    if counts:
        _count_hits(session, asker, rows)
    return [_known(row) for row in rows]


def store_answer(
    session: Session, asker: Asker, wanted: Wanted, outcome: CallOutcome, text: str, model_served: str | None
) -> None:
    """Keep what came of a request, for all runs or for this one, and end what was taken on.

    Another who took it over meanwhile and has not ended it gets this answer, too.
    """
    said = {"of_outcome": outcome.value, "of_content": text, "of_model_served": model_served}
    is_for_all = outcome is CallOutcome.ANSWERED
    scopes = {SHARED if is_for_all else asker.run_id, asker.scope if is_for_all else asker.run_id}
    row = _row(asker, wanted)
    if asker.scope in scopes:
        if session.scalar(_END, row | said) is not None:
            scopes.remove(asker.scope)
    else:
        give_up(session, asker, wanted.key)
    for scope in scopes:
        session.execute(_KEEP, row | said | {"of_scope": scope})


def give_up(session: Session, asker: Asker, key: str) -> None:
    """Let go of what was taken on and not answered."""
    session.execute(
        _GIVE_UP, {"of_workspace": asker.workspace_id, "of_key": key, "of_scope": asker.scope, "of_owner": asker.owner}
    )


def _row(asker: Asker, wanted: Wanted) -> dict[str, object]:
    return {
        "of_workspace": asker.workspace_id,
        "of_key": wanted.key,
        "of_scope": asker.scope,
        "of_transcript": asker.transcript_id,
        "of_run": asker.run_id,
        "of_purpose": wanted.purpose.value,
        "of_model": wanted.model,
        "of_context": wanted.context,
        "of_topics": list(wanted.topics),
        "of_owner": asker.owner,
        "of_is_chunk_owner": asker.has_chunk,
    }


def _count_hits(session: Session, asker: Asker, rows: Sequence[Any]) -> None:
    """Count those that another run paid for."""
    keys = [row.key for row in rows if row.run_id != asker.run_id]
    if keys:
        session.execute(
            update(_ANSWER)
            .where(_ANSWER.c.workspace_id == asker.workspace_id, _ANSWER.c.key.in_(keys), _ANSWER.c.scope == SHARED)
            .values(hits=_ANSWER.c.hits + 1, last_hit_at=func.now())
        )


def _known(row: Any) -> KnownAnswer:
    outcome = CallOutcome(row.outcome or CallOutcome.ANSWERED.value)
    return KnownAnswer(outcome, row.content or "", row.model_served or row.model, tuple(row.topics), row.run_id)


# The statements of every call are made once: building one costs ten times what running it does.
_ANSWER = table_of(AnswerRow)
_CHUNK = table_of(ChunkRow)
_SAID = (_ANSWER.c.key, _ANSWER.c.run_id, _ANSWER.c.outcome, _ANSWER.c.content, _ANSWER.c.model_served)
_IS_GOOD = and_(
    _ANSWER.c.scope == func.any(bindparam("of_scopes", type_=ARRAY(Uuid()))), _ANSWER.c.outcome.is_not(None)
)
_ITS_KEY = and_(_ANSWER.c.workspace_id == bindparam("of_workspace"), _ANSWER.c.key == bindparam("of_key"))
_IN_SCOPE = and_(_ITS_KEY, _ANSWER.c.scope == bindparam("of_scope"))
_IDENTITY = ["workspace_id", "key", "scope"]
_ASKED_FOR = {
    "workspace_id": bindparam("of_workspace"),
    "key": bindparam("of_key"),
    "scope": bindparam("of_scope"),
    "transcript_id": bindparam("of_transcript"),
    "run_id": bindparam("of_run"),
    "purpose": bindparam("of_purpose"),
    "model": bindparam("of_model"),
    "context": bindparam("of_context"),
    "topics": bindparam("of_topics", type_=_ANSWER.c.topics.type),
    "owner": bindparam("of_owner"),
    "is_chunk_owner": bindparam("of_is_chunk_owner"),
}
_ENDED = {
    "transcript_id": bindparam("of_transcript"),
    "run_id": bindparam("of_run"),
    "outcome": bindparam("of_outcome"),
    "content": bindparam("of_content"),
    "model_served": bindparam("of_model_served"),
    "reserved_micro_usd": 0,
    "created_at": func.clock_timestamp(),
}
_IS_HELD = select(exists().where(_CHUNK.c.lease_token == bindparam("of_token")))
_FIND = (
    select(*_SAID, _ANSWER.c.model, _ANSWER.c.topics)
    .where(_ITS_KEY, _IS_GOOD)
    .order_by(_ANSWER.c.scope.desc())  # one's own first
    .limit(1)
)
_FIND_PARTS = (
    select(*_SAID, _ANSWER.c.model, _ANSWER.c.topics)
    .where(
        _ANSWER.c.workspace_id == bindparam("of_workspace"),
        _ANSWER.c.context == bindparam("of_context"),
        _ANSWER.c.topics.overlap(bindparam("of_topics", type_=_ANSWER.c.topics.type)),
        _ANSWER.c.outcome == CallOutcome.ANSWERED.value,
        _IS_GOOD,
    )
    .order_by(_ANSWER.c.created_at.desc())
)


def _take_on() -> ReturningInsert[str]:
    lease_until = func.now() + bindparam("of_lease", type_=Interval())
    taking = insert(_ANSWER).values(
        _ASKED_FOR | {"lease_until": lease_until, "reserved_micro_usd": bindparam("of_reserved")}
    )
    # By name: inside ON CONFLICT a column of the table would make it a second table of the subquery, with any row of
    # it.
    owner = literal_column("answer.owner", Uuid())
    chunk_is_held = exists().where(_CHUNK.c.lease_token == owner, _CHUNK.c.lease_until > func.now())
    is_given_up = or_(
        _ANSWER.c.lease_until < func.now(),
        _ANSWER.c.owner == taking.excluded.owner,
        and_(_ANSWER.c.is_chunk_owner, ~chunk_is_held),
    )
    may_still_cost = case((_ANSWER.c.lease_until > func.now(), _ANSWER.c.reserved_micro_usd), else_=0)
    new = {
        name: taking.excluded[name] for name in ("transcript_id", "run_id", "owner", "is_chunk_owner", "lease_until")
    }
    return taking.on_conflict_do_update(
        index_elements=_IDENTITY,
        set_=new | {"reserved_micro_usd": may_still_cost + taking.excluded.reserved_micro_usd},
        where=and_(_ANSWER.c.outcome.is_(None), is_given_up),
    ).returning(_ANSWER.c.key)


_TAKE_ON = _take_on()
_END = update(_ANSWER).where(_IN_SCOPE, _ANSWER.c.outcome.is_(None)).values(_ENDED).returning(_ANSWER.c.key)
_KEEP = (
    insert(_ANSWER)
    .values(_ASKED_FOR | {"lease_until": func.now()} | _ENDED)
    .on_conflict_do_update(index_elements=_IDENTITY, set_=_ENDED)
)
_GIVE_UP = delete(_ANSWER).where(_IN_SCOPE, _ANSWER.c.owner == bindparam("of_owner"), _ANSWER.c.outcome.is_(None))
