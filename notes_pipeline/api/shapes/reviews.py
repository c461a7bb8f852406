"""Reviews: what reviewers send, and the history of their decisions."""

from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from notes_pipeline.api.shapes.base import Request, Shape, Time
from notes_pipeline.core.notes import Quote
from notes_pipeline.core.reviewing import (
    MAX_COMMENT_CHARS,
    MAX_QUOTE_CHARS,
    MAX_REVIEWER_CHARS,
    MAX_STATEMENT_CHARS,
    Decision,
    ReviewReason,
    ReviewRequest,
)
from notes_pipeline.core.transcript import Span
from notes_pipeline.store.reviews import StoredReview

_TEXT = r"^[^\x00]*[^\x00\s][^\x00]*$"  # something but blanks, and no U+0000, which PostgreSQL cannot keep
_INT4_MAX = 2**31 - 1


class QuoteSent(Request):
    """Words that were said; they are looked up as a model's are. `utterance`: where, if they stand more than once."""

    words: Annotated[str, StringConstraints(min_length=1, max_length=MAX_QUOTE_CHARS, pattern=_TEXT)]
    speaker: Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=_TEXT)] | None = None
    utterance: Annotated[int, Field(ge=0, le=_INT4_MAX)] | None = None


class SpanSent(Request):
    """Characters (code points) of the transcript's text, from 0; `text_to` is not included."""

    text_from: int = Field(ge=0, le=_INT4_MAX)
    text_to: int = Field(ge=1, le=_INT4_MAX)

    @model_validator(mode="after")
    def _is_forward(self) -> Self:
        if self.text_from >= self.text_to:
            raise ValueError("text_from is not before text_to: swap them")
        return self


class ReviewSent(Request):
    """A decision on a note. Corrections give a new statement, a passage (`quote` or `span`), or both."""

    decision: Decision
    statement: Annotated[str, StringConstraints(min_length=1, max_length=MAX_STATEMENT_CHARS, pattern=_TEXT)] | None = (
        None
    )
    quote: QuoteSent | None = None
    span: SpanSent | None = None
    replaces: list[Annotated[int, Field(ge=0, le=_INT4_MAX)]] | None = Field(
        default=None,
        max_length=100,
        description="Positions, from 0, of the evidence that the passage takes the place of; left out: of all; "
        "empty: of none, it comes on top.",
    )
    is_override: bool = Field(
        default=False,
        description="Decide so whatever the checks found, with a reason. The note is shown as "
        "overridden; verdicts stay as they are.",
    )
    reason: ReviewReason | None = None
    comment: Annotated[str, StringConstraints(min_length=1, max_length=MAX_COMMENT_CHARS, pattern=_TEXT)] | None = None
    reviewer: Annotated[str, StringConstraints(min_length=1, max_length=MAX_REVIEWER_CHARS, pattern=_TEXT)] | None = (
        Field(
            default=None,
            description="Who decides, where the key speaks for several people; left out: the key's name. "
            "The key is kept beside it in either case.",
        )
    )

    @model_validator(mode="after")
    def _has_one_passage(self) -> Self:
        if self.quote is not None and self.span is not None:
            raise ValueError("both quote and span are given: leave one of them out")
        return self

    def request(self) -> ReviewRequest:
        """Give what is asked for.

        Raises:
            InvalidReviewError: it contradicts itself.
        """
        passage: Quote | Span | None = None
        if self.quote is not None:
            passage = Quote(self.quote.words, self.quote.speaker, self.quote.utterance)
        elif self.span is not None:
            passage = Span(self.span.text_from, self.span.text_to)
        return ReviewRequest(
            self.decision,
            statement=self.statement,
            passage=passage,
            replaces=None if self.replaces is None else tuple(self.replaces),
            is_override=self.is_override,
            reason=self.reason,
            comment=self.comment,
        )


class ReviewShape(Shape):
    """A decision as it was taken; it is never changed."""

    id: UUID
    note_id: UUID
    reviewer: str
    sent_by: str | None = Field(description="Name and hint of the API key; null: it was not decided over this API.")
    decision: Decision
    reason: ReviewReason | None
    comment: str | None
    before: dict[str, Any] = Field(description="Statement, status, flags and quotes as they were.")
    after: dict[str, Any]
    revision: int = Field(description="The one that it made.")
    created_at: Time

    @classmethod
    def of(cls, review: StoredReview) -> Self:
        return cls(
            id=review.id,
            note_id=review.note_id,
            reviewer=review.reviewer,
            sent_by=review.sent_by,
            decision=review.decision,
            reason=review.reason,
            comment=review.comment,
            before=review.before,
            after=review.after,
            revision=review.revision,
            created_at=review.created_at,
        )
