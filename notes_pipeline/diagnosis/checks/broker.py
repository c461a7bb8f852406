"""What is usually wrong with a Redis or Valkey."""

from collections.abc import Iterator

from notes_pipeline.diagnosis.facts import BrokerFacts, Facts, Unreachable
from notes_pipeline.diagnosis.findings import Finding, Severity, error, fine, warning

OLDEST_VERSION = (6, 2)
SLOW_PING_MS = 50.0
NEARLY_FULL = 0.8
FAR_ABOVE = 10  # messages for a piece of work
MANY_MESSAGES = 1_000


def check_broker(facts: Facts) -> Iterator[Finding]:
    broker = facts.broker
    if broker is None and facts.is_deployment:
        yield error(
            "broker_set", "DATABASE_URL is set and REDIS_URL is not", "set REDIS_URL: workers and API share a broker"
        )
        return
    if broker is None:
        yield fine("broker", "embedded, runs while a command needs it")
        return
    if isinstance(broker, Unreachable):
        yield unreachable(broker)
        return
    open_pieces = None if facts.work is None else facts.work.open_pieces
    found = [*version(broker), *memory(broker), *persistence(broker), *kind(broker), *latency(broker)]
    found += queues(broker, open_pieces=open_pieces)
    yield from found
    if all(each.severity is Severity.OK for each in found):
        yield fine("broker", f"version {broker.version} at {broker.place}, a PING takes {broker.ping_ms:.1f} ms")


def unreachable(broker: Unreachable) -> Finding:
    hints = (
        ("NOAUTH", "put the password into REDIS_URL: redis://:password@host:6379/0"),
        ("uthentication required", "put the password into REDIS_URL: redis://:password@host:6379/0"),
        ("WRONGPASS", "the password or user in REDIS_URL is wrong"),
        ("LOADING", "wait: it reads its log after a start"),
        ("DENIED", "it is in protected mode: give it a password, or bind it to a private network"),
        ("Name or service not known", "the host name in REDIS_URL is unknown here"),
        ("imeout", "a firewall drops the connection: open the port to this machine"),
    )
    remedy = next((remedy for sign, remedy in hints if sign in broker.reason), "start it, or correct REDIS_URL")
    return error(
        "broker_answers",
        f"the broker at {broker.place} does not answer: {broker.reason}. Work goes on without it, a little later",
        remedy,
    )


def version(broker: BrokerFacts) -> Iterator[Finding]:
    numbers = tuple(int(part) for part in broker.version.split(".")[:2] if part.isdigit())
    if numbers and numbers < OLDEST_VERSION:
        yield warning(
            "broker_version",
            f"version {broker.version} is older than any that was tested",
            "use Redis 6.2 or later, or Valkey",
        )


def memory(broker: BrokerFacts) -> Iterator[Finding]:
    if broker.eviction not in (None, "noeviction"):
        yield error(
            "maxmemory_policy",
            f"maxmemory-policy is {broker.eviction}: a full broker throws messages and rate limits away without a word",
            "CONFIG SET maxmemory-policy noeviction, and the same in its configuration",
        )
    if broker.most_bytes and broker.used_bytes > broker.most_bytes * NEARLY_FULL:
        yield warning(
            "broker_memory",
            f"{broker.used_bytes / 2**20:.0f} of {broker.most_bytes / 2**20:.0f} MB are used: a full broker "
            "takes no message",
            "raise maxmemory, or find what else lives there: use a database of its own",
        )


def persistence(broker: BrokerFacts) -> Iterator[Finding]:
    if broker.is_logged is False:
        yield warning(
            "append_only",
            "appendonly is off: a restart forgets messages and how fast models may be asked; work is found "
            "again by the workers' own looking",
            "CONFIG SET appendonly yes, appendfsync everysec, and the same in its configuration",
        )


def kind(broker: BrokerFacts) -> Iterator[Finding]:
    if broker.mode == "cluster":
        yield error(
            "broker_cluster",
            "the broker is a cluster, which is untested",
            "use a single server, with a replica if need be",
        )
    if broker.role != "master":
        yield error(
            "broker_replica", "the broker is a replica, which takes no messages", "name the master in REDIS_URL"
        )


def latency(broker: BrokerFacts) -> Iterator[Finding]:
    if broker.ping_ms > SLOW_PING_MS:
        yield warning(
            "broker_latency",
            f"a PING takes {broker.ping_ms:.0f} ms, and every model call asks the broker for its turn",
            "move the broker near the workers",
        )


def queues(broker: BrokerFacts, *, open_pieces: int | None) -> Iterator[Finding]:
    """A message is sent for a piece of work or for many. Far more of them than work: nobody hears."""
    waiting = sum(broker.lengths.values())
    if open_pieces is not None and waiting > max(MANY_MESSAGES, FAR_ABOVE * open_pieces):
        listed = ", ".join(f"{queue}: {length:,}" for queue, length in broker.lengths.items())
        yield warning(
            "queue_lengths",
            f"{waiting:,} messages wait ({listed}) for {open_pieces:,} pieces of open work",
            "start a worker; messages without work are harmless, and can be dropped: redis-cli DEL "
            + " ".join(broker.lengths),
        )
