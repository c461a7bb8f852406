"""Transcripts as running text: Otter, Rev, Riverside, Google Meet, markdown, `Name: text`, stamped text, prose."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from notes_pipeline.readers.asides import front_matter_end, is_aside, transcript_start, unescape_markdown
from notes_pipeline.readers.decoding import Source, to_lines
from notes_pipeline.readers.f4 import cut_at_ends, with_brackets
from notes_pipeline.readers.marks import Style, parse_mark
from notes_pipeline.readers.markup import decode_entities
from notes_pipeline.readers.names import is_discourse
from notes_pipeline.readers.remarks import Remarks, shown
from notes_pipeline.readers.said import Reading, Said, clean_name
from notes_pipeline.readers.settling import Line, settle_marks
from notes_pipeline.readers.times import STAMP, parse_clock

PLAIN_TEXT = "plain-text"
MIN_STAMPS_INSIDE = 2  # a single time in brackets inside a text may be what somebody wrote
MAX_HEADER = 1000  # characters above the first speaker, and
MAX_HEADER_SHARE = 0.25  # of all: more than both is speech, not a header
_STAMP_INSIDE = re.compile(rf"\[({STAMP})\](?:[ \t]-(?=[ \t]))?")  # aTrain has a dash behind it


def read_dialogue(source: Source, remarks: Remarks) -> Reading:
    """Read text with marks of any style; text without marks is read as paragraphs."""
    raw = [with_brackets(line) for line in to_lines(source.text, remarks)]
    first = max(front_matter_end(raw), transcript_start(raw))
    if first:
        remarks.add("lines above the transcript set aside", source.place(1), times=first)
    lines = list(_keep_speech(source, raw, first, remarks))
    for line in lines[: _profile_end(lines)]:
        line.mark = None
    settle_marks(lines, source.present)
    styles = Counter(line.mark.style for line in lines if line.mark is not None)
    is_markdown = Style.BOLD in styles or source.name.endswith(".md") or any("**" in line.text for line in lines[:50])
    said = _read_turns(lines, remarks) if styles else _read_paragraphs(lines, remarks)
    said = cut_at_ends(said)
    if sum(len(_STAMP_INSIDE.findall(one.text)) for one in said) >= MIN_STAMPS_INSIDE:
        said = [part for one in said for part in _cut_at_stamps(one)]
    for one in said:
        one.text = decode_entities(unescape_markdown(one.text) if is_markdown else one.text).strip()
        one.speaker = clean_name(unescape_markdown(one.speaker), remarks, one.place) if one.speaker else None
    if Style.CHAT in styles:
        remarks.add("this is the chat of a meeting: what was typed, not what was spoken")
    return Reading(_name_format(lines, styles), said, seen=_name_marks(lines))


def _keep_speech(source: Source, raw: Sequence[str], first: int, remarks: Remarks) -> Iterator[Line]:
    is_paragraph = True
    for number, text in enumerate(raw[first:], first + 1):
        if not text.strip(" \t>"):
            is_paragraph = True
        elif is_aside(text):
            remarks.add("headings and notices of the tool set aside", source.place(number))
            is_paragraph = True
        else:
            yield Line(source.place(number), text, is_paragraph, parse_mark(text))
            is_paragraph = False


def _profile_end(lines: Sequence[Line]) -> int:
    """Give the number of lines of a first paragraph such as "Interviewer: Ann", "Date: 3 May": a profile, no talk.

    It is one when all its lines are of that form and one of them has a key that no speaker is called.
    """
    end = next((index for index, line in enumerate(lines) if index and line.is_paragraph), 0)
    names = [line.mark.name for line in lines[:end] if line.mark is not None and line.mark.style is Style.COLON]
    is_profile = len(names) == end and any(name is not None and is_discourse(name) for name in names)
    return end if is_profile else 0


def _read_turns(lines: Sequence[Line], remarks: Remarks) -> list[Said]:
    """Give each mark the text behind and below it; a mark without a name goes on with the speaker before it."""
    first = next(index for index, line in enumerate(lines) if line.mark is not None)
    turns: list[tuple[Said, list[str]]] = [(one, [one.text]) for one in _read_header(lines[:first], lines, remarks)]
    speaker: str | None = None
    is_time_alone = False
    for line in lines[first:]:
        mark = line.mark
        if mark is None:
            turns[-1][1].append(line.text.strip())
            continue
        time_ms, end_ms = mark.time_ms, mark.end_ms
        if is_time_alone and not any(turns[-1][1]):  # a line of time only, and then who speaks from it on
            before, _ = turns.pop()
            if time_ms is None:
                time_ms, end_ms = before.start_ms, before.end_ms
        if mark.name is None and turns and not any(turns[-1][1]) and turns[-1][0].start_ms is None:
            turns.pop()  # who speaks, and on the next line since when
        speaker = mark.name or speaker
        turns.append((Said("", speaker, time_ms, end_ms, place=line.place), [mark.rest]))
        is_time_alone = mark.name is None
    for one, texts in turns:
        one.text = " ".join(filter(None, texts))
    return [one for one, _ in turns]


def _read_header(header: Sequence[Line], lines: Sequence[Line], remarks: Remarks) -> list[Said]:
    """Set the lines above the first mark aside: title, date, who took part. If there are many, they are speech."""
    if not header:
        return []
    size, share = sum(len(line.text) for line in header), MAX_HEADER_SHARE * sum(len(line.text) for line in lines)
    if size > max(MAX_HEADER, share):
        remarks.add("lines above the first speaker, read as speech of nobody known", header[0].place, times=len(header))
        return _join_paragraphs(header)
    remarks.add("lines above the first speaker set aside", header[0].place, times=len(header))
    return []


def _read_paragraphs(lines: Sequence[Line], remarks: Remarks) -> list[Said]:
    remarks.add("no speakers and no times found: read as plain paragraphs")
    if sum(1 for line in lines if line.is_paragraph) > 1:
        return _join_paragraphs(lines)
    return [Said(line.text.strip(), place=line.place) for line in lines]


def _join_paragraphs(lines: Sequence[Line]) -> list[Said]:
    paragraphs: list[list[Line]] = []
    for line in lines:
        if line.is_paragraph or not paragraphs:
            paragraphs.append([])
        paragraphs[-1].append(line)
    return [Said(" ".join(line.text.strip() for line in part), place=part[0].place) for part in paragraphs]


def _cut_at_stamps(one: Said) -> Iterator[Said]:
    """Cut where a tool put a time into the text (Descript, each minute): the time belongs to what follows it."""
    pieces = _STAMP_INSIDE.split(one.text)
    times = [one.start_ms, *(parse_clock(time) for time in pieces[1::2])]
    for text, time_ms in zip(pieces[0::2], times, strict=True):
        if text.strip():
            yield Said(text, one.speaker, time_ms, place=one.place)


def _name_marks(lines: Sequence[Line]) -> str:
    """Say how many marks of the most frequent style there are, with the first; an empty string where there is none."""
    counts = Counter((line.mark.style, line.mark.name is not None) for line in lines if line.mark is not None)
    if not counts:
        return ""
    most = max(counts, key=lambda style: (style[1], counts[style]))  # names tell more than times
    mark, line = next(
        (one.mark, one) for one in lines if one.mark and (one.mark.style, one.mark.name is not None) == most
    )
    start = line.text.strip().replace("\t", " ")
    example = start[: len(start) - len(mark.rest)] if mark.rest and start.endswith(mark.rest) else start
    what = "lines that name a speaker" if most[1] else "lines that begin with a time"
    return f"has {counts[most]:,} {what}, such as `{shown(example.strip(), 40)}`"


def _name_format(lines: Sequence[Line], styles: Counter[Style]) -> str:
    """Name the format after the style of most speakers; lines of time alone between them are Google Meet's."""
    named = Counter(line.mark.style for line in lines if line.mark is not None and line.mark.name is not None)
    if not styles:
        return PLAIN_TEXT
    if not named:
        return Style.STAMPED.value
    style = named.most_common(1)[0][0]
    if style in (Style.COLON, Style.BOLD) and styles[Style.STAMP_LINE]:
        style = Style.STAMP_LINE
    if style is Style.BARE:
        style = Style.STAMPED if styles[Style.STAMPED] or styles[Style.STAMP_LINE] else Style.OTTER
    return style.value
