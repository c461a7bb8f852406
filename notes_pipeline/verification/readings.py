"""Read numbers, sums, shares, ranges and times of day to one form each, however they are written."""

from typing import NamedTuple

from notes_pipeline.verification.numerals import Stretch, read_chunk


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
    if len(chunks) == 1 and found and _has_ordinal_dot(stretch, start, found[0].end):
        found.append(Reading(found[0].form + "th", found[0].end))
    return found


def read_amounts(stretch: Stretch, start: int) -> list[Reading]:
    """Read sums of money and shares: "$5 million" and "five million dollars", "5%" and "cinco por ciento"."""
    atoms, end, language, _ = stretch
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
        return [Reading(language.currencies[atoms[at]] + number.form, at + 1)]
    return [
        Reading("%" + number.form, at + len(phrase))
        for phrase in language.percent
        if tuple(atoms[at : min(end, at + len(phrase))]) == phrase
    ]


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
    atoms, end, language, between = stretch
    zeros = language.numbers.zeros
    after = at
    while after < end and between(after).isspace():  # none at all stands between the characters of "两三千"
        if atoms[after] not in language.fillers:
            if atoms[after] in zeros:
                return after if after + 1 < end and atoms[after + 1] in language.numbers.units else None
            is_more = not atoms[after][0].isdigit() and read_chunk(stretch, after) is not None
            return after if is_more else None
        after += 1
    return None


def _are_lone_digits(chunks: list[str]) -> bool:
    """Tell "three four", which is no number, from "twenty four", "nine thirty" and "four oh seven"."""
    return all(len(chunk) == 1 and chunk != "0" for chunk in chunks)


def _is_time(hours: str, minutes: str) -> bool:
    return hours.isdigit() and minutes.isdigit() and len(minutes) == 2 and int(hours) <= 24 and int(minutes) < 60


def _has_ordinal_dot(stretch: Stretch, start: int, end: int) -> bool:
    """Tell whether a dot makes digits an ordinal, as in "3. Mai"."""
    return (
        stretch.language.numbers.has_ordinal_dot
        and end == start + 1
        and stretch.atoms[start].isdigit()
        and end < len(stretch.atoms)
        and stretch.between(end).startswith(".")
    )
