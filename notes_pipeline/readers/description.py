"""What was found in a file, in the form that `inspect --json` prints."""

from typing import TypedDict

from notes_pipeline.core.transcript import Transcript


class DescribedUtterance(TypedDict):
    """Times in seconds, None where the file has none."""

    speaker: str | None
    start: float | None
    end: float | None
    text: str


class Description(TypedDict):
    """`duration` in seconds, None where the file has no times; `words` split at white space."""

    format: str
    speakers: list[str]
    duration: float | None
    words: int
    warnings: list[str]
    utterances: list[DescribedUtterance]


def describe(transcript: Transcript) -> Description:
    """Describe a transcript as plain data."""
    return Description(
        format=transcript.source_format,
        speakers=list(transcript.speakers),
        duration=_seconds(transcript.duration_ms),
        words=transcript.word_count,
        warnings=list(transcript.warnings),
        utterances=[
            DescribedUtterance(
                speaker=utterance.speaker,
                start=_seconds(utterance.start_ms),
                end=_seconds(utterance.end_ms),
                text=utterance.text,
            )
            for utterance in transcript.utterances
        ],
    )


def _seconds(time_ms: int | None) -> float | None:
    return None if time_ms is None else time_ms / 1000
