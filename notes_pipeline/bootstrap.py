"""The only place that chooses implementations: settings in, parts that work together out."""

import sys
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from pydantic import SecretStr
from sqlalchemy import Engine

from notes_pipeline.core.errors import ServiceUnavailableError, SettingsError
from notes_pipeline.core.prompts import Prompt
from notes_pipeline.llm.offline import OFFLINE_MODEL
from notes_pipeline.llm.prices import PriceList, load_prices
from notes_pipeline.llm.prompts import load_prompts
from notes_pipeline.settings import DEFAULT_MODEL, OPENAI_URL, Settings
from notes_pipeline.store.budgets import Budgets
from notes_pipeline.store.database import Transactions, connect, transactions

if TYPE_CHECKING:
    import redis
    from alembic.config import Config

    from notes_pipeline.llm.client import ModelClient
    from notes_pipeline.llm.gate import Gate, RedisGate
    from notes_pipeline.steps.asking import Asking
    from notes_pipeline.steps.permits import Permits
    from notes_pipeline.steps.profiled import ProfiledModel
    from notes_pipeline.steps.request_run import Limits, RunOptions

TRIAL_MARGIN_S = 10.0  # beyond a call's deadline, until one that was to try an endpoint is taken for dead

_CHECKOUT = Path(__file__).resolve().parent.parent / "migrations"
# In a checkout beside the package; installed from a wheel, among the data of the environment.
MIGRATIONS = _CHECKOUT if _CHECKOUT.is_dir() else Path(sys.prefix, "share", "notes_pipeline", "migrations")


class Endpoint(NamedTuple):
    """Where models are asked; `key` None: none is sent."""

    base_url: str
    key: SecretStr | None


class Models:
    """The models of an endpoint that runs ask for, and what is known of them."""

    def __init__(self, services: "Services", endpoint: Endpoint) -> None:
        self._services = services
        self._settings = services.settings
        self._endpoint = endpoint
        self._lock = Lock()
        self._models: dict[str, ProfiledModel] = {}

    def __call__(self, name: str) -> "ProfiledModel":
        from notes_pipeline.steps.profiled import ProfiledModel

        with self._lock:
            if name not in self._models:
                self._models[name] = ProfiledModel(self.client(name), self._services.transactions)
            return self._models[name]

    def client(self, name: str) -> "ModelClient":
        """Make a client of a model's endpoint."""
        from notes_pipeline.llm.client import ModelClient  # 0.5 s, which only who asks a model needs to wait

        key = self._endpoint.key
        return ModelClient(
            base_url=self._endpoint.base_url,
            api_key=None if key is None else key.get_secret_value(),
            model=name,
            timeout_s=self._settings.notes_call_timeout_s,
            prices=self._services.prices,
        )

    def default(self) -> str:
        """Name the model that new runs ask for.

        `NOTES_MODEL`; else our own where neither key nor endpoint is named; else the one that an endpoint has to offer;
        else `DEFAULT_MODEL` of the OpenAI API.

        Raises:
            SettingsError: the endpoint offers several, so that `NOTES_MODEL` must say which.
            ModelConfigurationError, ModelUnreachableError: the endpoint does not say what it offers.
        """
        settings = self._settings
        if settings.notes_model:
            return settings.notes_model
        if settings.uses_offline_model:
            return OFFLINE_MODEL
        if settings.openai_base_url is None or settings.openai_base_url.rstrip("/") == OPENAI_URL:
            return DEFAULT_MODEL
        offered = self.client("").list_models()
        if len(offered) == 1:
            return offered[0]
        names = ", ".join(offered[:10]) or "none"
        raise SettingsError(f"NOTES_MODEL is not set, and {settings.openai_base_url} offers: {names}. Set it to one.")


