from uuid import UUID

from sqlalchemy.orm import Session

from notes_pipeline.core.runs import RunState
from notes_pipeline.store.chunks import has_open_chunks
from notes_pipeline.store.runs import lock_state, set_state


def close_if_complete(session: Session, run_id: UUID, *, locked: RunState | None = None) -> bool:
    """Set a running run to finishing when no chunk of it is open; tell whether that was done now.

    The run's row is locked first, unless it is already, in the state `locked`: of two chunks that end at once, the
    second waits and then sees the first's end.
    """
    state = lock_state(session, run_id) if locked is None else locked
    if state is not RunState.RUNNING or has_open_chunks(session, run_id):
        return False
    set_state(session, run_id, RunState.FINISHING)
    return True
