"""Transcripts in and out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, exists, func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session, aliased

from notes_pipeline.core.errors import NotFoundError
from notes_pipeline.core.ids import new_id
from notes_pipeline.core.roles import Role
from notes_pipeline.core.transcript import UTTERANCE_BORDER, Span, Transcript, Utterance, Word
from notes_pipeline.store.database import lock_name
from notes_pipeline.store.tables import TranscriptRow, UtteranceRow
from notes_pipeline.store.tables.base import Record, Table


@dataclass(frozen=True, slots=True)
class StoredTranscript:
    """What is known of a transcript without reading its utterances.

    `is_latest`: no other of its external id has a higher version. `roles`: that were given, by speaker.
    """

    id: UUID
    title: str
    filename: str
    source_format: str
    content_hash: str
    speakers: tuple[str, ...]
    word_count: int
    duration_ms: int | None
    created_at: datetime
    language: str | None
    warnings: tuple[str, ...]
    utterance_count: int
    external_id: str | None
    version: int
    is_latest: bool
    media_url: str | None
    roles: dict[str, Role]


@dataclass(frozen=True, slots=True)
class Details:
    """What an uploader says of a transcript beside its content; None: nothing. See `TranscriptRow`."""

    title: str | None = None
    external_id: str | None = None
    media_url: str | None = None
    roles: Mapping[str, Role] | None = None


NO_DETAILS = Details()


def save_transcript(
    session: Session,
    workspace_id: UUID,
    transcript: Transcript,
    *,
    title: str,
    filename: str,
    details: Details = NO_DETAILS,
) -> tuple[UUID, bool]:
    """Store the transcript unless the workspace has one of the same content.

    Returns the id and whether it is new. Of one that is stored, the details that are given replace those it has, but
    an external id that it has stays. Other content under an external id is the next version; content that was there
    before and comes again after others is the next version, too. Safe against other writers at the same time, and
    against one that erases it.
    """
    if details.external_id is not None:
        lock_name(session, f"transcript {details.external_id} of {workspace_id}")
    while True:
        transcript_id = _insert(session, workspace_id, transcript, title, filename, details)
        if transcript_id is not None:
            return transcript_id, True
        same = (TranscriptRow.workspace_id == workspace_id, TranscriptRow.content_hash == transcript.content_hash)
        stored = session.scalar(select(TranscriptRow).where(*same).with_for_update(key_share=True))
        if stored is not None:  # else it was erased just now
            _take_over(session, stored, details)
            return stored.id, False


def _take_over(session: Session, stored: TranscriptRow, details: Details) -> None:
    """Note on a stored transcript what was said of it when it was sent again."""
    if details.title is not None:
        stored.title = details.title
    if details.media_url is not None:
        stored.media_url = details.media_url
    if details.roles is not None:
        stored.roles = _pack_roles(details.roles)
    if details.external_id is not None and stored.external_id in (None, details.external_id):
        following = _next_version(session, stored.workspace_id, details.external_id)
        if stored.external_id is None or stored.version + 1 < following:
            stored.version = following
        stored.external_id = details.external_id
    session.flush()


def _next_version(session: Session, workspace_id: UUID, external_id: str) -> int:
    last = select(func.coalesce(func.max(TranscriptRow.version), 0)).where(
        TranscriptRow.workspace_id == workspace_id, TranscriptRow.external_id == external_id
    )
    return session.scalars(last).one() + 1


def _insert(
    session: Session, workspace_id: UUID, transcript: Transcript, title: str, filename: str, details: Details
) -> UUID | None:
    """Store a transcript as a new one. None: the workspace has one of this content."""
    transcript_id, external_id = new_id(), details.external_id
    stored = session.scalar(
        upsert(TranscriptRow)
        .values(
            id=transcript_id,
            workspace_id=workspace_id,
            title=title if details.title is None else details.title,
            filename=filename,
            source_format=transcript.source_format,
            language=transcript.language,
            content_hash=transcript.content_hash,
            speakers=list(transcript.speakers),
            warnings=list(transcript.warnings),
            utterance_count=len(transcript.utterances),
            word_count=transcript.word_count,
            duration_ms=transcript.duration_ms,
            external_id=external_id,
            version=1 if external_id is None else _next_version(session, workspace_id, external_id),
            media_url=details.media_url,
            roles=_pack_roles(details.roles),
        )
        .on_conflict_do_nothing(index_elements=["workspace_id", "content_hash"])
        .returning(TranscriptRow.id)
    )
    if stored is None:
        return None
    rows = [
        {
            "transcript_id": transcript_id,
            "index": utterance.index,
            "speaker": utterance.speaker,
            "start_ms": utterance.start_ms,
            "end_ms": utterance.end_ms,
            "text": utterance.text,
            "words": _pack(utterance.words),
        }
        for utterance in transcript.utterances
    ]
    session.execute(insert(UtteranceRow), rows)
    return transcript_id


def load_transcript(session: Session, transcript_id: UUID) -> Transcript:
    """Read a transcript with all its utterances.

    Raises:
        NotFoundError: no transcript has this id.
    """
    row = session.get(TranscriptRow, transcript_id)
    if row is None:
        raise NotFoundError(f"no transcript {transcript_id}")
    utterances = session.execute(
        select(
            UtteranceRow.index,
            UtteranceRow.speaker,
            UtteranceRow.start_ms,
            UtteranceRow.end_ms,
            UtteranceRow.text,
            UtteranceRow.words,
        )
        .where(UtteranceRow.transcript_id == transcript_id)
        .order_by(UtteranceRow.index)
    )
    return Transcript(
        utterances=tuple(
            Utterance(index, speaker, start_ms, end_ms, text, _unpack(words))
            for index, speaker, start_ms, end_ms, text, words in utterances
        ),
        language=row.language,
        source_format=row.source_format,
        warnings=tuple(row.warnings),
    )


def describe_transcript(session: Session, transcript_id: UUID) -> StoredTranscript:
    """Read what is known of a transcript.

    Raises:
        NotFoundError: no transcript has this id.
    """
    found = session.execute(_described().where(TranscriptRow.id == transcript_id)).one_or_none()
    if found is None:
        raise NotFoundError(f"no transcript {transcript_id}")
    return _stored(*found)


def list_transcripts(
    session: Session, workspace_id: UUID, *, external_id: str | None = None, after: UUID | None = None, limit: int
) -> list[StoredTranscript]:
    """List transcripts in the order in which they came. `external_id`: only the versions of this one."""
    query = _described().where(TranscriptRow.workspace_id == workspace_id).order_by(TranscriptRow.id).limit(limit)
    if external_id is not None:
        query = query.where(TranscriptRow.external_id == external_id)
    if after is not None:
        query = query.where(TranscriptRow.id > after)
    return [_stored(*found) for found in session.execute(query)]


@dataclass(frozen=True, slots=True)
class StoredUtterance:
    """An utterance with its place: `span` in the transcript's text; those of its words count from its own start."""

    utterance: Utterance
    span: Span


