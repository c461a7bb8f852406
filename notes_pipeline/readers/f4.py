"""The times of f4, f5, easytranscript and MAXQDA in a text: `#00:00:12-3#`, mostly where a turn ends."""

import re
from collections.abc import Iterator, Sequence

from notes_pipeline.readers.said import Said
from notes_pipeline.readers.times import parse_clock

MIN_STAMPS = 2  # one may be anything

_STAMP = re.compile(r"#(\d{1,3}:\d{2}:\d{2})(?:[-.,](\d{1,3}))?#")
_LEADING = re.compile(r"([ \t]*)#(\d{1,3}:\d{2}:\d{2})(?:[-.,](\d{1,3}))?#[ \t]*(?=\S)")


def with_brackets(line: str) -> str:
    """Write a time that a line starts with as other tools do, `[00:00:12.3] `; any other line stays as it is."""
    match = _LEADING.match(line) if "#" in line[:16] else None
    if match is None:
        return line
    decimals = f".{match[3]}" if match[3] else ""
    return f"{match[1]}[{match[2]}{decimals}] {line[match.end() :]}"


def cut_at_ends(said: Sequence[Said]) -> list[Said]:
    """Cut at the times inside the texts, each of which says when the words before it end, and the next begin."""
    if sum(len(_STAMP.findall(one.text)) for one in said) < MIN_STAMPS:
        return list(said)
    cut: list[Said] = []
    since: int | None = 0
    for one in said:
        parts = list(_cut(one, since))
        since = parts[-1].end_ms
        cut += [part for part in parts if part.text] or parts[:1]
    return cut


def _cut(one: Said, since: int | None) -> Iterator[Said]:
    """Yield at least one part; a part without a time behind it has no end. `since`: when the part before it ended."""
    pieces = _STAMP.split(one.text)
    starts = since if one.start_ms is None else one.start_ms
    texts = map(str.strip, pieces[0::3])
    for text, clock, decimals in zip(texts, [*pieces[1::3], None], [*pieces[2::3], None], strict=True):
        if not text and clock is None and len(pieces) > 1:
            return  # behind the last time
        ends = None if clock is None else parse_clock(f"{clock}.{decimals or 0}")
        if ends is not None and starts is not None and starts > ends:  # two recordings in one text
            starts = None
        yield Said(text, one.speaker, starts, ends, place=one.place)
        starts = ends
