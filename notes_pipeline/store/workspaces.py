from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from notes_pipeline.store.tables import WorkspaceRow
from notes_pipeline.store.tables.base import new_id


def ensure_workspace(session: Session, name: str) -> UUID:
    """Give the id of the workspace of this name; make it if it is new."""
    find = select(WorkspaceRow.id).where(WorkspaceRow.name == name)
    if found := session.scalar(find):
        return found
    session.execute(insert(WorkspaceRow).values(id=new_id(), name=name).on_conflict_do_nothing())
    return session.scalars(find).one()
