"""Times such as `0:0:5.40`, without any zeros in front: in these the number behind the point counts milliseconds."""

import re
from collections.abc import Sequence

_TIME = re.compile(r"(?<![\d.])(\d{1,4}:\d{1,2}:\d{1,2}\.)(\d{1,3})(?![\d:.])")
_UNPADDED = re.compile(r"(?<![\d:.])\d{1,4}:(?:\d:\d{1,2}|\d{1,2}:\d)\.")
_ENDS_IN_ZERO = re.compile(r"\d{1,2}\.\d{2}0(?!\d)")


def with_decimals(lines: Sequence[str]) -> list[str]:
    """Write `0:0:5.40` as `0:0:5.040` in lines with `-->`.

    Old Teams writes minutes, seconds and milliseconds as bare numbers. Where a file pads its minutes and seconds, or
    has no `.270`, whose last zero no decimal would need, nothing is changed.
    """
    timings = [line for line in lines if "-->" in line]
    if not any(map(_UNPADDED.search, timings)) or not any(map(_ENDS_IN_ZERO.search, timings)):
        return list(lines)
    return [_TIME.sub(_pad, line) if "-->" in line else line for line in lines]


def _pad(match: re.Match[str]) -> str:
    return f"{match[1]}{match[2].zfill(3)}"
