"""Compare a quote with one place word by word."""

from typing import NamedTuple

from notes_pipeline.verification.align import Block, align, align_at, align_parts, regions
from notes_pipeline.verification.carrying import may_carry
from notes_pipeline.verification.edges import EdgeExplainer
from notes_pipeline.verification.explain import MAX_GAP_WORDS, Difference
from notes_pipeline.verification.harmless import Side
from notes_pipeline.verification.index import TranscriptIndex
from notes_pipeline.verification.locate import Location
from notes_pipeline.verification.reading import ReadQuote


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
    elif location.anchor is not None:
        blocks = align_at(code, index, location.anchor, location.start, location.end)
    else:
        blocks = align(code, index, location.start, location.end)
    if not may_carry(quote.words.atoms, code, blocks, index):
        return None
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
