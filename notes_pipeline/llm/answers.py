"""What a model must answer with, for each thing that it is asked."""

from typing import Literal

from pydantic import Field

from notes_pipeline.llm.forms import Answer, AnswerForm

# A model that repeats itself without end must not fill the database: more than this is a wrong answer, not a long one.
MAX_NOTES, MAX_QUOTES, MAX_SENTENCES = 200, 20, 50


class QuoteAnswer(Answer):
    """`utterance`: the number in the prompt. `words`: copied from there."""

    utterance: int
    speaker: str
    words: str


class NoteAnswer(Answer):
    """`topic`: the id of a question or a theme. Quotes stand first, so that the statement is written from them."""

    topic: str
    quotes: list[QuoteAnswer] = Field(max_length=MAX_QUOTES)
    statement: str


class CoverageAnswer(Answer):
    question: str
    state: Literal["answered", "partly", "asked_not_answered", "not_asked"]
    asked_at: int | None


class DraftAnswer(Answer):
    notes: list[NoteAnswer] = Field(max_length=MAX_NOTES)
    coverage: list[CoverageAnswer]


class RepairAnswer(Answer):
    """A second attempt at one note. `is_withdrawn`: no passage shows it; then the rest is empty."""

    is_withdrawn: bool
    quotes: list[QuoteAnswer] = Field(max_length=MAX_QUOTES)
    statement: str


class JudgeAnswer(Answer):
    """`missing`: what the statement says and the quotes do not, empty where nothing; it stands before the verdict."""

    missing: str
    verdict: Literal["supported", "partly", "not_supported"]


class SentenceAnswer(Answer):
    """`notes`: the ids that the sentence rests on; chosen first, the text is written from them."""

    notes: list[str]
    text: str


class SummaryAnswer(Answer):
    sentences: list[SentenceAnswer] = Field(max_length=MAX_SENTENCES)


class ProbeAnswer(Answer):
    """Field names that nobody would guess: an answer of this form had the schema before it, or a grammar behind it."""

    fruit_on_the_scale: Literal["quince", "medlar"]
    weight_in_grams: int


DRAFT = AnswerForm("draft_notes", DraftAnswer)
REPAIR = AnswerForm("repair_note", RepairAnswer)
JUDGE = AnswerForm("judge_support", JudgeAnswer)
SUMMARY = AnswerForm("summarise", SummaryAnswer)
PROBE = AnswerForm("probe", ProbeAnswer)
