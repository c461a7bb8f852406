"""Compare a quote with one place word by word."""

from collections.abc import Iterator
from typing import NamedTuple

from notes_pipeline.verification.align import Block, align, align_at, align_parts, regions
from notes_pipeline.verification.carrying import may_carry
from notes_pipeline.verification.edges import EdgeExplainer
from notes_pipeline.verification.explain import MAX_GAP_WORDS, Difference
from notes_pipeline.verification.harmless import Side
from notes_pipeline.verification.index import TranscriptIndex
from notes_pipeline.verification.locate import Location
from notes_pipeline.verification.numerals import is_number
from notes_pipeline.verification.reading import ReadQuote
from notes_pipeline.verification.tables.language import Language

STRAY_WORDS = 2  # so few words at the end may stand there by chance


class Comparison(NamedTuple):
    """A quote against one place. `start`, `end`: the words of the transcript that it rests on.

    `matched`: words of the quote that were found or explained. `gaps`: stretches of the transcript that the quote
    leaves out openly, by an ellipsis or over a backchannel. `breaks`: which of them an ellipsis stands for.
    """

    blocks: tuple[Block, ...]
    start: int
    end: int
    matched: int
    differences: tuple[Difference, ...] = ()
    gaps: tuple[tuple[int, int], ...] = ()
    breaks: tuple[tuple[int, int], ...] = ()


def compare_exact(length: int, start: int) -> Comparison:
    """Give the comparison of a quote whose words all stand at `start` in their order."""
    return Comparison((Block(0, start, length),), start, start + length, length)


def compare(
    quote: ReadQuote, claimed: Side, code: str, index: TranscriptIndex, location: Location
) -> Comparison | None:
    """Compare a quote with the words around a place, None where the place does not carry it."""
    if quote.gaps:
        low, high = max(0, location.start - MAX_GAP_WORDS), min(len(index.code), location.end + MAX_GAP_WORDS)
        blocks = align_parts(code, quote.gaps, index, low, high)
    elif location.anchor is not None and location.start == location.end:
        blocks = [Block(*location.anchor, 0)]
    elif location.anchor is not None:
        blocks = align_at(code, index, location.anchor, location.start, location.end)
    else:
        blocks = align(code, index, location.start, location.end)
    if not may_carry(quote.words.atoms, code, blocks, index):
        return None
    comparison = _explain(quote, claimed, index, blocks)
    for other in _without_numbers(blocks, comparison, claimed, index) if comparison.differences else ():
        again = _explain(quote, claimed, index, other)
        if not again.differences:
            return again
    return comparison


def _without_numbers(
    blocks: list[Block], comparison: Comparison, claimed: Side, index: TranscriptIndex
) -> Iterator[list[Block]]:
    """Give the runs without the words of a number, or the few words, beside what stays unexplained at either end.

    Words of a number may stand in the next one too ("110,000 and got 101,000. And"), and the 30 of "30 por cento" is
    that of "30%".
    """
    language, atoms = index.language, claimed.atoms
    first, last = blocks[0], blocks[-1]
    low = min(one.quote_start for one in comparison.differences)
    high = max(one.quote_end for one in comparison.differences)
    before = blocks[-2].quote + blocks[-2].size if len(blocks) > 1 else 0
    is_at_start = len(blocks) > 1 and high <= blocks[1].quote
    if low < before and not is_at_start:
        return
    differs = any(_has_number(atoms[one.quote_start : one.quote_end], language) for one in comparison.differences)
    if low >= before:
        is_edge = high > last.quote
        kept = last.size
        while kept and _is_of_number(atoms[last.quote + kept - 1], language):
            kept -= 1
        cut = atoms[last.quote + kept : last.quote + last.size]
        if cut and (is_edge or not kept) and (differs or _has_number(cut, language)):
            yield [*blocks[:-1], last._replace(size=kept)] if kept or len(blocks) == 1 else blocks[:-1]
        elif differs and is_edge and last.size <= STRAY_WORDS and len(blocks) > 1:
            yield blocks[:-1]
    if is_at_start:
        is_stray = first.size <= STRAY_WORDS and (low >= first.quote + first.size or (differs and low < first.quote))
        if is_stray or _has_number([atoms[first.quote + first.size - 1]], language):
            yield blocks[1:]


def _has_number(atoms: list[str], language: Language) -> bool:
    return any(is_number(atom, language) or atom in language.signs for atom in atoms)


def _is_of_number(atom: str, language: Language) -> bool:
    numbers = language.numbers
    return (
        is_number(atom, language)
        or atom in numbers.joiners
        or atom in numbers.point
        or atom in numbers.hours
        or atom in language.signs
    )


def _explain(quote: ReadQuote, claimed: Side, index: TranscriptIndex, blocks: list[Block]) -> Comparison:
    """Explain what differs between the equal runs, and beside them."""
    explainer = EdgeExplainer(quote, claimed, index)
    differences: list[Difference] = []
    first, last = blocks[0], blocks[-1]
    start, end = first.said, last.said + last.size
    if first.quote:
        start, found = explainer.left_edge(first)
        differences.extend(found)
    differences.extend(explainer.all_inner(regions(blocks)))
    if last.quote + last.size < len(quote.words):
        end, found = explainer.right_edge(last)
        differences.extend(found)
    return Comparison(
        tuple(blocks),
        start,
        end,
        len(quote.words) - sum(difference.quote_end - difference.quote_start for difference in differences),
        tuple(differences),
        tuple(sorted(explainer.gaps)),
        tuple(sorted(explainer.breaks)),
    )
