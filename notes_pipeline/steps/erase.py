from uuid import UUID

import structlog
from sqlalchemy.exc import DBAPIError

from notes_pipeline.core.errors import ServiceUnavailableError
from notes_pipeline.store.database import Transactions
from notes_pipeline.store.erasing import Erasure, erase_transcript

log = structlog.get_logger()

TRIES = 5
_CROSSED = "40"  # class of SQLSTATE: a deadlock, or another race that PostgreSQL ended


def erase(transactions: Transactions, transcript_id: UUID, *, key_id: UUID | None) -> Erasure:
    """Erase a transcript with everything that came of it, in one transaction.

    Workers that have a part of it in hand find their work gone and end it. Where PostgreSQL ends the transaction in
    favour of one of theirs, it is begun anew. `key_id`: of the key that asks, None: a command does.

    Raises:
        NotFoundError: no transcript has this id.
        ServiceUnavailableError: others got in between each time; nothing was erased.
    """
    for _ in range(TRIES):
        try:
            with transactions.begin() as session:
                erasure = erase_transcript(session, transcript_id, key_id=key_id)
        except DBAPIError as error:
            if not str(getattr(error.orig, "sqlstate", "")).startswith(_CROSSED):
                raise
            log.warning("erasing_again", transcript_id=str(transcript_id))
            continue
        log.info("transcript_erased", transcript_id=str(transcript_id), erasure_id=str(erasure.id))
        return erasure
    raise ServiceUnavailableError("the transcript is being worked on at this very moment; erase it again")
