from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from notes_pipeline.core.notes import Coverage, CoverageState
from notes_pipeline.core.transcript import Span
from notes_pipeline.store.tables import CoverageRow


def add_coverage(session: Session, run_id: UUID, coverage: Sequence[Coverage]) -> None:
    """Store the coverage of a run, in the place of that of an earlier try."""
    rows = [
        {
            "run_id": run_id,
            "question_id": each.question_id,
            "state": each.state.value,
            "asked_at": each.asked_at,
            "asked_span": None if each.asked_span is None else [each.asked_span.start, each.asked_span.end],
        }
        for each in coverage
    ]
    if rows:
        adding = insert(CoverageRow)
        new = {name: adding.excluded[name] for name in ("state", "asked_at", "asked_span")}
        session.execute(adding.on_conflict_do_update(index_elements=["run_id", "question_id"], set_=new), rows)


def coverage_of(session: Session, run_id: UUID) -> dict[str, Coverage]:
    """Read the coverage of a run by question; empty while it is not finished."""
    rows = session.scalars(select(CoverageRow).where(CoverageRow.run_id == run_id))
    return {
        row.question_id: Coverage(
            row.question_id,
            CoverageState(row.state),
            row.asked_at,
            None if row.asked_span is None else Span(row.asked_span[0], row.asked_span[1]),
        )
        for row in rows
    }
