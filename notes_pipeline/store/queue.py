"""The reviewers' queue: which notes wait for a decision, the riskiest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import REAL, ColumnElement, and_, cast, exists, func, literal, literal_column, or_, select
from sqlalchemy.orm import Session, aliased

from notes_pipeline.core.notes import Flag, NoteStatus, Reason, Verdict
from notes_pipeline.core.reviewing import Decision, ReviewState, risk
from notes_pipeline.store.notes import set_risks, stored_notes
from notes_pipeline.store.tables import EvidenceRow, NoteRow, ReviewLeaseRow, ReviewRow, RunRow, TranscriptRow
from notes_pipeline.store.tables.notes import NoteStage

RISKS_AT_ONCE = 500  # told at a time, where the code of the version before did not
# Written out, not sent as parameters: PostgreSQL takes a partial index only where it knows what is asked for.
_UNKNOWN: ColumnElement[float] = literal_column("'Infinity'::real", REAL)
_PUBLISHED = NoteRow.stage == literal_column(f"'{NoteStage.PUBLISHED.value}'")
_OPEN = NoteRow.review_state == literal_column(f"'{ReviewState.UNREVIEWED.value}'")
_DECIDED = NoteRow.review_state.in_([each.value for each in ReviewState if each is not ReviewState.UNREVIEWED])


class Kind(StrEnum):
    """Which notes a queue holds."""

    FLAGGED = "flagged"  # that wait for a decision
    SUPPORTED = "supported"  # nobody has looked at: spot checks
    DECIDED = "decided"  # the latest decision first


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """Which notes a queue holds; None: any. `reason`: of a quote or flag of the note. `reviewer`: who decided last."""

    kind: Kind = Kind.FLAGGED
    transcript_id: UUID | None = None
    guide_id: UUID | None = None
    question_id: str | None = None
    theme_id: str | None = None
    reason: Reason | Flag | None = None
    speaker: str | None = None
    reviewer: str | None = None


@dataclass(frozen=True, slots=True)
class Position:
    """Where a note stands in a queue: by risk, or by the time of its decision."""

    note_id: UUID
    risk: float
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Queued:
    """A note as a list shows it. `leased_by`: another reviewer who has it open now."""

    position: Position
    statement: str
    status: NoteStatus
    review_state: ReviewState
    is_overridden: bool
    topic_id: str | None
    transcript: str
    verdicts: tuple[Verdict, ...]
    reasons: tuple[Reason, ...]
    flags: tuple[Flag, ...]
    leased_by: str | None


@dataclass(frozen=True, slots=True)
class Progress:
    """`open`: notes of the queue that wait. `decided`: that had waited before. `today`: decided by this reviewer."""

    open: int
    decided: int
    today: int


def tell_risks(session: Session, workspace_id: UUID) -> None:
    """Tell the risk of notes that were published without it: by the version before, or before there was any."""
    rows = session.scalars(
        select(NoteRow)
        .where(
            NoteRow.workspace_id == workspace_id,
            _PUBLISHED,
            NoteRow.risk == _UNKNOWN,
        )
        .limit(RISKS_AT_ONCE)
    ).all()
    if rows:
        set_risks(session, {each.id: risk(each.note) for each in stored_notes(session, rows)})


def queued(
    session: Session,
    workspace_id: UUID,
    wanted: QueueFilter,
    holder: str,
    *,
    after: Position | None = None,
    before: Position | None = None,
    limit: int,
) -> list[Queued]:
    """List notes of a queue in its order: the first ones, those after a place, or those before it."""
    conditions = [*_in_queue(workspace_id, wanted)]
    order = _order(wanted)
    if after is not None:
        conditions.append(_behind(wanted, after))
    if before is not None:
        conditions.append(~_behind(wanted, before) & (NoteRow.id != before.note_id))
        order = _reversed(wanted)
    rows = session.scalars(select(NoteRow).where(*conditions).order_by(*order).limit(limit)).all()
    return _listed(session, rows[::-1] if before is not None else rows, holder)


def queued_one(session: Session, workspace_id: UUID, wanted: QueueFilter, holder: str, note_id: UUID) -> list[Queued]:
    """Give one note of a queue; empty: it is not in it."""
    rows = session.scalars(select(NoteRow).where(*_in_queue(workspace_id, wanted), NoteRow.id == note_id)).all()
    return _listed(session, rows, holder)


def next_free(
    session: Session, workspace_id: UUID, wanted: QueueFilter, holder: str, after: Position | None
) -> UUID | None:
    """Give the next note of a queue that nobody else has open; behind the last one comes the first. None: no other."""
    lease = ReviewLeaseRow
    is_taken = exists().where(lease.note_id == NoteRow.id, lease.holder != holder, lease.expires_at > func.now())
    query = select(NoteRow.id).where(*_in_queue(workspace_id, wanted)).order_by(*_order(wanted)).limit(1)
    if wanted.kind is not Kind.DECIDED:
        query = query.where(~is_taken)
    if after is not None:
        found = session.scalar(query.where(_behind(wanted, after)))
        if found is not None:
            return found
        query = query.where(NoteRow.id != after.note_id)
    return session.scalar(query)


def position_of(session: Session, note_id: UUID) -> Position | None:
    row = session.execute(
        select(NoteRow.id, NoteRow.risk, NoteRow.updated_at).where(NoteRow.id == note_id)
    ).one_or_none()
    return None if row is None else Position(*row)


def progress(session: Session, workspace_id: UUID, wanted: QueueFilter, reviewer: str) -> Progress:
    """Count what waits in a queue, what was decided of it, and what this reviewer decided today (UTC)."""
    first = aliased(ReviewRow)
    status = NoteStatus.SUPPORTED if wanted.kind is Kind.SUPPORTED else NoteStatus.FLAGGED
    had_waited = exists().where(first.note_id == NoteRow.id, first.before["status"].astext == status.value)
    conditions = _filters(workspace_id, wanted)
    waiting = select(func.count()).where(*conditions, _OPEN, NoteRow.status == status.value)
    was_decided = select(func.count()).where(
        *conditions, _DECIDED, NoteRow.status.in_([each.value for each in NoteStatus]), had_waited
    )
    today = session.scalars(
        select(func.count(ReviewRow.note_id.distinct()))
        .join(NoteRow, NoteRow.id == ReviewRow.note_id)
        .where(
            NoteRow.workspace_id == workspace_id,
            ReviewRow.reviewer == reviewer,
            ReviewRow.created_at >= func.date_trunc("day", func.now(), "UTC"),
            _DECIDED,
        )
    ).one()
    return Progress(session.scalars(waiting).one(), session.scalars(was_decided).one(), today)


def verbatim_notes(session: Session, workspace_id: UUID, wanted: QueueFilter, limit: int) -> list[UUID]:
    """List the notes of a filter that nobody has reviewed, that are supported, and whose quotes are all verbatim."""
    each = aliased(EvidenceRow)
    has_other = exists().where(
        each.note_id == NoteRow.id,
        each.retired_by_id.is_(None),
        or_(each.verdict != Verdict.VERBATIM.value, each.reasons.contains([Reason.CONTEXT.value])),
    )
    has_any = exists().where(each.note_id == NoteRow.id, each.retired_by_id.is_(None))
    return list(
        session.scalars(
            select(NoteRow.id)
            .where(
                *_filters(workspace_id, wanted),
                _OPEN,
                NoteRow.status == NoteStatus.SUPPORTED.value,
                has_any,
                ~has_other,
            )
            .order_by(NoteRow.id)
            .limit(limit)
        )
    )


def notes_of_batch(session: Session, batch_id: UUID) -> list[UUID]:
    """List the notes whose latest decision was taken in a batch, and counts still."""
    later = aliased(ReviewRow)
    is_last = ~exists().where(later.note_id == ReviewRow.note_id, later.revision > ReviewRow.revision)
    return list(
        session.scalars(
            select(ReviewRow.note_id).where(ReviewRow.batch_id == batch_id, is_last).order_by(ReviewRow.note_id)
        )
    )


def _listed(session: Session, rows: Sequence[NoteRow], holder: str) -> list[Queued]:
    ids = [row.id for row in rows]
    titles = dict(
        session.execute(
            select(TranscriptRow.id, TranscriptRow.title).where(
                TranscriptRow.id.in_({row.transcript_id for row in rows})
            )
        ).all()
    )
    leases = dict(
        session.execute(
            select(ReviewLeaseRow.note_id, ReviewLeaseRow.reviewer).where(
                ReviewLeaseRow.note_id.in_(ids), ReviewLeaseRow.holder != holder, ReviewLeaseRow.expires_at > func.now()
            )
        ).all()
    )
    verdicts: dict[UUID, list[tuple[str, list[str]]]] = {}
    for note_id, verdict, reasons in session.execute(
        select(EvidenceRow.note_id, EvidenceRow.verdict, EvidenceRow.reasons)
        .where(EvidenceRow.note_id.in_(ids), EvidenceRow.retired_by_id.is_(None))
        .order_by(EvidenceRow.note_id, EvidenceRow.ordinal)
    ):
        verdicts.setdefault(note_id, []).append((verdict, reasons))
    return [
        Queued(
            position=Position(row.id, row.risk, row.updated_at),
            statement=row.statement,
            status=NoteStatus(row.status),
            review_state=ReviewState(row.review_state),
            is_overridden=row.is_overridden,
            topic_id=row.question_id or row.theme_id,
            transcript=titles[row.transcript_id],
            verdicts=tuple(Verdict(verdict) for verdict, _ in verdicts.get(row.id, [])),
            reasons=tuple(dict.fromkeys(Reason(each) for _, found in verdicts.get(row.id, []) for each in found)),
            flags=tuple(Flag(flag) for flag in row.flags),
            leased_by=leases.get(row.id),
        )
        for row in rows
    ]


def _filters(workspace_id: UUID, wanted: QueueFilter) -> list[ColumnElement[bool]]:
    conditions = [NoteRow.workspace_id == workspace_id, _PUBLISHED]
    equal = (
        (NoteRow.transcript_id, wanted.transcript_id),
        (NoteRow.question_id, wanted.question_id),
        (NoteRow.theme_id, wanted.theme_id),
    )
    conditions += [column == value for column, value in equal if value is not None]
    if wanted.guide_id is not None:
        conditions.append(exists().where(RunRow.id == NoteRow.run_id, RunRow.guide_id == wanted.guide_id))
    if wanted.speaker is not None:
        conditions.append(NoteRow.speakers.contains([wanted.speaker]))
    if isinstance(wanted.reason, Flag):
        conditions.append(NoteRow.flags.contains([wanted.reason.value]))
    elif wanted.reason is not None:
        each = aliased(EvidenceRow)
        conditions.append(
            exists().where(
                each.note_id == NoteRow.id, each.retired_by_id.is_(None), each.reasons.contains([wanted.reason.value])
            )
        )
    if wanted.reviewer is not None:
        later, last = aliased(ReviewRow), aliased(ReviewRow)
        is_last = ~exists().where(later.note_id == last.note_id, later.revision > last.revision)
        conditions.append(
            exists().where(
                last.note_id == NoteRow.id,
                last.reviewer == wanted.reviewer,
                last.decision != Decision.WITHDRAW.value,
                is_last,
            )
        )
    return conditions


def _in_queue(workspace_id: UUID, wanted: QueueFilter) -> list[ColumnElement[bool]]:
    conditions = _filters(workspace_id, wanted)
    if wanted.kind is Kind.DECIDED:
        return [*conditions, _DECIDED]
    return [*conditions, _OPEN, NoteRow.status == wanted.kind.value]


def _order(wanted: QueueFilter) -> tuple[ColumnElement[Any], ...]:
    first = NoteRow.updated_at if wanted.kind is Kind.DECIDED else NoteRow.risk
    return first.desc(), NoteRow.id.asc()


def _reversed(wanted: QueueFilter) -> tuple[ColumnElement[Any], ...]:
    first = NoteRow.updated_at if wanted.kind is Kind.DECIDED else NoteRow.risk
    return first.asc(), NoteRow.id.desc()


def _behind(wanted: QueueFilter, place: Position) -> ColumnElement[bool]:
    # The first condition alone is where an index begins; the second is exact.
    if wanted.kind is Kind.DECIDED:
        return and_(
            NoteRow.updated_at <= place.updated_at,
            or_(NoteRow.updated_at < place.updated_at, NoteRow.id > place.note_id),
        )
    at = cast(literal(place.risk), REAL)
    return and_(NoteRow.risk <= at, or_(NoteRow.risk < at, NoteRow.id > place.note_id))
