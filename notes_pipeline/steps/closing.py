from uuid import UUID

from sqlalchemy.orm import Session

from notes_pipeline.core.runs import ChunkState, RunState
from notes_pipeline.store.chunks import count_states
from notes_pipeline.store.runs import load_run, set_state


def close_if_complete(session: Session, run_id: UUID) -> bool:
    """Set a running run to finishing when no chunk of it is open; tell whether that was done now.

    The run's row is locked first: of two chunks that end at once, the second waits and then sees the first's end.
    """
    if load_run(session, run_id, lock=True).state is not RunState.RUNNING:
        return False
    states = count_states(session, run_id)
    if states.get(ChunkState.PENDING) or states.get(ChunkState.RUNNING):
        return False
    set_state(session, run_id, RunState.FINISHING)
    return True
