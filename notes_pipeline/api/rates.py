"""How often a key may ask: counted in Redis for all processes together, and by each for itself while Redis is away."""

import math
import time

import redis
import structlog
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import RateLimiter, SlidingWindowCounterRateLimiter

log = structlog.get_logger()

AWAY_S = 5.0  # after Redis did not answer it is not asked for so long: each question may cost its timeout


class RateLimit:
    """So many requests a minute of each key, by a sliding window. Safe for threads.

    `client`: of the Redis that all processes share; None: each counts for itself.
    """

    def __init__(self, per_minute: int, client: "redis.Redis | None") -> None:
        self.per_minute = per_minute
        self._item = RateLimitItemPerMinute(per_minute)
        self._alone = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._shared = None
        if client is not None:
            storage = RedisStorage("redis://", connection_pool=client.connection_pool, key_prefix="notes:rate")
            self._shared = SlidingWindowCounterRateLimiter(storage)
        self._away_until = 0.0  # time.monotonic()

    def wait_s(self, key: str) -> int:
        """Count a request. Returns 0 where it may go on, else the seconds after which one may."""
        if self._shared is not None and time.monotonic() >= self._away_until:
            try:
                return self._count(self._shared, key)
            except redis.RedisError as error:
                self._away_until = time.monotonic() + AWAY_S
                log.warning("rate_limits_not_shared", error=error)
        return self._count(self._alone, key)

    def _count(self, limiter: RateLimiter, key: str) -> int:
        if limiter.hit(self._item, key):
            return 0
        reset_at = limiter.get_window_stats(self._item, key).reset_time
        return min(60, max(1, math.ceil(reset_at - time.time())))
