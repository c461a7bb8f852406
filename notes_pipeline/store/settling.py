"""The end of a chunk: its notes with their evidence, its state, and its run's if it was the last."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from notes_pipeline.core.ids import new_id
from notes_pipeline.core.notes import Note, NoteStatus
from notes_pipeline.core.runs import ChunkOutcome, ChunkState
from notes_pipeline.store.direct import Statements, as_json, given, quoted
from notes_pipeline.store.evidence import evidence_values
from notes_pipeline.store.leases import LeasedChunk
from notes_pipeline.store.tables import EvidenceRow, NoteRow
from notes_pipeline.store.tables.base import Records
from notes_pipeline.store.tables.notes import NoteStage


@dataclass(frozen=True, slots=True)
class WrittenNote:
    """A checked claim as it is to be stored. `model`: who wrote it. `second`: the second attempt at it, if any.

    The second one counts if it is supported; the other is kept beside it.
    """

    note: Note
    model: str
    second: "WrittenNote | None" = None


@dataclass(frozen=True, slots=True)
class Origin:
    """Where drafts come from."""

    workspace_id: UUID
    transcript_id: UUID
    run_id: UUID
    chunk_id: UUID
    verifier_version: str


@dataclass(frozen=True, slots=True)
class ChunkEnd:
    """How a chunk ends. `coverage`: what the model said of the questions."""

    state: ChunkState
    outcome: ChunkOutcome
    error: str | None = None
    notes: Sequence[WrittenNote] = ()
    coverage: Records = field(default_factory=list)


def settle_chunk(statements: Statements, leased: LeasedChunk, end: ChunkEnd, origin: Origin) -> bool:
    """End the work on a leased chunk, and write its notes, all in one statement.

    False: the lease was lost, another has done or will do it; nothing was written.
    """
    notes, evidence = _rows(end.notes, origin)
    values = {
        "chunk": leased.id,
        "token": leased.token,
        "state": end.state.value,
        "outcome": end.outcome.value,
        "error": end.error,
        "coverage": as_json(end.coverage),
        "notes": as_json(notes),
        "evidence": as_json(evidence),
    }
    return bool(statements.run(_SETTLE, values))


def close_if_complete(statements: Statements, run_id: UUID) -> bool:
    """Set a running run to finishing when no chunk of it is open; tell whether that was done now.

    To be run when what settled a chunk is committed: then the last of several that end at once finds all the others.
    """
    return bool(statements.run(_CLOSE, {"run": run_id}))


def _rows(notes: Sequence[WrittenNote], origin: Origin) -> tuple[Records, Records]:
    note_rows: Records = []
    evidence_rows: Records = []

    def add(written: WrittenNote, *, stage: NoteStage, repair_of: UUID | None) -> UUID:
        note_id = new_id()
        note_rows.append(
            _note_values(written, origin)
            | {"id": note_id, "ordinal": len(note_rows), "stage": stage.value, "repair_of_id": repair_of}
        )
        evidence_rows.extend(
            evidence_values(each, note_id, position, origin.transcript_id, origin.verifier_version)
            for position, each in enumerate(written.note.evidence)
        )
        return note_id

    for written in notes:
        second = written.second
        is_better = second is not None and second.note.status is NoteStatus.SUPPORTED
        first_id = add(written, stage=NoteStage.REPLACED if is_better else NoteStage.DRAFT, repair_of=None)
        if second is not None:
            add(second, stage=NoteStage.DRAFT if is_better else NoteStage.REPLACED, repair_of=first_id)
    return note_rows, evidence_rows


def _note_values(written: WrittenNote, origin: Origin) -> dict[str, object]:
    note = written.note
    return {
        "workspace_id": origin.workspace_id,
        "transcript_id": origin.transcript_id,
        "run_id": origin.run_id,
        "chunk_id": origin.chunk_id,
        "question_id": note.question_id,
        "theme_id": note.theme_id,
        "statement": note.statement,
        "status": note.status.value,
        "flags": [flag.value for flag in note.flags],
        "speakers": sorted({each.speaker for each in note.evidence if each.speaker is not None}),
        "model": written.model,
        "judgement": None if note.judged is None else note.judged.judgement.value,
        "judgement_missing": None if note.judged is None else note.judged.missing,
        "judged_by": None if note.judged is None else note.judged.model,
    }


_OF_NOTE = (
    *("id", "workspace_id", "transcript_id", "run_id", "chunk_id", "ordinal", "stage", "question_id", "theme_id"),
    *("statement", "status", "flags", "speakers", "model", "repair_of_id"),
    *("judgement", "judgement_missing", "judged_by"),
)
_OF_EVIDENCE = (
    *("id", "transcript_id", "note_id", "ordinal", "quote", "claimed_speaker", "utterance_hint", "verdict", "score"),
    *("reasons", "spans", "first_utterance", "last_utterance", "speaker", "start_ms", "end_ms", "matched_text"),
    *("prefix", "suffix", "alternatives", "runner_up_score", "diff", "verifier_version"),
)
# What is written hangs on `settled`: without the lease there is no row, and none of the rest. A second set of notes for
# one chunk is an error of the database.
_SETTLE = f"""
WITH settled AS (
    UPDATE chunk SET state = %(state)s, outcome = %(outcome)s, error = %(error)s, coverage = %(coverage)s::jsonb,
                     finished_at = clock_timestamp(), lease_owner = NULL, lease_token = NULL, lease_until = NULL
    WHERE id = %(chunk)s AND lease_token = %(token)s RETURNING id AS settled_id
), noted AS (
    INSERT INTO note ({quoted(_OF_NOTE)}) SELECT {quoted(_OF_NOTE)}
    FROM settled, {given(NoteRow, _OF_NOTE, "notes")}
), proven AS (
    INSERT INTO evidence ({quoted(_OF_EVIDENCE)}) SELECT {quoted(_OF_EVIDENCE)}
    FROM settled, {given(EvidenceRow, _OF_EVIDENCE, "evidence")}
)
SELECT settled_id FROM settled
"""  # noqa: S608 (names of columns)
_CLOSE = """
UPDATE run SET state = 'finishing', reason = NULL, enqueued_at = now()
WHERE id = %(run)s AND state = 'running'
      AND NOT EXISTS (SELECT FROM chunk WHERE run_id = run.id AND state IN ('pending', 'running'))
RETURNING id
"""
