"""The HTTP API for Python programs: typed, synchronous, patient.

    from notes_pipeline.client import NotesClient

    with NotesClient("http://127.0.0.1:8000", key="npk_...") as notes:
        guide = notes.add_guide(Path("guide.yaml"))
        uploaded = notes.upload(Path("interview.vtt"), guide_id=guide.id)
        run = notes.wait(uploaded.run_id)
        for note in notes.notes(run_id=run.id):
            print(note.statement, "-", note.evidence[0].exact_words)

What it gives are the models of the API itself (`notes_pipeline.api.shapes`); members that a newer server adds are
ignored. Requests are tried again where the API says so, or does not answer; those that create carry an idempotency key.
"""

from notes_pipeline.client.errors import (
    ApiError,
    ConflictError,
    NotAllowedError,
    NotFoundError,
    RefusedError,
    UnavailableError,
)
from notes_pipeline.client.notes import NotesClient
from notes_pipeline.client.transport import Patience
from notes_pipeline.webhooks.signing import InvalidSignatureError, verify

__all__ = [
    "ApiError",
    "ConflictError",
    "InvalidSignatureError",
    "NotAllowedError",
    "NotFoundError",
    "NotesClient",
    "Patience",
    "RefusedError",
    "UnavailableError",
    "verify",
]
