"""Notes as programs read them: a page of those that fit, or one, with what they were made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from notes_pipeline.core.errors import NotFoundError
from notes_pipeline.store import search
from notes_pipeline.store.database import Transactions
from notes_pipeline.store.notes import NoteFilter, StoredNote, load_note
from notes_pipeline.store.search import Changed, Place, Source
from notes_pipeline.store.workspaces import find_workspace


@dataclass(frozen=True, slots=True)
class SourcedNote:
    """A note, and what it was made of."""

    stored: StoredNote
    source: Source


@dataclass(frozen=True, slots=True)
class FoundNotes:
    """`as_of`: all changes before it are in the list; None where it was not asked by time of change."""

    notes: Sequence[SourcedNote]
    as_of: datetime | None


def search_notes(
    transactions: Transactions,
    workspace: str,
    wanted: NoteFilter,
    *,
    words: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    after: Place | None = None,
    limit: int = 100,
) -> FoundNotes:
    """List published notes; with `since` those changed from then on, so far as nothing of that time can still come.

    `until`: `as_of` of the first page, for those behind it.
    """
    with transactions.begin() as session:
        if since is not None and until is None:
            until = max(since, search.settled_until(session))
        changed = None if since is None or until is None else Changed(since, until)
        workspace_id = _workspace(session, workspace, "notes")
        notes = search.search_notes(
            session, workspace_id, wanted, words=words, changed=changed, after=after, limit=limit
        )
        return FoundNotes(_sourced(session, notes), until)


def read_note(transactions: Transactions, workspace: str, note_id: UUID) -> SourcedNote:
    """Read a published note.

    Raises:
        NotFoundError: the workspace has no published note of this id.
    """
    with transactions.begin() as session:
        note = load_note(session, _workspace(session, workspace, f"note {note_id}"), note_id)
        return _sourced(session, [note])[0]


def source_note(transactions: Transactions, note: StoredNote) -> SourcedNote:
    """Give a note as it is in hand with what it was made of."""
    with transactions.begin() as session:
        return _sourced(session, [note])[0]


def _sourced(session: Session, notes: Sequence[StoredNote]) -> list[SourcedNote]:
    sources = search.sources_of(session, notes)
    return [SourcedNote(note, sources[note.run_id]) for note in notes]


def _workspace(session: Session, name: str, what: str) -> UUID:
    if (workspace_id := find_workspace(session, name)) is None:
        raise NotFoundError(f"no {what}")
    return workspace_id
