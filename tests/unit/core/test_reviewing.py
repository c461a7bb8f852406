from dataclasses import replace

import pytest

from notes_pipeline.core.notes import Flag, Judged, Judgement, NoteStatus, Verdict
from notes_pipeline.core.reviewing import ReviewState, is_readable, risk
from tests.making import make_draft, make_evidence


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


def test_what_was_invented_is_riskier_than_what_was_bent_and_a_judge_adds_to_it() -> None:
    invented, bent, sound = (
        make_draft(0, make_evidence((0, 5), verdict=verdict)).note
        for verdict in (Verdict.UNSUPPORTED, Verdict.ALTERED, Verdict.VERBATIM)
    )
    judged = replace(bent, judged=Judged(Judgement.NOT_SUPPORTED, "", "judge"))
    assert risk(judged) > risk(bent) > risk(sound) == 0
    assert risk(invented) > risk(bent)
    assert risk(sound.flagged(Flag.NEGATION_NOT_SAID)) > risk(sound.flagged(Flag.OUTSIDE_CHUNK)) > 0
