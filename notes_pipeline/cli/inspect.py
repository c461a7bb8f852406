"""`inspect`: what the reader found, without storing anything."""

from collections import Counter
from pathlib import Path

from notes_pipeline.cli.exits import printable
from notes_pipeline.cli.files import read_file
from notes_pipeline.core.speaking import guess_roles
from notes_pipeline.core.transcript import Transcript, Utterance
from notes_pipeline.core.wording import clock
from notes_pipeline.readers import describe, read_transcript

SHOWN_UTTERANCES = 4
SHOWN_SPEAKERS = 10
SHOWN_WARNINGS = 10


def inspect_file(path: Path, *, as_json: bool) -> None:
    transcript = read_transcript(read_file(path), path.name)
    if as_json:
        from notes_pipeline.cli.as_json import to_text

        print(to_text(describe(transcript)))
        return
    length = clock(transcript.duration_ms) if transcript.duration_ms is not None else "no times"
    with_words = sum(bool(utterance.words) for utterance in transcript.utterances)
    print(f"{printable(path.name)}: {transcript.source_format}")
    print(
        f"  {len(transcript.utterances):,} utterances, {len(transcript.turns):,} turns, "
        f"{transcript.word_count:,} words, {length}"
        + (f", word times in {with_words:,} utterances" if with_words else "")
        + (f", language {transcript.language}" if transcript.language else "")
    )
    _print_speakers(transcript)
    for warning in transcript.warnings[:SHOWN_WARNINGS]:
        print(f"  warning: {printable(warning)}")
    if len(transcript.warnings) > SHOWN_WARNINGS:
        print(f"  and {len(transcript.warnings) - SHOWN_WARNINGS} more warnings: see --json")
    utterances = transcript.utterances
    head = utterances[:SHOWN_UTTERANCES]
    for utterance in head:
        print(f"  {_line(utterance)}")
    if len(utterances) > len(head) + 1:
        print("  ...")
    if len(utterances) > len(head):
        print(f"  {_line(utterances[-1])}")


def _print_speakers(transcript: Transcript) -> None:
    if not transcript.speakers:
        print("  speakers: unknown")
        return
    asking = guess_roles(transcript).interviewers
    words = Counter(dict.fromkeys(transcript.speakers, 0))
    for utterance in transcript.utterances:
        if utterance.speaker is not None:
            words[utterance.speaker] += len(utterance.text.split())
    for speaker, number in words.most_common(SHOWN_SPEAKERS):
        share = number / max(1, transcript.word_count)
        role = " (asks the questions, it seems)" if speaker in asking else ""
        print(f"  speaker {printable(speaker)}: {share:.0%} of the words{role}")
    if len(words) > SHOWN_SPEAKERS:
        print(f"  and {len(words) - SHOWN_SPEAKERS} more speakers")


def _line(utterance: Utterance) -> str:
    text = utterance.text if len(utterance.text) <= 90 else utterance.text[:89] + "…"
    time = clock(utterance.start_ms)
    return printable(f"[{utterance.index}] {time + ' ' if time else ''}{utterance.speaker or 'unknown'}: {text}")
