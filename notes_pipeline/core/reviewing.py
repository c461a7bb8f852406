"""A reviewer's decision on a note, and what it may lead to.

A review never changes a verdict: what is not there stays not there. It changes what readers get, and where it goes
against what the checks found, it is an override, and the note is shown as that.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from notes_pipeline.core.errors import InvalidReviewError
from notes_pipeline.core.notes import Evidence, Flag, Judgement, Note, NoteStatus, Quote, Reason, Verdict
from notes_pipeline.core.transcript import Span
from notes_pipeline.core.wording import FLAGS, REASONS, VERDICTS

MAX_STATEMENT_CHARS = 4_000  # a note, not an essay; models write a tenth of it
MAX_QUOTE_CHARS = 8_000  # 1,400 words; a passage that somebody is to read beside a statement
MAX_COMMENT_CHARS = 4_000
MAX_REVIEWER_CHARS = 200


class Decision(StrEnum):
    ACCEPT = "accept"
    CORRECT = "correct"  # accept with another statement, another passage, or both
    REJECT = "reject"
    WITHDRAW = "withdraw"  # take the latest decision back: the note is as it was before it


class ReviewState(StrEnum):
    """What the latest review of a note came to."""

    UNREVIEWED = "unreviewed"
    ACCEPTED = "accepted"
    CORRECTED = "corrected"
    REJECTED = "rejected"


class ReviewReason(StrEnum):
    """Why a reviewer decided so."""

    NOT_SAID = "not_said"
    ALTERED = "altered"  # said, in other words that mean something else
    OUT_OF_CONTEXT = "out_of_context"  # said, and meant otherwise
    WRONG_SPEAKER = "wrong_speaker"
    WRONG_TOPIC = "wrong_topic"
    DOES_NOT_SUPPORT = "does_not_support"  # said so, and the statement does not follow from it
    DUPLICATE = "duplicate"
    TRIVIAL = "trivial"
    PRIVATE = "private"  # nothing that readers should learn about somebody
    TRANSCRIPT_WRONG = "transcript_wrong"  # the recording says it, the transcript does not
    WORDING_ONLY = "wording_only"  # other words, the same meaning
    FOLLOWS = "follows"  # not said in these words: summed up, counted together, or known from the rest of the interview
    CHECK_MISTAKEN = "check_mistaken"  # the words stand there and mean this
    OTHER = "other"  # the comment says what


REASONS_AGAINST = frozenset(
    {
        ReviewReason.NOT_SAID,
        ReviewReason.ALTERED,
        ReviewReason.OUT_OF_CONTEXT,
        ReviewReason.WRONG_SPEAKER,
        ReviewReason.WRONG_TOPIC,
        ReviewReason.DOES_NOT_SUPPORT,
        ReviewReason.DUPLICATE,
        ReviewReason.TRIVIAL,
        ReviewReason.PRIVATE,
        ReviewReason.OTHER,
    }
)  # to reject a note, or what was wrong with one that is corrected
REASONS_TO_OVERRIDE = frozenset(
    {
        ReviewReason.TRANSCRIPT_WRONG,
        ReviewReason.WORDING_ONLY,
        ReviewReason.FOLLOWS,
        ReviewReason.CHECK_MISTAKEN,
        ReviewReason.OTHER,
    }
)

# What the check of a statement and its evidence finds anew each time. Any other flag stays until something settles it.
_FOUND_BY_CHECKING = frozenset(
    {
        Flag.NO_STATEMENT,
        Flag.NO_QUOTE,
        Flag.NUMBER_NOT_SAID,
        Flag.QUANTITY_NOT_SAID,
        Flag.NEGATION_NOT_SAID,
        Flag.NAME_NOT_SAID,
        Flag.SPEAKS_TO_MACHINE,
    }
)

Check = Callable[[str, Sequence[Evidence]], Sequence[Flag]]  # what speaks against a statement with its evidence


@dataclass(frozen=True, slots=True)
class ReviewRequest:
    """What a reviewer asks for.

    `statement`, `passage`, `replaces` are for corrections. `passage`: words to look for, or where they stand in the
    transcript's text. `replaces`: positions, from 0, of the note's evidence that the passage takes the place of; None:
    of all, empty: of none, it comes on top. `is_override`: decide so whatever the checks found; with a reason, which
    stays with the note for all who read it.

    Raises:
        InvalidReviewError: it contradicts itself, or a text is missing or cannot be kept.
    """

    decision: Decision
    statement: str | None = None
    passage: Quote | Span | None = None
    replaces: tuple[int, ...] | None = None
    is_override: bool = False
    reason: ReviewReason | None = None
    comment: str | None = None

    def __post_init__(self) -> None:
        _require_text("the statement", self.statement, MAX_STATEMENT_CHARS)
        _require_text("the comment", self.comment, MAX_COMMENT_CHARS)
        if isinstance(self.passage, Quote):
            _require_text("the quote", self.passage.text, MAX_QUOTE_CHARS)
            _require_text("the speaker", self.passage.speaker, MAX_QUOTE_CHARS)
        elif self.passage is not None and not 0 < len(self.passage) <= MAX_QUOTE_CHARS:
            raise InvalidReviewError(f"the passage has {len(self.passage)} characters: choose 1 to {MAX_QUOTE_CHARS}")
        if self.decision is Decision.CORRECT:
            self._require_change()
        elif not (self.statement is None and self.passage is None and self.replaces is None):
            raise InvalidReviewError(f"{self.decision.value} changes no words: leave them out, or decide to correct")
        self._require_reason()

    @property
    def new_statement(self) -> str | None:
        """The statement in one line, as all of them are."""
        return None if self.statement is None else " ".join(self.statement.split())

    def _require_change(self) -> None:
        if self.statement is None and self.passage is None:
            raise InvalidReviewError("nothing is corrected: give a new statement or a passage, or accept the note")
        if self.replaces is not None and self.passage is None:
            raise InvalidReviewError("`replaces` is given without a passage: give the one that takes the place")

    def _require_reason(self) -> None:
        if self.decision is Decision.REJECT:
            if self.is_override:
                raise InvalidReviewError("whoever rejects a note overrides nothing: leave the override out")
            if self.reason is None:
                raise InvalidReviewError(f"a rejection needs a reason: {_listed(REASONS_AGAINST)}")
        if self.decision is Decision.WITHDRAW and (self.is_override or self.reason is not None):
            raise InvalidReviewError(
                "a decision that is taken back needs no reason: leave it out, or say it in the comment"
            )
        if self.is_override and self.reason is None:
            raise InvalidReviewError(f"an override needs a reason: {_listed(REASONS_TO_OVERRIDE)}")
        if self.reason is None:
            return
        if self.decision is Decision.ACCEPT and not self.is_override:
            raise InvalidReviewError("an acceptance needs no reason: leave it out, or say that it is an override")
        fitting = REASONS_TO_OVERRIDE if self.is_override else REASONS_AGAINST
        if self.reason not in fitting:
            what = "an override" if self.is_override else "a note that is rejected or corrected"
            raise InvalidReviewError(f"{self.reason.value} is no reason for {what}: give one of {_listed(fitting)}")
        if self.reason is ReviewReason.OTHER and self.comment is None:
            raise InvalidReviewError("the reason is `other`: say in the comment what it is")


@dataclass(frozen=True, slots=True)
class ReviewedNote:
    """A note after a review. `is_overridden`: the decision went against what the checks found.

    `retired`: positions of the evidence before that is its evidence no more. `attached`: what came to it, at its end.
    """

    note: Note
    state: ReviewState
    is_overridden: bool = False
    retired: tuple[int, ...] = ()
    attached: Evidence | None = None


def decide(
    note: Note, request: ReviewRequest, *, attached: Evidence | None, check: Check, is_trial: bool = False
) -> ReviewedNote:
    """Give the note as it is after a review; the latest review counts, whatever was decided before.

    `attached`: the passage of the request, verified. `is_trial`: tell what it would come to, whatever speaks against
    it. What is accepted or corrected must stand, or be overridden:

        decision   nothing against it    something against it    the same, as override
        accept     accepted              refused                 accepted, overridden, flagged still
        correct    corrected, supported  refused                 corrected, overridden, flagged
        reject     rejected              rejected                refused: there is nothing to override

    "Against it" is what was found about the note or, for a correction, about the corrected one: flags, and evidence
    that does not stand. Verdicts stay as they are.

    Raises:
        InvalidReviewError: the note cannot be decided on so; the message says why, and what to do.
    """
    if (attached is None) is not (request.passage is None):
        raise ValueError("the evidence is not that of the request")
    match request.decision:
        case Decision.REJECT:
            return ReviewedNote(note, ReviewState.REJECTED)
        case Decision.ACCEPT:
            reviewed = ReviewedNote(note, ReviewState.ACCEPTED)
        case Decision.CORRECT:
            reviewed = _correct(note, request, attached, check)
        case Decision.WITHDRAW:
            raise ValueError("what a note was before is not known from the note")
    if is_trial:
        return reviewed
    against = objections(reviewed.note)
    if against and not request.is_override:
        raise InvalidReviewError(
            f"the note does not stand: {'; '.join(against)}. Correct that, reject the note, "
            "or override it with a reason"
        )
    if request.is_override and not against:
        raise InvalidReviewError("nothing speaks against the note: leave the override out")
    return replace(reviewed, is_overridden=request.is_override)


def objections(note: Note) -> list[str]:
    """Say in words what speaks against a note, without anybody's words; empty where nothing does."""
    found = [FLAGS[flag] for flag in note.flags]
    if not note.evidence and Flag.NO_QUOTE not in note.flags:
        found.append(FLAGS[Flag.NO_QUOTE])
    for number, each in enumerate(note.evidence, start=1):
        if not each.stands:
            why = ", ".join(REASONS[reason] for reason in each.reasons)
            found.append(f"quote {number} is {VERDICTS[each.verdict]}{why and f' ({why})'}")
    return found


