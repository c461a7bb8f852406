"""What a run made of an interview with gold, in counts.

Counts are kept for each interview, never rates: interviews are what gets resampled, since the quotes of one interview
succeed or fail together.

Gold sets are rarely exhaustive. Recall is a fair measure of what must not be missed. Precision is not one of what is
wrong: a note beside every gold passage may be a good one that nobody marked. Read it as a difference between models on
the same set. And gold that was made by reviewing one model's notes favours that model.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError

from notes_pipeline.core.errors import InputError
from notes_pipeline.core.gold import GoldInterview, GoldPassage
from notes_pipeline.core.model_calls import CallOutcome, ModelCall
from notes_pipeline.core.notes import CoverageState, Note, NoteStatus, Verdict
from notes_pipeline.core.transcript import Span

# Of the shorter span. Models quote a clause more or less than a person marks, but seldom half of the next sentence.
SAME_PASSAGE_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Observed:
    """What a run made of an interview. `notes`: the published ones of every status. `calls`: all requests of the run.

    A question that is missing in `coverage` counts as undetermined. `failure`: why parts of the interview gave no
    notes, None where all did.
    """

    notes: Sequence[Note]
    coverage: Mapping[str, CoverageState]
    calls: Sequence[ModelCall] = ()
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class JudgedQuestion:
    """A question with the state that people gave it and the one that the run gave it."""

    question_id: str
    gold: CoverageState
    found: CoverageState


@dataclass(frozen=True, slots=True)
class InterviewCounts:
    """What is counted in one interview.

    `gold_hash`: of the interview with its gold. `missed`: positions of the gold passages that no supported note of
    their topic quotes; `missed_everywhere`: those that none at all quotes. `notes_on_gold_topics`: supported ones on
    topics with gold; `notes_on_gold`: those of them that quote a gold passage of their topic. `negatives`: without
    those that a gold passage of their topic meets, since whoever quotes them quotes that too. `cost_micro_usd`: None
    where a price is not known or an answer came from the cache. `latencies_ms`: of answered requests, not of cached
    ones. `failure`: see `Observed`.
    """

    interview_id: str
    gold_hash: str
    verbatim: int = 0
    faithful: int = 0
    altered: int = 0
    unsupported: int = 0
    notes: int = 0
    flagged: int = 0
    passages: int = 0
    missed: tuple[int, ...] = ()
    missed_everywhere: tuple[int, ...] = ()
    essential: int = 0
    essential_missed: int = 0
    notes_on_gold_topics: int = 0
    notes_on_gold: int = 0
    negatives: int = 0
    negatives_quoted: int = 0
    coverage: tuple[JudgedQuestion, ...] = ()
    cost_micro_usd: int | None = None
    latencies_ms: tuple[int, ...] = ()
    models_served: tuple[str, ...] = ()
    fingerprints: tuple[str, ...] = ()
    failure: str | None = None

    @property
    def quotes(self) -> int:
        return self.verbatim + self.faithful + self.altered + self.unsupported


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A set, run once with one model and one prompt. `model`: as asked for; `set_hash`: of the gold set."""

    set_name: str
    set_hash: str
    model: str
    prompt_hash: str
    interviews: tuple[InterviewCounts, ...]

    @property
    def failures(self) -> dict[str, str]:
        """Name the interviews of which parts gave no notes, with the reason."""
        return {each.interview_id: each.failure for each in self.interviews if each.failure is not None}

    @property
    def models_served(self) -> frozenset[str]:
        return frozenset(name for each in self.interviews for name in each.models_served)

    @property
    def fingerprints(self) -> frozenset[str]:
        return frozenset(name for each in self.interviews for name in each.fingerprints)


_ANSWERED = frozenset({CallOutcome.ANSWERED, CallOutcome.INVALID, CallOutcome.TRUNCATED})


