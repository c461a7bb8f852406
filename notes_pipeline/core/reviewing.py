"""A reviewer's decision on a note, and what it may lead to."""

from enum import StrEnum

from notes_pipeline.core.notes import NoteStatus


class Decision(StrEnum):
    ACCEPT = "accept"
    CORRECT = "correct"  # accept with another statement
    REJECT = "reject"


class ReviewState(StrEnum):
    UNREVIEWED = "unreviewed"
    ACCEPTED = "accepted"
    CORRECTED = "corrected"
    REJECTED = "rejected"


def is_readable(status: NoteStatus, state: ReviewState) -> bool:
    """Tell whether a reader who asks for nothing special may see the note as true.

    Supported and not rejected, or accepted by a person, as it is or corrected.
    """
    if state is ReviewState.UNREVIEWED:
        return status is NoteStatus.SUPPORTED
    return state in (ReviewState.ACCEPTED, ReviewState.CORRECTED)
