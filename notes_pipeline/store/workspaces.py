from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from notes_pipeline.core.ids import new_id
from notes_pipeline.store.tables import WorkspaceRow


def ensure_workspace(session: Session, name: str) -> UUID:
    """Give the id of the workspace of this name; make it if it is new."""
    if (found := find_workspace(session, name)) is not None:
        return found
    session.execute(insert(WorkspaceRow).values(id=new_id(), name=name).on_conflict_do_nothing())
    return session.scalars(select(WorkspaceRow.id).where(WorkspaceRow.name == name)).one()


def find_workspace(session: Session, name: str) -> UUID | None:
    """Give the id of the workspace of this name; None: there is none."""
    return session.scalar(select(WorkspaceRow.id).where(WorkspaceRow.name == name))
