"""`inspect FILE`: what the reader found and what looks doubtful, on one screen, without storing anything."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from notes_pipeline.cli.exits import printable
from notes_pipeline.cli.printing import console
from notes_pipeline.cli.transcripts import read_named
from notes_pipeline.core.naming import NOTHING_SAID, WhoSpeaks
from notes_pipeline.core.pauses import Stretch, find_gaps, find_overlaps
from notes_pipeline.core.roles import NO_ROLES, Roles
from notes_pipeline.core.speaking import guess_roles
from notes_pipeline.core.speech_shares import shares_of_speech
from notes_pipeline.core.transcript import Transcript, Utterance
from notes_pipeline.core.wording import clock
from notes_pipeline.readers import describe
from notes_pipeline.readers.decoding import ENCODING_GUESSED
from notes_pipeline.readers.description import MIN_GAP_MS
from notes_pipeline.readers.quality import SAID_BY_READER, Finding, judge
from notes_pipeline.readers.reasons import name_format

SHOWN_UTTERANCES = 2  # at the start; as many at the end
SHOWN_SPEAKERS = 6
SHOWN_DOUBTS = 5
SHOWN_WARNINGS = 4
SHOWN_GAPS = 3
TIMES_FROM_WIDTH = 70  # columns; a narrower terminal does without the times of each speaker
SHOWN_TEXT = 110  # characters of an utterance: two lines of a terminal


def inspect_file(path: Path, who: WhoSpeaks = NOTHING_SAID, encoding: str | None = None, *, as_json: bool) -> None:
    """Print what is in a file. `who`: what is known of its speakers.

    Raises:
        InputError: it cannot be read.
    """
    transcript, roles = read_named(path, who, encoding)
    if as_json:
        from notes_pipeline.cli.as_json import to_text

        print(to_text(describe(transcript, roles)))
        return
    print_transcript(console(), path.name, transcript, roles)


def print_transcript(out: Console, name: str, transcript: Transcript, roles: Roles = NO_ROLES) -> None:
    """Print a transcript for people, in a screenful. `roles`: those that were given."""
    out.print(Text(printable(name), style="bold"))
    facts = Table.grid(padding=(0, 2, 0, 0))
    facts.add_column(style="dim", no_wrap=True)
    facts.add_column(overflow="fold")
    because = f", because it {transcript.because}" if transcript.because else ""
    facts.add_row("format", printable(name_format(transcript.source_format) + because))
    for warning in transcript.warnings:
        if warning.startswith(ENCODING_GUESSED):
            facts.add_row("encoding", Text(printable(warning.removeprefix(ENCODING_GUESSED).strip()), style="yellow"))
    facts.add_row("content", _content(transcript))
    facts.add_row("times", _times(transcript))
    if gaps := [one for one in find_gaps(transcript) if one.length_ms >= MIN_GAP_MS]:
        facts.add_row("silences", _gaps(gaps))
    if overlaps := find_overlaps(transcript):
        facts.add_row("overlaps", _overlaps(overlaps))
    _add_speakers(facts, transcript, roles, with_times=out.width >= TIMES_FROM_WIDTH)
    utterances = transcript.utterances
    head = utterances[:SHOWN_UTTERANCES]
    _add_lines(facts, "begins", head)
    _add_lines(facts, "ends", utterances[max(len(head), len(utterances) - SHOWN_UTTERANCES) :])
    doubts = judge(transcript)
    _add_all(facts, "doubts", [_doubt(one) for one in doubts], SHOWN_DOUBTS)
    _add_all(facts, "noted", list(_other_warnings(transcript, doubts)), SHOWN_WARNINGS)
    out.print(Padding(facts, (0, 0, 0, 2)))


def count(number: int, noun: str) -> str:
    """Write a number with its noun, which takes an s."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _content(transcript: Transcript) -> str:
    said = f"{count(transcript.word_count, 'word')} in {count(len(transcript.utterances), 'utterance')}"
    turns = f", {count(len(transcript.turns), 'turn')} of speaking" if transcript.speakers else ""
    language = f", language {printable(transcript.language)}" if transcript.language else ""
    return said + turns + language


