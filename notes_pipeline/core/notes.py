"""From what the model says (claim) to what a reader may believe (note)."""

from dataclasses import dataclass, replace
from enum import StrEnum

from notes_pipeline.core.transcript import Span


class Verdict(StrEnum):
    """What checking a quote against the transcript came to."""

    VERBATIM = "verbatim"  # the characters of the transcript
    FAITHFUL = "faithful"  # what a careful reporter may do to them
    ALTERED = "altered"  # rests on a real passage, but says something else or is put in another mouth
    UNSUPPORTED = "unsupported"  # no passage says it

    @property
    def is_accepted(self) -> bool:
        return self in (Verdict.VERBATIM, Verdict.FAITHFUL)


class Reason(StrEnum):
    """Why a quote is not accepted, or what a reader of an accepted one should know."""

    NEGATION = "negation"
    NUMBER = "number"
    QUANTIFIER = "quantifier"
    ANTONYM = "antonym"
    ENTITY = "entity"
    HEDGE = "hedge"
    WORDING = "wording"
    QUESTION = "question"
    SPEAKER = "speaker"
    STITCHED = "stitched"
    OMISSION = "omission"
    CONTEXT = "context"
    NOT_FOUND = "not_found"
    AMBIGUOUS = "ambiguous"  # several places are equally good; says nothing against the quote
    UNGUARDED = "unguarded"  # no tables of meaning for this language: any unexplained difference is refused


class DiffKind(StrEnum):
    EQUAL = "equal"
    SAID = "said"  # said, but not in the quote
    CLAIMED = "claimed"  # in the quote, but not said
    LEFT_OUT = "left_out"  # said, and left out openly: behind an ellipsis, or a listener's "yes"


@dataclass(frozen=True, slots=True)
class DiffPart:
    """A stretch of a word diff between what was claimed and what was said."""

    kind: DiffKind
    text: str


@dataclass(frozen=True, slots=True)
class Quote:
    """The words that the model says were said.

    `speaker`: who it says said them, perhaps in a short form, None where it does not say. `utterance_hint`: the index
    of the utterance where it believes they stand; breaks ties, proves nothing.
    """

    text: str
    speaker: str | None = None
    utterance_hint: int | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """A quote after checking.

    `score`: 0 to 1, how much of the quote was found; for ordering, never for deciding. `spans`: where the words stand
    in the transcript's text, in order, one for each part of a quote with an ellipsis or over a backchannel; for an
    altered quote where the real words stand; empty when nothing was found. `matched_text`: the transcript's own words
    at `spans`, parts joined by " … ". `prefix`, `suffix`: what stands before and after, to find the place again in
    another version. `utterances`: index of the first and of the last. `start_ms`, `end_ms`: of the words themselves;
    None where the transcript has no times. `alternatives`: other places that are as good. `runner_up_score`: the score
    of the best other place, None where there is none. `diff`: claimed against said, empty for verbatim quotes.
    """

    quote: Quote
    verdict: Verdict
    score: float
    reasons: tuple[Reason, ...] = ()
    spans: tuple[Span, ...] = ()
    matched_text: str = ""
    prefix: str = ""
    suffix: str = ""
    utterances: tuple[int, int] | None = None
    speaker: str | None = None
    start_ms: int | None = None
    end_ms: int | None = None
    alternatives: tuple[tuple[Span, ...], ...] = ()
    runner_up_score: float | None = None
    diff: tuple[DiffPart, ...] = ()

    @property
    def stands(self) -> bool:
        """The words were said, and nothing was clipped off that a reader has to know.

        An accepted quote with the reason `context` was said as it is, but a hedge or a condition stands beside it.
        """
        return self.verdict.is_accepted and Reason.CONTEXT not in self.reasons


@dataclass(frozen=True, slots=True)
class Claim:
    """What the model says: a statement for one question or one theme, with the quotes it offers; not yet checked."""

    statement: str
    quotes: tuple[Quote, ...]
    question_id: str | None = None
    theme_id: str | None = None


class NoteStatus(StrEnum):
    SUPPORTED = "supported"
    FLAGGED = "flagged"


class Flag(StrEnum):
    """Why a note is doubted for something else than the verdict on one of its quotes."""

    NO_QUOTE = "no_quote"  # a statement without a passage
    NO_STATEMENT = "no_statement"
    UNKNOWN_TOPIC = "unknown_topic"  # neither a question nor a theme of the guide
    OUTSIDE_CHUNK = "outside_chunk"  # points to an utterance that the model was not shown
    NUMBER_NOT_SAID = "number_not_said"  # the statement has a number that no quote of it has
    QUANTITY_NOT_SAID = "quantity_not_said"
    NEGATION_NOT_SAID = "negation_not_said"  # or leaves out the one that was said
    NAME_NOT_SAID = "name_not_said"
    SPEAKS_TO_MACHINE = "speaks_to_machine"  # rests on words that give orders to the note taker, or may follow them
    JUDGED_UNSUPPORTED = "judged_unsupported"  # a second model says that the evidence does not show all of it
    WITHDRAWN = "withdrawn"  # asked once more, the model found no passage for it


class Judgement(StrEnum):
    """What a second model says of a statement and its evidence. It can put a note in doubt and never clear it."""

    SUPPORTED = "supported"
    PARTLY = "partly"
    NOT_SUPPORTED = "not_supported"


@dataclass(frozen=True, slots=True)
class Judged:
    """`missing`: what the statement says and the evidence does not, in the judge's words. `model`: who judged."""

    judgement: Judgement
    missing: str
    model: str


@dataclass(frozen=True, slots=True)
class Note:
    """A statement with its evidence; about a question, a theme, or neither where the model named an unknown one.

    `judged`: None where no second model was asked, or where it did not answer.
    """

    statement: str
    evidence: tuple[Evidence, ...]
    status: NoteStatus
    question_id: str | None = None
    theme_id: str | None = None
    flags: tuple[Flag, ...] = ()
    judged: Judged | None = None

    def flagged(self, flag: Flag) -> "Note":
        """The same note in doubt, for one reason more."""
        return replace(self, status=NoteStatus.FLAGGED, flags=(*self.flags, flag))


class CoverageState(StrEnum):
    """How far an interview answers a question of the guide."""

    ANSWERED = "answered"
    PARTLY = "partly"
    ASKED_NOT_ANSWERED = "asked_not_answered"
    NOT_ASKED = "not_asked"
    UNDETERMINED = "undetermined"


@dataclass(frozen=True, slots=True)
class Coverage:
    """The state of one question over a whole interview.

    `asked_at`: index of the utterance where it was asked, `asked_span`: its words; None where not known.
    """

    question_id: str
    state: CoverageState
    asked_at: int | None = None
    asked_span: Span | None = None
