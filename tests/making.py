"""Small values for tests, each with only what the test is about."""

from collections.abc import Callable, Sequence
from uuid import UUID, uuid4

from notes_pipeline.core.guide import Guide, Question, Theme
from notes_pipeline.core.merging import Draft
from notes_pipeline.core.notes import Evidence, Note, NoteStatus, Quote, Verdict
from notes_pipeline.core.transcript import Span, Transcript, Utterance
from notes_pipeline.llm.client import AnswerFormat, Record
from notes_pipeline.llm.rendering import Message

MS_PER_UTTERANCE = 5_000

GUIDE = Guide(
    title="Orders",
    questions=(Question("how", "How do orders come in?"), Question("cost", "What does it cost?")),
    themes=(Theme("trust", "Trust in the tool"),),
    interviewers=("Ina",),
)


def make_transcript(*lines: str) -> Transcript:
    """Make one utterance of five seconds from each "Speaker: words"; without a colon the speaker is unknown."""
    utterances = []
    for index, line in enumerate(lines):
        speaker, colon, words = line.partition(": ")
        utterances.append(
            Utterance(
                index,
                speaker if colon else None,
                index * MS_PER_UTTERANCE,
                (index + 1) * MS_PER_UTTERANCE,
                words if colon else line,
            )
        )
    return Transcript(tuple(utterances))


def make_evidence(*spans: tuple[int, int], quote: str = "words", verdict: Verdict = Verdict.VERBATIM) -> Evidence:
    return Evidence(Quote(quote), verdict, 1.0, spans=tuple(Span(*span) for span in spans))


def make_draft(chunk_index: int, *evidence: Evidence, statement: str = "It is so.", topic: str = "how") -> Draft:
    is_sound = all(each.verdict.is_accepted for each in evidence)
    status = NoteStatus.SUPPORTED if is_sound else NoteStatus.FLAGGED
    return Draft(uuid4(), chunk_index, Note(statement, evidence, status, question_id=topic))


class ScriptedModel:
    """A model that gives the answers it was made with, one after the other; an exception among them is raised."""

    def __init__(self, *answers: str | BaseException) -> None:
        self._answers = list(answers)
        self.asked: list[list[Message]] = []

    def complete(
        self, messages: list[Message], answer: AnswerFormat, *, prompt_hash: str, record: Record, retries: int = 0
    ) -> str:
        self.asked.append(list(messages))
        reply = self._answers.pop(0)
        if isinstance(reply, BaseException):
            raise reply
        return reply


def always(value: ScriptedModel) -> Callable[[str], ScriptedModel]:
    return lambda _name: value


def ids(drafts: Sequence[Draft]) -> list[UUID]:
    return [draft.id for draft in drafts]
