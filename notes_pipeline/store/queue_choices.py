"""What a queue can be filtered by."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from notes_pipeline.store.guides import latest_guides
from notes_pipeline.store.queue import Kind, QueueFilter
from notes_pipeline.store.tables import NoteRow, ReviewRow, TranscriptRow

MOST_GUIDES = 50  # to choose from


@dataclass(frozen=True, slots=True)
class Choices:
    """What a queue can be filtered by: ids with words for people, and names."""

    transcripts: Sequence[tuple[UUID, str]]
    guides: Sequence[tuple[UUID, str]]
    questions: Sequence[tuple[str, str]]
    themes: Sequence[tuple[str, str]]
    speakers: Sequence[str]
    reviewers: Sequence[str]


def choices(session: Session, workspace_id: UUID, wanted: QueueFilter, most: int = 200) -> Choices:
    """List what notes of a workspace can be filtered by, at most `most` of each, the newest transcripts first.

    Reviewers are listed for what is decided only.
    """
    transcripts = session.execute(
        select(TranscriptRow.id, TranscriptRow.title)
        .where(TranscriptRow.workspace_id == workspace_id)
        .order_by(TranscriptRow.id.desc())
        .limit(most)
    ).all()
    of = [each for each, _ in transcripts] if wanted.transcript_id is None else [wanted.transcript_id]
    names = session.scalars(select(TranscriptRow.speakers).where(TranscriptRow.id.in_(of)))
    reviewers: Sequence[str] = ()
    if wanted.kind is Kind.DECIDED:
        reviewers = session.scalars(
            select(ReviewRow.reviewer)
            .join(NoteRow, NoteRow.id == ReviewRow.note_id)
            .where(NoteRow.workspace_id == workspace_id)
            .distinct()
            .order_by(ReviewRow.reviewer)
            .limit(most)
        ).all()
    speakers = sorted({name for each in names for name in each})[:most]
    guides = latest_guides(session, workspace_id, limit=MOST_GUIDES)
    asked = [each.guide for each in guides if wanted.guide_id in (None, each.id)]
    return Choices(
        transcripts=[(id_, title) for id_, title in transcripts],
        guides=[(each.id, f"{each.guide.title} (version {each.version})") for each in guides],
        questions=list({each.id: (each.id, each.text) for guide in asked for each in guide.questions}.values())[:most],
        themes=list({each.id: (each.id, each.name) for guide in asked for each in guide.themes}.values())[:most],
        speakers=speakers,
        reviewers=reviewers,
    )
