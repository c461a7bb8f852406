"""The only reader of the environment. Each setting is named as its variable, in capitals."""

from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from notes_pipeline.core.errors import SettingsError

OPENAI_URL = "https://api.openai.com/v1"
DEFAULT_DATA = Path(".run")
DEFAULT_MODEL = "gpt-4.1-mini"  # of the OpenAI API: structured output, a long context, among the cheap ones


class Settings(BaseSettings):
    """Where the parts are, and the limits they keep. None: the embedded part, or the offline model."""

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="ignore", frozen=True)

    database_url: str | None = None
    redis_url: str | None = None
    openai_api_key: SecretStr | None = None
    openai_base_url: str | None = None
    notes_model: str | None = Field(default=None, description="The model to ask.")
    notes_workspace: str = Field(default="default", min_length=1)
    notes_data: Path = Field(default=DEFAULT_DATA, description="The folder of the embedded parts.")
    notes_fallback_model: str | None = Field(
        default=None, description="The model to ask where the first one cannot be."
    )
    notes_fallback_base_url: str | None = Field(default=None, description="Its endpoint; by default the same.")
    notes_fallback_api_key: SecretStr | None = None
    notes_judge_model: str | None = Field(default=None, description="A second model that judges the notes.")
    notes_prompts: Path | None = Field(default=None, description="A folder of prompts that stand in for ours.")
    notes_prices: Path | None = Field(default=None, description="A price list that stands in for ours.")
    notes_requests_per_minute: int | None = Field(default=None, ge=1, description="For all workers together, by model.")
    notes_tokens_per_minute: int | None = Field(default=None, ge=1, description="For all workers together, by model.")
    notes_budget_run_usd: Decimal | None = Field(default=None, gt=0, description="For each run that names none.")
    notes_budget_day_usd: Decimal | None = Field(default=None, gt=0, description="All workspaces, a day of UTC.")
    notes_budget_workspace_usd: Decimal | None = Field(default=None, gt=0, description="One workspace, a month of UTC.")
    notes_patience_s: float = Field(default=600.0, ge=0, description="With an endpoint that is down.")
    notes_canary: Path | None = Field(default=None, description="A gold set that workers evaluate once a day.")
    notes_alarm_webhook: str | None = Field(default=None, description="Where an alarm is posted to.")
    notes_concurrency: int = Field(default=16, ge=1, le=400, description="Calls that a worker process has in flight.")
    notes_call_timeout_s: float = Field(default=120.0, gt=0, description="From asking a model to its last byte.")
    notes_calls_in_flight: int | None = Field(
        default=None, ge=1, description="Chunks that all workers together have in hand; by default all they can."
    )
    notes_stop_grace_s: float = Field(
        default=30.0, ge=0, description="For calls in flight when a worker is stopped; the rest goes on elsewhere."
    )
    notes_run_deadline_s: float | None = Field(
        default=86_400.0, gt=0, description="From asking for a run; what is not drafted by then fails."
    )
    notes_max_transcript_characters: int = Field(default=5_000_000, ge=1, description="Of one transcript.")
    notes_max_chunks: int = Field(default=2_000, ge=1, description="Of one run.")
    notes_max_open_runs: int = Field(default=10_000, ge=1, description="Of one workspace; more are refused.")
    notes_api_requests_per_minute: int = Field(default=600, ge=1, description="Of each API key, over all processes.")
    notes_session_secret: SecretStr | None = Field(
        default=None, min_length=32, description="Seals sign-ins of reviewers, the same in all API processes."
    )
    notes_max_upload_bytes: int = Field(default=50_000_000, ge=1_000, description="Of one request to the API.")
    notes_allow_private_urls: bool = Field(
        default=False, description="URLs that users give may lead into private networks."
    )
    notes_metrics_port: int | None = Field(default=None, ge=0, le=65_535, description="Of a worker's metrics.")
    notes_metrics_host: str = Field(default="127.0.0.1", description="Where the metrics listen.")
    notes_logs: Literal["auto", "json", "console"] = Field(
        default="auto", description="How logs are written; auto: JSON unless a person looks on."
    )
    notes_lease_s: float = Field(default=30.0, gt=0, description="Work without a sign of life is free after this.")
    notes_sweep_s: float = Field(default=10.0, gt=0, description="Between two looks for stuck or unannounced work.")

    @field_validator("database_url")
    @classmethod
    def _use_psycopg(cls, url: str | None) -> str | None:
        """Take the spellings that hosts hand out; the driver is ours to choose."""
        if url is None:
            return None
        scheme, separator, rest = url.partition("://")
        if not separator or scheme not in ("postgres", "postgresql", "postgresql+psycopg"):
            raise ValueError("must be a PostgreSQL URL: postgresql://user:password@host/database")
        return f"postgresql+psycopg://{rest}"

    @field_validator("redis_url")
    @classmethod
    def _know_redis(cls, url: str | None) -> str | None:
        if url is not None and url.split("://")[0] not in ("redis", "rediss", "redis+socket", "unix"):
            raise ValueError("must be a Redis URL: redis://host:6379/0")
        return url

    def logs_as_json(self, is_terminal: bool) -> bool:
        """Tell how logs are to be written: as JSON unless a person looks on."""
        return self.notes_logs == "json" or (self.notes_logs == "auto" and not is_terminal)

    @property
    def uses_offline_model(self) -> bool:
        """Neither a key nor an endpoint is named: our own model answers, and says so."""
        return self.openai_api_key is None and self.openai_base_url is None


@cache
def read_settings() -> Settings:
    """Read the environment once.

    Raises:
        SettingsError: a variable has a value that cannot be used; the message names each.
    """
    try:
        return Settings()
    except ValidationError as error:
        problems = (
            f"{'.'.join(str(part) for part in problem['loc']).upper()} {problem['msg'].removeprefix('Value error, ')}"
            for problem in error.errors(include_input=False, include_url=False)  # a value may be a secret
        )
        raise SettingsError("; ".join(problems)) from None
