"""Transcripts written as lines of `Speaker: text`."""

from collections.abc import Callable

import pytest

from notes_pipeline.core.roles import Roles
from notes_pipeline.core.transcript import Transcript, Utterance
from notes_pipeline.verification import TranscriptIndex, index_transcript

MakeIndex = Callable[..., TranscriptIndex]


def make_transcript(*lines: str, language: str | None = None) -> Transcript:
    """Ten seconds an utterance."""
    utterances = []
    for at, line in enumerate(lines):
        speaker, _, text = line.partition(": ")
        utterances.append(Utterance(at, speaker or None, 10_000 * at, 10_000 * (at + 1), text))
    return Transcript(tuple(utterances), language=language)


@pytest.fixture
def make_index() -> MakeIndex:
    def make(*lines: str, language: str | None = "en", interviewers: tuple[str, ...] = ()) -> TranscriptIndex:
        return index_transcript(make_transcript(*lines, language=language), Roles(frozenset(interviewers)))

    return make
