"""A person's decision on a note: checked as the model's claims are, and written whole or not at all."""

from collections.abc import Callable, Sequence
from functools import partial
from uuid import UUID

from sqlalchemy.orm import Session

from notes_pipeline.core.errors import InvalidReviewError, NotFoundError, RevisionConflictError
from notes_pipeline.core.notes import Evidence, Flag, Quote
from notes_pipeline.core.reviewing import Decision, ReviewRequest, decide, require_reviewer
from notes_pipeline.core.transcript import Span
from notes_pipeline.core.webhooks import EventType, Payload
from notes_pipeline.steps.checking import IndexCache, check_statement
from notes_pipeline.store import reviews
from notes_pipeline.store.database import Transactions
from notes_pipeline.store.events import add_event
from notes_pipeline.store.notes import StoredNote, load_note
from notes_pipeline.store.runs import load_run
from notes_pipeline.store.transcripts import load_transcript
from notes_pipeline.store.workspaces import find_workspace
from notes_pipeline.verification import VERIFIER_VERSION, TranscriptIndex, verify_quote


def review_note(
    transactions: Transactions,
    indexes: IndexCache,
    workspace: str,
    note_id: UUID,
    request: ReviewRequest,
    *,
    reviewer: str,
    expected_revision: int,
    sent_by: str | None = None,
) -> StoredNote:
    """Take a decision on a published note, and give the note as it is then.

    `expected_revision`: of the note as the reviewer saw it. `sent_by`: the API key that speaks for the reviewer. A
    corrected statement and a passage are checked against the transcript as a model's are. Of two reviewers at once the
    second gets the conflict.

    Raises:
        NotFoundError: the workspace has no published note of this id.
        RevisionConflictError: the note was changed since the reviewer saw it.
        InvalidReviewError: it cannot be decided so; nothing was written.
    """
    require_reviewer(reviewer)
    with transactions.begin() as session:
        stored = load_note(session, _workspace(session, workspace, note_id), note_id, lock=True)
        if stored.revision != expected_revision:
            raise RevisionConflictError(
                f"note {note_id} is at revision {stored.revision}, and the review is of {expected_revision}: "
                "read it again and decide on that",
                current=stored.revision,
            )
        if request.decision is Decision.WITHDRAW:
            reviews.withdraw_last(session, stored, reviewer=reviewer, sent_by=sent_by, comment=request.comment)
            return _reviewed(session, workspace, note_id, request)
        index = partial(_index, session, indexes, stored)
        attached = None if request.passage is None else verify_passage(request.passage, index())
        reviewed = decide(stored.note, request, attached=attached, check=partial(_check, index))
        reviews.add_review(
            session,
            stored,
            reviewed,
            request,
            reviewer=reviewer,
            sent_by=sent_by,
            verifier_version=VERIFIER_VERSION,
        )
        return _reviewed(session, workspace, note_id, request)


def list_reviews(
    transactions: Transactions, workspace: str, note_id: UUID, *, after: int = 0, limit: int | None = None
) -> list[reviews.StoredReview]:
    """List the reviews of a published note, oldest first; `after`: the revision of the last of the page before.

    Raises:
        NotFoundError: the workspace has no published note of this id.
    """
    with transactions.begin() as session:
        load_note(session, _workspace(session, workspace, note_id), note_id)
        return reviews.reviews_of(session, note_id, after=after, limit=limit)


def _reviewed(session: Session, workspace: str, note_id: UUID, request: ReviewRequest) -> StoredNote:
    """Give the note as it is now, and tell of it."""
    workspace_id = _workspace(session, workspace, note_id)
    reviewed = load_note(session, workspace_id, note_id)
    add_event(session, workspace_id, EventType.NOTE_REVIEWED, told_of_review(reviewed, request))
    return reviewed


def told_of_review(reviewed: StoredNote, request: ReviewRequest) -> Payload:
    """Give what an event says of a decision: no words of anybody."""
    return {
        "note_id": str(reviewed.id),
        "run_id": str(reviewed.run_id),
        "transcript_id": str(reviewed.transcript_id),
        "decision": request.decision.value,
        "status": reviewed.note.status.value,
        "review_state": reviewed.review_state.value,
        "revision": reviewed.revision,
    }


def _workspace(session: Session, name: str, note_id: UUID) -> UUID:
    if (workspace_id := find_workspace(session, name)) is None:
        raise NotFoundError(f"no note {note_id}")
    return workspace_id


def _index(session: Session, indexes: IndexCache, stored: StoredNote) -> TranscriptIndex:
    roles = load_run(session, stored.run_id).roles
    return indexes.get(stored.transcript_id, roles, partial(load_transcript, session, stored.transcript_id))


def _check(index: Callable[[], TranscriptIndex], statement: str, evidence: Sequence[Evidence]) -> list[Flag]:
    return check_statement(statement, evidence, index())


def verify_passage(passage: Quote | Span, index: TranscriptIndex) -> Evidence:
    """Verify the words that a reviewer gives, or those of the place that he points to.

    Raises:
        InvalidReviewError: the words of the place are found at another one; evidence must not point elsewhere than he
            did.
    """
    if isinstance(passage, Quote):
        return verify_quote(passage, index)
    transcript = index.transcript
    words = transcript.slice(passage)
    if passage.end > len(transcript.text) or not words.strip():
        raise InvalidReviewError(
            f"characters {passage.start} to {passage.end} are no words of the transcript, which has "
            f"{len(transcript.text)}: choose others"
        )
    start = passage.start + len(words) - len(words.lstrip())
    evidence = verify_quote(Quote(words.strip(), utterance_hint=transcript.utterance_at(start)), index)
    if not all(passage.start <= span.start and span.end <= passage.end for span in evidence.spans):
        found = ", ".join(f"{span.start} to {span.end}" for span in evidence.spans)
        raise InvalidReviewError(
            f"the words at characters {passage.start} to {passage.end} are found at {found}: choose whole words, or a "
            "longer passage that stands once"
        )
    return evidence
