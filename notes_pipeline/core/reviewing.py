"""A reviewer's decision on a note, and what it may lead to."""

from enum import StrEnum

from notes_pipeline.core.notes import Flag, Judgement, Note, NoteStatus, Verdict


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


# How far each finding speaks against a note; what verification found weighs more than what a second model thinks.
_VERDICT_RISK = {Verdict.UNSUPPORTED: 8.0, Verdict.ALTERED: 6.0}
_JUDGEMENT_RISK = {Judgement.NOT_SUPPORTED: 4.0, Judgement.PARTLY: 2.0}
_FLAG_RISK = {
    Flag.SPEAKS_TO_MACHINE: 6.0,
    Flag.NEGATION_NOT_SAID: 5.0,
    Flag.NUMBER_NOT_SAID: 4.0,
    Flag.NAME_NOT_SAID: 4.0,
    Flag.QUANTITY_NOT_SAID: 3.0,
}
_OTHER_FLAG_RISK = 1.0


def risk(note: Note) -> float:
    """Tell how much speaks against a note, for ordering what reviewers see; 0 where nothing does.

    By the findings alone: verdicts, flags, a second model's view; never by how sure the first model was.
    """
    verdicts = sum(_VERDICT_RISK.get(each.verdict, 0.0) + (0.0 if each.stands else 1.0) for each in note.evidence)
    flags = sum(_FLAG_RISK.get(flag, _OTHER_FLAG_RISK) for flag in note.flags)
    return verdicts + flags + (0.0 if note.judged is None else _JUDGEMENT_RISK.get(note.judged.judgement, 0.0))
