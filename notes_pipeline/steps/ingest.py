"""Take in what a user hands over."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from importlib.resources import files
from pathlib import PurePath
from uuid import UUID

from notes_pipeline.core.errors import InputError
from notes_pipeline.core.guide import Guide
from notes_pipeline.core.naming import NOTHING_SAID, WhoSpeaks, name_speakers
from notes_pipeline.core.roles import Role
from notes_pipeline.core.transcript import Transcript
from notes_pipeline.readers import read_transcript
from notes_pipeline.readers.guides import read_guide
from notes_pipeline.readers.json_values import whole
from notes_pipeline.store.database import Transactions
from notes_pipeline.store.guides import save_guide
from notes_pipeline.store.transcripts import NO_DETAILS, Details, given_roles, save_transcript
from notes_pipeline.store.workspaces import ensure_workspace


@dataclass(frozen=True, slots=True)
class IngestedTranscript:
    """`is_new`: the workspace had no transcript of this content. `roles`: that were given with it, by speaker."""

    id: UUID
    transcript: Transcript
    is_new: bool
    roles: Mapping[str, Role] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class IngestedGuide:
    id: UUID
    guide: Guide
    is_new: bool


def ingest_transcript(
    transactions: Transactions,
    workspace: str,
    data: bytes,
    filename: str,
    *,
    most_characters: int | None = None,
    details: Details = NO_DETAILS,
    language: str | None = None,
    who: WhoSpeaks = NOTHING_SAID,
    encoding: str | None = None,
) -> IngestedTranscript:
    """Read and store a transcript. `most_characters`: code points that it may have, None: any number.

    `language`: counts in place of what the file says. `who`: names and roles of the speakers. `encoding`: of the
    file, else it is found out. How details of one that is stored change: `save_transcript`.

    Raises:
        UnreadableTranscriptError: the file holds no transcript that can be read whole; nothing is stored.
        InputError: it is longer than it may be, or a name or a role is given to nobody in it; nothing is stored.
    """
    transcript, roles = name_speakers(read_transcript(data, filename, present=who.labels, encoding=encoding), who)
    if roles:
        details = replace(details, roles={**(details.roles or {}), **roles})
    if language is not None:
        transcript = replace(transcript, language=language)
    length = len(transcript.text)
    if most_characters is not None and length > most_characters:
        raise InputError(
            f"{filename}: has {length:,} characters and a transcript may have {most_characters:,}: cut it into parts, "
            "or raise NOTES_MAX_TRANSCRIPT_CHARACTERS"
        )
    if unknown := set(details.roles or ()) - set(transcript.speakers):
        raise InputError(
            f"roles: {len(unknown)} of the names are of no speaker in the transcript; give them as they stand in it, "
            "letter by letter"
        )
    return keep_transcript(transactions, workspace, transcript, filename, details)


def keep_transcript(
    transactions: Transactions, workspace: str, transcript: Transcript, filename: str, details: Details = NO_DETAILS
) -> IngestedTranscript:
    """Store a transcript that is read already."""
    filename = whole(filename)  # a name that is not UTF-8 comes with half characters, which no database takes
    title = PurePath(filename).stem
    with transactions.begin() as session:
        workspace_id = ensure_workspace(session, workspace)
        stored_id, is_new = save_transcript(
            session, workspace_id, transcript, title=title, filename=filename, details=details
        )
        roles = given_roles(session, stored_id)
    return IngestedTranscript(stored_id, transcript, is_new, roles)


def general_guide() -> bytes:
    """The guide that is used when a user names none."""
    return files("notes_pipeline").joinpath("guides/general.yaml").read_bytes()


def ingest_guide(transactions: Transactions, workspace: str, data: bytes, filename: str) -> IngestedGuide:
    """Read and store a guide.

    Raises:
        InvalidGuideError: it breaks a rule; nothing is stored.
    """
    return keep_guide(transactions, workspace, read_guide(data, filename))


def keep_guide(transactions: Transactions, workspace: str, guide: Guide) -> IngestedGuide:
    """Store a guide that is read already."""
    with transactions.begin() as session:
        guide_id, is_new = save_guide(session, ensure_workspace(session, workspace), guide)
    return IngestedGuide(guide_id, guide, is_new)
