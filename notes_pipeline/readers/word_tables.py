"""Tables of a Word document: rows whose cells hold time, speaker and text become paragraphs as in other documents."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from notes_pipeline.readers.names import is_label, looks_like_name
from notes_pipeline.readers.remarks import Remarks, shown
from notes_pipeline.readers.tables import Columns, find_columns
from notes_pipeline.readers.times import is_stamp, parse_clock, split_range

NAMED_SHARE = 0.8  # of the rows of a table have a name in a cell of its own
NUMBERED_SHARE = 0.8  # of the rows begin with a number that is higher than the one above
MIN_NUMBERED = 3
MAX_NUMBER_LENGTH = 7
MAX_TITLE_WORDS = 8


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


Cell = list[Paragraph]


def read_rows(rows: Sequence[Sequence[Cell]], names: set[str], remarks: Remarks) -> Iterator[Paragraph]:
    """Put time and speaker, where they have cells of their own, before the text; other cells follow one another.

    Adds the speakers to `names`.
    """
    headings = [_joined(cell) for cell in rows[0]] if rows else []
    columns = find_columns(headings)
    if columns is not None:
        yield from _read_columns(rows, headings, columns, names, remarks)
        return
    width = max(map(len, rows), default=0)
    filled = _without_numbers([[cell for cell in map(_without_empty, row) if cell] for row in rows], remarks)
    found = _find_names(filled)
    names |= found
    for whole, row in zip(rows, filled, strict=True):
        if not row or (found and _as_name(row[0]) not in found and _is_section(whole, width, remarks)):
            continue
        cells, time, name = list(row), "", ""
        while cells:
            if not time and len(cells) > 1 and (stamp := _stamp(_joined(cells[0]))):
                time = stamp
                cells.pop(0)
            elif not name and _as_name(cells[0]) in found:
                name = f"{_as_name(cells[0])}: "
                place = cells.pop(0)[0].place
            else:
                break
        yield from _with_mark(f"{time}{name}", cells) if cells else [Paragraph(place, [f"{time}{name}"])]


def _read_columns(
    rows: Sequence[Sequence[Cell]], headings: Sequence[str], columns: Columns, names: set[str], remarks: Remarks
) -> Iterator[Paragraph]:
    """Read rows whose cells are known by the headings; columns of another kind are set aside, as in other tables."""
    remarks.add("headings of tables set aside", rows[0][0][0].place if rows[0] and rows[0][0] else "")
    used = {columns.text, columns.speaker, columns.start, columns.end}
    others = [shown(heading, 30) for at, heading in enumerate(headings) if at not in used and heading]
    if others:
        remarks.add(f"columns set aside: {', '.join(others[:5])}")
    for row in rows[1:]:
        cells = dict(enumerate(map(_without_empty, row)))
        start, end, name = (
            _joined(cells.get(at, [])) if at is not None else "" for at in (columns.start, columns.end, columns.speaker)
        )
        text = cells.get(columns.text, [])
        name = name.rstrip(": ")
        if not text and (len(row) < len(headings) or not (name in names or looks_like_name(name))):
            loose = [cell for cell in cells.values() if cell]
            if loose and not _is_section(row, len(headings), remarks):
                remarks.add("rows of tables without text in its column, read as speech", loose[0][0].place)
                yield from _with_mark("", loose)
            continue
        time = _stamp(f"{start} - {end}") or _stamp(start) or _seconds(start)
        unread = "" if time or not start else f"{start} "  # no time after all: it stays with the words
        if name:
            names.add(name)
        known = f"{time}{name}: " if name else time
        yield from _with_mark(f"{known}{unread}", [text]) if text else [Paragraph(_place_of(row), [known])]


def _is_section(row: Sequence[Cell], width: int, remarks: Remarks) -> bool:
    """Tell the title of a section, in one cell over the whole row, and remark on it."""
    text = _joined(row[0])
    is_section = len(row) == 1 < width and len(text.split()) <= MAX_TITLE_WORDS and text[-1:] not in ".?!…"
    if is_section:
        remarks.add("headings and notices of the tool set aside", _place_of(row))
    return is_section


def _with_mark(mark: str, cells: Sequence[Cell]) -> Iterator[Paragraph]:
    first, *others = (one for cell in cells for one in cell)
    yield Paragraph(first.place, [f"{mark}{first.lines[0].lstrip()}", *first.lines[1:]])
    yield from others


def _without_empty(cell: Cell) -> Cell:
    return [one for one in cell if not one.is_empty]


def _place_of(row: Sequence[Cell]) -> str:
    return next((one.place for cell in row for one in cell), "")


def _without_numbers(rows: Sequence[Sequence[Cell]], remarks: Remarks) -> Sequence[Sequence[Cell]]:
    """Take the numbers of the rows out, where nearly each begins with one."""
    rising, last = set(), -1
    for at, row in enumerate(rows):
        text = _joined(row[0]).rstrip(".") if len(row) > 1 else ""
        if text.isdecimal() and len(text) < MAX_NUMBER_LENGTH and int(text) > last:
            last = int(text)
            rising.add(at)
    if len(rising) < max(MIN_NUMBERED, NUMBERED_SHARE * len(rows)):
        return rows
    remarks.add("numbers of rows set aside", _place_of(rows[min(rising)]), times=len(rising))
    return [row[1:] if at in rising else row for at, row in enumerate(rows)]


def _find_names(rows: Sequence[Sequence[Cell]]) -> set[str]:
    """Give the names that come back in cells of their own, and those of a column that has hardly anything else."""
    heads = Counter(head for row in rows for cell in row[:-1] if (head := _as_name(cell)))
    names = {head for head, count in heads.items() if count >= 2 or is_label(head)}
    firsts = [head for row in rows if (head := _first_name(row))]
    if len(firsts) >= NAMED_SHARE * len(rows) and len(set(firsts)) < len(firsts):
        names.update(firsts)  # a column of names: also who speaks once
    return names


def _first_name(row: Sequence[Cell]) -> str:
    """Give the name in the first cell that holds no time; empty where there is none, or nothing behind it."""
    cells = [cell for cell in row if not _stamp(_joined(cell))]
    return _as_name(cells[0]) if len(cells) > 1 else ""


def _stamp(text: str) -> str:
    """Write a time, or a stretch of time, as text transcripts have it before their words; empty where it is none."""
    stretch = split_range(text)
    if stretch is not None and all(map(is_stamp, stretch)):
        return f"[{stretch[0]} --> {stretch[1]}] "
    return f"[{text.strip('[]()')}] " if is_stamp(text) else ""


def _seconds(text: str) -> str:
    """Write a time in bare seconds as a stamp; empty where it is none."""
    time_ms = parse_clock(text)
    if time_ms is None or time_ms < 0:
        return ""
    return f"[{time_ms // 60_000}:{time_ms // 1000 % 60:02}.{time_ms % 1000:03}] "


def _joined(cell: Cell) -> str:
    return " ".join(line.strip() for one in cell for line in one.lines).strip()


def _as_name(cell: Cell) -> str:
    """Give the name that a cell of one short line holds; empty where it holds none."""
    text = _joined(cell) if len(cell) == 1 and len(cell[0].lines) == 1 else ""
    name = text.rstrip(": ")
    return name if looks_like_name(name) and not is_stamp(text) else ""
