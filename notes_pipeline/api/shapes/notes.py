"""Notes and their evidence, with all that it takes to verify them again."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, StringConstraints

from notes_pipeline.api.paging import Page
from notes_pipeline.api.shapes.base import NO_NUL, Shape, Time
from notes_pipeline.core.notes import Evidence, Flag, Judged, Judgement, Note, NoteStatus, Reason, Verdict
from notes_pipeline.core.reviewing import ReviewState, is_readable
from notes_pipeline.core.wording import FLAGS, JUDGEMENTS, REASONS, VERDICTS
from notes_pipeline.steps.search_notes import SourcedNote
from notes_pipeline.store.search import Source

SearchText = Annotated[str, StringConstraints(max_length=2_000, pattern=NO_NUL)]


class ReasonShape(Shape):
    code: Reason
    words: str


class FlagShape(Shape):
    code: Flag
    words: str


class SpanShape(Shape):
    """Characters (code points) of the transcript's text, from 0; `text_to` is not included."""

    text_from: int
    text_to: int


class EvidenceShape(Shape):
    """A quote after checking.

    The transcript's text is the texts of all its utterances, joined by one blank. Its characters at `spans`, joined by
    " … ", are `exact_words`.
    """

    verdict: Verdict
    verdict_words: str
    stands: bool = Field(description="The words were said, and nothing was clipped off that a reader has to know.")
    reasons: list[ReasonShape]
    score: float = Field(description="0 to 1: how much of the quote was found. For ordering, never for deciding.")
    quote: str = Field(description="As the model, or a reviewer, claimed it.")
    claimed_speaker: str | None
    exact_words: str = Field(description="The transcript's own; empty where nothing was found.")
    prefix: str = Field(description="The transcript's words before.")
    suffix: str = Field(description="The transcript's words behind.")
    spans: list[SpanShape]
    utterances: list[int] | None = Field(description="Indexes of the first and the last; null: nothing was found.")
    speaker: str | None
    start_ms: int | None
    end_ms: int | None
    link: str | None = Field(description="The recording at these words: `media_url#t=start,end`, in seconds.")
    transcript_hash: str = Field(description="Of the version of the transcript in which it was looked up.")
    verifier_version: str

    @classmethod
    def of(cls, evidence: Evidence, verifier_version: str, source: Source) -> Self:
        return cls(
            verdict=evidence.verdict,
            verdict_words=VERDICTS[evidence.verdict],
            stands=evidence.stands,
            reasons=[ReasonShape(code=each, words=REASONS[each]) for each in evidence.reasons],
            score=evidence.score,
            quote=evidence.quote.text,
            claimed_speaker=evidence.quote.speaker,
            exact_words=evidence.matched_text,
            prefix=evidence.prefix,
            suffix=evidence.suffix,
            spans=[SpanShape(text_from=span.start, text_to=span.end) for span in evidence.spans],
            utterances=None if evidence.utterances is None else list(evidence.utterances),
            speaker=evidence.speaker,
            start_ms=evidence.start_ms,
            end_ms=evidence.end_ms,
            link=_link(source.media_url, evidence),
            transcript_hash=source.content_hash,
            verifier_version=verifier_version,
        )


class TopicShape(Shape):
    """A question or theme of the guide. `text`: a theme's name; null: the guide has no such id."""

    id: str
    text: str | None


class JudgementShape(Shape):
    """What a second model says: it can put a note in doubt and never clear it."""

    judgement: Judgement
    words: str
    missing: str
    model: str

    @classmethod
    def of(cls, judged: Judged) -> Self:
        words = JUDGEMENTS[judged.judgement]
        return cls(judgement=judged.judgement, words=words, missing=judged.missing, model=judged.model)


class AttemptShape(Shape):
    """Another attempt at the same claim, which counts no more."""

    statement: str
    status: NoteStatus
    flags: list[FlagShape]
    quotes: list[str]


class NoteShape(Shape):
    id: UUID
    transcript_id: UUID
    run_id: UUID
    question: TopicShape | None
    theme: TopicShape | None
    statement: str
    status: NoteStatus
    flags: list[FlagShape]
    review_state: ReviewState
    is_overridden: bool = Field(
        description="A reviewer took it against what the checks found: flags and verdicts still say what. "
        "Whoever shows the note shows that."
    )
    is_readable: bool = Field(
        description="Whether the default list has it: supported and not rejected, or taken by a reviewer."
    )
    revision: int = Field(description='Counts up with each change; the ETag of the note is `"r"` and it.')
    model: str
    created_at: Time
    updated_at: Time
    judgement: JudgementShape | None
    also_stated: list[str] = Field(description="How it was worded where it was found a second time.")
    other_attempts: list[AttemptShape]
    evidence: list[EvidenceShape]

    @classmethod
    def of(cls, found: SourcedNote) -> Self:
        stored, source, note = found.stored, found.source, found.stored.note
        return cls(
            id=stored.id,
            transcript_id=stored.transcript_id,
            run_id=stored.run_id,
            question=_topic(note.question_id, source),
            theme=_topic(note.theme_id, source),
            statement=note.statement,
            status=note.status,
            flags=_flags(note),
            review_state=stored.review_state,
            is_overridden=stored.is_overridden,
            is_readable=is_readable(note.status, stored.review_state),
            revision=stored.revision,
            model=stored.model,
            created_at=stored.created_at,
            updated_at=stored.updated_at,
            judgement=None if note.judged is None else JudgementShape.of(note.judged),
            also_stated=list(stored.also_stated),
            other_attempts=[_attempt(each) for each in stored.other_attempts],
            evidence=[
                EvidenceShape.of(each, version, source)
                for each, version in zip(note.evidence, stored.verifier_versions, strict=True)
            ],
        )


class NotePage(Page[NoteShape]):
    """Notes. `as_of`: with `updated_since` only."""

    as_of: Time | None = Field(
        default=None,
        description="Every change before it is in this list, to its last page: give it as the next `updated_since`. "
        "A second or more ago, since a change under way shows only when it is done.",
    )


def tag_of(revision: int) -> str:
    """Give the strong entity tag of a note."""
    return f'"r{revision}"'


def _flags(note: Note) -> list[FlagShape]:
    return [FlagShape(code=each, words=FLAGS[each]) for each in note.flags]


def _attempt(note: Note) -> AttemptShape:
    return AttemptShape(
        statement=note.statement,
        status=note.status,
        flags=_flags(note),
        quotes=[each.quote.text for each in note.evidence],
    )


def _topic(topic_id: str | None, source: Source) -> TopicShape | None:
    return None if topic_id is None else TopicShape(id=topic_id, text=source.topics.get(topic_id))


def _link(media_url: str | None, evidence: Evidence) -> str | None:
    """Point into a recording by a media fragment (W3C Media Fragments 1.0), in seconds."""
    if media_url is None or evidence.start_ms is None:
        return None
    end = "" if evidence.end_ms is None else f",{_seconds(evidence.end_ms)}"
    return f"{media_url.partition('#')[0]}#t={_seconds(evidence.start_ms)}{end}"


def _seconds(time_ms: int) -> str:
    return f"{time_ms / 1000:.3f}".rstrip("0").rstrip(".")
