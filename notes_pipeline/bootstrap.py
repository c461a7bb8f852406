"""The only place that chooses implementations: settings in, parts that work together out."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from alembic.config import Config
from sqlalchemy import Engine

from notes_pipeline.core.errors import ServiceUnavailableError, SettingsError
from notes_pipeline.llm.offline import OFFLINE_MODEL
from notes_pipeline.settings import DEFAULT_MODEL, OPENAI_URL, Settings
from notes_pipeline.store.database import Transactions, connect, transactions

if TYPE_CHECKING:
    from notes_pipeline.llm.client import ModelClient

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"


class Models:
    """The clients of one endpoint, one for each model that runs ask for."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = Lock()
        self._clients: dict[str, ModelClient] = {}

    def __call__(self, name: str) -> "ModelClient":
        from notes_pipeline.llm.client import ModelClient  # 0.5 s, which only who asks a model needs to wait

        with self._lock:
            if name not in self._clients:
                key = self._settings.openai_api_key
                self._clients[name] = ModelClient(
                    base_url=self._settings.openai_base_url or OPENAI_URL,
                    api_key=None if key is None else key.get_secret_value(),
                    model=name,
                    timeout_s=self._settings.notes_call_timeout_s,
                )
            return self._clients[name]

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
        offered = self("").list_models()
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
        return Models(self.settings)


def migrations_config(database_url: str) -> Config:
    """Configure Alembic for a database; `%` must be doubled, since the configuration interpolates."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("sqlalchemy.url", database_url.replace("%", "%%"))
    return config
