"""The commands that read what is stored."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from notes_pipeline.bootstrap import Services
from notes_pipeline.cli.as_json import run_json, stored_note_json, to_text
from notes_pipeline.cli.printing import print_run, print_stored_notes
from notes_pipeline.cli.services import upgrade
from notes_pipeline.cli.supervisor import database
from notes_pipeline.core.errors import NotFoundError
from notes_pipeline.core.notes import NoteStatus
from notes_pipeline.core.reviewing import is_readable
from notes_pipeline.settings import read_settings
from notes_pipeline.steps.list_notes import list_notes
from notes_pipeline.steps.read_run import EVERY_STATUS, find_run, read_run
from notes_pipeline.store.notes import StoredNote

_STATUSES = {
    "readable": None,
    "supported": frozenset({NoteStatus.SUPPORTED}),
    "flagged": frozenset({NoteStatus.FLAGGED}),
    "all": EVERY_STATUS,
}


def print_notes(
    of: UUID | None,
    *,
    question: str | None,
    theme: str | None,
    speaker: str | None,
    status: str,
    after: UUID | None,
    limit: int,
    as_json: bool,
) -> None:
    with stored_services() as services:
        found = list_notes(
            services.transactions,
            services.settings.notes_workspace,
            of=of,
            question_id=question,
            theme_id=theme,
            speaker=speaker,
            status=_STATUSES[status],
            after=after,
            limit=limit,
        )
    if as_json:
        print(to_text([stored_note_json(note) for note in found]))
    else:
        print_stored_notes(found)


def show_run(of: UUID | None, *, question: str | None, theme: str | None, status: str, as_json: bool) -> None:
    with stored_services() as services:
        run_id = find_run(services.transactions, services.settings.notes_workspace, of)
        report = read_run(services.transactions, run_id)
    _know(question, [each.id for each in report.guide.questions], "question")
    _know(theme, [each.id for each in report.guide.themes], "theme")
    chosen = tuple(
        stored
        for stored in report.notes
        if (question is None or stored.note.question_id == question)
        and (theme is None or stored.note.theme_id == theme)
        and _is_wanted(stored, status)
    )
    if as_json:
        print(run_json(report, chosen, []))
    else:
        print_run(report, chosen)


def _know(wanted: str | None, ids: list[str], what: str) -> None:
    """Raise NotFoundError when the guide of a run has no such id, rather than show nothing."""
    if wanted is not None and wanted not in ids:
        raise NotFoundError(f"this run's guide has no {what} {wanted!r}; it has {', '.join(ids) or 'none'}")


def _is_wanted(stored: StoredNote, status: str) -> bool:
    wanted = _STATUSES[status]
    if wanted is None:
        return is_readable(stored.note.status, stored.review_state)
    return stored.note.status in wanted


@contextmanager
def stored_services() -> Iterator[Services]:
    """Give the services over the stored data, at the schema of this program."""
    with database(read_settings()) as settings:
        upgrade(settings)
        services = Services(settings)
        try:
            yield services
        finally:
            services.engine.dispose()