def _correct(note: Note, request: ReviewRequest, attached: Evidence | None, check: Check) -> ReviewedNote:
    retired = _retired(note, request)
    statement = note.statement if request.new_statement is None else request.new_statement
    evidence = tuple(each for position, each in enumerate(note.evidence) if position not in retired)
    if attached is not None:
        if _place(attached) in map(_place, evidence):
            raise InvalidReviewError("the note has this passage already: leave it out, or let it replace that one")
        evidence += (attached,)
    corrected = replace(note, statement=statement, evidence=evidence)
    if _content(corrected) == _content(note):
        raise InvalidReviewError("nothing is corrected: statement and passages are those of the note; accept it then")
    is_judged_still = _judged_content(corrected) == _judged_content(note)
    settled = set(_FOUND_BY_CHECKING)
    if attached is not None:
        settled.add(Flag.WITHDRAWN)  # a person found a passage
    if len(retired) == len(note.evidence):
        settled.add(Flag.OUTSIDE_CHUNK)  # what the model pointed to is gone
    if not is_judged_still:
        settled.add(Flag.JUDGED_UNSUPPORTED)  # of words that are gone
    flags = (*(flag for flag in note.flags if flag not in settled), *check(statement, evidence))
    is_sound = not flags and bool(evidence) and all(each.stands for each in evidence)
    corrected = replace(
        corrected,
        status=NoteStatus.SUPPORTED if is_sound else NoteStatus.FLAGGED,
        flags=flags,
        judged=note.judged if is_judged_still else None,
    )
    return ReviewedNote(corrected, ReviewState.CORRECTED, retired=retired, attached=attached)


