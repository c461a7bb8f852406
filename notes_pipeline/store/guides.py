"""Guides in and out; a stored guide never changes."""

from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, exists, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from notes_pipeline.core.errors import NotFoundError
from notes_pipeline.core.guide import Guide, Question, Theme
from notes_pipeline.core.ids import new_id
from notes_pipeline.store.database import lock_name
from notes_pipeline.store.tables import GuideRow
from notes_pipeline.store.tables.base import Record


def save_guide(session: Session, workspace_id: UUID, guide: Guide) -> tuple[UUID, bool]:
    """Store the guide as the next version of its title unless the workspace has one of the same content.

    Returns the id and whether it is new. One writer of a workspace at a time: two versions never get one number.
    """
    lock_name(session, f"guides of {workspace_id}")
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


@dataclass(frozen=True, slots=True)
class StoredGuide:
    """A version of a guide as it is stored. `is_latest`: no other of its title has a higher version."""

    id: UUID
    version: int
    is_latest: bool
    guide: Guide
    created_at: datetime


def describe_guide(session: Session, guide_id: UUID) -> StoredGuide:
    """Read a guide with its version.

    Raises:
        NotFoundError: no guide has this id.
    """
    found = session.execute(_described().where(GuideRow.id == guide_id)).one_or_none()
    if found is None:
        raise NotFoundError(f"no guide {guide_id}")
    return _stored(*found)


def list_guides(session: Session, workspace_id: UUID, *, after: UUID | None = None, limit: int) -> list[StoredGuide]:
    """List guides, all versions, in the order in which they came."""
    query = _described().where(GuideRow.workspace_id == workspace_id).order_by(GuideRow.id).limit(limit)
    if after is not None:
        query = query.where(GuideRow.id > after)
    return [_stored(*found) for found in session.execute(query)]


def latest_guides(session: Session, workspace_id: UUID, *, limit: int) -> list[StoredGuide]:
    """List the latest version of each guide, the newest first."""
    query = _described().where(GuideRow.workspace_id == workspace_id).order_by(GuideRow.id.desc())
    found = (_stored(*each) for each in session.execute(query.limit(10 * limit)))
    return [each for each in found if each.is_latest][:limit]


def _described() -> Select[GuideRow, bool]:
    later = aliased(GuideRow)
    is_superseded = exists().where(
        later.workspace_id == GuideRow.workspace_id, later.title == GuideRow.title, later.version > GuideRow.version
    )
    return select(GuideRow, ~is_superseded)


def _stored(row: GuideRow, is_latest: bool) -> StoredGuide:
    return StoredGuide(row.id, row.version, is_latest, _guide(row.body), row.created_at)


def load_guide(session: Session, guide_id: UUID) -> Guide:
    """Read a guide.

    Raises:
        NotFoundError: no guide has this id.
    """
    row = session.get(GuideRow, guide_id)
    if row is None:
        raise NotFoundError(f"no guide {guide_id}")
    return _guide(row.body)


def _guide(body: Record) -> Guide:
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
