"""Lay the words of a quote against a stretch of the transcript: which are equal, and what differs between them."""

from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

from rapidfuzz.distance import Indel

from notes_pipeline.verification.index import TranscriptIndex

SHORT_PART_WORDS = 4  # a part of so few words is looked for as it is
STRAY_FACTOR = 2  # an edge run this many times shorter than the gap behind it matched by chance
BESIDE_WORDS = 2  # words that may be left out beside an edge: "do not"
MAX_HELD = 64  # runs in a row that fit nowhere, after which nothing more is looked for: words in another order


class Block(NamedTuple):
    """`size` equal words: from `quote` on in the quote, from `said` on in the transcript."""

    quote: int
    said: int
    size: int


class Region(NamedTuple):
    """What differs: words [quote_start, quote_end) of the quote against [start, end) of the transcript."""

    quote_start: int
    quote_end: int
    start: int
    end: int


def align(code: str, index: TranscriptIndex, low: int, high: int) -> list[Block]:
    """List the equal runs of a quote and words [low, high) of the transcript, in order, edges without stray words."""
    text = index.code
    at = text.find(code, low, high)
    if at >= 0:
        return [Block(0, at, len(code))]
    blocks = _equal_runs(code, text, low, high)
    if len(blocks) < 2:
        return blocks
    kept = _gather(blocks, index)
    first, last = kept[0], kept[-1]
    at, end = last.quote + last.size, last.said + last.size
    # Runs at the edges were left out: their words may stand nearer than where they were aligned.
    if blocks[0].quote < first.quote <= SHORT_PART_WORDS:
        kept[:0] = _beside(code, range(first.quote - 1, -1, -1), text, low, first.said)
    if at <= blocks[-1].quote and len(code) - at <= SHORT_PART_WORDS:
        kept.extend(_beside(code, range(at, len(code)), text, end, high))
    return kept


def align_at(code: str, index: TranscriptIndex, anchor: tuple[int, int], low: int, high: int) -> list[Block]:
    """List the equal runs of a short quote of which one word, and its place, are given."""
    text = index.code
    at, place = anchor
    start = 0
    while start < min(at, place - low) and code[at - start - 1] == text[place - start - 1]:
        start += 1
    end = 1
    while at + end < len(code) and place + end < high and code[at + end] == text[place + end]:
        end += 1
    return [
        *_beside(code, range(at - start - 1, -1, -1), text, low, place - start),
        Block(at - start, place - start, start + end),
        *_beside(code, range(at + end, len(code)), text, place + end, high),
    ]


def _equal_runs(code: str, text: str, low: int, high: int) -> list[Block]:
    """List the equal runs of a quote and words [low, high) of the transcript."""
    return [
        Block(op.src_start, op.dest_start + low, op.src_end - op.src_start)
        for op in Indel.opcodes(code, text[low:high])
        if op.tag == "equal"
    ]


def _beside(code: str, places: range, text: str, low: int, high: int) -> list[Block]:
    """Look for a few words of an edge one by one, each nearest to the one before, outwards from the equal runs."""
    found: list[Block] = []
    skipped = 0
    for at in places:
        reach = BESIDE_WORDS + skipped
        if places.step < 0:
            place = text.rfind(code[at], max(low, high - reach - 1), high)
            high = place if place >= 0 else high
        else:
            place = text.find(code[at], low, min(high, low + reach + 1))
            low = place + 1 if place >= 0 else low
        skipped = 0 if place >= 0 else skipped + 1
        if place >= 0:
            found.append(Block(at, place, 1))
    return found if places.step > 0 else found[::-1]


def align_parts(code: str, gaps: Iterable[int], index: TranscriptIndex, low: int, high: int) -> list[Block]:
    """Align the parts of a quote with ellipses one after the other, each behind the one before.

    A part that is not there is left out: words of it that stand there by chance tell nothing.
    """
    borders = [0, *sorted(gaps), len(code)]
    parts = sorted(pairwise(borders), key=lambda part: part[0] - part[1])
    placed: list[tuple[int, list[Block]]] = []
    for start, end in parts:  # the longest first: it is the surest
        before = [blocks[-1].said + blocks[-1].size for at, blocks in placed if at < start]
        after = [blocks[0].said for at, blocks in placed if at > start]
        found = _align_part(
            code[start:end], index, max(before, default=low), min(after, default=high), is_last=not after
        )
        if 2 * sum(block.size for block in found) > end - start:
            placed.append((start, [Block(block.quote + start, block.said, block.size) for block in found]))
    return [block for _, blocks in sorted(placed, key=lambda part: part[0]) for block in blocks]


def _align_part(code: str, index: TranscriptIndex, low: int, high: int, *, is_last: bool) -> list[Block]:
    """Align one part of a quote with ellipses; a short one stands nearest to the part that is placed already."""
    if len(code) >= SHORT_PART_WORDS:
        return align(code, index, low, high)
    at = index.code.find(code, low, high) if is_last else index.code.rfind(code, low, high)
    return [Block(0, at, len(code))] if at >= 0 else []


