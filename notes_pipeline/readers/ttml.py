"""TTML and DFXP: captions of broadcasters, and Apple's with the times of words."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from xml.etree.ElementTree import Element

from notes_pipeline.readers.captions import Cue, name_speakers
from notes_pipeline.readers.remarks import Remarks
from notes_pipeline.readers.said import Reading, Said, clean_name
from notes_pipeline.readers.timed_words import TimedWord, place_words
from notes_pipeline.readers.times import parse_clock
from notes_pipeline.readers.ttml_text import NOT_SHOWN, glues_words, lines_of
from notes_pipeline.readers.xml_trees import XML_ID, XML_LANG, find_all, flatten, local_attribute, local_name

_OFFSET = re.compile(r"(\d{1,10}(?:\.\d{1,12})?)(h|m|s|ms|f|t)")
_FRAMES = re.compile(r"(\d{1,10}):(\d{2}):(\d{2})[:;](\d{1,4})(?:\.\d{1,4})?")
_UNIT_MS = {"h": 3_600_000.0, "m": 60_000.0, "s": 1000.0, "ms": 1.0}
MAX_AGENTS = 200  # characters of a list of ids; every element inside has the list of the one around it


@dataclass(frozen=True, slots=True)
class _Clock:
    """`frame_ms`, `tick_ms`: how long a frame and a tick last."""

    frame_ms: float
    tick_ms: float

    def read(self, text: str | None) -> int | None:
        """Read a time as milliseconds: clock time with decimals or frames, an offset with its unit, bare seconds."""
        text = (text or "").strip()
        frames = _FRAMES.fullmatch(text)
        if frames is not None:
            hours, minutes, seconds, count = map(int, frames.groups())
            return ((hours * 60 + minutes) * 60 + seconds) * 1000 + round(count * self.frame_ms)
        offset = _OFFSET.fullmatch(text)
        if offset is not None:
            units = {**_UNIT_MS, "f": self.frame_ms, "t": self.tick_ms}
            return round(float(offset[1]) * units[offset[2]])
        return parse_clock(text) if text else None


@dataclass(slots=True)
class _Timed:
    """An element with its times as they are written, in milliseconds; `length_ms` where it has `dur` and no `end`."""

    element: Element
    parent: "_Timed | None"
    begin_ms: int | None
    end_ms: int | None
    length_ms: int | None
    agent: str | None
    inner: list["_Timed"] = field(default_factory=list)

    @property
    def is_in_paragraph(self) -> bool:
        around = self.parent
        while around is not None and local_name(around.element) != "p":
            around = around.parent
        return around is not None

    @property
    def timed_around(self) -> "_Timed | None":
        """Give the nearest element around it with a time; Apple's sentences between paragraph and word have none."""
        around = self.parent
        while around is not None and around.begin_ms is None:
            around = around.parent
        return around

    def times(self, *, is_relative: bool) -> tuple[int | None, int | None]:
        """Give start and end in the recording; an element without times has those of the one around it."""
        around = self.parent.times(is_relative=is_relative) if self.parent is not None else (None, None)
        shift = (around[0] or 0) if is_relative else 0
        if self.begin_ms is None and self.end_ms is None and self.length_ms is None:
            return around
        begin = self.begin_ms + shift if self.begin_ms is not None else around[0]
        if self.end_ms is not None:
            return begin, self.end_ms + shift
        return begin, (begin or 0) + self.length_ms if self.length_ms is not None else None


def read_ttml(root: Element, remarks: Remarks) -> Reading:
    """Read each paragraph as an utterance; spans with times inside it give its words theirs."""
    clock = _read_clock(root)
    names = _read_agents(root)
    paragraphs = [
        one
        for body in root
        if local_name(body) == "body"
        for one in _walk(body, None, clock)
        if local_name(one.element) == "p" and not one.is_in_paragraph
    ]
    is_relative, is_glued = _counts_from_parents(paragraphs), glues_words(one.element for one in paragraphs)
    spoken = []
    for number, one in enumerate(paragraphs, 1):
        lines = lines_of(one.element, is_glued)
        spoken.append((lines, _read_paragraph(one, lines, f"paragraph {number}", names, remarks, is_relative)))
    return Reading("ttml", _name_by_text(spoken), (root.get(XML_LANG) or "").strip() or None)


