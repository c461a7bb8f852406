"""Rolling captions, as YouTube makes them: each line is shown two or three times and must be read once."""

import re
from collections.abc import Sequence

from notes_pipeline.core.transcript import Span, Word
from notes_pipeline.readers.captions import Cue
from notes_pipeline.readers.markup import decode_entities, strip_tags
from notes_pipeline.readers.remarks import Remarks
from notes_pipeline.readers.said import Said
from notes_pipeline.readers.times import CLOCK, parse_clock

ROLLING_SHARE = 0.3  # of cues that start with the line the one before ends with; two thirds in real files
MIN_REPEATS = 3
FLASH_MS = 20  # YouTube's repeating cues last 10 ms
_WORD_TIME = re.compile(rf"<({CLOCK})>")
_TAGS = re.compile(rf"<{CLOCK}>|</?c(?:\.[^<>]{{0,100}})?>")


def rolls(cues: Sequence[Cue]) -> bool:
    """Tell whether the captions roll: cues begin with the lines that those before them end with, and add to them.

    A cue that only repeats the one before is no proof, unless it is a flash: speech recognisers repeat a line too.
    """
    if any("<v" in line for cue in cues for line in cue.lines):
        return False
    if any(_WORD_TIME.search(line) for cue in cues for line in cue.lines):
        return True
    repeats = 0
    before: list[str] = []
    for cue in cues:
        lines = [plain for plain in map(_plain, cue.lines) if plain]
        overlap = _overlap(before, lines)
        if overlap and (len(lines) > overlap or _is_flash(cue)):
            repeats += 1
        before = lines
    return repeats >= max(MIN_REPEATS, ROLLING_SHARE * len(cues))


def read_rolling_cues(cues: Sequence[Cue], remarks: Remarks) -> list[Said]:
    """Read each line once, at the cue where it first shows, with the times of its words where they are given."""
    said: list[Said] = []
    before: list[str] = []
    for cue in cues:
        lines = [line for line in cue.lines if _plain(line)]
        plain = [_plain(line) for line in lines]
        repeated = _overlap(before, plain)
        before = plain
        if repeated:
            remarks.add("rolling captions: lines shown again, read once", cue.place, times=repeated)
        if lines[repeated:]:
            said.append(_read_timed_line(" ".join(lines[repeated:]), cue, remarks))
    return said


def _is_flash(cue: Cue) -> bool:
    return cue.end_ms is not None and cue.end_ms - cue.start_ms <= FLASH_MS


def _overlap(before: Sequence[str], after: Sequence[str]) -> int:
    """Count the lines at the start of `after` that `before` ends with."""
    for length in range(min(len(before), len(after), 4), 0, -1):  # no tool shows more than four lines at a time
        if list(before[-length:]) == list(after[:length]):
            return length
    return 0


def _read_timed_line(line: str, cue: Cue, remarks: Remarks) -> Said:
    """Read `my<00:00:00.160><c> career</c>`: words start at the time before them and end where the next ones start."""
    pieces = _WORD_TIME.split(line.strip())
    texts = [decode_entities(strip_tags(piece, remarks, cue.place)) for piece in pieces[0::2]]
    times = [cue.start_ms, *(parse_clock(time) or 0 for time in pieces[1::2])]
    times.append(times[-1] if cue.end_ms is None else cue.end_ms)
    length = 0
    spoken: list[str] = []
    words: list[Word] = []
    for index, text in enumerate(texts):
        piece = text if length else text.lstrip()
        spoken.append(piece)
        length += len(piece)
        if piece.strip() and len(texts) > 1:
            span = Span(length - len(piece.lstrip()), length - len(piece) + len(piece.rstrip()))
            words.append(Word(span, times[index], max(times[index], times[index + 1])))
    return Said("".join(spoken).rstrip(), None, cue.start_ms, cue.end_ms, tuple(words), cue.place)


def _plain(line: str) -> str:
    return " ".join(_TAGS.sub("", line).split())
