"""The command `notes-pipeline`. Results go to stdout, progress and logs to stderr."""

from notes_pipeline.cli.app import main

__all__ = ["main"]
