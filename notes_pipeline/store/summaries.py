from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from notes_pipeline.core.summaries import DroppedSentence, Sentence, Summary, without_withdrawn
from notes_pipeline.store.notes import believed_notes
from notes_pipeline.store.reviews import last_corrections
from notes_pipeline.store.tables import SummaryRow


@dataclass(frozen=True, slots=True)
class StoredSummary:
    """`model`: who wrote it."""

    summary: Summary
    model: str


def save_summary(session: Session, run_id: UUID, stored: StoredSummary) -> None:
    """Store what a run's notes say on a topic, in the place of an earlier try."""
    summary = stored.summary
    values = {
        "sentences": [
            {
                "text": each.text,
                "notes": [str(note_id) for note_id in each.note_ids],
                "revisions": list(each.revisions),
            }
            for each in summary.sentences
        ],
        "dropped": [{"text": each.text, "reason": each.reason} for each in summary.dropped],
        "model": stored.model,
    }
    session.execute(
        insert(SummaryRow)
        .values(run_id=run_id, topic_id=summary.topic_id, **values)
        .on_conflict_do_update(index_elements=["run_id", "topic_id"], set_=values)
    )


def summaries_of(session: Session, run_id: UUID) -> dict[str, StoredSummary]:
    """Read the summaries of a run, by the id of the question or theme.

    A sentence is dropped that rests on a note which readers get no more, or not as it was.
    """
    rows: Sequence[SummaryRow] = session.scalars(select(SummaryRow).where(SummaryRow.run_id == run_id)).all()
    if not rows:
        return {}
    believed = believed_notes(session, run_id)
    corrected = last_corrections(session, run_id)
    return {
        row.topic_id: StoredSummary(without_withdrawn(_summary(row), believed, corrected), row.model) for row in rows
    }


def _summary(row: SummaryRow) -> Summary:
    sentences = [
        Sentence(
            each["text"],
            tuple(UUID(id_) for id_ in each["notes"]),
            tuple(each.get("revisions") or [1] * len(each["notes"])),
        )
        for each in row.sentences
    ]
    dropped = [DroppedSentence(each["text"], each["reason"]) for each in row.dropped]
    return Summary(row.topic_id, tuple(sentences), tuple(dropped))