@dataclass(frozen=True)
class Services:
    """What the steps work with, made once per process from the settings."""

    settings: Settings

    @cached_property
    def engine(self) -> Engine:
        if self.settings.database_url is None:
            raise ServiceUnavailableError(
                "no database: set DATABASE_URL, or use `notes-pipeline run`, which starts one of its own"
            )
        return connect(self.settings.database_url)

    @cached_property
    def transactions(self) -> Transactions:
        return transactions(self.engine)

    @cached_property
    def models(self) -> Models:
        settings = self.settings
        return Models(self, Endpoint(settings.openai_base_url or OPENAI_URL, settings.openai_api_key))

    @cached_property
    def fallback_models(self) -> Models:
        """Those of the fallback's endpoint, which may have the same names."""
        settings = self.settings
        if settings.notes_fallback_base_url is None:
            return self.models
        endpoint = Endpoint(settings.notes_fallback_base_url, settings.notes_fallback_api_key)
        return Models(self, endpoint)

    @cached_property
    def prices(self) -> PriceList:
        return load_prices(self.settings.notes_prices)

    @cached_property
    def prompts(self) -> list[Prompt]:
        return load_prompts(self.settings.notes_prompts)

    @property
    def limits(self) -> "Limits":
        from notes_pipeline.steps.request_run import Limits

        return Limits(chunks=self.settings.notes_max_chunks, open_runs=self.settings.notes_max_open_runs)

    def gate(self, client: "redis.Redis") -> "RedisGate":
        """Make the gate that all workers of a broker share."""
        from notes_pipeline.llm.gate import RedisGate, Tuning

        return RedisGate(
            client,
            requests_per_minute=self.settings.notes_requests_per_minute,
            tokens_per_minute=self.settings.notes_tokens_per_minute,
            tuning=Tuning(trial_time_s=self.settings.notes_call_timeout_s + TRIAL_MARGIN_S),
        )

    def asking(self, gate: "Gate", permits: "Permits | None" = None) -> "Asking":
        """Put together what asks models. `permits`: for as many calls as may be in flight; None: any number."""
        from notes_pipeline.steps.asking import Asking, Fallback
        from notes_pipeline.steps.paying import Paying
        from notes_pipeline.steps.permits import Permits

        settings = self.settings
        paying = Paying(
            transactions=self.transactions,
            gate=gate,
            prices=self.prices,
            call_timeout_s=settings.notes_call_timeout_s,
            permits=permits or Permits(),
            budgets=Budgets(
                day=micro_usd(settings.notes_budget_day_usd), workspace=micro_usd(settings.notes_budget_workspace_usd)
            ),
        )
        fallback = settings.notes_fallback_model
        return Asking(
            paying=paying,
            models=self.models,
            fallback=None if fallback is None else Fallback(fallback, self.fallback_models),
            patience_s=settings.notes_patience_s,
        )


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the user asked for. None: as the settings say."""

    model: str | None = None
    budget_usd: Decimal | None = None
    anew: bool = False
    uses_cache: bool = True
    repairs: bool = False
    judge: str | None = None
    summarises: bool = False
    is_backfill: bool = False


def run_options(services: Services, wishes: Wishes) -> "RunOptions":
    """Put wishes and settings together.

    Raises:
        SettingsError: a budget is set for a model whose price is not known.
    """
    from notes_pipeline.steps.request_run import RunOptions

    settings = services.settings
    budget = wishes.budget_usd or settings.notes_budget_run_usd
    options = RunOptions(
        model=wishes.model or services.models.default(),
        anew=wishes.anew,
        uses_cache=wishes.uses_cache,
        repairs=wishes.repairs,
        judge_model=wishes.judge or settings.notes_judge_model,
        summarises=wishes.summarises,
        budget_micro_usd=micro_usd(budget),
        is_backfill=wishes.is_backfill,
        deadline_s=settings.notes_run_deadline_s,
    )
    budgets = (budget, settings.notes_budget_day_usd, settings.notes_budget_workspace_usd)
    if any(each is not None for each in budgets):
        for model in filter(None, (options.model, options.judge_model, settings.notes_fallback_model)):
            if services.prices.of(model) is None:
                raise SettingsError(
                    f"a budget needs the price of {model}, which is not listed: add it to the file of NOTES_PRICES"
                )
    return options


def micro_usd(usd: Decimal | None) -> int | None:
    """Write US dollars as millionths."""
    return None if usd is None else int(usd * 1_000_000)


def migrations_config(database_url: str) -> "Config":
    """Configure Alembic for a database; `%` must be doubled, since the configuration interpolates."""
    from alembic.config import Config  # 5 MB that a worker does not need

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("sqlalchemy.url", database_url.replace("%", "%%"))
    return config
