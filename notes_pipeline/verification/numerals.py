"""Read one well-formed number, in digits or in words: "two hundred and twenty", "220"."""

import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from notes_pipeline.verification.tables.language import Language, Numbers

MAX_DIGITS = 15  # longer ones are no number that anybody says, and more than decimals hold exactly
_DIGITS = re.compile(r"(\d+(?:[.,:]\d+)*)([a-zºª]*)")
_VULGAR = re.compile(r"(\d{0,15})(\d)\u2044(\d{1,2})")  # the sign of "2½" folds to "1⁄2"; above its line is one digit
_GROUPED = re.compile(r"\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*")
_SUFFIXES = {"st": "th", "nd": "th", "rd": "th", "th": "th", "º": "th", "ª": "th", "er": "th", "ème": "th", "e": "th"}


def _blank(_: int) -> str:
    return " "


def _is_whole(atom: str) -> bool:
    return len(atom) <= MAX_DIGITS and atom.isdecimal()


def is_number(atom: str, language: Language) -> bool:
    """Tell whether an atom is a number or part of one."""
    numbers = language.numbers
    return (
        atom in numbers.words
        or atom[:1].isdigit()
        or (numbers.compound is not None and numbers.compound(atom) is not None)
    )


def starts_number(atom: str, language: Language) -> bool:
    """Tell whether a number or a sum of money can start with an atom."""
    numbers = language.numbers
    return (
        atom[:1].isdigit()
        or atom in numbers.starts
        or atom in language.signs
        or (numbers.compound is not None and numbers.compound(atom) is not None)
    )


class Stretch(NamedTuple):
    """Atoms up to `end`. `between`: gives what stands before an atom; blanks where nothing is known.

    `is_said`: they are those of the transcript, where the words around tell what a word means.
    """

    atoms: list[str]
    end: int
    language: Language
    between: Callable[[int], str] = _blank
    is_said: bool = False


def _is_linked(stretch: Stretch, at: int, last: str) -> bool:
    """Tell whether an atom goes on with the number before it; `last`: what kind of word that number ends with.

    Words that a comma, a dash or a colon sets apart are several numbers: "three, four", "4-5". A hyphen joins words,
    and a comma may follow a scale: "two million, three hundred".
    """
    between = stretch.between(at)
    if not between.strip():
        return True
    if between == "-":
        return not stretch.atoms[at][0].isdigit()
    if between.strip() == ",":
        return last == "scale" or stretch.atoms[at] in stretch.language.fillers or last == "filler"
    return False


def read_chunk(stretch: Stretch, start: int) -> tuple[str, int] | None:
    """Read one well-formed number: what a single numeral could stand for."""
    atoms, end, language = stretch.atoms, stretch.end, stretch.language
    numbers = language.numbers
    if atoms[start] in numbers.point:
        fraction, at = _read_fraction(stretch, start)
        return ("0." + fraction, at) if fraction else None
    if atoms[start] in numbers.zeros:
        return "0", start + 1
    if atoms[start] in numbers.shares:
        return _read_share(stretch, start)
    if numbers.run is not None:
        found = numbers.run(atoms, start, end)
        if found is not None:
            return str(found[0]), found[1]
    total, current, room = Decimal(0), Decimal(0), 0  # room: what may still be added to `current`
    at, suffix, seen, last = start, "", False, ""
    scaled = (start, Decimal(0))  # where the last scale ended, and how large it was
    while at < end:
        atom = atoms[at]
        following = atoms[at + 1] if at + 1 < end else ""
        if seen and not _is_linked(stretch, at, last):
            break
        if seen and (atom in language.fillers or (atom in numbers.joiners and total + current >= 1)):
            joins = atom not in numbers.joiners or room >= 100 or not numbers.needs_room_to_join
            if joins and _extends(following, numbers, room):
                last = "filler" if atom in language.fillers else last
                at += 1
                continue
            break
        if not seen and atom in numbers.one and (following in numbers.hundred or following in numbers.scales):
            current, room, seen = Decimal(1), 0, True
            at += 1
            continue
        value, kind = _value(atom, language)
        if value is None and room >= 10 and atom in numbers.ones and atoms[at - 1] in numbers.joiners:
            value, kind = Decimal(1), "unit"
        if (atom, following) in numbers.pairs:
            value, kind = Decimal(numbers.pairs[atom, following]), "tens"
            at += 1
        if value is None:
            break
        if kind == "hundred":
            if seen and not 0 < current < 100:
                break
            current = (current if seen else Decimal(1)) * 100
            room = 100
        elif kind == "scale":
            if seen and current == 0:
                break
            if scaled[1] and value >= scaled[1]:  # "four thousand five thousand" are two numbers
                return _plain(total), scaled[0]
            total += (current if seen else Decimal(1)) * value
            current, room = Decimal(0), 1000
            scaled = (at + 1, value)
        elif not seen or value < room:
            current += value
            room = _room_after(int(value), kind, numbers)
        else:
            break
        seen, last = True, kind
        at += 1
        if kind in ("ordinal", "decade", "digits+"):
            suffix = {"ordinal": "th", "decade": "s"}.get(kind) or _suffix(atom)
            break
        if kind == "digits" and following not in numbers.scales and following not in numbers.hundred:
            current, at = _read_spaced_groups(stretch, current, at)
            break
    if not seen:
        return None
    result = total + current
    part = None if suffix else _read_part(stretch, at, result, int(scaled[1]) if scaled[0] == at else 1)
    if part is not None:
        result, at = part
        if at < end and atoms[at] in numbers.scales and not scaled[1]:
            result, at = result * numbers.scales[atoms[at]], at + 1
        return _plain(result), at
    if not suffix and at < end and atoms[at] in numbers.point:
        fraction, at = _read_fraction(stretch, at)
        if fraction:
            result += Decimal("0." + fraction)
            if at < end and atoms[at] in numbers.scales:
                result *= numbers.scales[atoms[at]]
                at += 1
    if ":" in atoms[start] and at == start + 1:
        hours, _, rest = atoms[start].partition(":")
        return f"{int(hours)}:{rest}", at
    return _plain(result) + suffix, at


