"""Read numbers, sums, shares, ranges and times of day to one form each, however they are written."""

import re
from typing import NamedTuple

from notes_pipeline.verification.numerals import Stretch, is_number, read_chunk, starts_number
from notes_pipeline.verification.tables.language import Language

MAX_HOUR_WORDS = 6  # "vingt et une heures" has four, with fillers six
MAX_NUMBER_WORDS = 16  # "one hundred and twenty-three million four hundred and fifty-six thousand" has thirteen
MAX_PRICE_WORDS = 7  # "for three hundred and fifty pounds" has five between
MONEY_REACH = 25  # words on either side among which words of money tell that "pounds" are money
WEIGHT_REACH = 6  # words on either side among which others tell that they are not
_CLOCK = re.compile(r"(\d{1,2})[h:](\d\d)")
_DOTTED_CLOCK = re.compile(r"(\d{1,2})\.(\d\d)")


class Reading(NamedTuple):
    """A number in its one form ("220", "21th", "10:30", "$5"), where it ends, and whether more of it follows."""

    form: str
    end: int
    is_whole: bool = True


def read_number(stretch: Stretch, start: int) -> Reading | None:
    """Read the longest run of number words from `start` ("twenty twenty two" is "2022"), None where there is none."""
    return next((reading for reading in read_numbers(stretch, start) if reading.is_whole), None)


def read_numbers(stretch: Stretch, start: int) -> list[Reading]:
    """Read the numbers that can start at `start`: the longest, each shorter one, and the time of day it may be."""
    chunks: list[str] = []
    found: list[Reading] = []
    at = start
    while at < stretch.end:
        chunk = read_chunk(stretch, at)
        if chunk is None:
            break
        chunks.append(chunk[0])
        at = chunk[1]
        if len(chunks) != 2 or not _are_lone_digits(chunks):
            found.append(Reading("".join(chunks), at))
        if not chunks[-1].isdigit() or len(chunks[-1]) > 2:
            break  # "two fifty" is one number, "four thousand five thousand" are two
        following = _next_of_sequence(stretch, at)
        if following is None:
            break
        at = following
    whole = found[-1].end if found else start
    found = [Reading(form, end, end == whole) for form, end, _ in found]
    if len(chunks) == 2 and _is_time(*chunks) and found[-1].end == at:
        found.append(Reading(f"{int(chunks[0])}:{chunks[1]}", at))
    if len(chunks) == 2 and not _are_lone_digits(chunks) and found[-1].end == at:
        found.append(Reading("/".join(chunks), at))  # "twenty four seven" for "24/7"
    if start + 1 < stretch.end and stretch.between(start + 1) == "/" and found:
        sides = stretch.atoms[start : start + 2]
        if all(side.isdigit() and len(side) <= 2 for side in sides):
            found.append(Reading("/".join(sides), start + 2))
    if len(chunks) == 1 and found and _has_ordinal_dot(stretch, start, found[0].end):
        found.append(Reading(found[0].form + "th", found[0].end))
    return found


def read_amounts(stretch: Stretch, start: int) -> list[Reading]:
    """Read sums of money and shares: "$5 million" and "five million dollars", "5%" and "cinco por ciento"."""
    atoms, end, language = stretch.atoms, stretch.end, stretch.language
    currency = language.currencies.get(atoms[start]) if atoms[start] in language.signs else None
    for phrase in language.percent_before:
        if tuple(atoms[start : min(end, start + len(phrase))]) == phrase and start + len(phrase) < end:
            share = read_number(stretch, start + len(phrase))
            return [Reading("%" + share.form, share.end)] if share else []
    number = read_number(stretch, start + 1 if currency else start) if start + bool(currency) < end else None
    if number is None:
        return []
    if currency:
        return [Reading(currency + number.form, number.end)]
    at = number.end
    if at < end and atoms[at] in language.currencies:
        sums = [Reading(language.currencies[atoms[at]] + number.form, at + 1)]
        if atoms[at] not in language.things:
            return sums
        things = [Reading(number.form + " of " + language.currencies[atoms[at]], at + 1)]
        return things + sums if is_money(stretch, at) else things
    return [
        Reading("%" + number.form, at + len(phrase))
        for phrase in language.percent
        if tuple(atoms[at : min(end, at + len(phrase))]) == phrase
    ]


def value_of(stretch: Stretch) -> str | None:
    """Give the form of a number or a share that is all there is, None where there is more or none."""
    for read in (read_amounts, read_numbers):
        for reading in read(stretch, 0):
            if reading.is_whole and reading.end == len(stretch.atoms):
                return reading.form
    return None


def value_places(stretch: Stretch) -> dict[str, list[int]]:
    """List where the numbers, sums and shares of a text start, by their form."""
    found: dict[str, list[int]] = {}
    end = 0
    for at, atom in enumerate(stretch.atoms):
        if at < end or not starts_number(atom, stretch.language):
            continue
        reach = stretch._replace(end=min(stretch.end, at + MAX_NUMBER_WORDS))
        for reading in (*read_amounts(reach, at), *read_numbers(reach, at)):
            if reading.is_whole:
                found.setdefault(reading.form, []).append(at)
                end = max(end, reading.end)
    return found


