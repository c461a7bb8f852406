import pytest

from notes_pipeline.core.notes import NoteStatus
from notes_pipeline.core.reviewing import ReviewState, is_readable


@pytest.mark.parametrize(
    ("status", "state", "expected"),
    [
        (NoteStatus.SUPPORTED, ReviewState.UNREVIEWED, True),
        (NoteStatus.FLAGGED, ReviewState.UNREVIEWED, False),
        (NoteStatus.FLAGGED, ReviewState.ACCEPTED, True),
        (NoteStatus.FLAGGED, ReviewState.CORRECTED, True),
        (NoteStatus.SUPPORTED, ReviewState.REJECTED, False),
    ],
)
def test_a_reader_gets_what_is_supported_or_accepted(status: NoteStatus, state: ReviewState, expected: bool) -> None:
    assert is_readable(status, state) is expected
