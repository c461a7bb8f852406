"""Clock times as the tools write them, on the standard and off it."""

import re

# Any number of hour digits, one or two (or more) elsewhere, dot or comma, any number of decimals or none. Ten digits
# are three centuries; more are no time but an attack on the number parser.
CLOCK = r"-?(?:\d{1,10}:){0,2}\d{1,10}(?:[.,]\d{1,12})?"
STAMP = r"(?:\d{1,4}:)?\d{1,3}:\d{2}(?:[.,]\d{1,6})?"  # in running text: at least minutes and seconds

MAX_RANGE = 80  # characters
_RANGE = re.compile(rf"[\[(]?({CLOCK})\s*(?:-->|[-–—]|to|bis)\s*({CLOCK})[\])]?")
_WHOLE_STAMP = re.compile(rf"[\[(]?{STAMP}[\])]?")
_PARTS = re.compile(r"(-?)(?:(?:(\d{1,10}):)?(\d{1,10}):)?(\d{1,10})(?:[.,](\d{1,12}))?")


def parse_clock(text: str) -> int | None:
    """Read `[[H:]M:]S[.fff]` as milliseconds, the sum of its parts: 00:99:00 is 99 minutes.

    Negative times come out negative; None when it is no time.
    """
    match = _PARTS.fullmatch(text.strip())
    if match is None:
        return None
    sign, hours, minutes, seconds, decimals = match.groups()
    whole = (int(hours or 0) * 60 + int(minutes or 0)) * 60 + int(seconds)
    milliseconds = whole * 1000 + (round(int(decimals) * 1000 / 10 ** len(decimals)) if decimals else 0)
    return -milliseconds if sign else milliseconds


def split_range(text: str) -> tuple[str, str] | None:
    """Cut `0:00.0 - 0:12.5` into its two times; None where it is no stretch of time."""
    match = _RANGE.fullmatch(text.strip()) if len(text) <= MAX_RANGE else None
    return None if match is None else (match[1], match[2])


def is_stamp(text: str) -> bool:
    """Tell whether the text is a time of day or of a recording and nothing else: 1:02, [00:01:02.5]."""
    return _WHOLE_STAMP.fullmatch(text) is not None
