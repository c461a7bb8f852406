"""Differences of notation: a currency sign that moved, a dash for "to", a comma for "and"."""

import re

from notes_pipeline.verification.align import Region
from notes_pipeline.verification.numerals import Stretch, is_number
from notes_pipeline.verification.readings import read_amounts
from notes_pipeline.verification.sides import Written

_PAUSE = re.compile(r"[,;.]")


def is_moved_sign(claimed: Written, said: Written, region: Region) -> bool:
    """Tell whether only the sign of a sum stands elsewhere: "€5 million" for "5 million euros"."""
    atoms = claimed.atoms[region.quote_start : region.quote_end] + said.atoms[region.start : region.end]
    if len(atoms) != 1 or atoms[0] not in said.language.signs:
        return False
    here, there = (
        read_amounts(Stretch(side.atoms, len(side.atoms), said.language, side.words.before), at)
        for side, at in ((claimed, region.quote_start), (said, region.start))
    )
    return bool(here) and [reading.form for reading in here] == [reading.form for reading in there]


def is_sign_said_before(claimed: Written, at: int, said: Written, place: int) -> bool:
    """Tell whether a currency behind a number of the quote was said, or written, as the sign before it."""
    language = said.language
    currency = language.currencies.get(claimed.atoms[at])
    if currency is None or claimed.atoms[at] in language.signs:
        return False
    first, sign = at, place
    while first > 0 and sign > 0 and claimed.atoms[first - 1] == said.atoms[sign - 1]:
        first, sign = first - 1, sign - 1
        if not is_number(said.atoms[sign], language):
            return False
    return first < at and sign > 0 and language.currencies.get(said.atoms[sign - 1]) == currency


def is_dash(claimed: Written, said: Written, region: Region) -> bool:
    """Tell whether a dash between two numbers stands for the word between them: "5-10" for "5 to 10"."""
    sides = [(claimed, region.quote_start, region.quote_end), (said, region.start, region.end)]
    if region.quote_start < region.quote_end:
        sides.reverse()
    (dashed, at, end), (worded, first, last) = sides
    return (
        at == end
        and last - first == 1
        and 0 < at < len(dashed.atoms)
        and worded.atoms[first] in said.language.numbers.to
        and dashed.words.before(at).strip() == "-"
        and is_number(dashed.atoms[at - 1], said.language)
        and is_number(dashed.atoms[at], said.language)
    )


def is_comma_for_link(claimed: Written, said: Written, region: Region) -> bool:
    """Tell whether the comma of a quote stands for the comma and the "and" that was said: "slow, and dear".

    Not between two numbers, which it may join to one or set apart as two.
    """
    language, at, end = said.language, region.start, region.end
    if region.quote_start < region.quote_end or not 0 < region.quote_start < len(claimed.atoms):
        return False
    left = [place for place in range(at, end) if said.atoms[place] not in language.fillers]
    return (
        len(left) == 1
        and said.atoms[left[0]] == language.link
        and _PAUSE.search(said.words.before(left[0])) is not None
        and _PAUSE.search(claimed.words.before(region.quote_start)) is not None
        and end < len(said.atoms)
        and not (is_number(said.atoms[at - 1], language) and is_number(said.atoms[end], language))
        and not said.is_border(at)
        and not said.is_border(end)
    )
