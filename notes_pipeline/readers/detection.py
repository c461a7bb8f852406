"""Decide by the content which family of formats a text is of; the file's name is only a hint."""

import re
from enum import Enum
from itertools import islice

from notes_pipeline.core.errors import UnreadableTranscriptError
from notes_pipeline.readers.captions import parse_timing
from notes_pipeline.readers.decoding import Source, strip_controls
from notes_pipeline.readers.foreign import name_unread_text_format
from notes_pipeline.readers.remarks import Remarks
from notes_pipeline.readers.srt import parse_sbv_timing

HEAD = 32 * 1024  # characters; the longest header of the survey has 3,000
HEAD_LINES = 400

_JSON_START = re.compile(r"\{\s*[\"}]|\[\s*[{\[\]]")


class Family(Enum):
    """A family of formats that one module reads; the value is how messages name it."""

    WEBVTT = "WebVTT"
    SRT = "SRT"
    SBV = "SBV"
    JSON = "JSON"
    TEXT = "text"


_BY_ENDING = {
    "vtt": Family.WEBVTT,
    "srt": Family.SRT,
    "sbv": Family.SBV,
    "json": Family.JSON,
    "txt": Family.TEXT,
    "md": Family.TEXT,
}


def detect(source: Source, remarks: Remarks) -> Family:
    """Tell the family; a name that says another one is remarked on.

    Raises:
        UnreadableTranscriptError: it is of a text format that we do not read.
    """
    named = named_family(source)
    family = _by_content(source.text[:HEAD], named)
    if family is Family.TEXT:
        unread = name_unread_text_format(source.text[:HEAD], source.name)
        if unread is not None:
            raise UnreadableTranscriptError(f"{source.name}: this is {unread.what}, not read yet. {unread.advice}")
    if named is not None and named is not family:
        ending = source.name.rpartition(".")[2].lower()
        remarks.add(f"named .{ending}, but the content is {family.value}: read as that")
    return family


def named_family(source: Source) -> Family | None:
    """Give the family that the file's name speaks of; None where the ending is unknown."""
    return _BY_ENDING.get(source.name.rpartition(".")[2].lower())


def _by_content(head: str, named: Family | None) -> Family:
    start = head.lstrip()
    if start.startswith("WEBVTT"):
        return Family.WEBVTT
    if _JSON_START.match(start) or start == "{" or (named is Family.JSON and not _has_cue(start)):
        return Family.JSON
    before = ""
    for line in islice(strip_controls(head).splitlines(), HEAD_LINES):
        if parse_timing(line, 0) is not None:
            is_srt = "," in line.partition("-->")[0] or before.strip().isdigit() or named is Family.SRT
            return Family.SRT if is_srt else Family.WEBVTT
        if parse_sbv_timing(line, 0) is not None:
            return Family.SBV
        before = line
    return Family.TEXT


def _has_cue(text: str) -> bool:
    return any(parse_timing(line, 0) is not None for line in islice(text.splitlines(), 10))
