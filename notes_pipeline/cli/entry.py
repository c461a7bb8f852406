"""Where the command starts and how it ends."""

import sys
from collections.abc import Sequence
from pathlib import Path

from notes_pipeline.cli.exits import Exit, complain, exit_code
from notes_pipeline.core.errors import NotesPipelineError


def main() -> None:
    """Run the command; an error of ours is one message and an exit code, never a traceback."""
    try:
        sys.exit(_run(sys.argv[1:]))
    except NotesPipelineError as error:
        complain(error)
        sys.exit(exit_code(error))
    except KeyboardInterrupt:
        print("interrupted: what is done is stored, the same command goes on from there", file=sys.stderr)
        sys.exit(Exit.INTERRUPTED)


def _run(arguments: Sequence[str]) -> int | None:
    # Other programs call `verify TRANSCRIPT CLAIMS` for every interview: without options it does not wait for Typer,
    # whose import and set-up take a third of the time to the first verdict.
    match list(arguments):
        case ["verify", transcript, claims] if not (transcript.startswith("-") or claims.startswith("-")):
            from notes_pipeline.cli.verify import verify_files

            return verify_files(Path(transcript), Path(claims), [], None)
        case ["doctor", "--worker"]:  # the health check of each worker, every half minute: Typer would double its cost
            from notes_pipeline.cli.doctor import print_liveness

            return print_liveness()
    from notes_pipeline.cli.app import app

    app()
    return None
