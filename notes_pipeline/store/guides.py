"""Guides in and out; a stored guide never changes."""

from dataclasses import asdict
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from notes_pipeline.core.errors import NotFoundError
from notes_pipeline.core.guide import Guide, Question, Theme
from notes_pipeline.core.ids import new_id
from notes_pipeline.store.tables import GuideRow, WorkspaceRow


def save_guide(session: Session, workspace_id: UUID, guide: Guide) -> tuple[UUID, bool]:
    """Store the guide as the next version of its title unless the workspace has one of the same content.

    Returns the id and whether it is new. The workspace's row is locked, so that two versions never get one number.
    """
    session.execute(select(WorkspaceRow.id).where(WorkspaceRow.id == workspace_id).with_for_update(key_share=True))
    same = select(GuideRow.id).where(GuideRow.workspace_id == workspace_id, GuideRow.content_hash == guide.content_hash)
    if found := session.scalar(same):
        return found, False
    versions = select(func.coalesce(func.max(GuideRow.version), 0)).where(
        GuideRow.workspace_id == workspace_id, GuideRow.title == guide.title
    )
    guide_id = new_id()
    session.execute(
        insert(GuideRow).values(
            id=guide_id,
            workspace_id=workspace_id,
            title=guide.title,
            version=session.scalars(versions).one() + 1,
            content_hash=guide.content_hash,
            body=asdict(guide),
        )
    )
    return guide_id, True


def load_guide(session: Session, guide_id: UUID) -> Guide:
    """Read a guide.

    Raises:
        NotFoundError: no guide has this id.
    """
    row = session.get(GuideRow, guide_id)
    if row is None:
        raise NotFoundError(f"no guide {guide_id}")
    body = row.body
    return Guide(
        title=body["title"],
        goal=body["goal"],
        questions=tuple(Question(q["id"], q["text"], tuple(q["probes"])) for q in body["questions"]),
        themes=tuple(
            Theme(t["id"], t["name"], t["definition"], tuple(t["include"]), tuple(t["exclude"])) for t in body["themes"]
        ),
        interviewers=tuple(body["interviewers"]),
        participants=tuple(body["participants"]),
    )