def list_utterances(session: Session, transcript_id: UUID, *, first: int, limit: int) -> list[StoredUtterance]:
    """Read utterances from an index on. `limit`: how many at most."""
    row = UtteranceRow
    of_transcript = row.transcript_id == transcript_id
    before = select(func.coalesce(func.sum(func.char_length(row.text) + len(UTTERANCE_BORDER)), 0))
    at = int(session.scalars(before.where(of_transcript, row.index < first)).one())
    listed = []
    query = select(row).where(of_transcript, row.index >= first).order_by(row.index).limit(limit)
    for each in session.scalars(query):
        utterance = Utterance(each.index, each.speaker, each.start_ms, each.end_ms, each.text, _unpack(each.words))
        listed.append(StoredUtterance(utterance, Span(at, at + len(each.text))))
        at += len(each.text) + len(UTTERANCE_BORDER)
    return listed


def given_roles(session: Session, transcript_id: UUID) -> dict[str, Role]:
    """Give the roles that were given with a transcript, by speaker."""
    return _unpack_roles(session.scalar(select(TranscriptRow.roles).where(TranscriptRow.id == transcript_id)))


def _described() -> Select[TranscriptRow, bool]:
    later = aliased(TranscriptRow)
    is_superseded = exists().where(
        later.workspace_id == TranscriptRow.workspace_id,
        later.external_id == TranscriptRow.external_id,
        later.version > TranscriptRow.version,
    )
    return select(TranscriptRow, ~is_superseded)


def _stored(row: TranscriptRow, is_latest: bool) -> StoredTranscript:
    return StoredTranscript(
        id=row.id,
        title=row.title,
        filename=row.filename,
        source_format=row.source_format,
        content_hash=row.content_hash,
        speakers=tuple(row.speakers),
        word_count=row.word_count,
        duration_ms=row.duration_ms,
        created_at=row.created_at,
        language=row.language,
        warnings=tuple(row.warnings),
        utterance_count=row.utterance_count,
        external_id=row.external_id,
        version=row.version,
        is_latest=is_latest,
        media_url=row.media_url,
        roles=_unpack_roles(row.roles),
    )


def _pack_roles(roles: Mapping[str, Role] | None) -> Record | None:
    return {name: role.value for name, role in roles.items()} if roles else None


def _unpack_roles(roles: Record | None) -> dict[str, Role]:
    return {name: Role(role) for name, role in (roles or {}).items()}


def _pack(words: tuple[Word, ...]) -> Table | None:
    return [[word.span.start, word.span.end, word.start_ms, word.end_ms] for word in words] or None


def _unpack(words: Table | None) -> tuple[Word, ...]:
    return tuple(Word(Span(start, end), start_ms, end_ms) for start, end, start_ms, end_ms in words or ())
