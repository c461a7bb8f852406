"""How many pieces of a file are read: each costs memory and time, and no recording of a day has as many."""

import sys

from notes_pipeline.core.errors import UnreadableTranscriptError
from notes_pipeline.readers.decoding import Source
from notes_pipeline.readers.detection import Family

MAX_TEXT_BYTES = 110 * 1024 * 1024  # in memory, where one emoji makes every character of the file four bytes wide
# The most of each that takes under a gigabyte, with a margin; a day of speech has far less.
MAX_CAPTION_LINES = 1_500_000  # a day of YouTube's rolling captions has 430,000
MAX_CAPTION_TAGS = 1_500_000  # the same day has 600,000
MAX_INTERVALS = 450_000  # of Praat; a day of words has 200,000
MAX_LINES = 800_000  # of text, CHAT and tables; a day of CHAT with its dependent lines has 170,000
MAX_MARKS = 1_600_000  # a day of words with times has 200,000 words with two to five tags and attributes each
MAX_VALUES = 5_000_000  # of JSON, where a word has up to a dozen

_LINES = ("\n", MAX_LINES, "lines")
_CAPTIONS = (("\n", MAX_CAPTION_LINES, "lines"), ("<", MAX_CAPTION_TAGS, "tags"))
_LIMITS = {
    Family.WEBVTT: _CAPTIONS,
    Family.SRT: _CAPTIONS,
    Family.SBV: _CAPTIONS,
    Family.JSON: ((",[{", MAX_VALUES, "values"),),
    Family.XML: (("<=", MAX_MARKS, "tags and attributes"),),
    Family.NOSCRIBE: _CAPTIONS,
    Family.TEXTGRID: (("\n", 2 * MAX_CAPTION_LINES, "lines"), ('"', 2 * MAX_INTERVALS, "quotation marks")),
    Family.CHAT: (_LINES, ("_", MAX_MARKS, "times")),
    Family.TABLE: (_LINES, (",;\t", MAX_VALUES, "cells")),
    Family.TEXT: (_LINES, ("[", MAX_LINES, "brackets")),
}
_OTHER_LINE_ENDS = "\r\x0b\x0c\x85\u2028\u2029"


def refuse_by_pieces(source: Source, family: Family) -> None:
    """Refuse what is so much of its family that it is no transcript, before anything is built of it.

    Raises:
        UnreadableTranscriptError: it is.
    """
    size = sys.getsizeof(source.text)
    if size > MAX_TEXT_BYTES:
        raise UnreadableTranscriptError(
            f"{source.name}: {len(source.text):,} characters, some of them wide (emoji), need {size / 2**20:.0f} MB of "
            f"memory, the limit is {MAX_TEXT_BYTES // 2**20} MB. Split it."
        )
    for marks, most, what in _LIMITS[family]:
        found = sum(source.text.count(mark) for mark in marks)
        if what == "lines":
            found += sum(source.text.count(mark) for mark in _OTHER_LINE_ENDS) - source.text.count("\r\n")
        if found > most:
            raise UnreadableTranscriptError(
                f"{source.name}: {family.value} with {found:,} {what}, the limit is {most:,}: more than a day of "
                "speech has. Split it, or export it without word times."
            )
