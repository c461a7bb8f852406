"""What a call costs."""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from importlib.resources import files

import yaml

# Providers answer with the snapshot that served: "gpt-4.1-mini-2025-04-14" has the price of "gpt-4.1-mini".
_SNAPSHOT_DATE = re.compile(r"-\d{4}-\d{2}-\d{2}$")


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for a million tokens. As Decimal: a sum of many small floats drifts."""

    input: Decimal
    cached: Decimal
    output: Decimal


@cache
def load_prices() -> dict[str, Price]:
    """Read the price list that comes with the package, by model."""
    content = yaml.safe_load(files(__package__).joinpath("prices.yaml").read_text(encoding="utf-8"))
    return {
        model: Price(Decimal(str(price["input"])), Decimal(str(price["cached"])), Decimal(str(price["output"])))
        for model, price in content["models"].items()
    }


def cost_micro_usd(
    model: str, *, tokens_in: int | None, tokens_cached: int | None, tokens_out: int | None
) -> int | None:
    """Give the cost in millionths of a US dollar; None where the model's price or the tokens are not known."""
    price = load_prices().get(_SNAPSHOT_DATE.sub("", model))
    if price is None or tokens_in is None or tokens_out is None:
        return None
    cached = min(tokens_cached or 0, tokens_in)
    # Dollars for a million tokens are millionths of a dollar for one.
    cost = price.input * (tokens_in - cached) + price.cached * cached + price.output * tokens_out
    return int(cost.to_integral_value(ROUND_HALF_UP))
