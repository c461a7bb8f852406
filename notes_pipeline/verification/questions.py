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
    if (
        "." not in claimed.folded
        or "?" not in said.folded[said.starts[comparison.start] : said.ends[comparison.end - 1] + 4]
    ):
        return False
    for block in comparison.blocks:
        for offset in range(1, block.size + 1):
            place, at = block.said + offset, block.quote + offset
            if place < len(said) and said.starts[place] == said.starts[place - 1]:
                continue  # inside a contraction
            is_last = offset == block.size and block is comparison.blocks[-1]
            if (offset < block.size or is_last) and "?" in said.before(place) and _states(claimed.before(at)):
                return not _asks_by_order(said, place, index)
    return False


def _states(mark: str) -> bool:
    return "." in mark and "?" not in mark and ELLIPSIS not in mark


def _asks_by_order(words: Words, end: int, index: TranscriptIndex) -> bool:
    at = end - 1
    while (
        at > 0
        and not any(mark in words.before(at) for mark in ".?!")
        and index.utterance_of(at - 1) == index.utterance_of(at)
    ):
        at -= 1
    while at < end and words.atoms[at] in index.language.fillers:
        at += 1
    return words.atoms[at] in index.language.question_starts
