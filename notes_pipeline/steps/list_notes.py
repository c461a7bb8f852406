from uuid import UUID

from notes_pipeline.core.notes import NoteStatus
from notes_pipeline.store import notes
from notes_pipeline.store.database import Transactions
from notes_pipeline.store.runs import run_exists
from notes_pipeline.store.workspaces import ensure_workspace


def list_notes(
    transactions: Transactions,
    workspace: str,
    *,
    of: UUID | None = None,
    question_id: str | None = None,
    theme_id: str | None = None,
    speaker: str | None = None,
    status: frozenset[NoteStatus] | None = None,
    after: UUID | None = None,
    limit: int = 100,
) -> list[notes.StoredNote]:
    """List published notes, oldest first. `of`: a run or a transcript. `status` None: only readable ones."""
    with transactions.begin() as session:
        workspace_id = ensure_workspace(session, workspace)
        is_run = of is not None and run_exists(session, of, workspace_id=workspace_id)
        wanted = notes.NoteFilter(
            run_id=of if is_run else None,
            transcript_id=None if is_run else of,
            question_id=question_id,
            theme_id=theme_id,
            speaker=speaker,
            status=status,
        )
        return notes.list_notes(session, workspace_id, wanted, after=after, limit=limit)
