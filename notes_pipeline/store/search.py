"""Lists of notes for one workspace, by words, speaker and time of change; only within `OfWorkspace`.

What row-level security cannot use an index for is asked of functions of the database, see migration 0009.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, literal, select, tuple_
from sqlalchemy.orm import Session

from notes_pipeline.core.notes import NoteStatus
from notes_pipeline.store.notes import NoteFilter, StoredNote, filtered, list_notes, stored_notes
from notes_pipeline.store.tables import GuideRow, NoteRow, RunRow, TranscriptRow


@dataclass(frozen=True, slots=True)
class Place:
    """Behind which note a page starts. `updated_at`: set where a list is ordered by it."""

    id: UUID
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Changed:
    """Changes of [since, until)."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Source:
    """What a note was made of. `topics`: text by id of the questions and themes of its guide."""

    content_hash: str
    media_url: str | None
    topics: dict[str, str]


def settled_until(session: Session) -> datetime:
    """Give a time before which nothing changes any more: no open transaction began earlier. Milliseconds are whole.

    To be asked before what is read by it.
    """
    settled: datetime = session.scalars(select(func.notes_settled_until())).one()
    return settled


def search_notes(
    session: Session,
    workspace_id: UUID,
    wanted: NoteFilter,
    *,
    words: str | None,
    changed: Changed | None,
    after: Place | None,
    limit: int,
) -> list[StoredNote]:
    """List published notes by id, that is by time of making; with `changed` by time of change, then id.

    `words`: a web search, all of which stand in the statement or all in one quote's words in the transcript.
    """
    if words is None and wanted.speaker is None:
        if changed is None:
            return list_notes(session, workspace_id, wanted, after=None if after is None else after.id, limit=limit)
        query = filtered(workspace_id, wanted).where(
            NoteRow.updated_at >= changed.since, NoteRow.updated_at < changed.until
        )
        if after is not None:
            query = query.where(
                tuple_(NoteRow.updated_at, NoteRow.id) > tuple_(literal(after.updated_at), literal(after.id))
            )
        rows = session.scalars(query.order_by(NoteRow.updated_at, NoteRow.id).limit(limit)).all()
        return stored_notes(session, rows)
    found = _found(session, wanted, words=words, changed=changed, after=after, limit=limit)
    by_id = {row.id: row for row in session.scalars(select(NoteRow).where(NoteRow.id.in_(found)))}
    return stored_notes(session, [by_id[note_id] for note_id in found if note_id in by_id])


def sources_of(session: Session, notes: Sequence[StoredNote]) -> dict[UUID, Source]:
    """Give, by run, what its notes were made of."""
    rows = session.execute(
        select(RunRow.id, RunRow.guide_id, TranscriptRow.content_hash, TranscriptRow.media_url)
        .join(TranscriptRow, TranscriptRow.id == RunRow.transcript_id)
        .where(RunRow.id.in_({note.run_id for note in notes}))
    ).all()
    guides = session.execute(select(GuideRow.id, GuideRow.body).where(GuideRow.id.in_({row.guide_id for row in rows})))
    topics = {
        guide_id: {each["id"]: each["text"] for each in body["questions"]}
        | {each["id"]: each["name"] for each in body["themes"]}
        for guide_id, body in guides
    }
    return {row.id: Source(row.content_hash, row.media_url, topics[row.guide_id]) for row in rows}


def _found(
    session: Session,
    wanted: NoteFilter,
    *,
    words: str | None,
    changed: Changed | None,
    after: Place | None,
    limit: int,
) -> Sequence[UUID]:
    return session.scalars(
        select(
            func.found_notes(
                words,
                wanted.speaker,
                wanted.transcript_id,
                wanted.run_id,
                wanted.question_id,
                wanted.theme_id,
                None if wanted.status is None else _values(wanted.status),
                None if wanted.review_state is None else wanted.review_state.value,
                None if changed is None else changed.since,
                None if changed is None else changed.until,
                None if after is None else after.updated_at,
                None if after is None else after.id,
                limit,
            )
        )
    ).all()


def _values(statuses: frozenset[NoteStatus]) -> list[str]:
    return sorted(status.value for status in statuses)
