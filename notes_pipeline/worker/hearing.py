"""Keep a worker's ears open: kombu forgets to free the place of a message that it could not acknowledge."""

import redis
import structlog
from kombu.transport.redis import Channel, QoS

log = structlog.get_logger()


class ForgivingQoS(QoS):
    """Frees the place of a message, also where the broker does not hear that it is done.

    A worker holds as many messages as it has control threads. In kombu 5.7 each acknowledgement that fails, as in a
    moment without Redis, keeps one of these places for as long as the process lives; after the fourth it hears nothing
    any more, and says nothing. The message itself comes again when its time is over, and finds its work done.
    """

    def ack(self, delivery_tag: str) -> None:
        try:
            super().ack(delivery_tag)  # type: ignore[no-untyped-call]
        except (redis.RedisError, OSError) as error:
            log.warning("message_not_acknowledged", error=error)
            super(QoS, self).ack(delivery_tag)  # type: ignore[no-untyped-call]


def open_ears() -> None:
    """Have all channels to Redis of this process use it; kombu has no setting for it."""
    Channel.QoS = ForgivingQoS
