"""Ring for work. A lost ring costs time, never data."""

import time
from collections.abc import Iterable
from uuid import UUID

import redis
import structlog
from celery import Celery
from kombu.exceptions import OperationalError
from redis.backoff import NoBackoff
from redis.retry import Retry

from notes_pipeline.core.errors import ServiceUnavailableError
from notes_pipeline.steps.next_work import NextWork
from notes_pipeline.telemetry import metrics
from notes_pipeline.worker.app import CANARY, DRAFT, DRAFT_QUEUE, FINISH, PLAN, SUMMARISE

log = structlog.get_logger()

# For chunks: each worker that hears a bell takes all that it has slots for, and all look every second anyway, and
# whenever a slot is done. A message costs 4 ms of CPU, which for each chunk would be a quarter of what the chunk costs.
RINGS, RINGS_EVERY_S = 2, 0.5
SILENT_S = 5.0  # after the broker did not answer it is not tried for so long: each try may cost as much


class Doorbell:
    """Sends the ids of work over the broker; while that is away, leaves it to the sweeper."""

    def __init__(self, app: Celery) -> None:
        self._app = app
        self._silent_until = self._rung_until = 0.0  # time.monotonic()

    def ring(self, work: NextWork) -> bool:
        """Announce work; tell whether the broker took it all.

        For chunks a few messages are enough, however many there are, and none when some went half a second ago.
        """
        rings = (
            (PLAN, work.plan),
            (DRAFT, self._rings_for(work.draft)),
            (FINISH, work.finish),
            (SUMMARISE, work.summarise),
        )
        messages: list[tuple[str, tuple[str, ...]]] = [(task, (str(id_),)) for task, ids in rings for id_ in ids]
        return self._send([*messages, (CANARY, ())] if work.canary else messages)

    def _rings_for(self, chunk_ids: tuple[UUID, ...]) -> tuple[UUID, ...]:
        now = time.monotonic()
        if not chunk_ids or now < self._rung_until:
            return ()
        self._rung_until = now + RINGS_EVERY_S
        return chunk_ids[:RINGS]

    def _send(self, messages: Iterable[tuple[str, tuple[str, ...]]]) -> bool:
        if time.monotonic() < self._silent_until:
            return False
        try:
            for task, arguments in messages:
                self._app.send_task(task, arguments)
        except (OperationalError, redis.RedisError, OSError) as error:
            self._silent_until = time.monotonic() + SILENT_S
            metrics.ring_unheard()
            log.warning("doorbell_silent", rings=task, error=error)
            return False
        return True


def redis_client(broker_url: str) -> "redis.Redis":
    """Open a client for a broker's URL: Celery's spelling of a unix socket is not that of redis-py."""
    if broker_url.startswith("redis+socket://"):
        path, _, query = broker_url.removeprefix("redis+socket://").partition("?")
        broker_url = f"unix://{path}?{query.replace('virtual_host', 'db')}"
    # No retries of its own: whoever asks knows what an error means, and a lost reply must not count a call twice.
    return redis.Redis.from_url(broker_url, socket_timeout=5, socket_connect_timeout=5, retry=Retry(NoBackoff(), 0))


def check_broker(broker_url: str) -> None:
    """Raise ServiceUnavailableError when the broker does not answer."""
    try:
        redis_client(broker_url).ping()
    except redis.RedisError as error:
        place = broker_url.rpartition("@")[2]
        raise ServiceUnavailableError(f"the broker at {place} does not answer: {error}. Check REDIS_URL.") from error


def queue_length(client: "redis.Redis", queue: str = DRAFT_QUEUE) -> int:
    """Count the messages that no worker has taken.

    Raises:
        redis.RedisError: the broker does not answer.
    """
    length = client.llen(queue)
    if not isinstance(length, int):
        raise TypeError("an asynchronous client was given")
    return length
