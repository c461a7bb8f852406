"""Word files: the zip directory is judged before anything is unpacked, and nothing is ever written to disk."""

import lzma
import zlib
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

from notes_pipeline.core.errors import UnreadableTranscriptError

if TYPE_CHECKING:
    from docx.oxml.document import CT_Body

MAX_UNPACKED = 60 * 1024 * 1024  # a day of speech is 3 MB of XML; a tree of it takes six to eight times its size
MAX_TAGS = 1_000_000  # of XML; a day of speech in Word has 300,000
MAX_PARTS = 5_000  # a Teams file has one picture for each turn at most
_CHUNK = 256 * 1024
_CONTENT_TYPES = "[Content_Types].xml"  # every Office file has it
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
            names = archive.namelist()
    except (*_ZIP_FAULTS, ValueError):
        return b"word/" in data or (
            _CONTENT_TYPES.encode() in data and not any(one in data for one in (b"xl/", b"ppt/"))
        )
    is_other = any(part.startswith(("xl/", "ppt/")) for part in names)
    return any(part.startswith("word/") for part in names) or (_CONTENT_TYPES in names and not is_other)


def open_word(data: bytes, name: str) -> "CT_Body":
    """Give the body of the document, as a tree of lxml.

    Raises:
        UnreadableTranscriptError: too large unpacked, damaged, with macros, or with a DTD.
    """
    import docx  # with lxml, 0.2 s; only few files need it
    from docx.opc.exceptions import OpcError

    _refuse_by_directory(data, name)
    try:
        body: CT_Body = docx.Document(_unpack(data, name)).element.body
        doctype = body.getroottree().docinfo.doctype
    except (*_FAULTS, OpcError) as error:
        if isinstance(error, SyntaxError) and "depth" in str(error):  # lxml stops at 256 levels
            raise UnreadableTranscriptError(
                f"{name}: the Word file is nested too deep. Save it again as .docx, or as .txt."
            ) from error
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
    if any(part.filename.startswith("/") or ".." in part.filename.split("/") for part in parts):
        raise _damaged(name)
    if any(part.flag_bits & 1 for part in parts):
        raise UnreadableTranscriptError(f"{name}: the Word file is encrypted. Save it without a password.")
    if any(part.filename.lower().endswith("vbaproject.bin") for part in parts):
        raise UnreadableTranscriptError(
            f"{name}: the Word file holds macros. Save it as .docx without them, or as .txt."
        )


def _unpack(data: bytes, name: str) -> BytesIO:
    """Give the parts again, uncompressed and no larger than the directory says.

    `ZipFile.read`, which python-docx uses, unpacks all that is there before it looks at the size that was promised.

    Raises:
        UnreadableTranscriptError: more XML than a transcript has; its tree is many times larger than its text.
    """
    unpacked, tags = BytesIO(), 0
    with ZipFile(BytesIO(data)) as archive, ZipFile(unpacked, "w") as whole:
        for part in {part.filename: part for part in archive.infolist()}.values():
            if part.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
                raise BadZipFile(f"compressed as no Word does: {part.compress_type}")
            with archive.open(part) as source:
                content = b"".join(iter(partial(source.read, _CHUNK), b""))
            tags += content.count(b"<")
            whole.writestr(part.filename, content)
    if tags > MAX_TAGS:
        raise UnreadableTranscriptError(
            f"{name}: the Word file holds {tags:,} tags, the limit is {MAX_TAGS:,}. Save it as .txt."
        )
    unpacked.seek(0)
    return unpacked


def _damaged(name: str) -> UnreadableTranscriptError:
    return UnreadableTranscriptError(
        f"{name}: the Word file is damaged. Open it in Word and save it again as .docx, or as .txt."
    )
