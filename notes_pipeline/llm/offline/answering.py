"""Answer a prompt for draft notes."""

from functools import lru_cache

from notes_pipeline.llm.answers import CoverageAnswer, DraftAnswer, NoteAnswer, QuoteAnswer
from notes_pipeline.llm.offline.candidates import Passage
from notes_pipeline.llm.offline.picking import pick
from notes_pipeline.llm.offline.prompts import DraftPrompt
from notes_pipeline.llm.rendering import UNKNOWN_SPEAKER


@lru_cache(maxsize=256)  # the same interview is asked about again and again in tests and benchmarks; 10 ms each
def answer(prompt: DraftPrompt) -> DraftAnswer:
    """Pick passages and quote them. The same prompt always gets the same answer."""
    picked = pick(prompt)
    notes = [_note(each.topic, passage) for each in picked for passage in each.passages]
    coverage = [
        CoverageAnswer(question=each.topic, state=each.state.value, asked_at=each.asked_at)  # type: ignore[arg-type]
        for each in picked
        if each.state is not None
    ]
    return DraftAnswer(notes=notes, coverage=coverage)


def _note(topic: str, passage: Passage) -> NoteAnswer:
    """State no more than that it was said: whoever cannot paraphrase can only point."""
    by = "" if passage.speaker == UNKNOWN_SPEAKER else f"{passage.speaker}: "
    quote = QuoteAnswer(utterance=passage.number, speaker=passage.speaker, words=passage.text)
    return NoteAnswer(topic=topic, quotes=[quote], statement=f"{by}“{passage.text}”")
