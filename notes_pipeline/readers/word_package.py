"""Word files: the zip directory is judged before anything is unpacked, and nothing is ever written to disk."""

import lzma
import zlib
from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import BadZipFile, ZipFile

from notes_pipeline.core.errors import UnreadableTranscriptError

if TYPE_CHECKING:
    from docx.oxml.document import CT_Body

MAX_UNPACKED = 60 * 1024 * 1024  # a day of speech is 3 MB of XML; a tree of it takes six to eight times its size
MAX_PARTS = 5_000  # a Teams file has one picture for each turn at most
_ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06")
# What zipfile, lxml (SyntaxError) and python-docx (all the others) raise where a part is missing, cut off or senseless.
_ZIP_FAULTS = (BadZipFile, EOFError, NotImplementedError, OSError, RuntimeError, zlib.error, lzma.LZMAError)
_FAULTS = (*_ZIP_FAULTS, SyntaxError, AttributeError, AssertionError, LookupError, TypeError, ValueError)


def is_word(data: bytes) -> bool:
    """Tell a Word file from another zip archive, by its directory."""
    if not data.startswith(_ZIP_STARTS):
        return False
    try:
        with ZipFile(BytesIO(data)) as archive:
            return any(part.startswith("word/") for part in archive.namelist())
    except (*_ZIP_FAULTS, ValueError):
        return b"word/" in data


def open_word(data: bytes, name: str) -> "CT_Body":
    """Give the body of the document, as a tree of lxml.

    Raises:
        UnreadableTranscriptError: too large unpacked, damaged, with macros, or with a DTD.
    """
    import docx  # with lxml, 0.2 s; only few files need it
    from docx.opc.exceptions import OpcError

    _refuse_by_directory(data, name)
    try:
        body: CT_Body = docx.Document(BytesIO(data)).element.body
        doctype = body.getroottree().docinfo.doctype
    except (*_FAULTS, OpcError) as error:
        raise _damaged(name) from error
    if doctype:
        raise UnreadableTranscriptError(
            f"{name}: the Word file holds a DTD, which no Word writes. Save it again in Word."
        )
    return body


def _refuse_by_directory(data: bytes, name: str) -> None:
    try:
        with ZipFile(BytesIO(data)) as archive:
            parts = archive.infolist()
    except (*_ZIP_FAULTS, ValueError) as error:
        raise _damaged(name) from error
    unpacked = sum(part.file_size for part in parts)
    if unpacked > MAX_UNPACKED or len(parts) > MAX_PARTS:
        raise UnreadableTranscriptError(
            f"{name}: the Word file expands to {unpacked / 2**20:.0f} MB in {len(parts)} parts, the limit is "
            f"{MAX_UNPACKED // 2**20} MB in {MAX_PARTS}. Take the pictures out, or save it as .txt."
        )
    if any(part.flag_bits & 1 for part in parts):
        raise UnreadableTranscriptError(f"{name}: the Word file is encrypted. Save it without a password.")
    if any(part.filename.lower().endswith("vbaproject.bin") for part in parts):
        raise UnreadableTranscriptError(
            f"{name}: the Word file holds macros. Save it as .docx without them, or as .txt."
        )


def _damaged(name: str) -> UnreadableTranscriptError:
    return UnreadableTranscriptError(
        f"{name}: the Word file is damaged. Open it in Word and save it again as .docx, or as .txt."
    )
