"""`inspect FILE --map`, `--at`, `--find`: from the characters of the transcript to utterance, speaker and time."""

from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import TypedDict

from rich.console import Console
from rich.text import Text

from notes_pipeline.cli.columns import GAP, fit, print_line, widest
from notes_pipeline.cli.exits import printable
from notes_pipeline.cli.printing import console
from notes_pipeline.cli.transcripts import read_named
from notes_pipeline.core.errors import NotFoundError
from notes_pipeline.core.naming import NOTHING_SAID, WhoSpeaks
from notes_pipeline.core.places import Place, Timing, find_phrase, map_utterances, place_at
from notes_pipeline.core.transcript import Transcript
from notes_pipeline.core.wording import clock

SHOWN_FOUND = 20
MIN_TEXT = 10  # columns, however narrow the terminal is
SHOWN_AROUND = 60  # characters before and behind the words that were asked for
_TIMINGS = {
    Timing.WORDS: "the file times these words",
    Timing.SHARE: "reckoned from where they stand in the utterance",
    Timing.UTTERANCE: "when the utterance starts",
    Timing.NONE: "the file has no time here",
}


class PlaceJson(TypedDict):
    """`span` in code points of the transcript's text, times in seconds; `timing`: words, share, utterance or none."""

    utterance: int
    last_utterance: int
    span: list[int]
    speaker: str | None
    start: float | None
    end: float | None
    timing: str
    where: str
    text: str


def print_map(path: Path, who: WhoSpeaks = NOTHING_SAID, encoding: str | None = None, *, as_json: bool) -> None:
    """Print every utterance with its characters, time, speaker and line.

    Raises:
        InputError: the file cannot be read.
    """
    transcript, _ = read_named(path, who, encoding)
    if as_json:
        _print_json(transcript, list(map_utterances(transcript)))
    else:
        print_places(console(), transcript)


def print_places(out: Console, transcript: Transcript) -> None:
    """Print the map for people, a line an utterance, cut at the width of the terminal."""
    rows = [("utterance", "characters", "time", "line", "speaker", "text")]
    for place in map_utterances(transcript):
        one = place.utterance
        characters = f"{place.span.start}-{place.span.end}"
        where = printable(place.where.removeprefix("line "))
        speaker = printable(one.speaker or "?")
        rows.append((f"[{one.index}]", characters, clock(one.start_ms), where, speaker, printable(one.text[:500])))
    widths = [widest([row[column] for row in rows]) for column in range(len(rows[0]) - 1)]
    widths[3:] = [min(width, out.width // 6) for width in widths[3:]]
    widths.append(max(MIN_TEXT, out.width - sum(widths) - len(GAP) * len(widths)))
    for number, row in enumerate(rows):
        cells = [fit(cell, width) for cell, width in zip(row, widths, strict=True)]
        print_line(out, cells, style="dim" if number == 0 else "")


def print_offset(
    path: Path, offset: int, who: WhoSpeaks = NOTHING_SAID, encoding: str | None = None, *, as_json: bool
) -> None:
    """Print what stands at a character of the transcript.

    Raises:
        InputError: the file cannot be read.
        NotFoundError: the transcript has fewer characters.
    """
    transcript, _ = read_named(path, who, encoding)
    place = place_at(transcript, offset)
    if place is None:
        raise NotFoundError(
            f"{path}: has {len(transcript.text):,} characters of speech: give --at a number from 0 to "
            f"{len(transcript.text) - 1}."
        )
    _print_found(transcript, [place], as_json=as_json)


def print_phrase(
    path: Path, words: str, who: WhoSpeaks = NOTHING_SAID, encoding: str | None = None, *, as_json: bool
) -> None:
    """Print every place where the words are said.

    Raises:
        InputError: the file cannot be read.
        NotFoundError: they are said nowhere.
    """
    transcript, _ = read_named(path, who, encoding)
    found = list(find_phrase(transcript, words))
    if not found:
        raise NotFoundError(
            f"{path}: “{words}” is not said in these words. Try fewer; `verify` also finds words that were changed."
        )
    _print_found(transcript, found, as_json=as_json)


def _print_found(transcript: Transcript, found: Sequence[Place], *, as_json: bool) -> None:
    if as_json:
        _print_json(transcript, found)
        return
    out = console()
    for place in islice(found, SHOWN_FOUND):
        start, end = place.span.start, place.span.end
        before = printable(transcript.text[max(0, start - SHOWN_AROUND) : start])
        behind = printable(transcript.text[end : end + SHOWN_AROUND])
        words = printable(transcript.text[start:end])
        utterances = f"{place.utterance.index}" + (f" to {place.last}" if place.last > place.utterance.index else "")
        where = f", {printable(place.where)} of the file" if place.where else ""
        out.print(Text.assemble((f"characters {start}–{end}, utterance {utterances}{where}", "dim")))
        when = f"{_when(place)} ({_TIMINGS[place.timing]})" if _when(place) else _TIMINGS[place.timing]
        out.print(Text.assemble("  ", (printable(place.utterance.speaker or "nobody named"), "cyan"), f", {when}"))
        out.print(Text.assemble("  …" if start > SHOWN_AROUND else "  ", before, (words, "bold"), behind))
    if len(found) > SHOWN_FOUND:
        out.print(f"and {len(found) - SHOWN_FOUND:,} more places: see --json")


def _when(place: Place) -> str:
    start, end = clock(place.start_ms), clock(place.end_ms)
    return f"{start}–{end}" if start and end and start != end else start or end


def _print_json(transcript: Transcript, places: Sequence[Place]) -> None:
    from notes_pipeline.cli.as_json import seconds, to_text

    rows = [
        PlaceJson(
            utterance=place.utterance.index,
            last_utterance=place.last,
            span=[place.span.start, place.span.end],
            speaker=place.utterance.speaker,
            start=seconds(place.start_ms),
            end=seconds(place.end_ms),
            timing=place.timing.value,
            where=place.where,
            text=transcript.slice(place.span),
        )
        for place in places
    ]
    print(to_text(rows))
