"""Requests that are to be done once, however often they are sent."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from notes_pipeline.core.ids import new_id
from notes_pipeline.store.tables import SentRequestRow, TranscriptRow

LEASE = timedelta(minutes=2)  # longer than a request may take; then its process is taken for dead
KEPT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Claimed:
    """It is ours to do. `owner`: to be given with its answer."""

    owner: UUID


@dataclass(frozen=True, slots=True)
class Answered:
    """It was done before, with this answer."""

    status: int
    headers: dict[str, str]
    body: str


@dataclass(frozen=True, slots=True)
class UnderWay:
    """Another does it just now."""


@dataclass(frozen=True, slots=True)
class Different:
    """The key was given to another request."""


def claim_request(
    session: Session, workspace_id: UUID, key: str, fingerprint: str
) -> Claimed | Answered | UnderWay | Different:
    """Take a request on, or say what became of it. Safe against another that sends it at the same time."""
    owner = new_id()
    lease_until = func.now() + LEASE
    is_ours = session.scalar(
        insert(SentRequestRow)
        .values(workspace_id=workspace_id, key=key, fingerprint=fingerprint, owner=owner, lease_until=lease_until)
        .on_conflict_do_nothing()
        .returning(SentRequestRow.owner)
    )
    if is_ours is not None:
        return Claimed(owner)
    of_key = (SentRequestRow.workspace_id == workspace_id, SentRequestRow.key == key)
    row = session.scalars(select(SentRequestRow).where(*of_key).with_for_update(key_share=True)).one_or_none()
    if row is None:
        return UnderWay()  # it was given back just now: the next try takes it
    if row.fingerprint != fingerprint:
        return Different()
    if row.status is not None:
        return Answered(row.status, row.headers or {}, row.body or "")
    taken = session.scalar(
        update(SentRequestRow)
        .where(*of_key, SentRequestRow.lease_until < func.now())
        .values(owner=owner, lease_until=lease_until)
        .returning(SentRequestRow.owner)
    )
    return UnderWay() if taken is None else Claimed(owner)


def keep_answer(
    session: Session, workspace_id: UUID, key: str, owner: UUID, answer: Answered, transcript_id: UUID | None
) -> None:
    """Keep the answer to a request. `transcript_id`: whose words it has, None: nobody's.

    Where that transcript was erased meanwhile the request is forgotten instead.
    """
    if transcript_id is not None:
        there = select(TranscriptRow.id).where(TranscriptRow.id == transcript_id)
        if session.scalar(there.with_for_update(read=True, key_share=True)) is None:
            give_back_request(session, workspace_id, key, owner)
            return
    session.execute(
        update(SentRequestRow)
        .where(SentRequestRow.workspace_id == workspace_id, SentRequestRow.key == key, SentRequestRow.owner == owner)
        .values(status=answer.status, headers=answer.headers, body=answer.body, transcript_id=transcript_id)
    )


def give_back_request(session: Session, workspace_id: UUID, key: str, owner: UUID) -> None:
    """Forget a request that was refused: the same key may be sent with a better one."""
    session.execute(
        delete(SentRequestRow).where(
            SentRequestRow.workspace_id == workspace_id, SentRequestRow.key == key, SentRequestRow.owner == owner
        )
    )


def forget_requests(session: Session) -> int:
    """Remove the requests of more than a day ago; returns how many."""
    removed = session.execute(
        delete(SentRequestRow).where(SentRequestRow.created_at < func.now() - KEPT).returning(SentRequestRow.key)
    )
    return len(removed.all())