def _read_part(stretch: Stretch, at: int, whole: Decimal, scale: int) -> tuple[Decimal, int] | None:
    """Add the part behind a whole number: "and a half", the "1/2" of "2 1/2"; or take it: "three quarters", "3/4".

    A part behind a scale is one of the scale: "dos millones y medio" are 2,5 million.
    """
    atoms, end, language, between, _ = stretch
    if at >= end or whole != whole.to_integral_value():
        return None
    for phrase, (above, below) in language.numbers.parts.items() if atoms[at] in language.numbers.part_starts else ():
        if tuple(atoms[at : min(end, at + len(phrase))]) == phrase and all(
            not between(place).strip(" -") for place in range(at, at + len(phrase))
        ):
            return whole + Decimal(above) / below * scale, at + len(phrase)
    if atoms[at] in language.numbers.part_names and whole > 1 and not between(at).strip(" -"):
        return whole / language.numbers.part_names[atoms[at]], at + 1
    if not atoms[at][0].isdigit():
        return None
    if between(at).isspace() and atoms[at][1:2] == "\u2044" and atoms[at - 1].isdigit():
        return whole + (_value(atoms[at], language)[0] or 0), at + 1
    if at + 1 < end and _is_whole(atoms[at]) and between(at + 1) == "/" and between(at).isspace():
        below = int(atoms[at + 1]) if _is_whole(atoms[at + 1]) else 0
        if 0 < int(atoms[at]) < below:
            return whole + Decimal(int(atoms[at])) / below, at + 2
    if between(at) == "/" and _is_whole(atoms[at]) and 0 < whole < int(atoms[at]):
        return whole / int(atoms[at]), at + 1
    return None


def _read_share(stretch: Stretch, start: int) -> tuple[str, int] | None:
    """Read the part of something that is no number by itself: "half a million"."""
    atoms, end, numbers = stretch.atoms, stretch.end, stretch.language.numbers
    at = start + 1
    share = Decimal(1) / numbers.shares[atoms[start]]
    scale = at + 1 if at < end and atoms[at] in numbers.one else at
    if scale < end and atoms[scale] in numbers.scales:
        return _plain(share * numbers.scales[atoms[scale]]), scale + 1
    return _plain(share), at


def _read_spaced_groups(stretch: Stretch, value: Decimal, at: int) -> tuple[Decimal, int]:
    """Go on with the thousands of "1 200", where a language sets them apart by blanks."""
    atoms, end, language, between, _ = stretch
    is_group = 0 < value < 1000 and value == value.to_integral_value() and atoms[at - 1].isdigit()
    if not language.numbers.has_decimal_comma or not is_group:
        return value, at
    while at < end and len(atoms[at]) == 3 and atoms[at].isdigit() and len(between(at)) == 1 and between(at).isspace():
        value = value * 1000 + int(atoms[at])
        at += 1
    return value, at


