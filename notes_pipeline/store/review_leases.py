"""Which reviewer has which note open: others get another one."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import and_, delete, func, or_, select, true
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from notes_pipeline.store.tables import ReviewLeaseRow

LEASE = timedelta(minutes=10)  # without a sign of life of the page; a reader of a long passage sends one a minute


def take_lease(session: Session, workspace_id: UUID, note_id: UUID, holder: str, reviewer: str) -> str | None:
    """Keep a note for a reviewer for a while, or go on keeping it. Returns who has it, where somebody else has."""
    row = ReviewLeaseRow
    statement = upsert(row).values(
        note_id=note_id, workspace_id=workspace_id, holder=holder, reviewer=reviewer, expires_at=func.now() + LEASE
    )
    taken = session.scalar(
        statement.on_conflict_do_update(
            index_elements=[row.note_id],
            set_={
                "holder": statement.excluded.holder,
                "reviewer": statement.excluded.reviewer,
                "expires_at": statement.excluded.expires_at,
            },
            where=or_(row.holder == holder, row.expires_at <= func.now()),
        ).returning(row.note_id)
    )
    return None if taken is not None else session.scalar(select(row.reviewer).where(row.note_id == note_id))


def end_leases(session: Session, workspace_id: UUID, holder: str, *, except_for: UUID | None = None) -> None:
    """Give back what a reviewer has open, and clear away what has expired."""
    row = ReviewLeaseRow
    is_other = true() if except_for is None else row.note_id != except_for
    session.execute(
        delete(row).where(
            row.workspace_id == workspace_id, or_(and_(row.holder == holder, is_other), row.expires_at <= func.now())
        )
    )
