"""How far an interview answers each question, judged from what stands, not from what the model believes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from notes_pipeline.core.guide import Guide
from notes_pipeline.core.notes import Coverage, CoverageState
from notes_pipeline.core.transcript import Span


@dataclass(frozen=True, slots=True)
class CoverageClaim:
    """What the model says of a question in one chunk.

    `asked_at`: the utterance in which it was asked, `asked_span`: its words there; None where it was not.
    """

    question_id: str
    state: CoverageState
    asked_at: int | None = None
    asked_span: Span | None = None


def judge_coverage(
    guide: Guide, claims: Sequence[CoverageClaim], supported: Mapping[str, int], *, is_whole: bool
) -> list[Coverage]:
    """Judge every question of the guide, in its order.

    `supported`: number of supported notes by question. `is_whole`: every chunk was drafted. A question counts as
    answered only with a supported note, and as asked only with the passage that asks it; where the model speaks of
    either and shows none, or where a chunk is missing, the state is undetermined.
    """
    return [
        _judge(
            question.id,
            [claim for claim in claims if claim.question_id == question.id],
            supported.get(question.id, 0),
            is_whole=is_whole,
        )
        for question in guide.questions
    ]


def _judge(question_id: str, claims: Sequence[CoverageClaim], supported: int, *, is_whole: bool) -> Coverage:
    states = {claim.state for claim in claims}
    asked = min((claim for claim in claims if claim.asked_at is not None), key=_place, default=None)
    if supported:
        # With notes that stand, "partly" needs the model to say that no chunk answers it in full.
        partly = CoverageState.PARTLY in states and CoverageState.ANSWERED not in states
        state = CoverageState.PARTLY if partly else CoverageState.ANSWERED
    elif not is_whole or states & {CoverageState.ANSWERED, CoverageState.PARTLY}:
        state = CoverageState.UNDETERMINED
    elif asked is not None:
        state = CoverageState.ASKED_NOT_ANSWERED
    elif CoverageState.ASKED_NOT_ANSWERED in states:
        state = CoverageState.UNDETERMINED
    else:
        state = CoverageState.NOT_ASKED
    if asked is None:
        return Coverage(question_id, state)
    return Coverage(question_id, state, asked.asked_at, asked.asked_span)


def _place(claim: CoverageClaim) -> int:
    return claim.asked_at or 0
