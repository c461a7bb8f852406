"""What WebVTT and SRT share: cues apart by empty lines, and speakers' names before a colon."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from notes_pipeline.readers.markup import join_lines
from notes_pipeline.readers.names import choose_names, is_label, split_prefix
from notes_pipeline.readers.remarks import Remarks
from notes_pipeline.readers.said import Said
from notes_pipeline.readers.times import CLOCK, parse_clock

# Anything may follow the times: settings of WebVTT, coordinates of SRT.
_NO_END = re.compile(r"[ \t]*(-?(?:\d{1,10}:){1,2}\d{1,10}(?:[.,]\d{1,12})?)[ \t]*-->[ \t]*")
TIMING = re.compile(rf"[ \t]*({CLOCK})[ \t]*-->[ \t]*({CLOCK})(?:[ \t].*)?")
EVERY_CUE_SHARE = 0.8  # from this share on, cues are named one by one and not at changes
_CHANGE = re.compile(r">>+[ \t]*")
_BOLD_NAME = re.compile(r"[ \t]*\*\*([^*:]{1,60})(?::\*\*|\*\*:)[ \t]*")  # **Ann:** text
_BRACKETED_NAME = re.compile(r"[ \t]*\[([^\[\]:]{1,60})\][ \t]+")  # [Speaker 1] text
_ID = re.compile(r"\d{1,9}|[0-9a-fA-F-]{8,40}(?:[/-]\d+(?:-\d+)?)?")


@dataclass(slots=True)
class Cue:
    """A caption as it stands in the file. `line`: where its times stand, from 1. `end_ms`: None where it is missing."""

    line: int
    start_ms: int
    end_ms: int | None
    lines: list[str] = field(default_factory=list)

    @property
    def place(self) -> str:
        return f"line {self.line}"


def parse_timing(line: str, number: int) -> Cue | None:
    """Read `start --> end`; None when the line is text, even with an arrow in it."""
    if "-->" not in line:
        return None
    match = TIMING.fullmatch(line)
    if match is None:
        return _parse_open_timing(line, number)
    start, end = parse_clock(match[1]), parse_clock(match[2])
    return None if start is None or end is None else Cue(number, start, end)


def _parse_open_timing(line: str, number: int) -> Cue | None:
    """Read `start -->` with nothing behind it."""
    match = _NO_END.fullmatch(line)
    start = parse_clock(match[1]) if match is not None else None
    return Cue(number, start, None) if start is not None else None


def read_cues(
    lines: Sequence[str],
    remarks: Remarks,
    *,
    first: int = 0,
    parse: Callable[[str, int], Cue | None] = parse_timing,
    is_comment: Callable[[str], bool] = lambda _: False,
) -> list[Cue]:
    """Read the cues of `lines[first:]`; `is_comment` tells a block that is no cue by its first line.

    Lines between cues are an id when a time follows at once, and otherwise speech of the cue above: an empty line
    inside a caption must not lose what follows it.
    """
    splitter = _Splitter(remarks, parse, is_comment)
    for number, line in enumerate(lines[first:], first + 1):
        splitter.feed(number, line)
    splitter.settle()
    return splitter.cues


@dataclass(slots=True)
class _Splitter:
    """Reads line by line. `loose`: lines since the last cue ended. `is_adjacent`: no empty line since the last line."""

    remarks: Remarks
    parse: Callable[[str, int], Cue | None]
    is_comment: Callable[[str], bool]
    cues: list[Cue] = field(default_factory=list)
    loose: list[tuple[int, str]] = field(default_factory=list)
    is_open: bool = False
    is_adjacent: bool = False
    in_comment: bool = False

    def feed(self, number: int, line: str) -> None:
        cue = self.parse(line, number)
        if cue is not None:
            self._start(cue)
        elif not line.strip():
            # YouTube starts a cue with a line of one space: a cue without text yet ends at a truly empty line only.
            self.is_open = self.is_open and line != "" and not self.cues[-1].lines
            self.is_adjacent = self.in_comment = False
        elif self.is_open:
            self.cues[-1].lines.append(line)
        elif self.in_comment:
            pass
        elif not self.is_adjacent and self.is_comment(line):
            self.in_comment = True
            self.remarks.add("comment and style blocks set aside", f"line {number}")
        else:
            self.loose.append((number, line))
            self.is_adjacent = True

    def _start(self, cue: Cue) -> None:
        if self.is_open:  # no empty line before this cue, so its number stands at the end of the last one
            if self.cues[-1].lines[1:] and self._is_next_number(self.cues[-1].lines[-1]):
                self.cues[-1].lines.pop()
        elif self.loose and (self.is_adjacent or self._is_next_number(self.loose[-1][1])):
            number, label = self.loose.pop()
            if not _ID.fullmatch(label.strip()):
                self.remarks.add("caption ids that are words, set aside", f"line {number}")
        self.settle()
        if cue.end_ms is None:
            self.remarks.add("captions without an end", f"line {cue.line}")
        self.cues.append(cue)
        self.is_open, self.in_comment = True, False

    def _is_next_number(self, line: str) -> bool:
        """Tell the number of the cue to come, counted from 0 or 1, from a number that somebody said."""
        return line.strip() in (str(len(self.cues)), str(len(self.cues) + 1))

    def settle(self) -> None:
        for number, line in self.loose:
            if self.cues:
                self.cues[-1].lines.append(line)
                self.remarks.add("lines after an empty line, read as speech of the caption above", f"line {number}")
            else:
                self.remarks.add("lines before the first caption set aside", f"line {number}")
        self.loose.clear()


def name_speakers(cues: Sequence[Cue], present: Sequence[str], *, carries_on: bool) -> list[Said]:
    """Turn cues whose lines may start with `Name: ` or `>> NAME:` into utterances.

    `carries_on`: the format names a speaker only at a change (SRT of Otter, Buzzsprout), so a cue without a name
    belongs to the one before. Where nearly every cue is named, a missing name is not carried on: it is unknown.
    """
    bold: set[str] = set()
    for cue in cues:
        cue.lines = [_with_colon(line, bold) for line in cue.lines]
    counts, marked = _count_prefixes(cues)
    names = choose_names(counts, len(cues), listed=marked | bold, present=present, names_every_line=not carries_on)
    carries_on = carries_on and not _names_every_cue(cues, names)
    said: list[Said] = []
    speaker: str | None = None
    for cue in cues:
        parts = _cut_at_names(cue, names, speaker if carries_on else None)
        said.extend(Said(text, who, cue.start_ms, cue.end_ms, place=cue.place) for who, text in parts)
        speaker = parts[-1][0]
    return said


def _with_colon(line: str, bold: set[str]) -> str:
    """Write a name in bold, which goes to `bold`, or a label in square brackets as `Name: text`.

    Any other line stays as it is.
    """
    name = _BOLD_NAME.match(line)
    if name is not None:
        bold.add(name[1].strip())
        return f"{name[1].strip()}: {line[name.end() :]}"
    label = _BRACKETED_NAME.match(line)
    return f"{label[1]}: {line[label.end() :]}" if label is not None and is_label(label[1]) else line


def _names_every_cue(cues: Sequence[Cue], names: frozenset[str]) -> bool:
    """Tell whether nearly every cue is named, also where the speaker stays the same."""
    prefixes = [split_prefix(cue.lines[0]) if cue.lines else None for cue in cues]
    found = [prefix[0] if prefix is not None and prefix[0] in names else None for prefix in prefixes]
    stays = any(one is not None and one == other for one, other in pairwise(found))
    return stays and sum(1 for name in found if name is not None) >= EVERY_CUE_SHARE * len(cues)


def _count_prefixes(cues: Sequence[Cue]) -> tuple[Counter[str], set[str]]:
    """Count what stands before a colon at the start of lines, and collect what also follows `>>`."""
    counts: Counter[str] = Counter()
    marked: set[str] = set()
    for cue in cues:
        for line in cue.lines:
            change = _CHANGE.match(line)
            prefix = split_prefix(line[change.end() :] if change else line)
            if prefix is not None:
                counts[prefix[0]] += 1
                if change:
                    marked.add(prefix[0])
    return counts, marked


def _cut_at_names(cue: Cue, names: frozenset[str], speaker: str | None) -> list[tuple[str | None, str]]:
    """Cut a cue where a line starts with another speaker; gives speaker and text of each part, at least one."""
    parts: list[tuple[str | None, list[str]]] = [(speaker, [])]
    for line in cue.lines:
        change = _CHANGE.match(line)
        text = line[change.end() :] if change else line
        prefix = split_prefix(text)
        if prefix is not None and prefix[0] in names:
            parts.append((prefix[0], []))
            text = prefix[1]
        elif change:
            parts.append((None, []))
        parts[-1][1].append(text.strip())
    spoken = [(who, join_lines(" ".join(filter(None, lines)))) for who, lines in parts if any(lines)]
    return spoken or [(parts[-1][0], "")]
