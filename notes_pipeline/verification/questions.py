"""Notice a question that is quoted as a statement."""

from notes_pipeline.verification.compare import Comparison
from notes_pipeline.verification.index import TranscriptIndex
from notes_pipeline.verification.reading import ReadQuote
from notes_pipeline.verification.text import ELLIPSIS
from notes_pipeline.verification.tokens import Words


def question_is_flattened(read: ReadQuote, comparison: Comparison, index: TranscriptIndex) -> bool:
    """Tell whether a word that ends a question in the transcript ends a statement in the quote.

    A question that its order of words shows to be one stays a question whatever its mark.
    """
    said, claimed = index.words, read.words
    if "?" not in said.folded[said.starts[comparison.start] : said.ends[comparison.end - 1] + 4]:
        return False
    if _is_cut_out(read, comparison, index):
        return True
    if "." not in claimed.folded:
        return False
    for block in comparison.blocks:
        for offset in range(1, block.size + 1):
            place, at = block.said + offset, block.quote + offset
            if place < len(said) and said.starts[place] == said.starts[place - 1]:
                continue  # inside a contraction
            is_last = offset == block.size and block is comparison.blocks[-1]
            if (offset < block.size or is_last) and "?" in said.before(place) and _states(claimed.before(at)):
                return not _asks_by_order(said, comparison.start, place, index)
    return False


def _states(mark: str) -> bool:
    return "." in mark and "?" not in mark and ELLIPSIS not in mark


def _is_cut_out(read: ReadQuote, comparison: Comparison, index: TranscriptIndex) -> bool:
    """Tell whether the end of a question is quoted as a sentence of its own: "[do you think] The manager left"."""
    said, claimed, start, end = index.words, read.words, comparison.start, comparison.end
    if comparison.blocks[0].quote or not start or "?" not in said.before(end) or "?" in claimed.before(len(claimed)):
        return False
    is_capital = claimed.word(0)[:1].isupper() and said.word(start)[:1].islower()
    begins = any(mark in said.before(start) for mark in ".?!") or index.end_of(index.utterance_of(start) - 1) == start
    inner = said.folded[said.starts[start] : said.ends[end - 1]]
    if not is_capital or begins or any(mark in inner for mark in ".?!"):
        return False
    return said.atoms[start] not in index.language.question_starts and _is_framed(start, index)


def _is_framed(start: int, index: TranscriptIndex) -> bool:
    """Tell whether the words before `start` in its sentence are more than markers, fillers and a broken-off start."""
    words, language = index.words, index.language
    if any(cut in words.before(start) for cut in ("--", "- ", " -", ELLIPSIS)):
        return False
    first = index.transcript.offsets[index.utterance_of(start)]
    loose = {atom for marker in language.markers for atom in marker}
    for at in range(start - 1, -1, -1):
        if words.starts[at] < first:
            break
        if words.atoms[at] not in language.fillers and words.atoms[at] not in loose:
            return True
        if any(mark in words.before(at) for mark in ".?!"):
            break
    return False


def _asks_by_order(words: Words, start: int, end: int, index: TranscriptIndex) -> bool:
    at = end - 1
    while (
        at > start
        and not any(mark in words.before(at) for mark in ".?!")
        and index.utterance_of(at - 1) == index.utterance_of(at)
    ):
        at -= 1
    while at < end and words.atoms[at] in index.language.fillers:
        at += 1
    return words.atoms[at] in index.language.question_starts