def _times(transcript: Transcript) -> str:
    timed = [one for one in transcript.utterances if one.start_ms is not None]
    if not timed:
        return "none"
    first = min(one.start_ms for one in timed if one.start_ms is not None)
    said = f"from {clock(first)} to {clock(transcript.duration_ms)}"
    if len(timed) < len(transcript.utterances):
        said += f", at {len(timed):,} of {len(transcript.utterances):,} utterances"
    if all(one.end_ms is None for one in timed):
        said += ", starts only"
    with_words = sum(bool(one.words) for one in transcript.utterances)
    return f"{said}; single words are timed in {count(with_words, 'utterance')}" if with_words else said


def _gaps(gaps: Sequence[Stretch]) -> str:
    longest = sorted(gaps, key=lambda one: one.length_ms, reverse=True)[:SHOWN_GAPS]
    listed = ", ".join(f"{_length(one.length_ms)} from {clock(one.start_ms)} on" for one in longest)
    total = _length(sum(one.length_ms for one in gaps))
    return f"{len(gaps):,} of 2 s and more, {total} in all; longest: {listed}"


def _overlaps(overlaps: Sequence[Stretch]) -> str:
    longest = max(overlaps, key=lambda one: one.length_ms)
    total = _length(sum(one.length_ms for one in overlaps))
    where = f"{_length(longest.length_ms)} from {clock(longest.start_ms)} on"
    return f"{len(overlaps):,}, {total} in all, where two speak at once; longest: {where}"


def _length(time_ms: int) -> str:
    return f"{time_ms / 1000:.1f} s" if time_ms < 60_000 else f"{clock(time_ms)} min"


def _add_speakers(facts: Table, transcript: Transcript, roles: Roles, *, with_times: bool) -> None:
    if not transcript.speakers:
        facts.add_row("speakers", "not named")
        return
    roles = roles if roles.interviewers else guess_roles(transcript)
    shares = shares_of_speech(transcript)
    named = Table.grid(padding=(0, 2, 0, 0))
    named.add_column(overflow="fold")
    named.add_column(justify="right", no_wrap=True)
    named.add_column(justify="right", no_wrap=True)
    named.add_column(no_wrap=True)
    for one in shares[:SHOWN_SPEAKERS]:
        name = Text(printable(one.speaker), style="cyan")
        if roles.is_interviewer(one.speaker):
            name.append(" asks the questions" + (" (a guess)" if roles.guessed else ""), style="italic")
        times = dict.fromkeys(clock(time) for time in (one.first_ms, one.last_ms) if with_times and time is not None)
        named.add_row(name, f"{_percent(one.share)} of words", count(one.turns, "turn"), " to ".join(times))
    facts.add_row("speakers", named)
    if len(shares) > SHOWN_SPEAKERS:
        facts.add_row("", f"and {count(len(shares) - SHOWN_SPEAKERS, 'more speaker')}")


def _percent(share: float) -> str:
    return "<1%" if 0 < share < 0.01 else f"{share:.0%}"


def _add_lines(facts: Table, title: str, utterances: Sequence[Utterance]) -> None:
    for number, one in enumerate(utterances):
        text = one.text if len(one.text) <= SHOWN_TEXT else one.text[: SHOWN_TEXT - 1].rstrip() + "…"
        line = Text.assemble(
            (f"[{one.index}] ", "dim"), (f"{clock(one.start_ms)}  " if clock(one.start_ms) else "", "dim")
        )
        line.append(f"{printable(one.speaker)}: " if one.speaker else "", style="cyan")
        facts.add_row(title if number == 0 else "", line.append(printable(text)))


def _doubt(finding: Finding) -> str:
    place = f" (first at {finding.place})" if len(finding.utterances) > 1 else f" (at {finding.place})"
    return finding.message + (place if finding.place else "")


def _other_warnings(transcript: Transcript, doubts: Sequence[Finding]) -> Iterator[str]:
    """Give the reader's warnings that nothing else on the screen tells."""
    told = [SAID_BY_READER[one.kind] for one in doubts if one.kind in SAID_BY_READER] + [ENCODING_GUESSED]
    return (warning for warning in transcript.warnings if not warning.startswith(tuple(told)))


def _add_all(facts: Table, title: str, lines: Sequence[str], limit: int) -> None:
    for number, line in enumerate(lines[:limit]):
        facts.add_row(title if number == 0 else "", Text(printable(line), style="yellow"))
    if len(lines) > limit:
        facts.add_row("", f"and {len(lines) - limit} more: see --json")
