"""The text of a Word document: paragraphs and rows of tables in their order, without what was deleted."""

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from notes_pipeline.readers.decoding import to_lines
from notes_pipeline.readers.remarks import Remarks
from notes_pipeline.readers.word_tables import Cell, Paragraph, read_rows

if TYPE_CHECKING:
    from docx.oxml.document import CT_Body
    from docx.oxml.xmlchemy import BaseOxmlElement

_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_ALTERNATIVE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_DELETED = {f"{_WORD}del", f"{_WORD}moveFrom"}
_NOTES = {f"{_WORD}{kind}": kind for kind in ("footnoteReference", "endnoteReference", "commentReference")}
_HEADING_STYLE = re.compile(r"heading|title|subtitle|berschrift|titel|titre|ttulo|titolo", re.IGNORECASE)
_MATHS = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
_INSTEAD = {f"{_WORD}tab": "\t", f"{_WORD}br": "\n", f"{_WORD}cr": "\n", f"{_WORD}noBreakHyphen": "-"}


def read_paragraphs(body: "CT_Body", remarks: Remarks) -> tuple[list[Paragraph], set[str]]:
    """Give all paragraphs, and the names of speakers that have cells of their own.

    A row of a table that names time or speaker in its own cells becomes a paragraph.
    """
    walk = _Walk(remarks)
    walk.through(body)
    return walk.paragraphs, walk.names


@dataclass(slots=True)
class _Walk:
    """`depth`: of tables around the place; rows and cells of the outermost count, inner ones are their text."""

    remarks: Remarks
    paragraphs: list[Paragraph] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    rows: list[list[Cell]] = field(default_factory=list)
    number: int = 0
    depth: int = 0
    text: list[str] = field(default_factory=list)
    style: str = ""

    def through(self, element: "BaseOxmlElement") -> None:
        """Go through the element and all inside it; a document is never deeper than the 256 levels of its parser."""
        tag = element.tag
        if not isinstance(tag, str) or self._is_set_aside(tag, element):  # a comment of XML has no tag
            return
        self._enter(tag, element)
        for child in element:
            self.through(child)
        self._leave(tag)

    def _is_set_aside(self, tag: str, element: "BaseOxmlElement") -> bool:
        if tag in _DELETED:
            if any(element.itertext(f"{_WORD}delText", f"{_WORD}t")):
                self.remarks.add("passages deleted with tracked changes, left out", self._place)
            return True
        if tag == f"{_WORD}txbxContent":
            if any(text.strip() for text in element.itertext(f"{_WORD}t")):
                self.remarks.add("text boxes set aside: what they say is not read", self._place)
            return True
        if tag in _NOTES:
            kind = _NOTES[tag].removesuffix("Reference")
            self.remarks.add(f"{kind}s set aside", self._place)
        return tag in (_ALTERNATIVE, f"{_WORD}rt")  # the same once more, for older programs; a reading beside a word

    @property
    def _place(self) -> str:
        return f"paragraph {max(1, self.number)}"

    def _enter(self, tag: str, element: "BaseOxmlElement") -> None:
        if tag in (f"{_WORD}t", _MATHS):
            self.text.append(element.text or "")
        elif tag.endswith("}symEx"):  # an emoji; what older programs show for it is in the alternative
            self.text.append(_character(element))
        elif tag == f"{_WORD}sym":
            self.remarks.add("symbols of fonts such as Wingdings, left out", self._place)
        elif tag in _INSTEAD:
            self.text.append(_INSTEAD[tag])
        elif tag == f"{_WORD}p":
            self.number += 1
            self.text.clear()
            self.style = ""
        elif tag == f"{_WORD}pStyle":
            self.style = element.get(f"{_WORD}val") or ""
        elif tag == f"{_WORD}tbl":
            self.depth += 1
        elif self.depth == 1 and tag == f"{_WORD}tr":
            self.rows.append([])
        elif self.depth == 1 and tag == f"{_WORD}tc" and self.rows:
            self.rows[-1].append([])

    def _leave(self, tag: str) -> None:
        if tag == f"{_WORD}p":
            lines = to_lines("".join(self.text), self.remarks)
            paragraph = Paragraph(self._place, lines, _HEADING_STYLE.match(self.style) is not None)
            self.text.clear()
            is_in_cell = self.depth and self.rows and self.rows[-1]
            (self.rows[-1][-1] if is_in_cell else self.paragraphs).append(paragraph)
        elif tag == f"{_WORD}tbl":
            self.depth -= 1
            if not self.depth:
                self.paragraphs.extend(read_rows(self.rows, self.names, self.remarks))
                self.rows = []


def _character(symbol: "BaseOxmlElement") -> str:
    code = next((value for key, value in symbol.attrib.items() if str(key).endswith("}char")), "")
    return chr(int(code, 16)) if re.fullmatch(r"[0-9A-Fa-f]{4,5}", str(code)) else ""
