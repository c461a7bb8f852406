"""`inspect FOLDER` and several files: a row a file. One transcript is in memory at a time, none stops the others."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TypedDict

from rich.console import Console
from rich.text import Text

from notes_pipeline.cli.columns import GAP, fit, print_line, widest
from notes_pipeline.cli.exits import Exit, printable
from notes_pipeline.cli.files import read_file
from notes_pipeline.cli.inspect import count
from notes_pipeline.cli.printing import console
from notes_pipeline.core.errors import InputError
from notes_pipeline.core.transcript import Transcript
from notes_pipeline.core.wording import clock
from notes_pipeline.readers import read_transcript
from notes_pipeline.readers.detection import ENDINGS
from notes_pipeline.readers.quality import SAID_BY_READER, judge

MAX_REASON = 160  # characters of why a file cannot be read
MIN_NAME = 14  # columns
_SIDE_FILES = ("readme", "license", "licence", "changelog", "contributing")


class Outcome(StrEnum):
    READ = "read"
    UNREADABLE = "unreadable"
    FAULT = "fault"  # of ours
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Row:
    """What is told of a file. `reason`: why it was not read. `timed`: yes, no, or words where words have times."""

    name: str
    outcome: Outcome
    reason: str = ""
    source_format: str = ""
    speakers: tuple[str, ...] = ()
    utterances: int = 0
    turns: int = 0
    words: int = 0
    duration_ms: int | None = None
    timed: str = "no"
    warnings: int = 0


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of the table. `from_width`: how wide a terminal must be to have it; `limit`: its own width."""

    title: str
    write: Callable[[Row], str]
    from_width: int = 0
    limit: int = 12
    right: bool = True


_COLUMNS = (
    _Column("format", lambda row: row.source_format, from_width=70, limit=14, right=False),
    _Column("speakers", lambda row: str(len(row.speakers)) if row.speakers else "none"),
    _Column("turns", lambda row: f"{row.turns:,}", from_width=90),
    _Column("words", lambda row: f"{row.words:,}"),
    _Column("length", lambda row: clock(row.duration_ms)),
    _Column("times", lambda row: row.timed, right=False),
    _Column("warnings", lambda row: str(row.warnings)),
)


class RowJson(TypedDict):
    """`duration` in seconds; all but file, outcome and reason are of files that were read."""

    file: str
    outcome: str
    reason: str
    format: str
    speakers: list[str]
    utterances: int
    turns: int
    words: int
    duration: float | None
    times: str
    warnings: int


def inspect_all(paths: Sequence[Path], *, as_json: bool) -> Exit:
    """Print a row for each file, folders with all that is in them, and give the exit code."""
    rows = (row for path in paths for row in (_rows_of_folder(path) if path.is_dir() else [_row(path, str(path))]))
    if as_json:
        outcomes = _print_lines(rows)
    else:
        kept = list(rows)
        print_rows(console(), kept)
        outcomes = Counter(row.outcome for row in kept)
    if outcomes[Outcome.FAULT]:
        return Exit.FAULT
    return Exit.INPUT if outcomes[Outcome.UNREADABLE] else Exit.OK


def print_rows(out: Console, rows: Sequence[Row]) -> None:
    """Print a line a file and the totals. A narrow terminal does without format and turns."""
    read = [row for row in rows if row.outcome is Outcome.READ]
    kept = [one for one in _COLUMNS if out.width >= one.from_width]
    widths = [min(one.limit, widest([one.title, *map(one.write, read)])) for one in kept]
    rest = out.width - sum(widths) - len(GAP) * len(kept)
    name_width = max(MIN_NAME, min(rest, widest(["file", *(printable(row.name) for row in rows)])))
    if read:
        titles = [fit(one.title, width, right=one.right) for one, width in zip(kept, widths, strict=True)]
        print_line(out, [fit("file", name_width), *titles], style="dim")
    for row in rows:
        name = fit(printable(row.name), name_width, keeps_end=True)
        if row.outcome is Outcome.READ:
            cells = [fit(one.write(row), width, right=one.right) for one, width in zip(kept, widths, strict=True)]
            print_line(out, [name, *cells])
        else:
            said = f"{'passed over' if row.outcome is Outcome.SKIPPED else 'not read'}: {printable(row.reason)}"
            line = fit(said, max(MIN_NAME, out.width - name_width - len(GAP)))
            print_line(out, [name, line], style="dim" if row.outcome is Outcome.SKIPPED else "red")
    out.print(Text(_totals(rows, read), style="bold"))


