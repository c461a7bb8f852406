"""How a Redis or Valkey is set."""

import statistics
import time
from collections.abc import Mapping, Sequence

import redis

from notes_pipeline.diagnosis.facts import BrokerFacts, Unreachable

PINGS = 5


def gather_broker(
    client: "redis.Redis", *, place: str, queues: Sequence[str], visibility_timeout_s: float
) -> BrokerFacts | Unreachable:
    """Ask the server. `queues`: whose messages are counted. `visibility_timeout_s`: as Celery is set."""
    try:
        client.ping()  # not counted: it opens the connection
        pings = [_timed_ping(client) for _ in range(PINGS)]
        info = _mapping(client.info())
        policy = _setting(client, "maxmemory-policy") or _text(info.get("maxmemory_policy"))
        logged = _setting(client, "appendonly") or {"1": "yes", "0": "no"}.get(_text(info.get("aof_enabled")) or "")
        version = info.get("valkey_version") or info.get("redis_version") or "unknown"
        return BrokerFacts(
            place=place,
            version=str(version),
            mode=str(info.get("server_mode") or info.get("redis_mode") or "standalone"),
            role=str(info.get("role") or "master"),
            eviction=policy,
            is_logged=None if logged is None else logged == "yes",
            used_bytes=int(info.get("used_memory") or 0),
            most_bytes=int(info.get("maxmemory") or 0),
            ping_ms=statistics.median(pings),
            lengths={queue: _length(client, queue) for queue in queues},
            visibility_timeout_s=visibility_timeout_s,
        )
    except redis.RedisError as error:
        return Unreachable(place, str(error).rstrip(".") or type(error).__name__)


def _timed_ping(client: "redis.Redis") -> float:
    began = time.perf_counter()
    client.ping()
    return (time.perf_counter() - began) * 1000


def _length(client: "redis.Redis", queue: str) -> int:
    length = client.llen(queue)
    return length if isinstance(length, int) else 0


def _setting(client: "redis.Redis", name: str) -> str | None:
    """Ask for a setting; hosts of databases often forbid that, and INFO tells most of it as well."""
    try:
        return _text(_mapping(client.config_get(name)).get(name))
    except redis.ResponseError:
        return None


def _text(value: object) -> str | None:
    if value is None:
        return None
    return value.decode() if isinstance(value, bytes) else str(value)


def _mapping(said: object) -> Mapping[str, str]:
    if not isinstance(said, Mapping):
        raise TypeError("an asynchronous client was given")
    return {_text(name) or "": value for name, value in said.items()}
