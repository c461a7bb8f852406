"""`erase`: a transcript and all that came of it."""

from uuid import UUID

from notes_pipeline.bootstrap import Services
from notes_pipeline.cli.exits import Exit
from notes_pipeline.cli.services import upgrade
from notes_pipeline.cli.supervisor import database
from notes_pipeline.core.errors import NotFoundError
from notes_pipeline.settings import read_settings
from notes_pipeline.steps.erase import erase
from notes_pipeline.store.tenancy import OfWorkspace
from notes_pipeline.store.workspaces import find_workspace


def erase_stored(transcript_id: UUID) -> Exit:
    """Erase a transcript of the workspace in NOTES_WORKSPACE, and print what went."""
    settings = read_settings()
    with database(settings) as with_database:
        upgrade(with_database)
        services = Services(with_database)
        try:
            with services.transactions.begin() as session:
                workspace_id = find_workspace(session, settings.notes_workspace)
            if workspace_id is None:
                raise NotFoundError(f"no transcript {transcript_id}")
            erasure = erase(OfWorkspace(services.transactions, workspace_id), transcript_id, key_id=None)
        finally:
            services.engine.dispose()
    for kind, number in erasure.counts.items():
        print(f"{number:>8,}  {kind.replace('_', ' ')}")
    print(f"Erased. The receipt is {erasure.id}. What model calls cost stays counted, without what they were about.")
    return Exit.OK
