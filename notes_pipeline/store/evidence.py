"""Evidence to rows and back."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Uuid, any_, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from notes_pipeline.core.ids import new_id
from notes_pipeline.core.notes import DiffKind, DiffPart, Evidence, Quote, Reason, Verdict
from notes_pipeline.core.transcript import Span
from notes_pipeline.store.tables import EvidenceRow
from notes_pipeline.store.tables.base import Table


def evidence_values(
    evidence: Evidence, note_id: UUID, ordinal: int, transcript_id: UUID, verifier_version: str
) -> dict[str, object]:
    """Give the columns of one piece of evidence."""
    first, last = evidence.utterances or (None, None)
    return {
        "id": new_id(),
        "transcript_id": transcript_id,
        "note_id": note_id,
        "ordinal": ordinal,
        "quote": evidence.quote.text,
        "claimed_speaker": evidence.quote.speaker,
        "utterance_hint": evidence.quote.utterance_hint,
        "verdict": evidence.verdict.value,
        "score": evidence.score,
        "reasons": [reason.value for reason in evidence.reasons],
        "spans": _pack(evidence.spans),
        "first_utterance": first,
        "last_utterance": last,
        "speaker": evidence.speaker,
        "start_ms": evidence.start_ms,
        "end_ms": evidence.end_ms,
        "matched_text": evidence.matched_text,
        "prefix": evidence.prefix,
        "suffix": evidence.suffix,
        "alternatives": [_pack(place) for place in evidence.alternatives],
        "runner_up_score": evidence.runner_up_score,
        "diff": [{"kind": part.kind.value, "text": part.text} for part in evidence.diff],
        "verifier_version": verifier_version,
    }


def evidence_of(session: Session, note_ids: Sequence[UUID]) -> dict[UUID, list[EvidenceRow]]:
    """Read the evidence of notes, each in its order, without what a review retired."""
    rows = session.scalars(
        # One array, not one parameter for each: there may be more than a statement can have.
        select(EvidenceRow)
        .where(EvidenceRow.note_id == any_(literal(list(note_ids), ARRAY(Uuid()))), EvidenceRow.retired_by_id.is_(None))
        .order_by(EvidenceRow.note_id, EvidenceRow.ordinal)
    )
    by_note: dict[UUID, list[EvidenceRow]] = {}
    for row in rows:
        by_note.setdefault(row.note_id, []).append(row)
    return by_note


def to_evidence(row: EvidenceRow) -> Evidence:
    has_place = row.first_utterance is not None and row.last_utterance is not None
    return Evidence(
        quote=Quote(row.quote, row.claimed_speaker, row.utterance_hint),
        verdict=Verdict(row.verdict),
        score=row.score,
        reasons=tuple(Reason(reason) for reason in row.reasons),
        spans=_unpack(row.spans),
        matched_text=row.matched_text,
        prefix=row.prefix,
        suffix=row.suffix,
        utterances=(row.first_utterance or 0, row.last_utterance or 0) if has_place else None,
        speaker=row.speaker,
        start_ms=row.start_ms,
        end_ms=row.end_ms,
        alternatives=tuple(_unpack(place) for place in row.alternatives),
        runner_up_score=row.runner_up_score,
        diff=tuple(DiffPart(DiffKind(part["kind"]), part["text"]) for part in row.diff),
    )


def _pack(spans: Sequence[Span]) -> Table:
    return [[span.start, span.end] for span in spans]


def _unpack(table: Table) -> tuple[Span, ...]:
    return tuple(Span(start, end) for start, end in table)
