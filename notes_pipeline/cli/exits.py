"""Exit codes that scripts can use, and how an error ends the command."""

import sys
from enum import IntEnum

from notes_pipeline.core.errors import InputError, NotesPipelineError, NotFoundError


class Exit(IntEnum):
    OK = 0
    FAULT = 1  # a fault of ours
    USAGE = 2  # wrong arguments (Typer's own code)
    INPUT = 3  # a file, guide or claim that cannot be used, or an id that is not there
    PARTIAL = 4  # the run is over, but some chunks gave no notes
    FAILED = 5  # the run failed
    UNAVAILABLE = 6  # a setting, database, broker or model that is not there
    INTERRUPTED = 130  # Ctrl-C


def exit_code(error: NotesPipelineError) -> Exit:
    return Exit.INPUT if isinstance(error, InputError | NotFoundError) else Exit.UNAVAILABLE


def complain(error: NotesPipelineError) -> None:
    """Print the message of an error, without anything that a terminal would obey."""
    print(f"error: {printable(str(error))}", file=sys.stderr)


def printable(text: str) -> str:
    """Show control characters, line ends and marks of direction as escapes: file names and transcripts may hold any."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)
