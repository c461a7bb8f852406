"""The text of a Word document: paragraphs and rows of tables in their order, without what was deleted."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from notes_pipeline.readers.decoding import to_lines
from notes_pipeline.readers.names import is_label, looks_like_name
from notes_pipeline.readers.remarks import Remarks
from notes_pipeline.readers.tables import Columns, find_columns
from notes_pipeline.readers.times import is_stamp, split_range

if TYPE_CHECKING:
    from docx.oxml.document import CT_Body
    from docx.oxml.xmlchemy import BaseOxmlElement

_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_ALTERNATIVE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_DELETED = {f"{_WORD}del", f"{_WORD}moveFrom"}
_NOTES = {f"{_WORD}{kind}": kind for kind in ("footnoteReference", "endnoteReference", "commentReference")}
NAMED_SHARE = 0.8  # of the rows of a table have a name in a cell of its own
_HEADING_STYLE = re.compile(r"heading|title|subtitle|berschrift|titel|titre|ttulo|titolo", re.IGNORECASE)
_INSTEAD = {f"{_WORD}tab": "\t", f"{_WORD}br": "\n", f"{_WORD}cr": "\n", f"{_WORD}noBreakHyphen": "-"}


@dataclass(frozen=True, slots=True)
class Paragraph:
    """`lines`: the text, cut at line breaks. `place`: where it stands, counted as Word shows it. `is_heading`: by its
    style.
    """

    place: str
    lines: Sequence[str]
    is_heading: bool = False

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
        if tag == f"{_WORD}t":
            self.text.append(element.text or "")
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
                self.paragraphs.extend(_read_rows(self.rows, self.remarks))
                self.rows = []


def _read_rows(rows: Sequence[Sequence[_Cell]], remarks: Remarks) -> Iterator[Paragraph]:
    """Put time and speaker, where they have cells of their own, before the text; other cells follow one another."""
    columns = find_columns([_joined(cell) for cell in rows[0]]) if rows else None
    if columns is not None:
        remarks.add("headings of tables set aside", rows[0][0][0].place if rows[0] and rows[0][0] else "")
        yield from (one for row in rows[1:] for one in _by_columns(row, columns))
        return
    heads = Counter(head for row in rows for cell in row[:-1] if (head := _as_name(cell)))
    names = {head for head, count in heads.items() if count >= 2 or is_label(head)}
    firsts = [head for row in rows if (head := _first_name(row))]
    if len(firsts) >= NAMED_SHARE * len(rows) and len(set(firsts)) < len(firsts):
        names.update(firsts)  # a column of names: also who speaks once
    for row in rows:
        cells = [[one for one in cell if not one.is_empty] for cell in row]
        cells = [cell for cell in cells if cell]
        if not cells:
            continue
        time = name = ""
        while len(cells) > 1:
            if not time and (stamp := _stamp(_joined(cells[0]))):
                time = stamp
                cells.pop(0)
            elif not name and _as_name(cells[0]) in names:
                name = f"{_as_name(cells.pop(0))}: "
            else:
                break
        first, *others = (one for cell in cells for one in cell)
        yield Paragraph(first.place, [f"{time}{name}{first.lines[0].lstrip()}", *first.lines[1:]])
        yield from others


def _first_name(row: Sequence[_Cell]) -> str:
    """Give the name in the first cell that holds no time; empty where there is none, or nothing behind it."""
    cells = [cell for cell in row if (text := _joined(cell)) and not _stamp(text)]
    return _as_name(cells[0]) if len(cells) > 1 else ""


def _by_columns(row: Sequence[_Cell], columns: Columns) -> Iterator[Paragraph]:
    """Give the paragraphs of a row whose cells are known by the headings; other cells follow the text."""
    cells = dict(enumerate(row))
    start, end, name = (
        _joined(cells.pop(at, [])) if at is not None else "" for at in (columns.start, columns.end, columns.speaker)
    )
    time = _stamp(f"{start} - {end}") or _stamp(start)
    text = cells.pop(columns.text, [])
    spoken = [one for cell in (text, *cells.values()) for one in cell if not one.is_empty]
    if not spoken:
        return
    first, *others = spoken
    known = f"{time}{name.rstrip(': ')}: " if name.strip(": ") else time
    unread = "" if time or not start else f"{start} "  # no time after all: it stays with the words
    yield Paragraph(first.place, [f"{known}{unread}{first.lines[0].lstrip()}", *first.lines[1:]])
    yield from others


def _stamp(text: str) -> str:
    """Write a time, or a stretch of time, as text transcripts have it before their words; empty where it is none."""
    stretch = split_range(text)
    if stretch is not None and all(map(is_stamp, stretch)):
        return f"[{stretch[0]} --> {stretch[1]}] "
    return f"[{text.strip('[]()')}] " if is_stamp(text) else ""


def _joined(cell: _Cell) -> str:
    return " ".join(line.strip() for one in cell for line in one.lines).strip()


def _as_name(cell: _Cell) -> str:
    """Give the name that a cell of one short line holds; empty where it holds none."""
    text = _joined(cell) if len(cell) == 1 and len(cell[0].lines) == 1 else ""
    name = text.rstrip(": ")
    return name if looks_like_name(name) and not is_stamp(text) else ""
