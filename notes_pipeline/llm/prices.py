"""What a call costs: a dated list of prices by model, which a user may replace."""

import re
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from importlib.resources import files
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from notes_pipeline.core.errors import SettingsError

# Providers answer with the snapshot that served: "gpt-4.1-mini-2025-04-14" has the price of "gpt-4.1-mini".
_SNAPSHOT_DATE = re.compile(r"-\d{4}-\d{2}-\d{2}$")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Price(_Strict):
    """US dollars for a million tokens. As Decimal: a sum of many small floats drifts."""

    input: Decimal = Field(ge=0)
    cached: Decimal = Field(ge=0)
    output: Decimal = Field(ge=0)

    def micro_usd(self, *, tokens_in: int, tokens_cached: int, tokens_out: int) -> int:
        """Millionths of a US dollar; `tokens_cached` is a part of `tokens_in`."""
        cached = min(tokens_cached, tokens_in)
        # Dollars for a million tokens are millionths of a dollar for one.
        cost = self.input * (tokens_in - cached) + self.cached * cached + self.output * tokens_out
        return int(cost.to_integral_value(ROUND_HALF_UP))


class PriceList(_Strict):
    """`date`: when the providers published these prices."""

    date: date
    models: dict[str, Price]

    def of(self, model: str) -> Price | None:
        """The price of a model or of a dated snapshot of it; None: not known, which is not 0."""
        return self.models.get(model) or self.models.get(_SNAPSHOT_DATE.sub("", model.partition("+")[0]))


@cache
def load_prices(path: Path | None = None) -> PriceList:
    """Read the user's list, else the one that comes with the package.

    Raises:
        SettingsError: the file is not there, or not of the form; the message says where.
    """
    source = files(__package__).joinpath("prices.yaml") if path is None else path
    try:
        return PriceList.model_validate(yaml.safe_load(source.read_text(encoding="utf-8")))
    except (OSError, UnicodeError, yaml.YAMLError) as error:
        raise SettingsError(f"NOTES_PRICES: {path} cannot be read: {error}") from error
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in problem["loc"])
        raise SettingsError(
            f"NOTES_PRICES: {path}: {where}: {problem['msg']}. It needs `date` and `models: {{name: {{input, cached, "
            "output}}` in US dollars for a million tokens."
        ) from error
