import pytest
from pydantic import SecretStr

from notes_pipeline.core.errors import SettingsError
from notes_pipeline.settings import Settings, read_settings


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "REDIS_URL", "OPENAI_API_KEY", "OPENAI_BASE_URL", "NOTES_MODEL"):
        monkeypatch.delenv(name, raising=False)
    read_settings.cache_clear()


@pytest.mark.parametrize(
    "url", ["postgres://u:p@host/db", "postgresql://u:p@host/db", "postgresql+psycopg://u:p@host/db"]
)
def test_a_database_url_is_taken_as_hosts_hand_it_out(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    assert read_settings().database_url == "postgresql+psycopg://u:p@host/db"


def test_a_wrong_value_is_named_and_a_secret_in_it_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "mysql://user:hunter2@host/db")
    with pytest.raises(SettingsError, match="DATABASE_URL must be a PostgreSQL URL") as caught:
        read_settings()
    assert "hunter2" not in str(caught.value)


def test_the_offline_model_answers_only_where_neither_key_nor_endpoint_is_named() -> None:
    assert Settings().uses_offline_model
    assert not Settings(openai_api_key=SecretStr("k")).uses_offline_model
    assert not Settings(openai_base_url="http://localhost:1/v1").uses_offline_model


def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "")
    assert read_settings().uses_offline_model
