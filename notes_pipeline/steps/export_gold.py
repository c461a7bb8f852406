"""Write reviewers' decisions as a gold set."""

import re
from uuid import UUID

from sqlalchemy.orm import Session

from notes_pipeline.core.errors import InputError
from notes_pipeline.core.reviewing import Decision, ReviewState
from notes_pipeline.readers.gold_sets import (
    GOLD_FILE,
    read_gold_set,
    reviewed_quotes,
    write_gold_line,
    write_guide,
    write_transcript,
)
from notes_pipeline.steps.read_run import EVERY_STATUS
from notes_pipeline.store.database import Transactions
from notes_pipeline.store.guides import load_guide
from notes_pipeline.store.notes import NoteFilter, StoredNote, list_notes
from notes_pipeline.store.runs import load_run
from notes_pipeline.store.transcripts import describe_transcript, load_transcript
from notes_pipeline.store.workspaces import ensure_workspace

NOTES_AT_ONCE = 1_000


def export_gold(transactions: Transactions, workspace: str) -> dict[str, bytes]:
    """Write reviewers' decisions on notes as a gold set: its files by their path.

    One interview for each transcript and guide with decisions. Coverage is left out, since nobody decided on it.

    Raises:
        InputError: nobody has decided on a note yet.
    """
    files: dict[str, bytes] = {}
    lines: dict[str, str] = {}
    with transactions.begin() as session:
        for (transcript_id, guide_id), notes in _decided(session, workspace).items():
            transcript, guide = load_transcript(session, transcript_id), load_guide(session, guide_id)
            title = describe_transcript(session, transcript_id).title
            transcript_file = f"interviews/{_file_name(title, transcript.content_hash)}.json"
            guide_file = f"guides/{_file_name(guide.title, guide.content_hash)}.json"
            files[transcript_file] = write_transcript(transcript).encode()
            files[guide_file] = write_guide(guide).encode()
            id_ = _file_name(title, transcript.content_hash)
            id_ = f"{id_}-{guide.content_hash[:8]}" if id_ in lines else id_
            decided = [
                (note.note.question_id or note.note.theme_id or "", evidence.spans, _DECISIONS[note.review_state])
                for note in notes
                for evidence in note.note.evidence
            ]
            known = [each for each in decided if each[0] in guide.ids]
            lines[id_] = write_gold_line(id_, transcript_file, guide_file, reviewed_quotes(transcript, known))
    if not lines:
        raise InputError(f"in the workspace {workspace} nobody has accepted, corrected or rejected a note yet")
    files[GOLD_FILE] = "".join(f"{line}\n" for line in lines.values()).encode()
    read_gold_set(files[GOLD_FILE], GOLD_FILE, files.__getitem__)  # what we write we can read, or nobody gets it
    return files


_DECISIONS = {
    ReviewState.ACCEPTED: Decision.ACCEPT,
    ReviewState.CORRECTED: Decision.CORRECT,
    ReviewState.REJECTED: Decision.REJECT,
}


def _decided(session: Session, workspace: str) -> dict[tuple[UUID, UUID], list[StoredNote]]:
    """List the notes with a decision by transcript and guide."""
    workspace_id = ensure_workspace(session, workspace)
    guides: dict[UUID, UUID] = {}
    decided: dict[tuple[UUID, UUID], list[StoredNote]] = {}
    for state in _DECISIONS:
        wanted = NoteFilter(status=EVERY_STATUS, review_state=state)
        page = list_notes(session, workspace_id, wanted, limit=NOTES_AT_ONCE)
        while page:
            for note in page:
                if note.run_id not in guides:
                    guides[note.run_id] = load_run(session, note.run_id).guide_id
                decided.setdefault((note.transcript_id, guides[note.run_id]), []).append(note)
            page = list_notes(session, workspace_id, wanted, after=page[-1].id, limit=NOTES_AT_ONCE)
    return decided


def _file_name(title: str, content_hash: str) -> str:
    """Make a name of what any file system takes; the hash tells versions apart."""
    return f"{re.sub(r'[^A-Za-z0-9]+', '-', title).strip('-').lower()[:40]}-{content_hash[:8]}".lstrip("-")