def _read_clock(root: Element) -> _Clock:
    """Read how long frames and ticks are; without a word about it, 30 frames and as many ticks make a second."""
    rate = _number(local_attribute(root, "frameRate")) or 30
    multiplier = re.split(r"[\s:]+", (local_attribute(root, "frameRateMultiplier") or "").strip())
    if len(multiplier) == 2 and all(_number(part) for part in multiplier):
        rate = rate * _number(multiplier[0]) / _number(multiplier[1])
    ticks = _number(local_attribute(root, "tickRate")) or (rate if local_attribute(root, "frameRate") else 1)
    return _Clock(1000 / rate, 1000 / ticks)


def _number(text: str | None) -> float:
    return float(text) if text is not None and re.fullmatch(r"\d{1,9}", text.strip()) else 0


def _read_agents(root: Element) -> dict[str, str]:
    """Give the names of those who speak, by id."""
    names: dict[str, str] = {}
    for agent in find_all(root, "agent"):
        name = next((flatten("".join(one.itertext())) for one in agent if local_name(one) == "name"), "")
        if name:
            names[agent.get(XML_ID, "")] = name
    return names


def _walk(element: Element, parent: _Timed | None, clock: _Clock) -> Iterator[_Timed]:
    """Give the element and all inside it, outer before inner; the tree is never deeper than `MAX_DEPTH`."""
    agent = (local_attribute(element, "agent") or "")[:MAX_AGENTS] or (parent.agent if parent is not None else None)
    begin, end, length = (clock.read(element.get(key)) for key in ("begin", "end", "dur"))
    one = _Timed(element, parent, begin, end, length, agent)
    if parent is not None:
        parent.inner.append(one)
    yield one
    for child in element:
        if local_name(child) not in NOT_SHOWN:
            yield from _walk(child, one, clock)


def _counts_from_parents(paragraphs: list[_Timed]) -> bool:
    """Tell whether times count from the begin of the element around, as the standard says, or from 0, as Apple does.

    A time before that begin must be relative; one later than all that lasts cannot be.
    """
    relations = [
        (one, around)
        for outer in paragraphs
        for one in (outer, *_all_inside(outer))
        if one.begin_ms is not None and (around := one.timed_around) is not None and around.begin_ms
    ]
    if any((one.begin_ms or 0) < (around.begin_ms or 0) for one, around in relations):
        return True
    return not any(
        around.end_ms is not None and (one.begin_ms or 0) >= around.end_ms - (around.begin_ms or 0)
        for one, around in relations
    )


def _all_inside(one: _Timed) -> Iterator[_Timed]:
    for inner in one.inner:
        yield inner
        yield from _all_inside(inner)


def _read_paragraph(
    one: _Timed, lines: Sequence[str], place: str, names: dict[str, str], remarks: Remarks, is_relative: bool
) -> Said:
    text = " ".join(lines)
    start, end = one.times(is_relative=is_relative)
    leaves = [inner for inner in _all_inside(one) if inner.begin_ms is not None and not inner.inner]
    timed = [TimedWord(" ".join(lines_of(leaf.element)), *leaf.times(is_relative=is_relative)) for leaf in leaves]
    if timed and start is None:
        start, end = timed[0].start_ms, timed[-1].end_ms
    agents = list(dict.fromkeys(id_ for inner in (one, *one.inner) for id_ in (inner.agent or "").split()))
    speaker = ", ".join(names.get(agent, agent) for agent in agents)
    words = place_words(text, timed, start, end, remarks, place)
    return Said(text, clean_name(flatten(speaker), remarks, place), start, end, words, place)


def _name_by_text(spoken: Sequence[tuple[Sequence[str], Said]]) -> list[Said]:
    """Take names before colons and behind `>>` for speakers, as in other captions, where no agent is named."""
    said = [one for _, one in spoken]
    if any(one.speaker or one.words for one in said):
        return said
    cues = [Cue(at, one.start_ms or 0, one.end_ms or 0, list(lines)) for at, (lines, one) in enumerate(spoken)]
    named = []
    for part in name_speakers(cues, (), carries_on=False):
        whole = said[int(part.place.removeprefix("line "))]
        named.append(replace(part, start_ms=whole.start_ms, end_ms=whole.end_ms, place=whole.place))
    return named
