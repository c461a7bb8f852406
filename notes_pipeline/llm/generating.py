"""Write the requests of the pipeline, and read their answers into our words."""

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass

from notes_pipeline.core.coverage import CoverageClaim
from notes_pipeline.core.errors import ModelAnswerError
from notes_pipeline.core.guide import Guide, Question, Theme
from notes_pipeline.core.model_calls import Purpose
from notes_pipeline.core.notes import Claim, CoverageState, Note, Quote
from notes_pipeline.core.prompts import Prompt
from notes_pipeline.core.roles import Role
from notes_pipeline.llm.answers import (
    DRAFT,
    JUDGE,
    REPAIR,
    SUMMARY,
    DraftAnswer,
    JudgeAnswer,
    QuoteAnswer,
    RepairAnswer,
    SummaryAnswer,
)
from notes_pipeline.llm.forms import A, UnreadableAnswerError
from notes_pipeline.llm.rendering import (
    UNKNOWN_SPEAKER,
    draft_messages,
    judge_messages,
    repair_messages,
    summary_messages,
)
from notes_pipeline.llm.requests import ModelRequest

MOST_UTTERANCES = 1_000_000_000  # of a transcript, and more


@dataclass(frozen=True, slots=True)
class Draft:
    """What a model answered for one chunk, in our words; nothing of it is checked yet."""

    claims: tuple[Claim, ...]
    coverage: tuple[CoverageClaim, ...]


def ask_in_form(complete: Callable[[ModelRequest[A], int], str], request: ModelRequest[A]) -> A:
    """Ask; an answer of the wrong form is asked for once more, with what is wrong with it.

    `complete` gets the request and how many went before it for the same answer.

    Raises:
        ModelAnswerError: both answers were of the wrong form.
    """
    text = complete(request, 0)
    try:
        return request.form.read(text)
    except UnreadableAnswerError as problem:
        text = complete(request.again(text, problem), 1)
    try:
        return request.form.read(text)
    except UnreadableAnswerError as problem:
        raise ModelAnswerError(f"the answer is not of the form asked for, twice. {problem}") from problem


def draft_request(prompt: Prompt, guide: Guide, chunk: str) -> ModelRequest[DraftAnswer]:
    """Ask for the notes of a chunk, given as `render_chunk` writes it."""
    messages = draft_messages(prompt.text, guide, chunk)
    return ModelRequest(Purpose.DRAFT, prompt.hash, tuple(messages), DRAFT)


def repair_request(prompt: Prompt, chunk: str, note: Note) -> ModelRequest[RepairAnswer]:
    messages = repair_messages(prompt.text, chunk, note)
    return ModelRequest(Purpose.REPAIR, prompt.hash, tuple(messages), REPAIR)


def judge_request(prompt: Prompt, note: Note) -> ModelRequest[JudgeAnswer]:
    return ModelRequest(Purpose.JUDGE, prompt.hash, tuple(judge_messages(prompt.text, note)), JUDGE)


def summary_request(
    prompt: Prompt, topic: Question | Theme, notes: Sequence[tuple[str, Note]]
) -> ModelRequest[SummaryAnswer]:
    messages = summary_messages(prompt.text, topic, notes)
    return ModelRequest(Purpose.SUMMARY, prompt.hash, tuple(messages), SUMMARY)


def draft_context(prompt: Prompt, guide: Guide, chunk: str, model: str) -> str:
    """Hash all that shapes a draft beside the topics: an answer of the same context serves another guide's topics."""
    return _hash([model, prompt.hash, DRAFT.schema_text, guide.title, guide.goal, chunk])


def topic_hashes(guide: Guide) -> dict[str, str]:
    """Give, by id, the hash of each question and theme with all its words."""
    return {topic.id: _hash([type(topic).__name__, asdict(topic)]) for topic in guide.topics}


def read_draft(answer: DraftAnswer, guide: Guide) -> Draft:
    """Take an answer over; what is for no topic of the guide is kept as a claim without one."""
    questions = {question.id for question in guide.questions}
    themes = {theme.id for theme in guide.themes}
    claims = [
        Claim(
            statement=note.statement.strip(),
            quotes=read_quotes(note.quotes),
            question_id=note.topic if note.topic in questions else None,
            theme_id=note.topic if note.topic in themes else None,
        )
        for note in answer.notes
    ]
    coverage = [
        CoverageClaim(
            item.question,
            CoverageState(item.state),
            None if item.asked_at is None else _utterance(item.asked_at),
        )
        for item in answer.coverage
        if item.question in questions
    ]
    return Draft(tuple(claims), tuple(coverage))


def read_quotes(quotes: Iterable[QuoteAnswer]) -> tuple[Quote, ...]:
    return tuple(Quote(quote.words, _speaker(quote.speaker), _utterance(quote.utterance)) for quote in quotes)


def _utterance(number: int) -> int:
    """Take a number that no transcript has for the largest that can be stored: it points outside all the same."""
    return number if 0 <= number < MOST_UTTERANCES else MOST_UTTERANCES


def _speaker(name: str) -> str | None:
    """Take "Ann (participant)", as the prompt shows her, for "Ann"."""
    bare = name.strip()
    for role in Role:
        bare = bare.removesuffix(f"({role.value})").rstrip()
    return None if not bare or bare.casefold() == UNKNOWN_SPEAKER else bare


def _hash(parts: list[object]) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
