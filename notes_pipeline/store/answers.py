"""Answers that were paid for, and single flight: of all that need the same one, one asks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from notes_pipeline.core.model_calls import CallOutcome, Purpose
from notes_pipeline.store.tables import AnswerRow, ChunkRow


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
    """`outcome` other than `answered`: `text` says why there is no answer, or is one of the wrong form."""

    outcome: CallOutcome
    text: str
    model_served: str | None
    topics: tuple[str, ...]


def claim_answer(session: Session, asker: Asker, wanted: Wanted, *, lease_s: float) -> bool:
    """Take it on to ask; False: the answer is known, or another asks just now.

    What another took on is free again when its chunk's lease has ended, or `lease_s` is over.
    """
    chunk_is_held = exists().where(ChunkRow.lease_token == AnswerRow.owner, ChunkRow.lease_until > func.now())
    is_given_up = or_(
        AnswerRow.lease_until < func.now(),
        AnswerRow.owner == asker.owner,
        and_(AnswerRow.is_chunk_owner, ~chunk_is_held),
    )
    is_of_others = AnswerRow.run_id != asker.run_id
    is_no_good = (
        AnswerRow.outcome != CallOutcome.ANSWERED.value if asker.takes_known else AnswerRow.outcome.is_not(None)
    )
    values = {
        "transcript_id": asker.transcript_id,
        "run_id": asker.run_id,
        "owner": asker.owner,
        "is_chunk_owner": asker.has_chunk,
        "lease_until": func.now() + timedelta(seconds=lease_s),
        "reserved_micro_usd": wanted.reserved_micro_usd,
        "outcome": None,
        "content": None,
    }
    claimed = session.scalar(
        insert(AnswerRow)
        .values(
            workspace_id=asker.workspace_id,
            key=wanted.key,
            purpose=wanted.purpose.value,
            model=wanted.model,
            context=wanted.context,
            topics=list(wanted.topics),
            **values,
        )
        .on_conflict_do_update(
            index_elements=["workspace_id", "key"],
            set_=values,
            where=or_(and_(AnswerRow.outcome.is_(None), is_given_up), and_(is_of_others, is_no_good)),
        )
        .returning(AnswerRow.key)
    )
    return claimed is not None


def find_answer(session: Session, asker: Asker, key: str) -> KnownAnswer | None:
    """Give the answer if it is known and good for this run, and count the hit. None: it is being asked for."""
    row = session.execute(
        update(AnswerRow)
        .where(AnswerRow.workspace_id == asker.workspace_id, AnswerRow.key == key, _is_good_for(asker))
        .values(hits=AnswerRow.hits + 1, last_hit_at=func.now())
        .returning(AnswerRow.outcome, AnswerRow.content, AnswerRow.model_served, AnswerRow.topics)
    ).one_or_none()
    return None if row is None else _known(*row)


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
    if rows and counts:
        found = AnswerRow.key.in_([row.key for row in rows])
        session.execute(
            update(AnswerRow)
            .where(AnswerRow.workspace_id == asker.workspace_id, found)
            .values(hits=AnswerRow.hits + 1, last_hit_at=func.now())
            .execution_options(synchronize_session=False)
        )
    return [_known(row.outcome, row.content, row.model_served, row.topics) for row in rows]


def store_answer(
    session: Session, asker: Asker, key: str, outcome: CallOutcome, text: str, model_served: str | None
) -> None:
    """Keep what came of a claim; another who took it over meanwhile has the last word."""
    session.execute(
        update(AnswerRow)
        .where(AnswerRow.workspace_id == asker.workspace_id, AnswerRow.key == key, AnswerRow.owner == asker.owner)
        .values(
            outcome=outcome.value,
            content=text,
            model_served=model_served,
            reserved_micro_usd=0,
            created_at=func.clock_timestamp(),
        )
    )


def drop_claim(session: Session, asker: Asker, key: str) -> None:
    """Give a claim back unanswered."""
    session.execute(
        delete(AnswerRow).where(
            AnswerRow.workspace_id == asker.workspace_id,
            AnswerRow.key == key,
            AnswerRow.owner == asker.owner,
            AnswerRow.outcome.is_(None),
        )
    )


def _is_good_for(asker: Asker) -> ColumnElement[bool]:
    is_own = and_(AnswerRow.run_id == asker.run_id, AnswerRow.outcome.is_not(None))
    return or_(is_own, AnswerRow.outcome == CallOutcome.ANSWERED.value) if asker.takes_known else is_own


def _known(outcome: str | None, text: str | None, served: str | None, topics: list[str]) -> KnownAnswer:
    return KnownAnswer(CallOutcome(outcome or CallOutcome.ANSWERED.value), text or "", served, tuple(topics))
