"""The text of a Word document: paragraphs and rows of tables in their order, without what was deleted."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from notes_pipeline.readers.decoding import to_lines
from notes_pipeline.readers.names import is_label, looks_like_name
from notes_pipeline.readers.remarks import Remarks
from notes_pipeline.readers.tables import find_columns
from notes_pipeline.readers.times import is_stamp

if TYPE_CHECKING:
    from docx.oxml.document import CT_Body
    from docx.oxml.xmlchemy import BaseOxmlElement

_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_ALTERNATIVE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_DELETED = {f"{_WORD}del", f"{_WORD}moveFrom"}
_NOTES = {f"{_WORD}{kind}": kind for kind in ("footnoteReference", "endnoteReference", "commentReference")}
_INSTEAD = {f"{_WORD}tab": "\t", f"{_WORD}br": "\n", f"{_WORD}cr": "\n", f"{_WORD}noBreakHyphen": "-"}


@dataclass(frozen=True, slots=True)
class Paragraph:
    """`lines`: the text, cut at line breaks. `place`: where it stands, counted as Word shows it."""

    place: str
    lines: Sequence[str]

    @property
    def is_empty(self) -> bool:
        return not any(line.strip() for line in self.lines)


_Cell = list[Paragraph]


def read_paragraphs(body: "CT_Body", remarks: Remarks) -> list[Paragraph]:
    """Give all paragraphs; a row of a table that names time or speaker in its own cells becomes one of them."""
    walk = _Walk(remarks)
    walk.through(body)
    return walk.paragraphs


@dataclass(slots=True)
class _Walk:
    """`depth`: of tables around the place; rows and cells of the outermost count, inner ones are their text."""

    remarks: Remarks
    paragraphs: list[Paragraph] = field(default_factory=list)
    rows: list[list[_Cell]] = field(default_factory=list)
    number: int = 0
    depth: int = 0
    text: list[str] = field(default_factory=list)

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
        if tag == f"{_WORD}t":
            self.text.append(element.text or "")
        elif tag in _INSTEAD:
            self.text.append(_INSTEAD[tag])
        elif tag == f"{_WORD}p":
            self.number += 1
            self.text.clear()
        elif tag == f"{_WORD}tbl":
            self.depth += 1
        elif self.depth == 1 and tag == f"{_WORD}tr":
            self.rows.append([])
        elif self.depth == 1 and tag == f"{_WORD}tc" and self.rows:
            self.rows[-1].append([])

    def _leave(self, tag: str) -> None:
        if tag == f"{_WORD}p":
            paragraph = Paragraph(self._place, to_lines("".join(self.text), self.remarks))
            self.text.clear()
            is_in_cell = self.depth and self.rows and self.rows[-1]
            (self.rows[-1][-1] if is_in_cell else self.paragraphs).append(paragraph)
        elif tag == f"{_WORD}tbl":
            self.depth -= 1
            if not self.depth:
                self.paragraphs.extend(_read_rows(self.rows, self.remarks))
                self.rows = []


def _read_rows(rows: Sequence[Sequence[_Cell]], remarks: Remarks) -> Iterator[Paragraph]:
    """Put time and speaker, where they have cells of their own, before the text; other cells follow one another."""
    heads = Counter(head for row in rows for cell in row[:-1] if (head := _as_name(cell)))
    names = {head for head, count in heads.items() if count >= 2 or is_label(head)}
    for index, row in enumerate(rows):
        cells = [[one for one in cell if not one.is_empty] for cell in row]
        cells = [cell for cell in cells if cell]
        if not cells:
            continue
        if not index and find_columns([_joined(cell) for cell in cells]) is not None:
            remarks.add("headings of tables set aside", cells[0][0].place)
            continue
        time = name = ""
        while len(cells) > 1:
            if not time and is_stamp(_joined(cells[0])):
                time = f"[{_joined(cells.pop(0)).strip('[]()')}] "
            elif not name and _as_name(cells[0]) in names:
                name = f"{_as_name(cells.pop(0))}: "
            else:
                break
        first, *others = (one for cell in cells for one in cell)
        yield Paragraph(first.place, [f"{time}{name}{first.lines[0].lstrip()}", *first.lines[1:]])
        yield from others


def _joined(cell: _Cell) -> str:
    return " ".join(line.strip() for one in cell for line in one.lines).strip()


def _as_name(cell: _Cell) -> str:
    """Give the name that a cell of one short line holds; empty where it holds none."""
    text = _joined(cell) if len(cell) == 1 and len(cell[0].lines) == 1 else ""
    name = text.rstrip(": ")
    return name if looks_like_name(name) and not is_stamp(text) else ""
