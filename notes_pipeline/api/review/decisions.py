"""A decision as a form sends it."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from notes_pipeline.core.errors import InvalidReviewError
from notes_pipeline.core.reviewing import MAX_COMMENT_CHARS, MAX_STATEMENT_CHARS, Decision, ReviewReason, ReviewRequest
from notes_pipeline.core.transcript import Span

_INT4_MAX = 2**31 - 1
ALL = "all"  # quotes make way for the passage
NONE = "none"

# Browsers end lines by two characters: both lengths are for what is left of them.
_Long = Annotated[str, StringConstraints(max_length=2 * MAX_STATEMENT_CHARS)]


class DecisionSent(BaseModel):
    """What a form sends; empty fields are left out. `replaces`: the position of a quote, `all`, or `none`.

    `place`: both ends of a passage in one. `override`: why it is taken whatever the checks found.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    decision: Decision
    revision: Annotated[int, Field(ge=0, le=_INT4_MAX)]
    statement: _Long = ""
    place: Annotated[str, StringConstraints(pattern=r"^(\d{1,10}-\d{1,10})?$")] = ""
    text_from: Annotated[str, StringConstraints(max_length=10, pattern=r"^\d*$")] = ""
    text_to: Annotated[str, StringConstraints(max_length=10, pattern=r"^\d*$")] = ""
    replaces: Annotated[str, StringConstraints(max_length=10, pattern=r"^(all|none|\d{1,4})$")] = ALL
    reason: ReviewReason | None = None
    override: Literal[""] | ReviewReason = ""
    comment: Annotated[str, StringConstraints(max_length=2 * MAX_COMMENT_CHARS)] = ""
    old_statement: _Long = ""

    def request(self, *, is_trial: bool = False) -> ReviewRequest:
        """Give what is asked for. `is_trial`: without an override, to see what speaks against it.

        Raises:
            InvalidReviewError: it contradicts itself.
        """
        is_correction = self.decision is Decision.CORRECT
        passage = self._passage if is_correction else None
        override = self.override if is_correction or self.decision is Decision.ACCEPT else ""
        is_override = bool(override) and not is_trial
        return ReviewRequest(
            self.decision,
            statement=self._new_statement if is_correction else None,
            passage=passage,
            replaces=self._replaces if passage is not None else None,
            is_override=is_override,
            reason=ReviewReason(override) if is_override else None if is_trial else self.reason,
            comment=self.comment.strip() or None,
        )

    @property
    def bounds(self) -> tuple[str, str]:
        """Give where the passage is that was sent; empty: none was."""
        start, _, end = self.place.partition("-")
        return (start, end) if self.place else (self.text_from, self.text_to)

    @property
    def _passage(self) -> Span | None:
        start, end = self.bounds
        if not start or not end:
            return None
        if int(start) >= int(end):
            raise InvalidReviewError("the passage ends before it starts: choose it again")
        return Span(int(start), int(end))

    @property
    def _new_statement(self) -> str | None:
        new, old = (" ".join(each.split()) for each in (self.statement, self.old_statement))
        return None if not new or new == old else new

    @property
    def _replaces(self) -> tuple[int, ...] | None:
        if self.replaces == ALL:
            return None
        return () if self.replaces == NONE else (int(self.replaces),)
