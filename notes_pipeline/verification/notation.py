"""Differences of notation: a currency sign that moved, a dash for "to", a comma for "and"."""

import re

from notes_pipeline.verification.align import Region
from notes_pipeline.verification.numerals import is_number
from notes_pipeline.verification.readings import read_amounts
from notes_pipeline.verification.sides import Written

_PAUSE = re.compile(r"[,;.]")


def is_moved_sign(claimed: Written, said: Written, region: Region) -> bool:
    """Tell whether only the sign of a sum stands elsewhere: "€5 million" for "5 million euros"."""
    atoms = claimed.atoms[region.quote_start : region.quote_end] + said.atoms[region.start : region.end]
    if len(atoms) != 1 or atoms[0] not in said.language.signs:
        return False
    here, there = (
        {reading.form for reading in read_amounts(side.stretch, at)}
        for side, at in ((claimed, region.quote_start), (said, region.start))
    )
    return not here.isdisjoint(there)


def is_same_share(claimed: Written, said: Written, region: Region) -> bool:
    """Tell whether percent is written in two ways behind a number: "30 por cento" for "30%"."""
    language = said.language
    return (
        0 < region.quote_start < region.quote_end
        and tuple(claimed.atoms[region.quote_start : region.quote_end]) in language.percent
        and tuple(said.atoms[region.start : region.end]) in language.percent
        and is_number(claimed.atoms[region.quote_start - 1], language)
        and claimed.atoms[region.quote_start - 1] == said.atoms[region.start - 1]
    )


def whole_number(claimed: Written, said: Written, region: Region) -> Region | None:
    """Widen a difference to the number that it stands in: "four hundred twenty" for "four hundred and twenty".

    None where it stands in none, or where more of a number would be left beside it.
    """
    language = said.language
    numbers = language.numbers

    def is_part(atom: str) -> bool:
        return is_number(atom, language) or atom in numbers.joiners or atom in numbers.one or atom in numbers.shares

    if not all(map(is_part, claimed.atoms[region.quote_start : region.quote_end])):
        return None
    if not all(map(is_part, said.atoms[region.start : region.end])):
        return None
    back, on = 0, 0
    while (
        back < min(region.quote_start, region.start)
        and (atom := claimed.atoms[region.quote_start - back - 1]) == said.atoms[region.start - back - 1]
        and is_part(atom)
    ):
        back += 1
    while (
        region.quote_end + on < len(claimed.atoms)
        and region.end + on < len(said.atoms)
        and (atom := claimed.atoms[region.quote_end + on]) == said.atoms[region.end + on]
        and is_part(atom)
    ):
        on += 1
    while back and not is_number(claimed.atoms[region.quote_start - back], language):
        back -= 1
    while on and not is_number(claimed.atoms[region.quote_end + on - 1], language):
        on -= 1
    whole = Region(region.quote_start - back, region.quote_end + on, region.start - back, region.end + on)
    sides = ((claimed, whole.quote_start - 1, whole.quote_end), (said, whole.start - 1, whole.end))
    for side, before, behind in sides:
        if before >= 0 and is_number(side.atoms[before], language):
            return None
        if behind < len(side.atoms) and is_number(side.atoms[behind], language):
            return None
    is_inside = region.quote_start < region.quote_end and region.start < region.end
    return whole if (back and on) or (is_inside and (back or on)) else None


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
