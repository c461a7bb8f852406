"""Transcripts, their utterances, and receipts of their erasure."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StringConstraints

from notes_pipeline.api.shapes.base import NO_NUL, Request, Shape, Time
from notes_pipeline.core.roles import Role
from notes_pipeline.store.erasing import Erasure
from notes_pipeline.store.transcripts import StoredTranscript, StoredUtterance

Line = Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=NO_NUL)]
ExternalId = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=NO_NUL)]


class UploadFields(Request):
    """What is said of a transcript: as query parameters, or as fields of a form, which count first."""

    filename: Line | None = Field(
        default=None, description="Of the file, with its ending. Needed where the body is the file itself."
    )
    title: Line | None = Field(default=None, description="By default the file's name without its ending.")
    external_id: ExternalId | None = Field(
        default=None, description="What you call it. Other content under the same one is its next version."
    )
    language: Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,4}$")] | None = Field(
        default=None, description="A BCP 47 tag; by default what the file says, else found by its words."
    )
    media_url: Annotated[str, StringConstraints(min_length=1, max_length=2_000)] | None = Field(
        default=None, description="http(s) address of the recording, for links to places in it. It is never fetched."
    )
    roles: Annotated[str, StringConstraints(max_length=50_000)] | None = Field(
        default=None,
        description='A JSON object: names of speakers as they stand in the transcript, to "interviewer" or '
        '"participant". It counts before what a guide says, in runs that are asked for from now on.',
        examples=['{"Ina": "interviewer", "Bram": "participant"}'],
    )
    guide_id: UUID | None = Field(default=None, description="A guide; notes are asked for at once.")


class Transcript(Shape):
    """A transcript without its utterances."""

    id: UUID
    title: str
    filename: str
    source_format: str
    language: str | None
    content_hash: str = Field(description="SHA-256 over speakers, times and words: what is the same has the same.")
    external_id: str | None
    version: int = Field(description="Among the contents of its external id, from 1.")
    is_latest: bool = Field(description="No other of its external id has a higher version.")
    media_url: str | None
    speakers: list[str]
    roles: dict[str, Role] = Field(description="Those that were given with it, by speaker.")
    warnings: list[str] = Field(description="What the reader set aside or doubts.")
    utterance_count: int
    word_count: int
    duration_ms: int | None
    created_at: Time


class UploadedTranscript(Transcript):
    run_id: UUID | None = Field(description="The run that was asked for with it; null where none was.")


class WordTime(Shape):
    """A word with its own time. Its place counts from the start of its utterance."""

    text_from: int
    text_to: int
    start_ms: int
    end_ms: int


class Utterance(Shape):
    """One stretch of speech. Its place is one in the transcript's text: all utterances, with a space between two."""

    index: int
    speaker: str | None
    role: Role | None = Field(description="The one that was given; null where none was.")
    start_ms: int | None
    end_ms: int | None
    text: str
    text_from: int
    text_to: int
    words: list[WordTime] = Field(description="Those that have times of their own.")


class ErasureReceipt(Shape):
    """What was erased, counted by kind; it holds no words. Of model calls the money stays counted, and nothing else."""

    id: UUID
    transcript_id: UUID
    content_hash: str
    counts: dict[str, int]
    key_id: UUID | None = Field(description="Of the API key that asked for it; null where a command did.")
    created_at: Time


def transcript_shape(stored: StoredTranscript) -> Transcript:
    return Transcript(**_members(stored))


def uploaded_shape(stored: StoredTranscript, run_id: UUID | None) -> UploadedTranscript:
    return UploadedTranscript(**_members(stored), run_id=run_id)


def _members(stored: StoredTranscript) -> dict[str, Any]:
    return {name: getattr(stored, name) for name in Transcript.model_fields}


def utterance_shape(stored: StoredUtterance, roles: Mapping[str, Role]) -> Utterance:
    utterance = stored.utterance
    return Utterance(
        index=utterance.index,
        speaker=utterance.speaker,
        role=None if utterance.speaker is None else roles.get(utterance.speaker),
        start_ms=utterance.start_ms,
        end_ms=utterance.end_ms,
        text=utterance.text,
        text_from=stored.span.start,
        text_to=stored.span.end,
        words=[
            WordTime(text_from=word.span.start, text_to=word.span.end, start_ms=word.start_ms, end_ms=word.end_ms)
            for word in utterance.words
        ],
    )


def receipt_shape(erasure: Erasure) -> ErasureReceipt:
    return ErasureReceipt(
        id=erasure.id,
        transcript_id=erasure.transcript_id,
        content_hash=erasure.content_hash,
        counts=erasure.counts,
        key_id=erasure.key_id,
        created_at=erasure.created_at,
    )
