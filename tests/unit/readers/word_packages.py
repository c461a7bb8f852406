"""Word files made by hand, so that each part of them can be wrong."""

import io
import zipfile
from collections.abc import Mapping

_OPEN = "http://schemas.openxmlformats.org"
_MAIN = f"{_OPEN}/wordprocessingml/2006/main"
_DOCUMENT_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_TYPES = (
    f'<Types xmlns="{_OPEN}/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/word/document.xml" ContentType="{_DOCUMENT_TYPE}"/></Types>'
)
_RELATIONS = (
    f'<Relationships xmlns="{_OPEN}/package/2006/relationships"><Relationship Id="rId1" '
    f'Type="{_OPEN}/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>'
)


def paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


TALK = paragraph("Ann: Hello there.") + paragraph("Ben: Good day.") + paragraph("Ann: So it is.")


def document(body: str, doctype: str = "") -> str:
    return f'{doctype}<w:document xmlns:w="{_MAIN}"><w:body>{body}</w:body></w:document>'


def word_file(
    body: str = TALK,
    *,
    xml: str | None = None,
    others: Mapping[str, str | bytes] | None = None,
    compression: int = zipfile.ZIP_DEFLATED,
) -> bytes:
    """Build a file; `xml` stands in place of the whole document, `others` are further parts of the archive."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", compression) as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        archive.writestr("_rels/.rels", _RELATIONS)
        archive.writestr("word/document.xml", document(body) if xml is None else xml)
        for name, content in (others or {}).items():
            archive.writestr(name, content)
    return packed.getvalue()


def promise_size(data: bytes, part: str, size: int) -> bytes:
    """Give the file with another unpacked size of that part in its directory: what is packed stays."""
    at = data.rindex(part.encode()) - 46  # the entry's head stands before its name
    return data[: at + 24] + size.to_bytes(4, "little") + data[at + 28 :]
