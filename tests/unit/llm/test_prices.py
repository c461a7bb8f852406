import pytest

from notes_pipeline.llm.prices import cost_micro_usd


@pytest.mark.parametrize(
    ("model", "tokens_in", "cached", "out", "expected"),
    [
        pytest.param("gpt-4.1-mini", 1_000_000, 0, 0, 400_000, id="input"),
        pytest.param("gpt-4.1-mini-2025-04-14", 1_000_000, 1_000_000, 0, 100_000, id="a snapshot, all cached"),
        pytest.param("gpt-4.1-mini", 10, 0, 1_000, 1_604, id="output"),
        pytest.param("offline-bm25-v1", 5_000, 0, 900, 0, id="the offline model costs nothing"),
    ],
)
def test_a_call_costs_its_tokens(model: str, tokens_in: int, cached: int, out: int, expected: int) -> None:
    assert cost_micro_usd(model, tokens_in=tokens_in, tokens_cached=cached, tokens_out=out) == expected


def test_an_unknown_model_has_an_unknown_cost_and_not_none_at_all() -> None:
    assert cost_micro_usd("somebodys-own-7b", tokens_in=10, tokens_cached=0, tokens_out=10) is None
    assert cost_micro_usd("gpt-4.1", tokens_in=None, tokens_cached=None, tokens_out=None) is None
