"""Files that are no text, known by their first bytes, and what to do with each."""

import re
from typing import NamedTuple


class Foreign(NamedTuple):
    what: str
    advice: str


_EXPORT = "Transcribe the recording first and upload the transcript (.vtt, .srt, .txt or .json)."
_SAVE_AS_TEXT = "Save it as plain text (.txt) and upload that."
_UNPACK = "Unpack it and upload the transcript inside."

_MAGIC: tuple[tuple[int, bytes, Foreign], ...] = (
    (4, b"ftyp", Foreign("an MP4 or M4A recording", _EXPORT)),
    (0, b"\x1aE\xdf\xa3", Foreign("a WebM or Matroska recording", _EXPORT)),
    (0, b"ID3", Foreign("an MP3 recording", _EXPORT)),
    (0, b"\xff\xfb", Foreign("an MP3 recording", _EXPORT)),
    (0, b"\xff\xf3", Foreign("an MP3 recording", _EXPORT)),
    (0, b"OggS", Foreign("an Ogg recording", _EXPORT)),
    (0, b"fLaC", Foreign("a FLAC recording", _EXPORT)),
    (8, b"WAVE", Foreign("a WAV recording", _EXPORT)),
    (8, b"AVI ", Foreign("an AVI recording", _EXPORT)),
    (0, b"\x89PNG\r\n", Foreign("a PNG picture", "Upload the transcript as text.")),
    (0, b"\xff\xd8\xff", Foreign("a JPEG picture", "Upload the transcript as text.")),
    (0, b"GIF8", Foreign("a GIF picture", "Upload the transcript as text.")),
    (0, b"%PDF-", Foreign("a PDF document", "Open it, copy the text into a .txt file and upload that.")),
    (0, b"{\\rtf", Foreign("a rich text document (.rtf)", _SAVE_AS_TEXT)),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Foreign("an old or password-protected Office file", _SAVE_AS_TEXT)),
    (0, b"ooBinaryFile", Foreign("a binary Praat file", "Save it in Praat as a text file.")),
    (0, b"\x1f\x8b", Foreign("a gzip archive", _UNPACK)),
    (0, b"7z\xbc\xaf\x27\x1c", Foreign("a 7-Zip archive", _UNPACK)),
    (0, b"Rar!\x1a\x07", Foreign("a RAR archive", _UNPACK)),
    (0, b"SQLite format 3\0", Foreign("a database file", "Export the transcript from the program that wrote it.")),
)
_ZIP_KINDS = (
    (b"word/", Foreign("a Word document (.docx)", _SAVE_AS_TEXT)),
    (b"xl/", Foreign("a spreadsheet (.xlsx)", _SAVE_AS_TEXT)),
    (b"ppt/", Foreign("a presentation (.pptx)", _SAVE_AS_TEXT)),
    (b"application/vnd.oasis.opendocument", Foreign("an OpenDocument file (.odt)", _SAVE_AS_TEXT)),
    (b"Index/Document.iwa", Foreign("a Pages document (.pages)", _SAVE_AS_TEXT)),
)
_ZIP_SAMPLE = 64 * 1024  # the directory stands at the end, the first names at the start


def name_foreign_format(data: bytes) -> Foreign | None:
    """Tell which format without text the bytes are of; None when they may be text."""
    for offset, magic, foreign in _MAGIC:
        if data.startswith(magic, offset):
            return foreign
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        ends = data[:_ZIP_SAMPLE] + data[-_ZIP_SAMPLE:]
        return next((kind for mark, kind in _ZIP_KINDS if mark in ends), Foreign("a zip archive", _UNPACK))
    return None


_AS_TEXT = "Export it as .vtt, .srt, .txt or .json."
_TEXT_KINDS = (
    (re.compile(r"<\?xml|<!--|<!DOCTYPE|<html[\s>]", re.IGNORECASE), "a web page (HTML)"),
    (re.compile(r"\[Script Info\]", re.IGNORECASE), "an ASS or SSA subtitle file"),
)


def name_unread_text_format(head: str) -> Foreign | None:
    """Tell which text format that we do not read the beginning is of; None when it may be a transcript.

    `head`: the beginning of the text.
    """
    start = head.lstrip()
    return next((Foreign(what, _AS_TEXT) for pattern, what in _TEXT_KINDS if pattern.match(start)), None)
