"""Tell whether a place carries a quote at all, or only shares some words with it.

An altered quote has a source; a fabricated one has none, though each of its words, and many of its runs of words, may
stand somewhere.
"""

from notes_pipeline.verification.align import Block
from notes_pipeline.verification.index import RUN, TranscriptIndex

SHORT_WORDS = 5  # up to here a quote is a term: it is its words or it is another term
MIN_SHORT_SHARE = 0.6  # of a short quote that stands at its place: two words of three, three of five
MIN_SHARE = 0.6  # of a longer quote; shuffled quotes of the labelled sets reach 0.57
CARRYING_RUN = 7  # words in one run that carry a quote whose rest was invented
MIN_RUN_SHARE = 0.2  # of the quote's words that such a run must be: long speeches share longer runs by chance
CLEAR_SHARE = 0.75  # from here on nothing else needs asking
SECOND_SHARE = 0.75  # of what the place does not hold, standing in one run elsewhere: then two passages make the quote
MIXED_SHARE = 0.6  # of what the place does not hold, standing in short runs elsewhere: then it is a mixture of runs


def may_carry(atoms: list[str], code: str, blocks: list[Block], index: TranscriptIndex) -> bool:
    """Tell whether enough of a quote stands at one place, and in one piece, to call the place its source."""
    if not blocks:
        return False
    length = len(code)
    equal = sum(block.size for block in blocks)
    longest = max(block.size for block in blocks)
    if length <= SHORT_WORDS:
        return equal == length or (
            length > 2 and equal >= MIN_SHORT_SHARE * length and _has_content(atoms, blocks, index)
        )
    if equal >= CLEAR_SHARE * length:
        return True
    rest = [code[: blocks[0].quote], code[blocks[-1].quote + blocks[-1].size :]]
    runs = [run for part in rest for run in _known_runs(part, index)]
    words = sum(len(part) for part in rest)
    if equal < MIN_SHARE * length and (longest < CARRYING_RUN or longest < MIN_RUN_SHARE * length):
        return longest > RUN and words > RUN and max(runs, default=0) >= SECOND_SHARE * words
    return not _is_mixture(runs, words)


def _has_content(atoms: list[str], blocks: list[Block], index: TranscriptIndex) -> bool:
    common = index.language.function_words
    matched = (at for block in blocks for at in range(block.quote, block.quote + block.size))
    return any(atoms[at] not in common for at in matched)


def _is_mixture(runs: list[int], words: int) -> bool:
    """Tell whether what the place does not hold was put together from runs of several other places."""
    long_runs = [run for run in runs if run >= RUN]
    return len(long_runs) > 1 and sum(long_runs) >= MIXED_SHARE * words


def _known_runs(code: str, index: TranscriptIndex) -> list[int]:
    """Cut words, from left to right, into the longest runs that stand somewhere in the transcript; gives lengths."""
    lengths = []
    at = 0
    while at < len(code):
        length = 1
        places = index.starts_of(code[at : at + RUN])
        if places:
            length = RUN
            while at + length < len(code):
                following = code[at + length]
                places = [place for place in places if index.code[place + length : place + length + 1] == following]
                if not places:
                    break
                length += 1
        lengths.append(length)
        at += length
    return lengths
