"""Draft notes from a chunk and a guide."""

from collections.abc import Sequence
from functools import lru_cache

from notes_pipeline.llm.answers import CoverageAnswer, DraftAnswer, NoteAnswer, QuoteAnswer
from notes_pipeline.llm.offline.candidates import Passage
from notes_pipeline.llm.offline.faults import Fault
from notes_pipeline.llm.offline.picking import pick
from notes_pipeline.llm.offline.prompts import DraftPrompt, read_draft_prompt
from notes_pipeline.llm.offline.wrong_answers import spoil_draft
from notes_pipeline.llm.rendering import UNKNOWN_SPEAKER


def write_draft(texts: Sequence[str], fault: Fault | None = None) -> DraftAnswer | None:
    """Answer messages that ask for draft notes; None: they hold no guide and transcript."""
    prompt = read_draft_prompt(texts)
    return None if prompt is None else spoil_draft(fault, draft(prompt), prompt.lines)


@lru_cache(maxsize=256)  # the same interview is asked about again and again in tests and benchmarks; 10 ms each
def draft(prompt: DraftPrompt) -> DraftAnswer:
    """Pick passages and quote them. The same prompt always gets the same answer."""
    picked = pick(prompt)
    notes = [
        NoteAnswer(topic=each.topic, quotes=[quote_of(passage)], statement=statement_of(passage))
        for each in picked
        for passage in each.passages
    ]
    coverage = [
        CoverageAnswer(question=each.topic, state=each.state.value, asked_at=each.asked_at)  # type: ignore[arg-type]
        for each in picked
        if each.state is not None
    ]
    return DraftAnswer(notes=notes, coverage=coverage)


def quote_of(passage: Passage) -> QuoteAnswer:
    return QuoteAnswer(utterance=passage.number, speaker=passage.speaker, words=passage.text)


def statement_of(passage: Passage) -> str:
    """State no more than that it was said: whoever cannot paraphrase can only point."""
    by = "" if passage.speaker == UNKNOWN_SPEAKER else f"{passage.speaker}: "
    return f"{by}“{passage.text}”"
