"""Notes with their evidence: written as drafts with their chunk, published when the run is finished."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import REAL, ColumnElement, Select, Uuid, any_, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from notes_pipeline.core.errors import NotFoundError
from notes_pipeline.core.merging import Draft, MergedNote
from notes_pipeline.core.notes import Flag, Judged, Judgement, Note, NoteStatus
from notes_pipeline.core.reviewing import ReviewState, risk
from notes_pipeline.store.evidence import evidence_of, to_evidence
from notes_pipeline.store.tables import ChunkRow, EvidenceRow, NoteRow
from notes_pipeline.store.tables.base import table_of
from notes_pipeline.store.tables.notes import NoteStage

_NOTE = table_of(NoteRow)
_READABLE_BY_REVIEW = (ReviewState.ACCEPTED.value, ReviewState.CORRECTED.value)


@dataclass(frozen=True, slots=True)
class StoredNote:
    """A published note. `also_stated`: how other chunks worded what was merged into it. `model`: who wrote it.

    `verifier_versions`: by which each piece of the evidence was judged.

    `revision`: counts up with each change. `is_overridden`: a reviewer took it against what the checks found; whoever
    shows it says so. `other_attempts`: at the same claim, when the model was asked once more; not counted as notes.
    """

    id: UUID
    transcript_id: UUID
    run_id: UUID
    note: Note
    review_state: ReviewState
    model: str
    created_at: datetime
    updated_at: datetime
    verifier_versions: tuple[str, ...] = ()
    also_stated: tuple[str, ...] = ()
    other_attempts: tuple[Note, ...] = ()
    revision: int = 1
    is_overridden: bool = False


@dataclass(frozen=True, slots=True)
class NoteFilter:
    """Which notes to list; None: any. `status` None: only what a reader may believe (see `is_readable`)."""

    transcript_id: UUID | None = None
    run_id: UUID | None = None
    question_id: str | None = None
    theme_id: str | None = None
    speaker: str | None = None
    status: frozenset[NoteStatus] | None = None
    review_state: ReviewState | None = None


def drafts_of(session: Session, run_id: UUID) -> list[Draft]:
    """Read all drafts of a run, in the order in which the chunks and the answers have them.

    With them, where a run is tried again, the notes that it has published. All are kept until the transaction ends:
    nobody reviews a note that is about to take in more.
    """
    stages = [NoteStage.DRAFT.value, NoteStage.PUBLISHED.value]
    rows = session.execute(
        select(NoteRow, ChunkRow.index)
        .join(ChunkRow, ChunkRow.id == NoteRow.chunk_id)
        .where(NoteRow.run_id == run_id, NoteRow.stage.in_(stages))
        .order_by(ChunkRow.text_from, ChunkRow.text_to, NoteRow.ordinal)
        .with_for_update(of=NoteRow, key_share=True)
    ).all()
    evidence = evidence_of(session, [row.id for row, _ in rows])
    position = {index: at for at, index in enumerate(dict.fromkeys(index for _, index in rows))}
    return [
        Draft(
            row.id,
            position[index],
            _note(row, evidence.get(row.id, [])),
            is_published=row.stage == NoteStage.PUBLISHED.value,
            is_reviewed=row.review_state != ReviewState.UNREVIEWED.value,
        )
        for row, index in rows
    ]


def publish(session: Session, merged: Sequence[MergedNote]) -> None:
    """Make drafts readable; what was merged keeps its row and points to the note that has its evidence.

    A published note that takes something in has another revision then: who read it before has not seen that.
    """
    for group in merged:
        kept = group.kept
        held = len(kept.note.evidence)
        for position, (draft, ordinal) in enumerate(group.moved):
            session.execute(
                update(EvidenceRow)
                .where(EvidenceRow.note_id == draft.id, EvidenceRow.ordinal == ordinal)
                .values(note_id=kept.id, ordinal=held + position)
            )
        if group.absorbed:
            session.execute(
                update(NoteRow)
                .where(NoteRow.id.in_([draft.id for draft in group.absorbed]))
                .values(stage=NoteStage.MERGED.value, merged_into_id=kept.id, updated_at=func.now())
            )
        if group.moved:
            speakers = sorted({each.speaker for each in _whole(group).evidence if each.speaker is not None})
            session.execute(update(NoteRow).where(NoteRow.id == kept.id).values(speakers=speakers))
    grown = [group.kept.id for group in merged if group.absorbed and group.kept.is_published]
    if grown:
        session.execute(
            update(NoteRow).where(NoteRow.id.in_(grown)).values(revision=NoteRow.revision + 1, updated_at=func.now())
        )
    changed = [group for group in merged if group.moved or not group.kept.is_published]
    _write_risks(
        session,
        {group.kept.id: risk(_whole(group)) for group in changed},
        stage=NoteStage.PUBLISHED.value,
        updated_at=func.now(),
    )


def _whole(group: MergedNote) -> Note:
    """Give a merged note with all evidence that it has then."""
    moved = tuple(draft.note.evidence[position] for draft, position in group.moved)
    return replace(group.kept.note, evidence=(*group.kept.note.evidence, *moved))


def set_risks(session: Session, risks: Mapping[UUID, float]) -> None:
    """Write by note how much speaks against it, in one statement."""
    _write_risks(session, risks)


def _write_risks(session: Session, risks: Mapping[UUID, float], **more: object) -> None:
    """Write the risks of notes, and what else is the same for all: each row is written, and all its indexes, once."""
    if not risks:
        return
    told = select(
        func.unnest(literal(list(risks), ARRAY(Uuid()))).label("id"),
        func.unnest(literal(list(risks.values()), ARRAY(REAL()))).label("risk"),
    ).subquery()
    session.execute(update(_NOTE).where(_NOTE.c.id == told.c.id).values(risk=told.c.risk, **more))


def list_notes(
    session: Session, workspace_id: UUID, wanted: NoteFilter, *, after: UUID | None = None, limit: int = 100
) -> list[StoredNote]:
    """List published notes by id, that is by time of making; `after`: the last id of the page before."""
    query = filtered(workspace_id, wanted).order_by(NoteRow.id).limit(limit)
    if after is not None:
        query = query.where(NoteRow.id > after)
    return stored_notes(session, session.scalars(query).all())


def load_note(session: Session, workspace_id: UUID, note_id: UUID, *, lock: bool = False) -> StoredNote:
    """Read a published note; `lock`: keep its row until the transaction ends.

    Raises:
        NotFoundError: the workspace has no published note of this id.
    """
    query = (
        select(NoteRow)
        .where(
            NoteRow.id == note_id,
            NoteRow.workspace_id == workspace_id,
            NoteRow.stage == NoteStage.PUBLISHED.value,
        )
        .execution_options(populate_existing=True)
    )
    row = session.scalar(query.with_for_update(key_share=True) if lock else query)
    if row is None:
        raise NotFoundError(f"no note {note_id}")
    return stored_notes(session, [row])[0]


def load_notes(
    session: Session, workspace_id: UUID, note_ids: Sequence[UUID], *, lock: bool = False
) -> list[StoredNote]:
    """Read those published notes of a workspace that there are, by id; `lock`: keep them until the transaction ends."""
    query = (
        select(NoteRow)
        .where(
            NoteRow.id == any_(literal(list(note_ids), ARRAY(Uuid()))),
            NoteRow.workspace_id == workspace_id,
            NoteRow.stage == NoteStage.PUBLISHED.value,
        )
        .order_by(NoteRow.id)
        .execution_options(populate_existing=True)
    )
    return stored_notes(session, session.scalars(query.with_for_update(key_share=True) if lock else query).all())


def believed_notes(session: Session, run_id: UUID) -> frozenset[UUID]:
    """List the published notes of a run that readers get, without those that stand by an override alone."""
    query = select(NoteRow.id).where(
        NoteRow.run_id == run_id,
        NoteRow.stage == NoteStage.PUBLISHED.value,
        is_readable_row(),
        NoteRow.is_overridden.is_(False),
    )
    return frozenset(session.scalars(query))


def count_claims(session: Session, run_id: UUID) -> dict[NoteStatus, int]:
    """Count all claims of a run by status, merged ones included: claims in = supported + flagged."""
    rows = session.execute(
        select(NoteRow.status, func.count()).where(NoteRow.run_id == run_id).group_by(NoteRow.status)
    )
    return {NoteStatus(status): number for status, number in rows}


def count_quotes(session: Session, run_id: UUID) -> int:
    """Count the quotes of a run that were checked: the model's, not those that reviewers brought."""
    query = select(func.count()).select_from(EvidenceRow).join(NoteRow, NoteRow.id == EvidenceRow.note_id)
    return session.scalars(query.where(NoteRow.run_id == run_id, EvidenceRow.attached_by_id.is_(None))).one()


