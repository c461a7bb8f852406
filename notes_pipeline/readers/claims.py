"""Claims from the notes that any tool wrote: JSON lines, CSV, or Markdown and text with quotes in it.

Only words that a note presents as said are claims: a JSON or CSV field of quotes, a block quote, or words in quotation
marks. What the note says beside them is its statement.
"""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePath

from notes_pipeline.core.errors import InvalidClaimError
from notes_pipeline.readers.decoding import decode
from notes_pipeline.readers.remarks import Remarks

NEAR = 200  # characters around a quote that can name its speaker: a name of 60 and what stands beside it
MIN_QUOTED_WORDS = 3  # in prose; "so-called" words in quotation marks are not somebody's words

_QUOTE_COLUMNS = ("quote", "quotes", "excerpt", "verbatim", "evidence", "text", "zitat", "citation", "cita")
_SPEAKER_COLUMNS = ("speaker", "who", "participant", "name", "said by", "said_by")
_STATEMENT_COLUMNS = ("statement", "note", "finding", "insight", "summary", "claim")
_ID_COLUMNS = ("id", "note_id", "number", "#")
_HINT_COLUMNS = ("utterance_hint", "utterance")

_QUOTED = re.compile(
    r"“(?P<curly>[^“”]+)”|„(?P<low>[^„“”]+)[“”]|«\s?(?P<angle>[^«»]+?)\s?»|»(?P<turned>[^«»]+)«"
    r"|「(?P<corner>[^「」]+)」|(?<![\w\"])\"(?P<straight>[^\"\n]+)\"(?!\w)"
)
_BLOCK = re.compile(r"^\s{0,3}>\s?(?P<words>.*)$")
_ATTRIBUTION = re.compile(r"^\s*(?:[-–—]{1,2}|\()\s*\**(?P<name>[^\W\d_][^,(:;.\[\]*)]{0,60}?)\**\s*(?:[,(\[)]|$)")
_ATTRIBUTED = re.compile(r"\s[-–—]{1,2}\s+[^\s\d][^.:;]{0,60}$|\([^()]{0,60}\)\s*$")
_BEFORE = re.compile(
    r"(?:^|[\s*>-])\**(?P<name>[^\W\d_][\w.'’ -]{0,60}?)\**\s*(?:said|says|sagte?|a dit|dijo|disse)?\s*:\**\s*$"
)
_MARKUP = re.compile(r"[*_`#>]+")


class NotesFormat(StrEnum):
    JSON_LINES = "jsonl"
    CSV = "csv"
    MARKDOWN = "markdown"


@dataclass(frozen=True, slots=True)
class RawClaim:
    """A claim as the file has it, not yet checked for its form. `line`: counted from 1.

    `fields`: those of a line of claims; None where the line is no claim, `problem` says why. `statement`: what the
    note says beside the quote, empty where it says nothing.
    """

    line: int
    fields: Mapping[str, object] | None
    statement: str = ""
    problem: str = ""


def detect_notes_format(data: bytes, filename: str) -> NotesFormat:
    """Tell the format by the first character and the name's ending; what is neither JSON nor CSV is text."""
    ending = PurePath(filename).suffix.casefold()
    head = data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if head == b"{" or ending in (".jsonl", ".ndjson"):
        return NotesFormat.JSON_LINES
    if ending in (".csv", ".tsv"):
        return NotesFormat.CSV
    return NotesFormat.MARKDOWN


def read_claims(data: bytes, filename: str) -> Iterator[RawClaim]:
    """Yield the claims of a file in its order.

    Raises:
        InvalidClaimError: a CSV without a column of quotes; the message names the columns it has.
    """
    match detect_notes_format(data, filename):
        case NotesFormat.JSON_LINES:
            return _json_lines(data)
        case NotesFormat.CSV:
            return _csv_rows(decode(data, filename, Remarks()).text, filename)
        case NotesFormat.MARKDOWN:
            return _markdown(decode(data, filename, Remarks()).text)


