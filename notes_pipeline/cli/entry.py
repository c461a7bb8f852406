"""Where the command starts and how it ends."""

import sys
from collections.abc import Sequence
from pathlib import Path

from notes_pipeline.cli.exits import Exit, complain, exit_code
from notes_pipeline.core.errors import NotesPipelineError, ServiceUnavailableError

DISK_FULL = "53100"  # SQLSTATE


def main() -> None:
    """Run the command; an error of ours is one message and an exit code, never a traceback."""
    try:
        sys.exit(_run(sys.argv[1:]))
    except NotesPipelineError as error:
        complain(error)
        sys.exit(exit_code(error))
    except Exception as error:
        if not type(error).__module__.startswith("sqlalchemy"):
            raise
        complain(_database_failed(error))
        sys.exit(Exit.UNAVAILABLE)
    except KeyboardInterrupt:
        print("interrupted: what is done is stored, the same command goes on from there", file=sys.stderr)
        sys.exit(Exit.INTERRUPTED)


def _database_failed(error: Exception) -> ServiceUnavailableError:
    """Say what to do about an error of the database, without the statement and its parameters."""
    from sqlalchemy.exc import DBAPIError, SQLAlchemyError

    from notes_pipeline.steps.patience import in_short

    if isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) == DISK_FULL:
        return ServiceUnavailableError(
            "the disk of the database is full: make room and give the command again; what is stored is whole"
        )
    said = in_short(error) if isinstance(error, SQLAlchemyError) else type(error).__name__
    return ServiceUnavailableError(f"the database failed: {said}. `notes-pipeline doctor` finds what is set wrong.")


def _run(arguments: Sequence[str]) -> int | None:
    # Other programs call `verify TRANSCRIPT CLAIMS` for every interview: without options it does not wait for Typer,
    # whose import and set-up take a third of the time to the first verdict.
    match list(arguments):
        case ["verify", transcript, claims] if not (transcript.startswith("-") or claims.startswith("-")):
            from notes_pipeline.cli.verify import verify_files
            from notes_pipeline.core.naming import WhoSpeaks

            return verify_files(Path(transcript), Path(claims), WhoSpeaks(), None)
        case ["doctor", "--worker"]:  # the health check of each worker, every half minute: Typer would double its cost
            from notes_pipeline.cli.doctor import print_liveness

            return print_liveness()
    from notes_pipeline.cli.app import app
    from notes_pipeline.logs import configure_logging

    configure_logging(as_json=False)  # to stderr: stdout belongs to results, whatever a step logs on the way
    app()
    return None