def count_readable(session: Session, run_id: UUID) -> dict[str, int]:
    """Count the notes of a run that readers get, by the id of their question or theme."""
    topic = func.coalesce(NoteRow.question_id, NoteRow.theme_id)
    rows = session.execute(
        select(topic, func.count())
        .where(NoteRow.run_id == run_id, NoteRow.stage == NoteStage.PUBLISHED.value, is_readable_row())
        .group_by(topic)
    )
    return {topic_id: number for topic_id, number in rows if topic_id is not None}


def is_readable_row() -> ColumnElement[bool]:
    """`core.reviewing.is_readable`, in SQL."""
    is_unreviewed = NoteRow.review_state == ReviewState.UNREVIEWED.value
    return or_(
        is_unreviewed & (NoteRow.status == NoteStatus.SUPPORTED.value),
        NoteRow.review_state.in_(_READABLE_BY_REVIEW),
    )


def filtered(workspace_id: UUID, wanted: NoteFilter) -> Select[NoteRow]:
    """Select the published notes that a filter lets through."""
    query = select(NoteRow).where(NoteRow.workspace_id == workspace_id, NoteRow.stage == NoteStage.PUBLISHED.value)
    equal = (
        (NoteRow.transcript_id, wanted.transcript_id),
        (NoteRow.run_id, wanted.run_id),
        (NoteRow.question_id, wanted.question_id),
        (NoteRow.theme_id, wanted.theme_id),
        (NoteRow.review_state, None if wanted.review_state is None else wanted.review_state.value),
    )
    for column, value in equal:
        if value is not None:
            query = query.where(column == value)
    if wanted.status is None:
        query = query.where(is_readable_row())
    else:
        query = query.where(NoteRow.status.in_([status.value for status in wanted.status]))
    if wanted.speaker is not None:
        query = query.where(NoteRow.speakers.contains([wanted.speaker]))
    return query