def count_interview(interview: GoldInterview, observed: Observed) -> InterviewCounts:
    """Count one interview. A run that gave nothing counts in full: every gold passage is missed."""
    verdicts = Counter(evidence.verdict for note in observed.notes for evidence in note.evidence)
    supported = [(_topics(note), _quoted(note)) for note in observed.notes if note.status is NoteStatus.SUPPORTED]
    gold = interview.passages
    negatives = [negative for negative in interview.negatives if not _meets(negative.span, _of(negative.topic, gold))]
    gold_topics = {passage.topic for passage in gold}
    missed = tuple(at for at, passage in enumerate(gold) if not _is_found(passage, supported))
    missed_everywhere = tuple(
        at for at, passage in enumerate(gold) if not any(_meets(passage.span, spans) for _, spans in supported)
    )
    on_gold_topics = [(topics, spans) for topics, spans in supported if topics & gold_topics]
    return InterviewCounts(
        interview_id=interview.id,
        gold_hash=interview.content_hash,
        verbatim=verdicts[Verdict.VERBATIM],
        faithful=verdicts[Verdict.FAITHFUL],
        altered=verdicts[Verdict.ALTERED],
        unsupported=verdicts[Verdict.UNSUPPORTED],
        notes=len(observed.notes),
        flagged=len(observed.notes) - len(supported),
        passages=len(gold),
        missed=missed,
        missed_everywhere=missed_everywhere,
        essential=sum(passage.is_essential for passage in gold),
        essential_missed=sum(gold[at].is_essential for at in missed),
        notes_on_gold_topics=len(on_gold_topics),
        notes_on_gold=sum(any(_is_found(passage, [note]) for passage in gold) for note in on_gold_topics),
        negatives=len(negatives),
        negatives_quoted=sum(_is_quoted_negative(passage, gold, supported) for passage in negatives),
        coverage=tuple(
            JudgedQuestion(question, state, observed.coverage.get(question, CoverageState.UNDETERMINED))
            for question, state in interview.coverage.items()
        ),
        cost_micro_usd=_cost(observed.calls),
        latencies_ms=tuple(call.latency_ms for call in observed.calls if call.outcome in _ANSWERED),
        models_served=tuple(sorted({call.model_served for call in observed.calls if call.model_served is not None})),
        fingerprints=tuple(sorted({call.fingerprint for call in observed.calls if call.fingerprint is not None})),
        failure=observed.failure,
    )


def _topics(note: Note) -> frozenset[str]:
    return frozenset(topic for topic in (note.question_id, note.theme_id) if topic is not None)


def _quoted(note: Note) -> tuple[Span, ...]:
    return tuple(span for evidence in note.evidence if evidence.verdict.is_accepted for span in evidence.spans)


def _meets(passage: Span, spans: Sequence[Span]) -> bool:
    return any(0 < min(len(passage), len(span)) * SAME_PASSAGE_SHARE <= passage.overlap(span) for span in spans)


def _of(topic: str, passages: Sequence[GoldPassage]) -> list[Span]:
    return [passage.span for passage in passages if passage.topic == topic]


def _is_found(passage: GoldPassage, supported: Sequence[tuple[frozenset[str], Sequence[Span]]]) -> bool:
    return any(passage.topic in topics and _meets(passage.span, spans) for topics, spans in supported)


def _is_quoted_negative(
    negative: GoldPassage, gold: Sequence[GoldPassage], supported: Sequence[tuple[frozenset[str], Sequence[Span]]]
) -> bool:
    """A quote that also meets a gold passage of the topic is right, however near the rejected words stand."""
    right = _of(negative.topic, gold)
    wrong = [(topics, [span for span in spans if not _meets(span, right)]) for topics, spans in supported]
    return _is_found(negative, wrong)


def _cost(calls: Sequence[ModelCall]) -> int | None:
    answered = [call for call in calls if call.tokens_in is not None]
    known = [call.cost_micro_usd for call in answered if call.cost_micro_usd is not None]
    is_cached = any(call.outcome is CallOutcome.CACHED for call in calls)
    return None if is_cached or not answered or len(known) < len(answered) else sum(known)


_STORED = TypeAdapter(Evaluation)


def evaluation_to_json(evaluation: Evaluation) -> dict[str, object]:
    """Write an evaluation as dicts, lists, strings and numbers."""
    fields: dict[str, object] = _STORED.dump_python(evaluation, mode="json")
    return fields


def evaluation_from_json(fields: Mapping[str, object]) -> Evaluation:
    """Read what `evaluation_to_json` wrote; counts that an older version did not know are zero.

    Raises:
        InputError: it is something else.
    """
    try:
        return _STORED.validate_python(fields)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InputError(f"this is no stored evaluation, {place}: {first['msg']}; run the set again") from error
