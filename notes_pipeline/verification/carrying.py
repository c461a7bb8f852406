"""Tell whether a place carries a quote at all, or only shares some words with it.

An altered quote has a source; a fabricated one has none, though each of its words, and many of its runs of words, may
stand somewhere.
"""

from itertools import pairwise

from notes_pipeline.verification.align import Block
from notes_pipeline.verification.alike import is_alike
from notes_pipeline.verification.index import RUN, TranscriptIndex
from notes_pipeline.verification.numerals import is_number

SHORT_WORDS = 5  # up to here a quote is a term: it is its words or it is another term
MIN_SHORT_SHARE = 0.6  # of a short quote that stands at its place: two words of three, three of five
MIN_SHARE = 0.6  # of a longer quote; shuffled quotes of the labelled sets reach 0.57
CARRYING_RUN = 7  # words in one run that carry a quote whose rest was invented
MIN_RUN_SHARE = 0.2  # of the quote's words that such a run must be: long speeches share longer runs by chance
CLEAR_SHARE = 0.75  # from here on nothing else needs asking
SECOND_SHARE = 0.75  # of what the place does not hold, standing in one run elsewhere: then two passages make the quote
MAX_RESPELT_WORDS = 2  # in one place of a quote; more that differ are other words
NUMBER_REACH = 6  # words that a number may have more when it is written out
LINK_REACH = 2  # words beside which its number may stand: the "and" of "a hundred and one" leads behind "101 and"
MIXED_SHARE = 0.6  # of what the place does not hold, standing in short runs elsewhere: then it is a mixture of runs


def may_carry(atoms: list[str], code: str, blocks: list[Block], index: TranscriptIndex) -> bool:
    """Tell whether enough of a quote stands at one place, and in one piece, to call the place its source."""
    if not blocks:
        return False
    length = len(code)
    equal = sum(block.size for block in blocks)
    longest = max(block.size for block in blocks)
    is_clear = equal >= CLEAR_SHARE * length and length > SHORT_WORDS
    is_far = longest > 0 and 4 * equal < length  # a run without words is where the number of a quote stands in others
    rewritten = 0 if is_clear or is_far else _rewritten(atoms, blocks, index)
    if length <= SHORT_WORDS:
        if equal + rewritten == length:
            return True
        return length > 2 and equal >= MIN_SHORT_SHARE * length and _has_content(atoms, blocks, index)
    if equal + rewritten >= CLEAR_SHARE * length:
        return True
    rest = [code[: blocks[0].quote], code[blocks[-1].quote + blocks[-1].size :]]
    runs = [run for part in rest for run in _known_runs(part, index)]
    words = sum(len(part) for part in rest)
    if equal < MIN_SHARE * length and (longest < CARRYING_RUN or longest < MIN_RUN_SHARE * length):
        return longest > RUN and words > RUN and max(runs, default=0) >= SECOND_SHARE * words
    return not _is_mixture(runs, words)


def _rewritten(atoms: list[str], blocks: list[Block], index: TranscriptIndex) -> int:
    """Count words of a quote between and beside the equal runs that the place holds in another form.

    These are numbers where it has numbers, words spelt in another way, and compounds joined or split.
    """
    language, said = index.language, index.words.atoms
    first, last = blocks[0], blocks[-1]
    size = len(atoms) - last.quote - last.size
    end = last.said + last.size
    edges = (
        (0, first.quote, max(0, first.said - first.quote - NUMBER_REACH), first.said),
        (last.quote + last.size, len(atoms), end, min(len(said), end + size + NUMBER_REACH)),
    )
    inner = (
        (one.quote + one.size, two.quote, one.said + one.size, two.said)
        for one, two in pairwise(blocks)
        if two.said - one.said - one.size <= two.quote - one.quote - one.size + NUMBER_REACH
    )
    count = 0
    for at, stop, low, high in (*edges, *inner):
        if at == stop:
            continue
        here, there = atoms[at:stop], said[low:high]
        numbers = sum(is_number(atom, language) or atom in language.signs or atom == "percent" for atom in here)
        beside = said[max(0, low - LINK_REACH) : high + LINK_REACH] if numbers else there
        if numbers and any(is_number(atom, language) for atom in beside):
            words = numbers + sum(
                atom in language.numbers.joiners or atom in language.numbers.one or atom in there
                for atom in here
                if not is_number(atom, language)
            )
            count += min(words, len(here))
        elif there and _are_joined(here, there):
            count += len(here)
        elif len(here) <= MAX_RESPELT_WORDS:
            count += sum(any(is_alike(atom, other) for other in there[: len(here) + 1]) for atom in here)
    return count


def _are_joined(here: list[str], there: list[str]) -> bool:
    """Tell whether words have the letters of the words at either end of others."""
    letters = "".join(here)
    return any(
        letters in ("".join(there[:length]), "".join(there[-length:]))
        for length in range(1, min(len(here) + 1, len(there)) + 1)
    )


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
