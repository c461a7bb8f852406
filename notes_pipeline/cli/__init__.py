"""The command `notes-pipeline`. Results go to stdout, progress and logs to stderr."""

from notes_pipeline.cli.entry import main

__all__ = ["main"]
