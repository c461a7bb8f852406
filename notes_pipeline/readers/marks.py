"""Marks: what stands at the start of a line of a text transcript and tells who speaks from here on, or when."""

import re
from dataclasses import dataclass, replace
from enum import Enum

from notes_pipeline.readers.names import MAX_PREFIX, is_capitalised, is_label, looks_like_name, split_prefix
from notes_pipeline.readers.times import STAMP, parse_clock

_BEFORE_TIME = " \t:-–—|,"  # what may stand between a name and its time
HEAD = 160  # characters of a line that can hold a mark: a name, a time and what stands around them

_UNTIL = rf"(?:[ \t]*(?:-->|[-–—])[ \t]*({STAMP}))?"  # a time, or a stretch of time
_STAMP_ONLY = re.compile(rf"[\[(]?({STAMP}){_UNTIL}[\])]?[ \t]*:?[ \t]*")
_LEADING_STAMP = re.compile(
    rf"(?:\[({STAMP}){_UNTIL}\]|\(({STAMP}){_UNTIL}\)|({STAMP}){_UNTIL}(?=\s))[ \t]*(?:[-–—][ \t]+)?"
)
_BRACKETED_NAME = re.compile(rf"\[([^\[\]]{{1,{MAX_PREFIX}}})\][ \t]*:?[ \t]*(?:[\[(]({STAMP})[\])][ \t]*:?)?[ \t]*")
_BRACKETED_STAMP = re.compile(rf"[\[(]({STAMP}){_UNTIL}[\])]:?[ \t]*")
_FINAL_STAMP = re.compile(rf"(:+[ \t]*|[ \t]+)({STAMP})[ \t]*$")
_BOLD = re.compile(
    r"(?:\*\*|__)(.{1,80}?)(?:\*\*|__)"
    r"|(?:<p>)?<(?:strong|b|u|em|i)>([^<>]{1,80})</(?:strong|b|u|em|i)>"
    r"|[*_]([^*_:]{1,80}:)[*_](?=\s)|[*_]([^*_:]{1,80})[*_]:(?=\s)",
)
_BULLET = re.compile(r"^(?:[-*>•][ \t]+|#{1,6}[ \t]+(?=\d)){1,3}")
_CHAT_SENDER = re.compile(r"From (.{1,60}?)(?: to .{1,60})?")


class Style(Enum):
    """How the mark is written; the most frequent one names the format."""

    OTTER = "otter"  # Name  0:22
    REV = "rev"  # Name (00:00:33):, Speaker 1: 00:00
    RIVERSIDE = "riverside"  # Name (00:03.608)
    BOLD = "markdown"  # **Name:** text, **Name** [0:14] text, **Name:** 00:01:12
    COLON = "plain-dialogue"  # Name: text
    STAMPED = "stamped-text"  # [00:03] text, [00:03] Name: text, [Speaker 1] [00:03] text
    CHAT = "zoom-chat"  # 00:21:14<TAB>Name:<TAB>text
    STAMP_LINE = "google-meet"  # 00:05:00 alone on its line
    BARE = "names on their own lines"  # Name, and two spaces: Otter without times; SPEAKER_00: aTrain


@dataclass(frozen=True, slots=True)
class Mark:
    """`name`: a candidate, not yet chosen; None for a time alone. `rest`: the text behind the mark on its line.

    `otherwise`: what the line is if the candidate turns out to be no name; None for plain text. `needs_text_below`: the
    name stands without a colon behind a time, so it is one only as a heading.
    """

    style: Style
    name: str | None
    time_ms: int | None
    rest: str
    otherwise: "Mark | None" = None
    has_colon: bool = True
    end_ms: int | None = None
    needs_text_below: bool = False

    @property
    def is_time_alone(self) -> bool:
        return self.name is None and not self.rest and self.style in (Style.STAMP_LINE, Style.REV)

    @property
    def is_strong(self) -> bool:
        """Tell whether more than a colon speaks for the name: bold type, or a time beside it.

        A time in the middle of a line is not enough without a colon: "Exactly [00:45:10] and then".
        """
        if self.style is Style.BOLD:
            return True
        return self.time_ms is not None and (self.has_colon or not self.rest) and not self.needs_text_below