def _room_after(value: int, kind: str, numbers: Numbers) -> int:
    """Tell below which value a number word may still be added: "twenty" takes units, "doscientos" takes tens too."""
    if value >= 100 and kind == "unit":
        return 100
    if kind == "tens":
        return 20 if numbers.is_vigesimal and value in (60, 80) else 10
    return 0


def _extends(atom: str, numbers: Numbers, room: int) -> bool:
    value = numbers.units.get(atom, numbers.tens.get(atom, numbers.ordinals.get(atom)))
    if value is None and room == 1000 and (atom in numbers.hundred):
        return True
    if value is None and room >= 10 and atom in numbers.ones:
        return True
    return value is not None and 0 < value < room


def _value(atom: str, language: Language) -> tuple[Decimal | None, str]:
    numbers = language.numbers
    if atom[:1].isdigit():
        vulgar = _VULGAR.fullmatch(atom) if "\u2044" in atom else None
        if vulgar is not None:
            whole, above, below = vulgar.groups()
            return (int(whole or 0) + Decimal(above) / int(below) if int(below) else None), "part"
        return _read_digits(atom, numbers)
    if atom in numbers.fractions:
        return Decimal(numbers.fractions[atom]), "digits"
    if atom in numbers.units:
        return Decimal(numbers.units[atom]), "unit"
    if atom in numbers.tens:
        return Decimal(numbers.tens[atom]), "tens"
    if atom in numbers.hundred:
        return Decimal(numbers.hundred[atom]), "hundred"
    if atom in numbers.scales:
        return Decimal(numbers.scales[atom]), "scale"
    if atom in numbers.ordinals:
        return Decimal(numbers.ordinals[atom]), "ordinal"
    if atom in numbers.decades:
        return Decimal(numbers.decades[atom]), "decade"
    if numbers.compound is not None:
        value = numbers.compound(atom)
        if value is not None:
            return Decimal(value), "tens" if value % 10 == 0 and value < 100 else "unit"
    return None, ""


def _read_digits(atom: str, numbers: Numbers) -> tuple[Decimal | None, str]:
    found = _DIGITS.fullmatch(atom)
    if found is None:
        return None, ""
    digits, suffix = found.groups()
    if len(digits) > MAX_DIGITS:
        return None, ""
    grouped = _GROUPED.fullmatch(digits)
    comma_is_decimal = numbers.has_decimal_comma
    if grouped and (digits.count(grouped[1]) > 1 or (grouped[1] == ",") != comma_is_decimal):
        digits = digits.replace(grouped[1], "")
    elif ":" in digits:
        digits = digits.replace(":", "")  # a time of day, see `_read_chunk`
    elif digits.count(",") + digits.count(".") > 1:
        last = max(digits.rfind(","), digits.rfind("."))
        digits = re.sub("[.,]", "", digits[:last]) + "." + digits[last + 1 :]
    try:
        value = Decimal(digits.replace(",", "."))
    except InvalidOperation:
        return None, ""
    if suffix in numbers.scales:
        return value * numbers.scales[suffix], "digits"
    return value, "digits+" if suffix else "digits"


def _suffix(atom: str) -> str:
    found = _DIGITS.fullmatch(atom)
    return _SUFFIXES.get(found[2], found[2]) if found else ""


def _read_fraction(stretch: Stretch, start: int) -> tuple[str, int]:
    atoms, end, language = stretch.atoms, stretch.end, stretch.language
    digits, at = "", start + 1
    while at < end:
        if at > start + 1 and not _is_linked(stretch, at, ""):
            break
        if atoms[at] in language.numbers.zeros:
            digits += "0"
            at += 1
            continue
        value, kind = _value(atoms[at], language)
        if value is None or kind not in ("unit", "tens", "digits"):
            break
        if kind == "tens" and at + 1 < end and 0 < language.numbers.units.get(atoms[at + 1], 0) < 10:
            value += language.numbers.units[atoms[at + 1]]
            at += 1
        digits += _plain(value)
        at += 1
    return (digits, at) if digits else ("", start)


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
