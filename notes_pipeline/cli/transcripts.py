"""Read a transcript that a user names on the command line, with what he says of its speakers."""

from pathlib import Path

from notes_pipeline.cli.files import read_file
from notes_pipeline.core.naming import NOTHING_SAID, WhoSpeaks, name_speakers
from notes_pipeline.core.roles import Roles, roles_of
from notes_pipeline.core.transcript import Transcript
from notes_pipeline.readers.reading import read_transcript


def read_named(path: Path, who: WhoSpeaks = NOTHING_SAID, encoding: str | None = None) -> tuple[Transcript, Roles]:
    """Give the transcript and the roles that were given; nothing is guessed.

    Raises:
        InputError: the file cannot be read, or nobody in it is called so, or there is no such encoding.
    """
    read = read_transcript(read_file(path), path.name, present=who.labels, encoding=encoding)
    transcript, roles = name_speakers(read, who)
    return transcript, roles_of(roles)
