"""Differences of notation between numbers that are equal: a currency sign that moved, a dash for "to"."""

from notes_pipeline.verification.align import Region
from notes_pipeline.verification.numerals import Stretch, is_number
from notes_pipeline.verification.readings import read_amounts
from notes_pipeline.verification.sides import Written


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
