"""Find the second passage of a quote that runs two together."""

from typing import NamedTuple

from notes_pipeline.verification.align import align
from notes_pipeline.verification.compare import Comparison
from notes_pipeline.verification.explain import Difference
from notes_pipeline.verification.index import TranscriptIndex
from notes_pipeline.verification.locate import locate

MIN_WORDS = 3  # fewer words stand somewhere by chance
MIN_SHARE = 0.75  # of the words that nothing explains at the first place


class Passage(NamedTuple):
    """Words [start, end) of the transcript that stand for a difference."""

    difference: Difference
    start: int
    end: int


def second_passage(comparison: Comparison, code: str, index: TranscriptIndex) -> Passage | None:
    """Find where the longest unexplained end of a quote stands, None if nowhere."""
    ends = [
        difference
        for difference in comparison.differences
        if difference.quote_end - difference.quote_start >= MIN_WORDS
        and (difference.quote_start == 0 or difference.quote_end == len(code))
    ]
    if not ends:
        return None
    end = max(ends, key=lambda difference: difference.quote_end - difference.quote_start)
    part = code[end.quote_start : end.quote_end]
    if len(part) == MIN_WORDS and len(index.starts_of(part)) != 1:
        return None  # three words that stand at many places say nothing
    best: tuple[int, int, int] | None = None
    for location in locate(part, index, most=2):
        blocks = align(part, index, location.start, location.end)
        equal = sum(block.size for block in blocks)
        if blocks and equal >= MIN_SHARE * len(part) and (best is None or equal > best[0]):
            best = (equal, blocks[0].said, blocks[-1].said + blocks[-1].size)
    return None if best is None else Passage(end, best[1], best[2])
