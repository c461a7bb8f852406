"""Reviews of notes: rows are only added, and evidence that a review takes away is kept."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from notes_pipeline.core.errors import InvalidReviewError
from notes_pipeline.core.ids import new_id
from notes_pipeline.core.notes import Flag, Judged, Judgement, Note, NoteStatus
from notes_pipeline.core.reviewing import Decision, ReviewedNote, ReviewReason, ReviewRequest, ReviewState, risk
from notes_pipeline.store.evidence import evidence_of, evidence_values, to_evidence
from notes_pipeline.store.notes import StoredNote
from notes_pipeline.store.tables import EvidenceRow, NoteRow, ReviewRow
from notes_pipeline.store.tables.base import Record


@dataclass(frozen=True, slots=True)
class StoredReview:
    """`before`, `after`: what a review can change of a note, with its quotes.

    `revision`: the one that it made. `sent_by`: name and hint of the API key, None where none was used.
    """

    id: UUID
    note_id: UUID
    reviewer: str
    sent_by: str | None
    decision: Decision
    reason: ReviewReason | None
    comment: str | None
    before: Record
    after: Record
    revision: int
    created_at: datetime


def add_review(
    session: Session,
    stored: StoredNote,
    reviewed: ReviewedNote,
    request: ReviewRequest,
    *,
    reviewer: str,
    sent_by: str | None,
    verifier_version: str,
    batch_id: UUID | None = None,
) -> None:
    """Write a decision on a note, and the note as it is then. The note's row must be locked.

    `batch_id`: the same for decisions that are taken at once.
    """
    review_id, revision = new_id(), stored.revision + 1
    note = reviewed.note
    session.execute(
        insert(ReviewRow).values(
            id=review_id,
            note_id=stored.id,
            reviewer=reviewer,
            sent_by=sent_by,
            decision=request.decision.value,
            reason=None if request.reason is None else request.reason.value,
            comment=request.comment,
            before=_record(stored.note, stored.review_state, is_overridden=stored.is_overridden),
            after=_record(note, reviewed.state, is_overridden=reviewed.is_overridden),
            revision=revision,
            batch_id=batch_id,
        )
    )
    if reviewed.retired:
        rows = evidence_of(session, [stored.id])[stored.id]
        retired = [rows[position].id for position in reviewed.retired]
        session.execute(update(EvidenceRow).where(EvidenceRow.id.in_(retired)).values(retired_by_id=review_id))
    if reviewed.attached is not None:
        last = session.scalar(select(func.max(EvidenceRow.ordinal)).where(EvidenceRow.note_id == stored.id))
        ordinal = 0 if last is None else last + 1  # of retired evidence, too
        values = evidence_values(reviewed.attached, stored.id, ordinal, stored.transcript_id, verifier_version)
        session.execute(insert(EvidenceRow).values(**values, attached_by_id=review_id))
    _write(session, stored.id, reviewed, revision)


def withdraw_last(
    session: Session, stored: StoredNote, *, reviewer: str, sent_by: str | None, comment: str | None
) -> None:
    """Take the latest decision on a note back: the note is what it was before it. The note's row must be locked.

    Raises:
        InvalidReviewError: there is none that can be taken back.
    """
    last = session.scalar(
        select(ReviewRow).where(ReviewRow.note_id == stored.id).order_by(ReviewRow.revision.desc()).limit(1)
    )
    if last is None or last.decision == Decision.WITHDRAW.value:
        raise InvalidReviewError("nobody has decided on the note: there is nothing to take back")
    if last.revision != stored.revision:
        raise InvalidReviewError("the note took in another one since the last decision: decide anew")
    before, after = last.before, last.after
    review_id, revision = new_id(), stored.revision + 1
    session.execute(
        insert(ReviewRow).values(
            id=review_id,
            note_id=stored.id,
            reviewer=reviewer,
            sent_by=sent_by,
            decision=Decision.WITHDRAW.value,
            comment=comment,
            before=after,
            after=before,
            revision=revision,
        )
    )
    session.execute(update(EvidenceRow).where(EvidenceRow.retired_by_id == last.id).values(retired_by_id=None))
    session.execute(update(EvidenceRow).where(EvidenceRow.attached_by_id == last.id).values(retired_by_id=review_id))
    evidence = tuple(to_evidence(row) for row in evidence_of(session, [stored.id]).get(stored.id, []))
    judged = before["judged"]
    note = replace(
        stored.note,
        statement=before["statement"],
        status=NoteStatus(before["status"]),
        flags=tuple(Flag(flag) for flag in before["flags"]),
        judged=None if judged is None else Judged(Judgement(judged["judgement"]), judged["missing"], judged["model"]),
        evidence=evidence,
    )
    state = ReviewState(before["review_state"])
    _write(session, stored.id, ReviewedNote(note, state, is_overridden=before["is_overridden"]), revision)


def _write(session: Session, note_id: UUID, reviewed: ReviewedNote, revision: int) -> None:
    note = reviewed.note
    session.execute(
        update(NoteRow)
        .where(NoteRow.id == note_id)
        .values(
            statement=note.statement,
            status=note.status.value,
            flags=[flag.value for flag in note.flags],
            speakers=sorted({each.speaker for each in note.evidence if each.speaker is not None}),
            judgement=None if note.judged is None else note.judged.judgement.value,
            judgement_missing=None if note.judged is None else note.judged.missing,
            judged_by=None if note.judged is None else note.judged.model,
            review_state=reviewed.state.value,
            is_overridden=reviewed.is_overridden,
            risk=risk(note),
            revision=revision,
            updated_at=func.now(),
        )
    )


def reviews_of(session: Session, note_id: UUID, *, after: int = 0, limit: int | None = None) -> list[StoredReview]:
    """List the reviews of a note, oldest first; `after`: the revision that the last one of the page before made."""
    rows = session.scalars(
        select(ReviewRow)
        .where(ReviewRow.note_id == note_id, ReviewRow.revision > after)
        .order_by(ReviewRow.revision, ReviewRow.id)
        .limit(limit)
    )
    return [
        StoredReview(
            id=row.id,
            note_id=row.note_id,
            reviewer=row.reviewer,
            sent_by=row.sent_by,
            decision=Decision(row.decision),
            reason=None if row.reason is None else ReviewReason(row.reason),
            comment=row.comment,
            before=row.before,
            after=row.after,
            revision=row.revision,
            created_at=row.created_at,
        )
        for row in rows
    ]


def last_corrections(session: Session, run_id: UUID) -> dict[UUID, int]:
    """Give the revision that the last correction of a note made, for the corrected notes of a run."""
    rows: Sequence[tuple[UUID, int]] = session.execute(
        select(ReviewRow.note_id, func.max(ReviewRow.revision))
        .join(NoteRow, NoteRow.id == ReviewRow.note_id)
        .where(NoteRow.run_id == run_id, ReviewRow.decision == Decision.CORRECT.value)
        .group_by(ReviewRow.note_id)
    ).all()
    return dict(rows)


def _record(note: Note, state: ReviewState, *, is_overridden: bool) -> Record:
    judged = note.judged
    return {
        "statement": note.statement,
        "status": note.status.value,
        "flags": [flag.value for flag in note.flags],
        "review_state": state.value,
        "is_overridden": is_overridden,
        "judged": None
        if judged is None
        else {"judgement": judged.judgement.value, "missing": judged.missing, "model": judged.model},
        "evidence": [
            {
                "quote": each.quote.text,
                "verdict": each.verdict.value,
                "reasons": [reason.value for reason in each.reasons],
                "spans": [[span.start, span.end] for span in each.spans],
            }
            for each in note.evidence
        ],
    }
