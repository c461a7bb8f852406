import pytest

from notes_pipeline.core.runs import RunState
from notes_pipeline.core.webhooks import LONGEST_WAIT_S, WAITS_S, EventType, type_of_end, wait_s


def test_ten_attempts_go_over_about_three_days() -> None:
    waits = [wait_s(attempts, chance=0.5) for attempts in range(1, 11)]
    assert waits[:-1] == [float(each) for each in WAITS_S]
    assert waits[-1] is None
    assert 3 * 86_400 < sum(WAITS_S) < 4 * 86_400


def test_waits_are_spread_by_a_fifth_either_way() -> None:
    assert wait_s(2, chance=0.0) == pytest.approx(240)
    assert wait_s(2, chance=1.0) == pytest.approx(360)


def test_what_a_receiver_asks_for_counts_where_it_is_longer_and_within_a_day() -> None:
    assert wait_s(1, chance=0.5, retry_after_s=120) == 120
    assert wait_s(4, chance=0.5, retry_after_s=120) == 7_200
    assert wait_s(1, chance=0.5, retry_after_s=1e9) == LONGEST_WAIT_S
    assert wait_s(10, chance=0.5, retry_after_s=120) is None


def test_each_end_of_a_run_is_told_and_nothing_else() -> None:
    told = {state: type_of_end(state) for state in RunState}
    assert {state for state, type_ in told.items() if type_ is not None} == {s for s in RunState if s.is_final}
    assert told[RunState.PARTIAL] is EventType.RUN_FINISHED
    assert told[RunState.CANCELLED] is EventType.RUN_FAILED