def is_money(stretch: Stretch, at: int) -> bool:
    """Tell whether a word of a currency that is a weight or a thing too, such as "pounds", is money.

    In a quote it may be: what was said decides.
    """
    atoms = stretch.atoms
    thing = stretch.language.things.get(atoms[at])
    if thing is None or not stretch.is_said:
        return True
    beside = atoms[max(0, at - WEIGHT_REACH) : at + 1 + WEIGHT_REACH]
    if atoms[at + 1 : at + 2] and atoms[at + 1] in thing.behind:
        return False
    if not thing.other.isdisjoint(beside):
        return False
    sign = stretch.language.currencies[atoms[at]]
    before = at - 1
    while before > at - MAX_PRICE_WORDS and before >= 0 and _is_in_number(atoms[before], stretch.language):
        before -= 1
    if before >= 0 and atoms[before] in thing.price:
        return True
    return not thing.money.isdisjoint(atoms[max(0, at - MONEY_REACH) : at + 1 + MONEY_REACH]) or sign in atoms


def _is_in_number(atom: str, language: Language) -> bool:
    return is_number(atom, language) or atom in language.numbers.joiners or atom in language.numbers.one


def read_times(stretch: Stretch, start: int) -> list[Reading]:
    """Read times of day: "8h10", "huit heures dix", "8:30 Uhr", "las ocho y media"; the full hour is "17:00"."""
    atoms, end, between = stretch.atoms, stretch.end, stretch.between
    numbers = stretch.language.numbers
    if not numbers.has_bare_times and numbers.hours.isdisjoint(atoms[start : start + MAX_HOUR_WORDS]):
        clock = _CLOCK.fullmatch(atoms[start])
        return [Reading(f"{int(clock[1])}:{clock[2]}", start + 1)] if clock is not None else []
    following = atoms[start + 1] if start + 1 < end else ""
    clock = _CLOCK.fullmatch(atoms[start])
    if clock is None and following in numbers.hours:
        clock = _DOTTED_CLOCK.fullmatch(atoms[start])
    if clock is not None:
        reading = Reading(f"{int(clock[1])}:{clock[2]}", start + 1)
        return [reading, reading._replace(end=start + 2)] if following in numbers.hours else [reading]
    found: list[Reading] = []
    hours = read_number(stretch, start)
    if hours is not None and numbers.has_bare_times and hours.form.endswith(".5") and _is_below(hours.form[:-2], 25):
        found.append(Reading(hours.form.replace(".5", ":30"), hours.end))
    if hours is None or not _is_below(hours.form, 25) or hours.end >= end:
        return found
    at = hours.end
    has_word = atoms[at] in numbers.hours
    at += has_word
    for phrase, (above, below) in numbers.parts.items():
        if has_word and tuple(atoms[at : min(end, at + len(phrase))]) == phrase:
            return [Reading(f"{int(hours.form)}:{60 * above // below}", at + len(phrase))]
    is_joined = at < end and atoms[at] in numbers.joiners
    minutes = None
    if at + is_joined < end and (has_word or (is_joined and numbers.has_bare_times)) and not between(at).strip():
        minutes = read_number(stretch, at + is_joined)
    if minutes is not None and _is_below(minutes.form, 60) and int(minutes.form):
        found.append(Reading(f"{int(hours.form)}:{int(minutes.form):02}", minutes.end))
    elif has_word:
        found.append(Reading(f"{int(hours.form)}:00", at))
    return found


def read_range(stretch: Stretch, start: int) -> list[Reading]:
    """Read two numbers with a dash or "to" between them: "4-5", "four to five"."""
    first = read_number(stretch, start)
    if first is None or first.end >= stretch.end:
        return []
    at = first.end
    if stretch.atoms[at] in stretch.language.numbers.to:
        at += 1
    elif stretch.between(at).strip() != "-":
        return []
    second = read_number(stretch, at) if at < stretch.end else None
    return [] if second is None else [Reading(f"{first.form}-{second.form}", second.end)]


def _next_of_sequence(stretch: Stretch, at: int) -> int | None:
    """Give where the next number word of one number stands: only blanks and fillers may come before it."""
    atoms, end, language, between, _ = stretch
    zeros = language.numbers.zeros
    after = at
    while after < end and between(after).isspace():  # none at all stands between the characters of "两三千"
        if atoms[after] not in language.fillers:
            if atoms[after] in zeros:
                return after if after + 1 < end and atoms[after + 1] in language.numbers.units else None
            is_apart = atoms[after][0].isdigit() or atoms[after] in language.numbers.shares
            is_more = not is_apart and read_chunk(stretch, after) is not None
            return after if is_more else None
        after += 1
    return None


def _are_lone_digits(chunks: list[str]) -> bool:
    """Tell "three four", which is no number, from "twenty four", "nine thirty" and "four oh seven"."""
    return all(len(chunk) == 1 and chunk != "0" for chunk in chunks)


def _is_time(hours: str, minutes: str) -> bool:
    return len(minutes) == 2 and _is_below(hours, 25) and _is_below(minutes, 60)


def _is_below(form: str, limit: int) -> bool:
    """Tell whether a number of at most two digits is below a limit; longer ones are not worth reading."""
    return len(form) <= 2 and form.isdecimal() and int(form) < limit


def _has_ordinal_dot(stretch: Stretch, start: int, end: int) -> bool:
    """Tell whether a dot makes digits an ordinal, as in "3. Mai"."""
    return (
        stretch.language.numbers.has_ordinal_dot
        and end == start + 1
        and stretch.atoms[start].isdigit()
        and end < len(stretch.atoms)
        and stretch.between(end).startswith(".")
    )
