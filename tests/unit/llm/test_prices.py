from pathlib import Path

import pytest

from notes_pipeline.core.errors import SettingsError
from notes_pipeline.llm.prices import load_prices

MILLION = 1_000_000


@pytest.mark.parametrize(
    ("model", "tokens_in", "cached", "out", "expected"),
    [
        pytest.param("gpt-4.1-mini", MILLION, 0, 0, 400_000, id="input"),
        pytest.param("gpt-4.1-mini-2025-04-14", MILLION, MILLION, 0, 100_000, id="a snapshot, all cached"),
        pytest.param("gpt-4.1-mini", 10, 0, 1_000, 1_604, id="output"),
        pytest.param("offline-bm25-v1", 5_000, 0, 900, 0, id="the offline model costs nothing"),
        pytest.param("offline-bm25-v1+slow=1", 5_000, 0, 900, 0, id="nor does it with a fault"),
    ],
)
def test_a_call_costs_its_tokens(model: str, tokens_in: int, cached: int, out: int, expected: int) -> None:
    price = load_prices().of(model)
    assert price is not None
    assert price.micro_usd(tokens_in=tokens_in, tokens_cached=cached, tokens_out=out) == expected


def test_an_unknown_model_has_an_unknown_price_and_not_none_at_all() -> None:
    assert load_prices().of("somebodys-own-7b") is None


def test_a_list_of_ones_own_stands_in_for_ours(tmp_path: Path) -> None:
    path = tmp_path / "prices.yaml"
    path.write_text("date: 2026-11-01\nmodels:\n  my-7b: {input: 1, cached: 0.5, output: 2}\n")
    prices = load_prices(path)
    assert prices.of("my-7b") is not None
    assert prices.of("gpt-4.1-mini") is None


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(None, "cannot be read", id="no file"),
        pytest.param("models: {}", "date", id="no date"),
        pytest.param(
            "date: 2026-11-01\nmodels: {m: {input: -1, cached: 0, output: 0}}", "models.m.input", id="negative"
        ),
        pytest.param("date: 2026-11-01\nmodels: {m: {input: 1}}", "models.m.cached", id="a price is missing"),
    ],
)
def test_a_list_that_cannot_be_used_says_where(tmp_path: Path, content: str | None, said: str) -> None:
    path = tmp_path / "prices.yaml"
    if content is not None:
        path.write_text(content)
    with pytest.raises(SettingsError, match=said):
        load_prices(path)