def stored_notes(session: Session, rows: Sequence[NoteRow]) -> list[StoredNote]:
    """Read what belongs to notes, which keep their order."""
    ids = [row.id for row in rows]
    evidence = evidence_of(session, ids)
    also_stated = _also_stated(session, ids)
    other_attempts = _other_attempts(session, rows)
    return [
        StoredNote(
            id=row.id,
            transcript_id=row.transcript_id,
            run_id=row.run_id,
            note=_note(row, evidence.get(row.id, [])),
            review_state=ReviewState(row.review_state),
            model=row.model,
            created_at=row.created_at,
            updated_at=row.updated_at,
            verifier_versions=tuple(each.verifier_version for each in evidence.get(row.id, [])),
            also_stated=tuple(also_stated.get(row.id, ())),
            other_attempts=tuple(other_attempts.get(row.id, ())),
            revision=row.revision,
            is_overridden=row.is_overridden,
        )
        for row in rows
    ]


def _note(row: NoteRow, evidence: Iterable[EvidenceRow]) -> Note:
    return Note(
        statement=row.statement,
        evidence=tuple(to_evidence(each) for each in evidence),
        status=NoteStatus(row.status),
        question_id=row.question_id,
        theme_id=row.theme_id,
        flags=tuple(Flag(flag) for flag in row.flags),
        judged=None
        if row.judgement is None
        else Judged(Judgement(row.judgement), row.judgement_missing or "", row.judged_by or ""),
    )


def _other_attempts(session: Session, published: Sequence[NoteRow]) -> dict[UUID, list[Note]]:
    """Give, by note, the attempts at the same claims that were replaced: first ones, or second ones in vain.

    Those of notes that were merged into it count as its own.
    """
    ids = [row.id for row in published]
    merged = session.execute(
        select(NoteRow.id, NoteRow.merged_into_id, NoteRow.repair_of_id).where(NoteRow.merged_into_id.in_(ids))
    ).all()
    members = [(row.id, row.id, row.repair_of_id) for row in published] + [tuple(row) for row in merged]
    owners = {member: of for member, of, _ in members}
    firsts = {repair_of: of for _, of, repair_of in members if repair_of is not None}
    rows = session.scalars(
        select(NoteRow)
        .where(
            NoteRow.stage == NoteStage.REPLACED.value,
            or_(NoteRow.id.in_(firsts), NoteRow.repair_of_id.in_(owners)),
        )
        .order_by(NoteRow.id)
    ).all()
    evidence = evidence_of(session, [row.id for row in rows])
    attempts: dict[UUID, list[Note]] = {}
    for row in rows:
        of = firsts.get(row.id) or (owners[row.repair_of_id] if row.repair_of_id is not None else None)
        if of is not None:
            attempts.setdefault(of, []).append(_note(row, evidence.get(row.id, [])))
    return attempts


def _also_stated(session: Session, note_ids: Sequence[UUID]) -> dict[UUID, list[str]]:
    rows = session.execute(
        select(NoteRow.merged_into_id, NoteRow.statement)
        .where(NoteRow.merged_into_id.in_(note_ids))
        .order_by(NoteRow.id)
    )
    stated: dict[UUID, list[str]] = {}
    for note_id, statement in rows:
        if note_id is not None:
            stated.setdefault(note_id, []).append(statement)
    return stated