def _retired(note: Note, request: ReviewRequest) -> tuple[int, ...]:
    """Give the positions of the evidence that makes way.

    Raises:
        InvalidReviewError: the note has no such position.
    """
    positions = range(len(note.evidence))
    if request.passage is None:
        return ()
    if request.replaces is None:
        return tuple(positions)
    if unknown := [each for each in request.replaces if each not in positions]:
        raise InvalidReviewError(f"`replaces` names {unknown[0]}, and the note has {len(positions)} quotes, from 0")
    return tuple(sorted(set(request.replaces)))


def _content(note: Note) -> tuple[object, ...]:
    return note.statement, [_place(each) for each in note.evidence]


def _place(evidence: Evidence) -> tuple[str, tuple[Span, ...], Verdict]:
    return evidence.quote.text, evidence.spans, evidence.verdict


def _judged_content(note: Note) -> tuple[object, ...]:
    """Give what a judge goes by: another comma makes no other statement."""
    return re.findall(r"\w+", note.statement.casefold()), [each.matched_text for each in note.evidence]


def _require_text(what: str, text: str | None, most: int) -> None:
    """Refuse a text that is blank, too long, or holds what PostgreSQL cannot keep."""
    if text is None:
        return
    if not text.strip():
        raise InvalidReviewError(f"{what} is empty: write it, or leave it out")
    if len(text) > most:
        raise InvalidReviewError(f"{what} has {len(text)} characters: shorten it to {most}")
    if "\x00" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise InvalidReviewError(f"{what} holds characters that are no text (U+0000 or half a pair): take them out")


