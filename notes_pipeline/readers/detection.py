"""Decide by the content which family of formats a text is of; the file's name is only a hint."""

import re
from enum import Enum
from itertools import islice
from typing import NamedTuple

from notes_pipeline.core.errors import UnreadableTranscriptError
from notes_pipeline.readers.captions import parse_timing
from notes_pipeline.readers.decoding import Source, strip_controls
from notes_pipeline.readers.foreign import name_unread_text_format
from notes_pipeline.readers.noscribe import is_noscribe
from notes_pipeline.readers.remarks import Remarks, shown
from notes_pipeline.readers.srt import parse_sbv_timing
from notes_pipeline.readers.tables import has_known_headings

HEAD = 32 * 1024  # characters; the longest header of the survey has 3,000
HEAD_LINES = 400

_JSON_START = re.compile(r"\{\s*[\"}]|\[\s*[{\[\]]")
_XML_PROLOGUE = r"(?:<\?[^>]{0,1000}\?>\s*|<!--(?:[^-]|-(?!->)){0,4000}-->\s*){0,20}"
_TABLE = re.compile(r"[^\n,;\t]{0,200}[,;\t]")


class Family(Enum):
    """A family of formats that one module reads; the value is how messages name it."""

    WEBVTT = "WebVTT"
    SRT = "SRT"
    SBV = "SBV"
    JSON = "JSON"
    XML = "XML"
    NOSCRIBE = "noScribe HTML"
    TEXTGRID = "Praat TextGrid"
    CHAT = "CHAT"
    TABLE = "a table"
    TEXT = "text"


_BY_ENDING = {
    "vtt": Family.WEBVTT,
    "srt": Family.SRT,
    "sbv": Family.SBV,
    "json": Family.JSON,
    **dict.fromkeys(("xml", "ttml", "dfxp", "eaf", "tei"), Family.XML),
    **dict.fromkeys(("html", "htm"), Family.NOSCRIBE),
    "textgrid": Family.TEXTGRID,
    "cha": Family.CHAT,
    **dict.fromkeys(("csv", "tsv"), Family.TABLE),
    "txt": Family.TEXT,
    "md": Family.TEXT,
}
ENDINGS = frozenset(_BY_ENDING) | {"docx"}  # of names that may be transcripts


class Detection(NamedTuple):
    """A family, and what in the text speaks for it, in words that follow "because it"; "" where only reading tells."""

    family: Family
    because: str


_BY_START = (
    (re.compile(rf"{_XML_PROLOGUE}<(?:!DOCTYPE\s+)?html\b", re.IGNORECASE), Family.TEXT),  # of which noScribe's is read
    (re.compile(r"<\?xml\b|<!DOCTYPE\b"), Family.XML),
    (
        re.compile(rf"{_XML_PROLOGUE}<(?:[\w.-]{{1,40}}:)?(?:tt|TEI|TEI\.2|teiCorpus|ANNOTATION_DOCUMENT)[\s>]"),
        Family.XML,
    ),
    (re.compile(r"@(?:UTF8|Begin|Font|Window|PID|Languages)\b"), Family.CHAT),
    (re.compile(r"File type = \"oo(?:Long)?TextFile|\"ooTextFile"), Family.TEXTGRID),
)


def detect(source: Source, remarks: Remarks) -> Detection:
    """Tell the family and why; a name that says another one is remarked on.

    Raises:
        UnreadableTranscriptError: it is of a text format that we do not read.
    """
    named = named_family(source)
    family, because = _by_content(source.text[:HEAD], named)
    if family is Family.TEXT and source.text.lstrip().startswith("<") and is_noscribe(source.text):
        family, because = Family.NOSCRIBE, "is a web page with the anchors that noScribe writes"
    if family is Family.TEXT:
        unread = name_unread_text_format(source.text[:HEAD])
        if unread is not None:
            raise UnreadableTranscriptError(f"{source.name}: this is {unread.what}, not read yet. {unread.advice}")
    if named is not None and named is not family:
        ending = source.name.rpartition(".")[2].lower()
        remarks.add(f"named .{ending}, but the content is {family.value}: read as that")
    return Detection(family, because)


def named_family(source: Source) -> Family | None:
    """Give the family that the file's name speaks of; None where the ending is unknown."""
    return _BY_ENDING.get(source.name.rpartition(".")[2].lower())


def _by_content(head: str, named: Family | None) -> Detection:
    start = head.lstrip()
    if start.startswith("WEBVTT"):
        return Detection(Family.WEBVTT, "begins with WEBVTT")
    if _JSON_START.match(start) or start == "{" or (named is Family.JSON and not _has_cue(start)):
        return Detection(Family.JSON, "")
    first = start.partition("\n")[0]
    marked = next((family for pattern, family in _BY_START if pattern.match(start)), None)
    if marked is not None:
        is_plain = marked in (Family.TEXT, Family.XML)
        return Detection(marked, "" if is_plain else f"begins with `{shown(first.rstrip(), 30)}`")
    if has_known_headings(first) or (named is Family.TABLE and _TABLE.match(start)):
        return Detection(Family.TABLE, f"begins with the columns `{shown(first.strip(), 50)}`")
    before = ""
    for line in islice(strip_controls(head).splitlines(), HEAD_LINES):
        if parse_timing(line, 0) is not None:
            has_comma, has_number = "," in line.partition("-->")[0], before.strip().isdigit()
            how = "has a comma in its times" if has_comma else "has numbered times" if has_number else "has times"
            is_srt = has_comma or has_number or named is Family.SRT
            return Detection(Family.SRT if is_srt else Family.WEBVTT, f"{how}: `{shown(line.strip(), 40)}`")
        if parse_sbv_timing(line, 0) is not None:
            return Detection(Family.SBV, f"has times of the form `{shown(line.strip(), 40)}`")
        before = line
    return Detection(Family.TEXT, "")


def _has_cue(text: str) -> bool:
    return any(parse_timing(line, 0) is not None for line in islice(text.splitlines(), 10))
