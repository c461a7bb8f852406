"""Events: written in the transaction of what they tell of, so that none is lost and none tells of what did not happen.

With an event go its deliveries, to the webhooks that want it at that moment.
"""

import json
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session

from notes_pipeline.core.ids import new_id
from notes_pipeline.core.notes import NoteStatus
from notes_pipeline.core.runs import ChunkState, RunState
from notes_pipeline.core.webhooks import EventType, Payload, type_of_end
from notes_pipeline.store.tables import ChunkRow, EventRow, NoteRow, RunRow
from notes_pipeline.store.tables.notes import NoteStage

KEPT = timedelta(days=30)
REMOVED_AT_ONCE = 5_000


def add_event(session: Session, workspace_id: UUID, type_: EventType, payload: Payload) -> UUID:
    """Write an event and have it delivered; one statement. `payload`: ids, states and counts; no words of anybody."""
    event_id = new_id()
    values = {"id": event_id, "workspace": workspace_id, "type": type_.value, "payload": json.dumps(payload)}
    session.execute(_ADD, values)
    return event_id


def add_end_of_run(session: Session, run_id: UUID, state: RunState) -> None:
    """Write that a run has ended, if it has. To be called when its row and its notes are as they stay."""
    if (type_ := type_of_end(state)) is None:
        return
    run = session.execute(
        select(RunRow.workspace_id, RunRow.transcript_id, RunRow.guide_id).where(RunRow.id == run_id)
    ).one()
    payload = {
        "run_id": str(run_id),
        "transcript_id": str(run.transcript_id),
        "guide_id": str(run.guide_id),
        "state": state.value,
        "chunks": _chunks(session, run_id),
        "notes": _notes(session, run_id),
    }
    add_event(session, run.workspace_id, type_, payload)


def _chunks(session: Session, run_id: UUID) -> dict[str, int]:
    query = select(ChunkRow.state, func.count()).where(ChunkRow.run_id == run_id).group_by(ChunkRow.state)
    found: dict[str, int] = {row[0]: row[1] for row in session.execute(query)}
    return {state.value: found.get(state.value, 0) for state in (ChunkState.DONE, ChunkState.FAILED)}


def _notes(session: Session, run_id: UUID) -> dict[str, int]:
    is_published = (NoteRow.run_id == run_id) & (NoteRow.stage == NoteStage.PUBLISHED.value)
    query = select(NoteRow.status, func.count()).where(is_published).group_by(NoteRow.status)
    found: dict[str, int] = {row[0]: row[1] for row in session.execute(query)}
    return {status.value: found.get(status.value, 0) for status in NoteStatus}


def forget_events(session: Session) -> int:
    """Remove events of more than 30 days ago with their deliveries, some thousand at a time; returns how many."""
    old = (
        select(EventRow.id)
        .where(EventRow.created_at < func.now() - KEPT)
        .limit(REMOVED_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    removed = session.execute(delete(EventRow).where(EventRow.id.in_(old)).returning(EventRow.id))
    return len(removed.all())


# Webhooks are locked against being deleted meanwhile: a delivery to one that is gone would undo all that was written.
_ADD = text("""
WITH told AS (
    INSERT INTO event (id, workspace_id, type, payload) VALUES (:id, :workspace, :type, CAST(:payload AS jsonb))
), wanting AS (
    SELECT id FROM webhook
    WHERE workspace_id = :workspace AND disabled_at IS NULL AND :type = ANY (events) FOR KEY SHARE
)
INSERT INTO delivery (id, workspace_id, webhook_id, event_id)
SELECT gen_random_uuid(), :workspace, wanting.id, :id FROM wanting
""")
