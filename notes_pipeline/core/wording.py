"""Verdicts, reasons and states in the words that people read; the same in terminal, JSON and pages."""

from notes_pipeline.core.endpoints import AnswerMode
from notes_pipeline.core.model_calls import CallOutcome
from notes_pipeline.core.notes import CoverageState, Flag, Judgement, Reason, Verdict

VERDICTS = {
    Verdict.VERBATIM: "word for word",
    Verdict.FAITHFUL: "faithful",
    Verdict.ALTERED: "altered",
    Verdict.UNSUPPORTED: "not in the transcript",
}

REASONS = {
    Reason.NEGATION: "a negation was put in or left out",
    Reason.NUMBER: "a number or unit differs",
    Reason.QUANTIFIER: "how many or how often differs",
    Reason.ANTONYM: "a word was turned into its opposite",
    Reason.ENTITY: "a name or who did it differs",
    Reason.HEDGE: "how sure the speaker was differs",
    Reason.WORDING: "words differ that carry meaning",
    Reason.QUESTION: "a question was quoted as a statement",
    Reason.SPEAKER: "somebody else said it",
    Reason.STITCHED: "passages that stand apart were joined",
    Reason.OMISSION: "words that carry meaning were left out",
    Reason.CONTEXT: "the words around it change what it says",
    Reason.NOT_FOUND: "no passage says it",
    Reason.AMBIGUOUS: "it stands at several places",
    Reason.UNGUARDED: "no meaning rules for this language, so any difference counts",
}

FLAGS = {
    Flag.NO_QUOTE: "the statement came without a quote",
    Flag.NO_STATEMENT: "the quotes came without a statement",
    Flag.UNKNOWN_TOPIC: "it is for no question or theme of the guide",
    Flag.OUTSIDE_CHUNK: "it points to a passage that the model was not shown",
    Flag.NUMBER_NOT_SAID: "the statement has a number that its quotes do not have",
    Flag.QUANTITY_NOT_SAID: "the statement says how many or how often, and its quotes do not",
    Flag.NEGATION_NOT_SAID: "the statement says no where its quotes say yes, or the reverse",
    Flag.NAME_NOT_SAID: "the statement has a name that its quotes do not have",
    Flag.SPEAKS_TO_MACHINE: "the passage speaks to the machine that takes notes",
    Flag.JUDGED_UNSUPPORTED: "a second model says that the quotes do not show all of the statement",
    Flag.WITHDRAWN: "asked once more, the model found no passage for it",
}

COVERAGE = {
    CoverageState.ANSWERED: "answered",
    CoverageState.PARTLY: "partly answered",
    CoverageState.ASKED_NOT_ANSWERED: "asked, not answered",
    CoverageState.NOT_ASKED: "not asked",
    CoverageState.UNDETERMINED: "undetermined",
}


MODES = {
    AnswerMode.JSON_SCHEMA: "answers are held to a JSON schema by the server",
    AnswerMode.JSON_OBJECT: "answers are JSON, the schema stands in the prompt",
    AnswerMode.TEXT: "answers are text, the schema stands in the prompt",
}

CALL_OUTCOMES = {
    CallOutcome.ANSWERED: "answered",
    CallOutcome.CACHED: "known before",
    CallOutcome.INVALID: "answered in another form than asked for",
    CallOutcome.TRUNCATED: "cut off",
    CallOutcome.TOO_LONG: "too long for the model",
    CallOutcome.REFUSED: "refused",
    CallOutcome.BUSY: "turned away",
    CallOutcome.UNREACHABLE: "without an answer",
    CallOutcome.REJECTED: "rejected",
}

JUDGEMENTS = {
    Judgement.SUPPORTED: "the quotes show all of it",
    Judgement.PARTLY: "the quotes show some of it",
    Judgement.NOT_SUPPORTED: "the quotes do not show it",
}


def clock(time_ms: int | None) -> str:
    """Write a time of the recording as M:SS or H:MM:SS; an empty string where there is none."""
    if time_ms is None:
        return ""
    minutes, seconds = divmod(time_ms // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def dollars(cost_micro_usd: int | None) -> str:
    """Write a cost in US dollars, to four places since a chunk may cost a hundredth of a cent."""
    return "unknown (no price is listed for this model)" if cost_micro_usd is None else f"${cost_micro_usd / 1e6:.4f}"