def _json_lines(data: bytes) -> Iterator[RawClaim]:
    for number, line in enumerate(data.split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            fields = json.loads(line.decode("utf-8-sig"))
        except (ValueError, RecursionError) as error:
            yield RawClaim(number, None, problem=f"is no JSON object: {str(error)[:120]}")
            continue
        if not isinstance(fields, dict):
            yield RawClaim(number, None, problem="is no JSON object")
            continue
        statement = next((fields[name] for name in _STATEMENT_COLUMNS if isinstance(fields.get(name), str)), "")
        yield RawClaim(number, fields, statement)


def _csv_rows(text: str, filename: str) -> Iterator[RawClaim]:
    head = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=head.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        names = [name.strip().casefold().lstrip("\ufeff") for name in next(rows, [])]
        quote_at = _column(names, _QUOTE_COLUMNS)
        if quote_at is None:
            raise InvalidClaimError(
                f"{filename}: line 1: no column of quotes among {', '.join(names[:12]) or 'nothing'}; name it quote"
            )
        places = {
            "speaker": _column(names, _SPEAKER_COLUMNS),
            "utterance_hint": _column(names, _HINT_COLUMNS),
            "id": _column(names, _ID_COLUMNS),
        }
        statement_at = _column(names, _STATEMENT_COLUMNS)
        for count, row in enumerate(rows, start=1):
            if not any(cell.strip() for cell in row):
                continue
            fields: dict[str, object] = {"id": str(count), "quote": _cell(row, quote_at)}
            for field, at in places.items():
                cell = _cell(row, at).strip()
                if cell:
                    fields[field] = int(cell) if field == "utterance_hint" and cell.isdecimal() else cell
            yield RawClaim(rows.line_num, fields, _cell(row, statement_at).strip())
    except csv.Error as error:
        yield RawClaim(rows.line_num, None, problem=f"is no CSV: {error}")


def _column(names: list[str], known: tuple[str, ...]) -> int | None:
    return next((names.index(name) for name in known if name in names), None)


def _cell(row: list[str], at: int | None) -> str:
    return row[at] if at is not None and at < len(row) else ""


def _markdown(text: str) -> Iterator[RawClaim]:
    """Yield block quotes, consecutive lines as one, and quoted words in running text."""
    count = 0
    block: list[str] = []
    block_from = 0
    statement = ""
    for number, line in enumerate([*text.splitlines(), ""], start=1):
        if found := _BLOCK.match(line):
            block_from = block_from or number
            block.append(found["words"])
            continue
        if block:
            count += 1
            yield _block_claim(count, block_from, block, statement)
            block, block_from = [], 0
        for claim in _quoted(line, number, count, statement):
            count += 1
            yield claim
        if line.strip() and not _QUOTED.search(line):
            statement = _plain(line)


def _block_claim(count: int, line: int, block: list[str], statement: str) -> RawClaim:
    fields: dict[str, object] = {"id": str(count)}
    words = list(block)
    if len(words) > 1 and (found := _ATTRIBUTION.match(words[-1])):
        fields["speaker"] = found["name"].strip()
        words.pop()
    fields["quote"] = " ".join(words).strip()
    return RawClaim(line, fields, statement)


def _quoted(line: str, number: int, count: int, above: str) -> Iterator[RawClaim]:
    """Yield the quoted words of a line; the speaker is named after a dash behind them, or before a colon."""
    own = _plain(_ATTRIBUTED.sub(" ", _QUOTED.sub(" ", line)))
    for found in _QUOTED.finditer(line):
        words = next(group for group in found.groups() if group is not None).strip()
        if len(words.split()) < MIN_QUOTED_WORDS and found["corner"] is None:
            continue
        count += 1
        fields: dict[str, object] = {"id": str(count), "quote": words}
        start, end = found.span()
        after, before = _ATTRIBUTION.match(line[end : end + NEAR]), _BEFORE.search(line[max(0, start - NEAR) : start])
        if speaker := after or before:
            fields["speaker"] = speaker["name"].strip()
        yield RawClaim(number, fields, own if len(own.split()) > 2 else above)


def _plain(line: str) -> str:
    return " ".join(_MARKUP.sub(" ", line).split()).strip(" -–—:")
