"""The states of a run and of its chunks."""

from enum import StrEnum


class RunState(StrEnum):
    """queued -> running -> finishing (-> summarising) -> finished | partial | failed | cancelled.

    A state never goes back, but for a retry: what is partial, failed or cancelled then runs again.
    """

    QUEUED = "queued"  # uploaded, not yet cut into chunks
    RUNNING = "running"  # chunks are being drafted
    FINISHING = "finishing"  # every chunk is done or failed; notes are to be merged
    SUMMARISING = "summarising"  # notes are there; what they say on each question is being written
    FINISHED = "finished"
    PARTIAL = "partial"  # some chunks failed for good; the notes of the others are there
    FAILED = "failed"  # no chunk could be drafted
    CANCELLED = "cancelled"  # somebody stopped it; the notes of the chunks that were done are there

    @property
    def is_final(self) -> bool:
        return self is RunState.FINISHED or self.is_incomplete

    @property
    def is_incomplete(self) -> bool:
        """It ended without all of its notes, and may be tried again."""
        return self in (RunState.PARTIAL, RunState.FAILED, RunState.CANCELLED)


class ChunkState(StrEnum):
    """pending -> running -> done | failed; back to pending when a try failed or a worker died."""

    PENDING = "pending"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class ChunkOutcome(StrEnum):
    """What became of a chunk that is done or failed."""

    DRAFTED = "drafted"
    REFUSED = "refused"  # the model or its filter declined: done, without notes, and a person should look
    UNREADABLE_ANSWER = "unreadable_answer"  # not the form that was asked for, also after asking again
    TOO_LONG = "too_long"  # question or answer exceeds what the model takes
    UNREACHABLE = "unreachable"  # the endpoint failed at every try
    NOT_CONFIGURED = "not_configured"  # wrong key, unknown model, quota used up
    OVER_BUDGET = "over_budget"  # its call could cost more than is left
    REJECTED = "rejected"  # the endpoint does not take this question, whatever form it is asked in
    POISONED = "poisoned"  # every worker that took it died or lost it
    OVERDUE = "overdue"  # the run's time was up before its turn came
    CANCELLED = "cancelled"  # its run was stopped before its turn came, or while it was being drafted
    BROKEN = "broken"  # a fault of our own; the log has it


def final_state(chunks: dict[ChunkState, int]) -> RunState:
    """Judge a run whose chunks are all done or failed. `chunks`: how many are in which state."""
    if not chunks.get(ChunkState.FAILED):
        return RunState.FINISHED
    return RunState.PARTIAL if chunks.get(ChunkState.DONE) else RunState.FAILED
