"""Ask a model for the claims of one chunk, and read its answer."""

from dataclasses import dataclass
from typing import Protocol

from pydantic import ValidationError

from notes_pipeline.core.chunking import Chunk
from notes_pipeline.core.coverage import CoverageClaim
from notes_pipeline.core.errors import ModelAnswerError
from notes_pipeline.core.guide import Guide
from notes_pipeline.core.notes import Claim, CoverageState, Quote
from notes_pipeline.core.roles import Role, Roles
from notes_pipeline.core.transcript import Transcript
from notes_pipeline.llm.answers import DRAFT_SCHEMA_NAME, DraftAnswer, draft_schema
from notes_pipeline.llm.client import AnswerFormat, Record
from notes_pipeline.llm.prompts import DRAFT_PROMPT, load_prompt
from notes_pipeline.llm.rendering import UNKNOWN_SPEAKER, Message, draft_messages


class Model(Protocol):
    """What generation needs of `ModelClient`; a test passes its own."""

    def complete(
        self, messages: list[Message], answer: AnswerFormat, *, prompt_hash: str, record: Record, retries: int = 0
    ) -> str: ...


@dataclass(frozen=True, slots=True)
class Draft:
    """What a model answered for one chunk, in our words; nothing of it is checked yet."""

    claims: tuple[Claim, ...]
    coverage: tuple[CoverageClaim, ...]


def generate_claims(
    model: Model, guide: Guide, transcript: Transcript, chunk: Chunk, roles: Roles, *, record: Record
) -> Draft:
    """Ask for the claims of a chunk; an answer of the wrong form is asked for once more, with what is wrong with it.

    Raises:
        ModelAnswerError: both answers were of the wrong form.
        Everything that `ModelClient.complete` raises.
    """
    prompt = load_prompt(DRAFT_PROMPT)
    answer = AnswerFormat(DRAFT_SCHEMA_NAME, draft_schema())
    messages = draft_messages(prompt.text, guide, transcript, chunk, roles)
    text = model.complete(messages, answer, prompt_hash=prompt.hash, record=record)
    try:
        return _read(text, guide)
    except ValidationError as error:
        messages += [
            {"role": "assistant", "content": text},
            {"role": "user", "content": f"That is not JSON of the schema asked for. {_problems(error)} Answer again."},
        ]
    text = model.complete(messages, answer, prompt_hash=prompt.hash, record=record, retries=1)
    try:
        return _read(text, guide)
    except ValidationError as error:
        raise ModelAnswerError(f"the answer is not of the form asked for, twice. {_problems(error)}") from error


def _read(text: str, guide: Guide) -> Draft:
    # PostgreSQL stores no NUL, and nobody says one.
    answer = DraftAnswer.model_validate_json(text.replace("\\u0000", "\\ufffd").replace("\0", "\ufffd"))
    questions = {question.id for question in guide.questions}
    themes = {theme.id for theme in guide.themes}
    claims = [
        Claim(
            statement=note.statement.strip(),
            quotes=tuple(Quote(quote.words, _speaker(quote.speaker), quote.utterance) for quote in note.quotes),
            question_id=note.topic if note.topic in questions else None,
            theme_id=note.topic if note.topic in themes else None,
        )
        for note in answer.notes
    ]
    coverage = [
        CoverageClaim(item.question, CoverageState(item.state), item.asked_at)
        for item in answer.coverage
        if item.question in questions
    ]
    return Draft(tuple(claims), tuple(coverage))


def _speaker(name: str) -> str | None:
    """Take "Ann (participant)", as the prompt shows her, for "Ann"."""
    bare = name.strip()
    for role in Role:
        bare = bare.removesuffix(f"({role.value})").rstrip()
    return None if not bare or bare.casefold() == UNKNOWN_SPEAKER else bare


def _problems(error: ValidationError) -> str:
    """Say what is wrong, at most three things, without repeating the answer."""
    return " ".join(
        f"{'.'.join(str(part) for part in problem['loc']) or 'The answer'}: {problem['msg']}."
        for problem in error.errors(include_url=False, include_input=False, include_context=False)[:3]
    )