def _totals(rows: Sequence[Row], read: Sequence[Row]) -> str:
    not_read = sum(row.outcome in (Outcome.UNREADABLE, Outcome.FAULT) for row in rows)
    words, length = sum(row.words for row in read), sum(row.duration_ms or 0 for row in read)
    said = f"{count(len(read), 'transcript')}, {count(words, 'word')}"
    said += f", {clock(length)} of recording" if length else ""
    said += f", {count(sum(row.warnings for row in read), 'warning')}"
    said += f"; {count(not_read, 'file')} not read, {len(rows) - len(read) - not_read} passed over"
    return f"{said}. `inspect FILE` tells more of one." if not_read or any(row.warnings for row in read) else f"{said}."


def _print_lines(rows: Iterator[Row]) -> Counter[Outcome]:
    import json

    outcomes: Counter[Outcome] = Counter()
    for row in rows:
        outcomes[row.outcome] += 1
        print(json.dumps(_as_json(row), ensure_ascii=False), flush=True)
    return outcomes


def _as_json(row: Row) -> RowJson:
    return RowJson(
        file=row.name.encode(errors="replace").decode(),  # a name of bytes that are no text
        outcome=row.outcome.value,
        reason=row.reason,
        format=row.source_format,
        speakers=list(row.speakers),
        utterances=row.utterances,
        turns=row.turns,
        words=row.words,
        duration=None if row.duration_ms is None else row.duration_ms / 1000,
        times=row.timed,
        warnings=row.warnings,
    )


def _rows_of_folder(folder: Path) -> Iterator[Row]:
    """Go through a folder and those in it by name, each folder once, whatever links lead there."""
    seen: set[tuple[int, int]] = set()
    waiting = [folder]
    while waiting:
        path = waiting.pop()
        name = str(path.relative_to(folder)) if path != folder else str(folder)
        try:
            if path != folder and path.name.startswith("."):
                yield Row(name, Outcome.SKIPPED, "hidden")
            elif path.is_dir():
                status = path.stat()
                if (status.st_dev, status.st_ino) not in seen:
                    seen.add((status.st_dev, status.st_ino))
                    waiting.extend(sorted(path.iterdir(), reverse=True))
            elif reason := _why_no_transcript(path):
                yield Row(name, Outcome.SKIPPED, reason)
            else:
                yield _row(path, name)
        except OSError as error:
            yield Row(name, Outcome.UNREADABLE, (error.strerror or str(error)).lower())


def _why_no_transcript(path: Path) -> str:
    if path.stem.casefold() in _SIDE_FILES:
        return "about the folder, no transcript by its name"
    ending = path.suffix.removeprefix(".").casefold()
    return (
        "" if ending in ENDINGS else f"no transcript by its ending .{ending}" if ending else "a name without an ending"
    )


def _row(path: Path, name: str) -> Row:
    try:
        return _describe(read_transcript(read_file(path), path.name), name)
    except InputError as error:
        return Row(name, Outcome.UNREADABLE, _shorten(str(error), path))
    except Exception as error:  # noqa: BLE001 (whatever a damaged file sets off, the others are read)
        return Row(name, Outcome.FAULT, f"a fault of ours ({type(error).__name__}): please report it")


def _describe(transcript: Transcript, name: str) -> Row:
    doubts = judge(transcript)
    told = tuple(SAID_BY_READER[one.kind] for one in doubts if one.kind in SAID_BY_READER)
    warnings = sum(not (told and warning.startswith(told)) for warning in transcript.warnings)
    has_words = any(one.words for one in transcript.utterances)
    has_times = any(one.start_ms is not None for one in transcript.utterances)
    return Row(
        name,
        Outcome.READ,
        source_format=transcript.source_format,
        speakers=transcript.speakers,
        utterances=len(transcript.utterances),
        turns=len(transcript.turns),
        words=transcript.word_count,
        duration_ms=transcript.duration_ms,
        timed="words" if has_words else "yes" if has_times else "no",
        warnings=len(doubts) + warnings,
    )


def _shorten(message: str, path: Path) -> str:
    for prefix in (f"{path}: ", f"{path.name}: "):
        message = message.removeprefix(prefix)
    return message if len(message) <= MAX_REASON else message[: MAX_REASON - 1].rstrip() + "…"
