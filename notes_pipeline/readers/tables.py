"""Tables (.csv, .tsv): the columns are known by their headings, in any order."""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from notes_pipeline.core.errors import UnreadableTranscriptError
from notes_pipeline.readers.decoding import Source, to_lines
from notes_pipeline.readers.markup import decode_entities, join_lines, strip_tags
from notes_pipeline.readers.remarks import Remarks, shown
from notes_pipeline.readers.said import Reading, Said, clean_name
from notes_pipeline.readers.times import CLOCK, parse_clock, split_range

DELIMITERS = ",;\t"
MAX_COLUMNS = 200
MAX_HEADINGS = 10_000  # characters of the first line
_KNOWN = {  # in letters a to z: "Start (s)" is starts, "début" dbut
    "text": "text words transcript transcription utterance content sentence speech dialogue dialog quote what body"
    " texte texto testo transkript inhalt",
    "speaker": "speaker speakername speakerlabel speakerid name participant who person role"
    " sprecher sprecherin locuteur hablante orador",
    "start": "start timestamp time starttime startms starttimems begin begintime from timein offset in timespan"
    " timecode starts startsec startseconds starttimes starttimesec starttimeseconds beginn anfang zeit zeitstempel"
    " inicio dbut",
    "end": "end endtime endms endtimems finish to timeout out ends endsec endseconds endtimes endtimesec endtimeseconds"
    " ende fin",
}
_ROLES = {heading: role for role, headings in _KNOWN.items() for heading in headings.split()}
_TIME = re.compile(rf"[\[(]?({CLOCK})[\])]?")


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each column stands, from 0; None where there is none. `is_ms`: times are whole milliseconds."""

    text: int
    speaker: int | None
    start: int | None
    end: int | None
    is_ms: bool


def find_columns(headings: Sequence[str]) -> Columns | None:
    """Find the columns of a transcript; None where there is no text, or neither speaker nor time."""
    places: dict[str, int] = {}
    for place, heading in enumerate(headings[:MAX_COLUMNS]):
        role = _ROLES.get(_key(heading))
        if role is not None:
            places.setdefault(role, place)
    if "text" not in places or not places.keys() & {"speaker", "start"}:
        return None
    is_ms = "start" in places and _key(headings[places["start"]]).endswith("ms")
    return Columns(places["text"], places.get("speaker"), places.get("start"), places.get("end"), is_ms)


def has_known_headings(line: str) -> bool:
    """Tell whether the line names the columns of a transcript."""
    return _split(line) is not None


def read_table(source: Source, remarks: Remarks) -> Reading:
    """Read a table, a row an utterance; what stands in other columns is set aside.

    Raises:
        UnreadableTranscriptError: no headings that we know, or a quotation mark that is never closed.
    """
    lines = to_lines(source.text, remarks)
    first = next(number for number, line in enumerate(lines) if line.strip())
    found = _split(lines[first])
    if found is None:
        raise UnreadableTranscriptError(
            f"{source.name}: a table, but its first line names no columns that we know. "
            "Call them speaker, start, end and text; text and one of the others must be there."
        )
    delimiter, headings, columns = found
    rows = list(_rows(source.name, lines, first + 1, delimiter))
    used = {columns.text, columns.speaker, columns.start, columns.end}
    others = [heading for place, heading in enumerate(headings) if place not in used]
    if others:
        remarks.add(f"columns set aside: {', '.join(shown(one.strip(), 30) for one in others[:5])}")
    if delimiter == "\t" and [_key(one) for one in headings] == ["start", "end", "text"]:  # Whisper's .tsv
        columns = Columns(columns.text, None, columns.start, columns.end, is_ms=True)
    said = [_read_row(row, columns, place, remarks) for place, row in rows if any(map(str.strip, row))]
    for one, above in zip(said[1:], said, strict=False):
        if one.speaker is None and one.start_ms is None:
            one.speaker = above.speaker  # a row of text alone goes on with the one above
    return Reading("csv", said)


def _key(heading: str) -> str:
    return re.sub(r"[^a-z]", "", heading[:60].lower())


def _split(line: str) -> tuple[str, list[str], Columns] | None:
    """Split a line of headings at the delimiter that makes it one."""
    for delimiter in DELIMITERS:
        if delimiter in line:
            try:
                headings = next(csv.reader([line[:MAX_HEADINGS]], delimiter=delimiter), [])
            except csv.Error:  # a line end of another kind inside it
                continue
            columns = find_columns(headings)
            if columns is not None:
                return delimiter, headings, columns
    return None


def _rows(name: str, lines: Sequence[str], first: int, delimiter: str) -> Iterator[tuple[str, list[str]]]:
    """Give each row with the place where it begins."""
    reader = csv.reader((f"{line}\n" for line in lines[first:]), delimiter=delimiter, strict=True)
    begins = first + 1
    while True:
        try:
            row = next(reader, None)
        except csv.Error as error:
            raise UnreadableTranscriptError(
                f"{name}: line {begins}: a cell of this row does not end, or its quotation marks are not doubled. "
                "Save the table again from the program that wrote it."
            ) from error
        if row is None:
            return
        yield f"line {begins}", row
        begins = first + reader.line_num + 1


def _read_row(row: Sequence[str], columns: Columns, place: str, remarks: Remarks) -> Said:
    cells: Mapping[int | None, str] = dict(enumerate(row))
    text = join_lines(decode_entities(strip_tags(cells.get(columns.text, ""), remarks, place)))
    name = decode_entities(cells.get(columns.speaker, "")).strip().rstrip(":")
    times = cells.get(columns.start, ""), cells.get(columns.end, "")
    if columns.end is None:
        times = split_range(times[0]) or times  # NVivo: 0:00.0 - 0:12.5
    start, end = (_read_time(cell, columns, place, remarks) for cell in times)
    return Said(text, clean_name(name, remarks, place), start, end, place=place)


def _read_time(cell: str, columns: Columns, place: str, remarks: Remarks) -> int | None:
    """Read the time that a cell starts with; what stands beside it is a remark of the transcriber."""
    cell = cell.strip()
    if not cell:
        return None
    match = _TIME.match(cell)
    if match is None:
        remarks.add("times that cannot be read, left out", place)
        return None
    if match.end() < len(cell):
        remarks.add("remarks beside times set aside", place)
    if columns.is_ms and match[1].lstrip("-").isdigit():
        return int(match[1])
    return parse_clock(match[1])