def _gather(blocks: list[Block], index: TranscriptIndex) -> list[Block]:
    """From the longest run outwards, put runs next to their neighbour where they fit as well; leave out stray ones.

    Where words are said twice, an alignment may take either; the ones next to the rest are meant.
    """
    anchor = _anchor(blocks)
    kept = [blocks[anchor]]
    held: list[Block] = []  # too short for their distance, unless more follow
    for block in reversed(blocks[:anchor]):
        first = held[0] if held else kept[0]
        gap = first.said - block.said - block.size
        if gap and first.quote == block.quote + block.size:
            if (
                len(kept) == 1
                and not held
                and index.code.startswith(index.code[first.said : first.said + first.size], block.said + block.size)
            ):
                kept[0] = Block(block.quote, block.said, block.size + first.size)
                continue
            same = _common_end(index.code, block, first.said)
            if same == block.size or (same and _changes_speaker(block, block.size - same, index)):
                (held or kept)[0] = first = Block(first.quote - same, first.said - same, first.size + same)
                if same == block.size:
                    continue
                block = Block(block.quote, block.said, block.size - same)
                gap = first.said - block.said - block.size
        held.insert(0, block)
        if len(held) > MAX_HELD:
            break
        if not _are_stray(held, kept[0], index):
            kept[:0] = held
            held = []
    held = []
    for block in blocks[anchor + 1 :]:
        last = held[-1] if held else kept[-1]
        end = last.said + last.size
        if block.said > end and block.quote == last.quote + last.size:
            if index.code.startswith(index.code[block.said : block.said + block.size], end):
                (held or kept)[-1] = Block(last.quote, last.said, last.size + block.size)
                continue
            same = _common_end(index.code, last, block.said)
            if same == last.size and len(kept) == 1 and not held:
                kept[-1] = Block(last.quote, block.said - same, same + block.size)
                continue
            if not held and len(kept) == 1 and last.size - same < same + block.size > last.size:
                # "I trust it with the bread. I don't trust it with the cakes": the longer run is meant.
                return _gather([*blocks[:anchor], *_move(last, block, same), *blocks[blocks.index(block) + 1 :]], index)
            if 0 < same < last.size and _changes_speaker(last, last.size - same, index):
                (held or kept)[-1] = last = Block(last.quote, last.said, last.size - same)
                block = Block(block.quote - same, block.said - same, block.size + same)
                end = last.said + last.size
        held.append(block)
        if len(held) > MAX_HELD:
            break
        if not _are_stray(held, kept[-1], index):
            kept.extend(held)
            held = []
    return kept


def _anchor(blocks: list[Block]) -> int:
    """Choose the longest run; of several the one beside which the others stand as in the quote."""
    size = max(block.size for block in blocks)
    longest = [at for at, block in enumerate(blocks) if block.size == size]
    if len(longest) == 1 or len(blocks) > MAX_HELD:
        return longest[0]

    def beside(at: int) -> float:
        shift = blocks[at].said - blocks[at].quote
        return sum(block.size / (1 + abs(block.said - block.quote - shift)) for block in blocks)

    return max(longest, key=beside)


def _move(left: Block, right: Block, words: int) -> list[Block]:
    """Take the last `words` words of a run at the place right before the next run, where they stand as well."""
    return [
        Block(left.quote, left.said, left.size - words),
        Block(right.quote - words, right.said - words, right.size + words),
    ]


def _common_end(text: str, block: Block, before: int) -> int:
    """Count the last words of a run that stand right before another place too."""
    same = 0
    while same < block.size and text[block.said + block.size - 1 - same] == text[before - 1 - same]:
        same += 1
    return same


def _changes_speaker(block: Block, at: int, index: TranscriptIndex) -> bool:
    """Tell whether another person says the words of a run from its word `at` on."""
    return index.speaker_of(block.said + at - 1) != index.speaker_of(block.said + at)


def _are_stray(blocks: list[Block], rest: Block, index: TranscriptIndex) -> bool:
    """Tell whether runs are far from the rest for their size, in the quote or in the transcript: matched by chance."""
    size = sum(block.size for block in blocks)
    most = STRAY_FACTOR * size + 1
    if blocks[0].quote < rest.quote:
        quoted = rest.quote - blocks[0].quote
        start, end = blocks[0].said, rest.said
    else:
        quoted = blocks[-1].quote + blocks[-1].size - rest.quote - rest.size
        start, end = rest.said + rest.size, blocks[-1].said + blocks[-1].size
    if quoted - size > most:
        return True
    if end - start - size <= most:
        return False
    words, fillers = index.words.atoms, index.language.fillers
    left = size + most
    for at in range(start, end):
        if words[at] not in fillers:
            left -= 1
            if left < 0:
                return True
    return False


def regions(blocks: list[Block]) -> list[Region]:
    """List what differs between the blocks, without the edges."""
    return [
        Region(one.quote + one.size, two.quote, one.said + one.size, two.said)
        for one, two in pairwise(blocks)
        if two.quote > one.quote + one.size or two.said > one.said + one.size
    ]
