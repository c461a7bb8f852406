"""What reviewers work through: a queue of notes, one of which each has open, and decisions on many at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from sqlalchemy.orm import Session

from notes_pipeline.core.errors import InputError, NotFoundError
from notes_pipeline.core.ids import new_id
from notes_pipeline.core.notes import Evidence, Flag
from notes_pipeline.core.reviewing import (
    Decision,
    ReviewedNote,
    ReviewRequest,
    ReviewState,
    decide,
    objections,
    require_reviewer,
)
from notes_pipeline.core.transcript import Transcript
from notes_pipeline.core.webhooks import EventType
from notes_pipeline.steps.checking import IndexCache, check_statement
from notes_pipeline.steps.review_note import told_of_review, verify_passage
from notes_pipeline.store import queue, reviews
from notes_pipeline.store.database import Transactions
from notes_pipeline.store.events import add_event
from notes_pipeline.store.notes import StoredNote, load_note, load_notes
from notes_pipeline.store.queue import Kind, Position, Progress, Queued, QueueFilter
from notes_pipeline.store.queue_choices import Choices, choices
from notes_pipeline.store.review_leases import end_leases, take_lease
from notes_pipeline.store.runs import StoredRun, load_run
from notes_pipeline.store.search import Source, sources_of
from notes_pipeline.store.transcripts import StoredTranscript, describe_transcript, load_transcript
from notes_pipeline.verification import VERIFIER_VERSION, Candidate, TranscriptIndex, candidates

BEFORE, AFTER = 6, 30  # notes of the queue that are shown around the open one
MOST_TRIES = 20  # to take a note before others do
MOST_AT_ONCE = 500  # decisions taken together: a second or two


@dataclass(frozen=True, slots=True)
class Who:
    """A reviewer at work. `holder`: tells two of the same name apart. `sent_by`: the key."""

    workspace_id: UUID
    reviewer: str
    holder: str
    sent_by: str


@dataclass(frozen=True, slots=True)
class QueueView:
    """A stretch of a queue around `current`. `leased_by`: who else has that one open."""

    items: Sequence[Queued]
    progress: Progress
    choices: Choices
    current: UUID | None
    leased_by: str | None


@dataclass(frozen=True, slots=True)
class OpenNote:
    """A note with all that a reviewer needs to decide on it. `objections`: why it cannot be accepted as it is."""

    stored: StoredNote
    source: Source
    run: StoredRun
    described: StoredTranscript
    transcript: Transcript
    history: Sequence[reviews.StoredReview]
    objections: Sequence[str]


def next_note(transactions: Transactions, who: Who, wanted: QueueFilter, after: UUID | None) -> UUID | None:
    """Give the note to decide on after another, and take it: nobody else gets it. None: there is no other."""
    with transactions.begin() as session:
        queue.tell_risks(session, who.workspace_id)
        place = None if after is None else queue.position_of(session, after)
        for _ in range(MOST_TRIES):
            found = queue.next_free(session, who.workspace_id, wanted, who.holder, place)
            if found is None or wanted.kind is Kind.DECIDED:
                return found
            if take_lease(session, who.workspace_id, found, who.holder, who.reviewer) is None:
                return found
        return found  # many start at once; the page says who has it


def previous_note(transactions: Transactions, who: Who, wanted: QueueFilter, before: UUID) -> UUID | None:
    """Give the note in front of another in its queue; None: it is the first."""
    with transactions.begin() as session:
        place = queue.position_of(session, before)
        found = queue.queued(session, who.workspace_id, wanted, who.holder, before=place, limit=1) if place else []
        return found[0].position.note_id if found else None


def view_queue(transactions: Transactions, who: Who, wanted: QueueFilter, current: UUID | None) -> QueueView:
    """Show a queue around a note, and take the note for this reviewer; what he had open before is free again."""
    with transactions.begin() as session:
        queue.tell_risks(session, who.workspace_id)
        place = None if current is None else queue.position_of(session, current)
        items = _around(session, who, wanted, place)
        leased_by = None
        if wanted.kind is not Kind.DECIDED:
            end_leases(session, who.workspace_id, who.holder, except_for=current)
            if place is not None:
                leased_by = take_lease(session, who.workspace_id, place.note_id, who.holder, who.reviewer)
        return QueueView(
            items,
            queue.progress(session, who.workspace_id, wanted, who.reviewer),
            choices(session, who.workspace_id, wanted),
            current,
            leased_by,
        )


def keep_lease(transactions: Transactions, who: Who, note_id: UUID) -> str | None:
    """Go on keeping a note that is open. Returns who has it, where somebody else does.

    Raises:
        NotFoundError: the workspace has no published note of this id.
    """
    with transactions.begin() as session:
        load_note(session, who.workspace_id, note_id)
        return take_lease(session, who.workspace_id, note_id, who.holder, who.reviewer)


def open_note(transactions: Transactions, indexes: IndexCache, workspace_id: UUID, note_id: UUID) -> OpenNote:
    """Read a note with its transcript and history.

    Raises:
        NotFoundError: the workspace has no published note of this id.
    """
    with transactions.begin() as session:
        stored = load_note(session, workspace_id, note_id)
        return OpenNote(
            stored,
            sources_of(session, [stored])[stored.run_id],
            load_run(session, stored.run_id),
            describe_transcript(session, stored.transcript_id),
            indexes.transcript(stored.transcript_id, partial(load_transcript, session, stored.transcript_id)),
            reviews.reviews_of(session, note_id),
            objections(stored.note),
        )


def rank_passages(
    transactions: Transactions, indexes: IndexCache, workspace_id: UUID, note_id: UUID, quote: int
) -> tuple[Transcript, list[Candidate]]:
    """Rank passages that may take the place of a quote, by its position.

    Raises:
        NotFoundError: there is no such note, or it has no such quote.
    """
    with transactions.begin() as session:
        stored = load_note(session, workspace_id, note_id)
        if not 0 <= quote < max(1, len(stored.note.evidence)):
            raise NotFoundError(f"note {note_id} has no quote {quote}")
        index = _index(session, indexes, stored)
        return index.transcript, candidates(
            stored.note.evidence[quote] if stored.note.evidence else None, stored.note.statement, index
        )


def try_correction(
    transactions: Transactions, indexes: IndexCache, workspace_id: UUID, note_id: UUID, request: ReviewRequest
) -> tuple[ReviewedNote, list[str]]:
    """Tell what a correction would come to, and what speaks against that; nothing is written.

    Raises:
        NotFoundError: the workspace has no published note of this id.
        InvalidReviewError: it cannot be, whatever is overridden.
    """
    with transactions.begin() as session:
        stored = load_note(session, workspace_id, note_id)
        index = _index(session, indexes, stored)

    def check(statement: str, evidence: Sequence[Evidence]) -> list[Flag]:
        return check_statement(statement, evidence, index)

    attached = None if request.passage is None else verify_passage(request.passage, index)
    reviewed = decide(stored.note, request, attached=attached, check=check, is_trial=True)
    return reviewed, objections(reviewed.note)


def count_verbatim(transactions: Transactions, who: Who, wanted: QueueFilter) -> int:
    """Count what `accept_verbatim` would accept now."""
    with transactions.begin() as session:
        return len(queue.verbatim_notes(session, who.workspace_id, wanted, MOST_AT_ONCE))


def accept_verbatim(transactions: Transactions, who: Who, wanted: QueueFilter, *, expected: int) -> UUID | None:
    """Accept the supported notes of a filter whose quotes are all verbatim, and which nobody has reviewed.

    Returns the id by which `withdraw_batch` takes all back; None: there was none. At most `MOST_AT_ONCE`.

    Raises:
        InputError: there are not as many as the reviewer was shown.
    """
    require_reviewer(who.reviewer)
    request, batch_id = ReviewRequest(Decision.ACCEPT), new_id()
    with transactions.begin() as session:
        found = queue.verbatim_notes(session, who.workspace_id, wanted, MOST_AT_ONCE)
        notes = load_notes(session, who.workspace_id, found, lock=True)
        notes = [each for each in notes if each.review_state is ReviewState.UNREVIEWED]
        if len(notes) != expected:
            raise InputError(f"there are {len(notes)} such notes now, and {expected} were shown: look again")
        for stored in notes:
            reviewed = decide(stored.note, request, attached=None, check=lambda _statement, _evidence: ())
            reviews.add_review(
                session,
                stored,
                reviewed,
                request,
                reviewer=who.reviewer,
                sent_by=who.sent_by,
                verifier_version=VERIFIER_VERSION,
                batch_id=batch_id,
            )
        _tell(session, who, [each.id for each in notes], request)
    return batch_id if notes else None


def withdraw_batch(transactions: Transactions, who: Who, batch_id: UUID) -> int:
    """Take decisions back that were taken together, where nothing was decided since. Returns how many."""
    request = ReviewRequest(Decision.WITHDRAW)
    with transactions.begin() as session:
        notes = load_notes(session, who.workspace_id, queue.notes_of_batch(session, batch_id), lock=True)
        for stored in notes:
            reviews.withdraw_last(session, stored, reviewer=who.reviewer, sent_by=who.sent_by, comment=None)
        _tell(session, who, [each.id for each in notes], request)
    return len(notes)


def count_batch(transactions: Transactions, batch_id: UUID) -> int:
    """Count the decisions of a batch that count still."""
    with transactions.begin() as session:
        return len(queue.notes_of_batch(session, batch_id))


def _tell(session: Session, who: Who, note_ids: Sequence[UUID], request: ReviewRequest) -> None:
    for stored in load_notes(session, who.workspace_id, note_ids):
        add_event(session, who.workspace_id, EventType.NOTE_REVIEWED, told_of_review(stored, request))


def _around(session: Session, who: Who, wanted: QueueFilter, place: Position | None) -> list[Queued]:
    """List a stretch of a queue; a note that is in it no more has no place, and the stretch is around where it was."""
    shown = partial(queue.queued, session, who.workspace_id, wanted, who.holder)
    if place is None:
        return shown(limit=BEFORE + AFTER)
    before = shown(before=place, limit=BEFORE)
    behind = shown(after=place, limit=AFTER)
    here = queue.queued_one(session, who.workspace_id, wanted, who.holder, place.note_id)
    return [*before, *here, *behind]


def _index(session: Session, indexes: IndexCache, stored: StoredNote) -> TranscriptIndex:
    roles = load_run(session, stored.run_id).roles
    return indexes.get(stored.transcript_id, roles, partial(load_transcript, session, stored.transcript_id))