def require_reviewer(name: str) -> None:
    """Refuse a name that names nobody.

    Raises:
        InvalidReviewError: it is blank, too long, or holds what cannot be kept.
    """
    if not name.strip():
        raise InvalidReviewError("the review names no reviewer: say who decides")
    _require_text("the reviewer", name, MAX_REVIEWER_CHARS)


def _listed(reasons: frozenset[ReviewReason]) -> str:
    return ", ".join(reason.value for reason in ReviewReason if reason in reasons)


def is_readable(status: NoteStatus, state: ReviewState) -> bool:
    """Tell whether a reader who asks for nothing special may see the note as true.

    Supported and not rejected, or accepted by a person, as it is or corrected.
    """
    if state is ReviewState.UNREVIEWED:
        return status is NoteStatus.SUPPORTED
    return state in (ReviewState.ACCEPTED, ReviewState.CORRECTED)


# How far each finding speaks against a note; what verification found weighs more than what a second model thinks.
_VERDICT_RISK = {Verdict.UNSUPPORTED: 12.0, Verdict.ALTERED: 6.0}
_REASON_RISK = {
    Reason.NEGATION: 3.0,
    Reason.ANTONYM: 3.0,
    Reason.SPEAKER: 3.0,
    Reason.NUMBER: 2.5,
    Reason.ENTITY: 2.0,
    Reason.STITCHED: 2.0,
    Reason.QUANTIFIER: 1.5,
    Reason.HEDGE: 1.5,
    Reason.CONTEXT: 1.5,
    Reason.QUESTION: 1.5,
    Reason.OMISSION: 1.0,
    Reason.WORDING: 1.0,
}
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
    """Tell how much speaks against a note, for ordering what reviewers see; below 1 where all of it stands.

    By the findings alone: verdicts, reasons, margins, flags, a second model's view; never by how sure the first model
    was.
    """
    flags = sum(_FLAG_RISK.get(flag, _OTHER_FLAG_RISK) for flag in note.flags)
    judged = 0.0 if note.judged is None else _JUDGEMENT_RISK.get(note.judged.judgement, 0.0)
    against = sum(_quote_risk(each) for each in note.evidence if not each.stands) + flags + judged
    return against + max((_doubt(each) for each in note.evidence if each.stands), default=0.0)


def _quote_risk(evidence: Evidence) -> float:
    """A bent quote is the riskier the nearer it is to what was said: the sooner a reader believes it."""
    reasons = max((_REASON_RISK.get(reason, 0.0) for reason in evidence.reasons), default=0.0)
    nearness = evidence.score if evidence.verdict is Verdict.ALTERED else 0.0
    return 1.0 + _VERDICT_RISK.get(evidence.verdict, 0.0) + reasons + nearness


def _doubt(evidence: Evidence) -> float:
    """Tell how narrow the margin of a quote that stands is, 0 to under 1: other words, or a place nearly as good."""
    runner_up = evidence.runner_up_score or 0.0
    closeness = runner_up / evidence.score if evidence.score > 0 else 0.0
    return min(0.99, (1.0 - evidence.score) + 0.3 * min(1.0, closeness) + 0.1 * (evidence.verdict is Verdict.FAITHFUL))
