"""Passwords that everybody knows, connections that anybody can read, folders that anybody can open."""

import stat
from collections.abc import Iterator
from ipaddress import ip_address
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from notes_pipeline.diagnosis.facts import Facts
from notes_pipeline.diagnosis.findings import Finding, error, warning
from notes_pipeline.settings import Settings

WELL_KNOWN = {"postgres", "password", "changeme", "change-me", "secret", "admin", "notes", "example", "test", "123456"}
WITH_TLS = {"require", "verify-ca", "verify-full"}


def check_secrets(facts: Facts) -> Iterator[Finding]:
    settings = facts.settings
    yield from database_password(settings)
    yield from database_tls(settings)
    yield from broker_tls(settings)
    yield from model_tls(settings)
    yield from data_folder(facts)


def is_remote(host: str | None) -> bool:
    """Whether words to this host leave the machine and its private network of containers.

    A name without a dot is a neighbour in a network of containers, or this machine.
    """
    if not host or host.startswith("/") or ("." not in host and ":" not in host):
        return False
    try:
        address = ip_address(host.strip("[]"))
    except ValueError:
        return not host.endswith((".local", ".internal", ".localhost"))
    return not address.is_loopback


def split(url: str | None) -> SplitResult:
    """Take a URL apart; one that is none has no host, and is found where it is used."""
    try:
        return urlsplit(url or "")
    except ValueError:
        return urlsplit("")


def database_password(settings: Settings) -> Iterator[Finding]:
    if settings.database_url is None:
        return
    parts = split(settings.database_url)
    password = unquote(parts.password or "")
    if password and password.lower() in WELL_KNOWN | {parts.username or ""}:
        found = f"the password of {parts.username} in DATABASE_URL is one that everybody tries first"
        remedy = "ALTER ROLE ... PASSWORD with 20 random characters, and the same in DATABASE_URL"
        yield (error if is_remote(parts.hostname) else warning)("database_password", found, remedy)


def database_tls(settings: Settings) -> Iterator[Finding]:
    if settings.database_url is None:
        return
    parts = split(settings.database_url)
    modes = parse_qs(parts.query).get("sslmode", ["prefer"])
    if is_remote(parts.hostname) and modes[-1] not in WITH_TLS:
        yield warning(
            "database_tls",
            f"interviews travel to {parts.hostname} with sslmode {modes[-1]}, that is without TLS if somebody between "
            "wants it so",
            "add sslmode=verify-full (or require) to DATABASE_URL",
        )


def broker_tls(settings: Settings) -> Iterator[Finding]:
    parts = split(settings.redis_url)
    if parts.scheme != "redis" or not is_remote(parts.hostname):
        return
    yield warning("broker_tls", f"REDIS_URL reaches {parts.hostname} without TLS", "use rediss:// in REDIS_URL")
    if not parts.password:
        yield error(
            "broker_password",
            f"the broker at {parts.hostname} is asked without a password",
            "set requirepass there, and redis://:password@... in REDIS_URL",
        )


def model_tls(settings: Settings) -> Iterator[Finding]:
    for name, url in (
        ("OPENAI_BASE_URL", settings.openai_base_url),
        ("NOTES_FALLBACK_BASE_URL", settings.notes_fallback_base_url),
    ):
        parts = split(url)
        if parts.scheme == "http" and is_remote(parts.hostname):
            yield warning(
                "model_tls", f"{name} sends interviews and key to {parts.hostname} without TLS", "use https://"
            )


def data_folder(facts: Facts) -> Iterator[Finding]:
    """Passing through is needed by the account of an embedded PostgreSQL; listing and reading are not."""
    mode = facts.host.data_mode
    if mode is not None and mode & (stat.S_IROTH | stat.S_IWOTH):
        folder = facts.settings.notes_data
        yield warning(
            "data_folder", f"everybody on this machine can read {folder} ({mode & 0o777:o})", f"chmod o-rw {folder}"
        )
