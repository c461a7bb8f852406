"""What was found in a file, in the form that `inspect --json` prints."""

from typing import TypedDict

from notes_pipeline.core.pauses import Stretch, find_gaps, find_overlaps
from notes_pipeline.core.roles import NO_ROLES, Roles
from notes_pipeline.core.speaking import guess_roles
from notes_pipeline.core.speech_shares import shares_of_speech
from notes_pipeline.core.transcript import Transcript
from notes_pipeline.readers.quality import judge

MIN_GAP_MS = 2000  # shorter silences are breath and thought


class DescribedUtterance(TypedDict):
    """Times in seconds, None where the file has none."""

    speaker: str | None
    start: float | None
    end: float | None
    text: str


class DescribedSpeaker(TypedDict):
    """`share` of all words, from 0 to 1; `asks`: the questions: as was said, else a guess."""

    name: str
    words: int
    share: float
    turns: int
    first: float | None
    last: float | None
    asks: bool


class DescribedFinding(TypedDict):
    """A doubt about the transcript. `place`: of its first case, in words; `utterances`: the indexes of all."""

    kind: str
    message: str
    place: str
    utterances: list[int]


class DescribedStretch(TypedDict):
    """A stretch of the recording in seconds. `utterance`: the index of the one that ends a gap or starts an overlap."""

    utterance: int
    start: float
    end: float


class Description(TypedDict):
    """`duration` in seconds, None where the file has no times; `words` split at white space.

    `because`: why it was read as `format`, words that follow "because it". `gaps`: silences of two seconds and more.
    """

    format: str
    because: str
    speakers: list[str]
    speakers_detail: list[DescribedSpeaker]
    duration: float | None
    words: int
    warnings: list[str]
    quality: list[DescribedFinding]
    gaps: list[DescribedStretch]
    overlaps: list[DescribedStretch]
    utterances: list[DescribedUtterance]


def describe(transcript: Transcript, roles: Roles = NO_ROLES) -> Description:
    """Describe a transcript as plain data. `roles`: those that were given."""
    return Description(
        format=transcript.source_format,
        because=transcript.because,
        speakers=list(transcript.speakers),
        speakers_detail=_speakers(transcript, roles),
        duration=_seconds(transcript.duration_ms),
        words=transcript.word_count,
        warnings=list(transcript.warnings),
        quality=[
            DescribedFinding(kind=one.kind.value, message=one.message, place=one.place, utterances=list(one.utterances))
            for one in judge(transcript)
        ],
        gaps=[_stretch(one) for one in find_gaps(transcript) if one.length_ms >= MIN_GAP_MS],
        overlaps=[_stretch(one) for one in find_overlaps(transcript)],
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


def _speakers(transcript: Transcript, roles: Roles) -> list[DescribedSpeaker]:
    asking = roles.interviewers or guess_roles(transcript).interviewers
    return [
        DescribedSpeaker(
            name=one.speaker,
            words=one.words,
            share=round(one.share, 4),
            turns=one.turns,
            first=_seconds(one.first_ms),
            last=_seconds(one.last_ms),
            asks=one.speaker in asking,
        )
        for one in shares_of_speech(transcript)
    ]


def _stretch(one: Stretch) -> DescribedStretch:
    return DescribedStretch(utterance=one.index, start=one.start_ms / 1000, end=one.end_ms / 1000)


def _seconds(time_ms: int | None) -> float | None:
    return None if time_ms is None else time_ms / 1000