def parse_mark(line: str) -> Mark | None:
    """Read the mark at the start of a line; None where there is none. Whether a name is one, recurrence decides."""
    text = _BULLET.sub("", line.strip())
    bold = _BOLD.match(text[:HEAD])
    if bold is not None:
        inner = (bold[1] or bold[2] or bold[3] or f"{bold[4]}:").strip()
        text = inner + text[bold.end() :].removesuffix("</p>")
    mark = _parse_time_alone(text) or _parse_leading(text) or _parse_name_and_time(text, is_bold=bold is not None)
    if mark is not None:
        return mark
    prefix = split_prefix(text)
    if prefix is not None:
        return Mark(Style.BOLD if bold else Style.COLON, prefix[0], None, prefix[1])
    if len(text) > MAX_PREFIX or not looks_like_name(text):
        return None
    is_alone = (line.endswith("  ") and is_capitalised(text)) or (is_label(text) and text[0].isupper())
    return Mark(Style.BARE, text, None, "") if is_alone else None


def _parse_time_alone(text: str) -> Mark | None:
    match = _STAMP_ONLY.fullmatch(text) if len(text) <= HEAD else None
    if match is None:
        return None
    style = Style.REV if text.startswith("(") else Style.STAMP_LINE
    return Mark(style, None, parse_clock(match[1]), "", end_ms=_clock(match[2]))


def _clock(text: str | None) -> int | None:
    return parse_clock(text) if text else None


def _parse_leading(text: str) -> Mark | None:
    """Read a line that starts with a time, or with a name in square brackets."""
    match = _LEADING_STAMP.match(text[:HEAD])
    if match is None:
        return _parse_bracketed_name(text)
    time_ms = parse_clock(match[1] or match[3] or match[5])
    end_ms = _clock(match[2] or match[4] or match[6])
    rest = text[match.end() :].replace("**", "", 2).strip()
    unnamed = Mark(Style.STAMPED, None, time_ms, rest, end_ms=end_ms)
    bracketed = _parse_bracketed_name(rest)
    if bracketed is not None:
        return replace(bracketed, time_ms=time_ms, end_ms=end_ms, otherwise=unnamed)
    prefix = split_prefix(rest)
    if prefix is not None:
        sender = _CHAT_SENDER.fullmatch(prefix[0])
        style = Style.CHAT if sender is not None or "\t" in match[0] else Style.STAMPED
        return Mark(style, sender[1].strip() if sender else prefix[0], time_ms, prefix[1], unnamed, end_ms=end_ms)
    if looks_like_name(rest) and is_capitalised(rest):
        return Mark(Style.STAMPED, rest, time_ms, "", unnamed, end_ms=end_ms, needs_text_below=True)
    return unnamed


def _parse_bracketed_name(text: str) -> Mark | None:
    """Read `[Speaker 1] [00:03] text` and `[id1] text`; a word in brackets that is no label is a sound."""
    match = _BRACKETED_NAME.match(text[:HEAD])
    if match is None or not (match[2] or is_label(match[1]) or match[1][-1:].isdigit()):
        return None
    time_ms = parse_clock(match[2]) if match[2] else None
    return Mark(Style.STAMPED, match[1].strip(), time_ms, text[match.end() :].strip())


def _parse_name_and_time(text: str, *, is_bold: bool) -> Mark | None:
    """Read a name and a time behind it: in brackets, or bare and alone on the line."""
    if ":" not in text[:HEAD]:
        return None
    match = _BRACKETED_STAMP.search(text[:HEAD])
    if match is not None:
        before = text[: match.start()].strip()
        name, has_colon = before.rstrip(_BEFORE_TIME), before.endswith(":") or match[0].rstrip().endswith(":")
        style = Style.RIVERSIDE if "." in match[1] else Style.REV if match[0].startswith("(") else Style.STAMPED
        if ":" not in name and looks_like_name(name):
            rest = text[match.end() :].strip()
            time_ms, end_ms = parse_clock(match[1]), _clock(match[2])
            return Mark(Style.BOLD if is_bold else style, name, time_ms, rest, has_colon=has_colon, end_ms=end_ms)
    match = _FINAL_STAMP.search(text) if len(text) <= HEAD else None
    if match is not None:
        name = text[: match.start()].rstrip(_BEFORE_TIME)
        style = Style.OTTER if ":" not in match[1] else Style.BOLD if is_bold else Style.REV
        if ":" not in name and looks_like_name(name):
            return Mark(style, name, parse_clock(match[2]), "")
    return None
