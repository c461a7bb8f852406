import pytest

from notes_pipeline.core.coverage import CoverageClaim, judge_coverage
from notes_pipeline.core.guide import Guide, Question
from notes_pipeline.core.notes import CoverageState as S

GUIDE = Guide("G", questions=(Question("q", "Why?"),))


@pytest.mark.parametrize(
    ("claims", "supported", "is_whole", "expected"),
    [
        pytest.param([(S.ANSWERED, 3)], 2, True, S.ANSWERED, id="a note stands"),
        pytest.param([(S.PARTLY, 3), (S.NOT_ASKED, None)], 1, True, S.PARTLY, id="no chunk answers it in full"),
        pytest.param([(S.PARTLY, 3), (S.ANSWERED, None)], 1, True, S.ANSWERED, id="one chunk answers it in full"),
        pytest.param([(S.ANSWERED, 3)], 0, True, S.UNDETERMINED, id="an answer is claimed and no note stands"),
        pytest.param([(S.ASKED_NOT_ANSWERED, 3)], 0, True, S.ASKED_NOT_ANSWERED, id="asked"),
        pytest.param([(S.NOT_ASKED, None)], 0, True, S.NOT_ASKED, id="not asked"),
        pytest.param([(S.NOT_ASKED, None)], 0, False, S.UNDETERMINED, id="a chunk is missing"),
        pytest.param([], 1, False, S.ANSWERED, id="a note stands though a chunk is missing"),
    ],
)
def test_coverage_rests_on_what_stands(
    claims: list[tuple[S, int | None]], supported: int, is_whole: bool, expected: S
) -> None:
    said = [CoverageClaim("q", state, asked_at) for state, asked_at in claims]
    (found,) = judge_coverage(GUIDE, said, {"q": supported}, is_whole=is_whole)
    assert found.state is expected


def test_a_question_counts_as_asked_where_it_was_asked_first() -> None:
    said = [CoverageClaim("q", S.ANSWERED, 40), CoverageClaim("q", S.ANSWERED, 12), CoverageClaim("q", S.PARTLY, None)]
    (found,) = judge_coverage(GUIDE, said, {"q": 1}, is_whole=True)
    assert found.asked_at == 12
