"""What is usually wrong with a PostgreSQL."""

from collections.abc import Iterator

from notes_pipeline.diagnosis.facts import DatabaseFacts, Facts, Unreachable
from notes_pipeline.diagnosis.findings import Finding, Severity, error, fine, warning
from notes_pipeline.diagnosis.revisions import Standing, standing
from notes_pipeline.store.database import POOL_SIZE

OLDEST_VERSION = 15
SPARE_CONNECTIONS = 5  # for migrate, doctor, psql, a backup, a monitor
NEARLY_FULL = 0.9
MOST_CLOCK_DIFFERENCE_S = 1.0
DEAD_ROWS = 100_000  # below, a vacuum takes a second
TIMEOUTS = ("statement_timeout", "idle_in_transaction_session_timeout")


def check_database(facts: Facts) -> Iterator[Finding]:
    """Judge the database, from whether it answers to how it is set."""
    database = facts.database
    if database is None:
        yield fine("database", "embedded, runs while a command needs it")
        return
    if isinstance(database, Unreachable):
        yield unreachable(database)
        return
    found = [
        *version(database),
        *schema(database),
        *rights(database),
        *connections(database, workers=len(facts.work.workers) if facts.work else 0),
        *durability(database),
        *timeouts(database),
        *clock(database),
        *pooler(database),
        *vacuum(database),
    ]
    yield from found
    if all(each.severity is Severity.OK for each in found):
        major, minor = divmod(database.version, 10_000)
        yield fine("database", f"PostgreSQL {major}.{minor} at {database.place}, schema {database.revision}")


def unreachable(database: Unreachable) -> Finding:
    """Tell from what the client says which of the usual causes it is."""
    reason = database.reason
    said = f"PostgreSQL at {database.place} does not answer: {reason}"
    hints = (
        ("password authentication failed", "the password or user in DATABASE_URL is wrong"),
        ("role", "create the user of DATABASE_URL, or name another"),
        ("unsupported startup parameter", "a PgBouncer: set its ignore_startup_parameters = options, or go round it"),
        ("too many clients", "raise max_connections, or run fewer workers"),
        ("remaining connection slots", "raise max_connections, or run fewer workers"),
        ("database", "create the database that DATABASE_URL names: createdb"),
        ("certificate", "give libpq the server's root certificate: sslrootcert in DATABASE_URL"),
        ("SSL", "set sslmode in DATABASE_URL to what the server offers"),
        ("could not translate host name", "the host name in DATABASE_URL is unknown here"),
        ("failed to resolve host", "the host name in DATABASE_URL is unknown here"),
        ("Name or service not known", "the host name in DATABASE_URL is unknown here"),
        ("timeout", "a firewall drops the connection: open the port to this machine"),
    )
    remedy = next(
        (remedy for sign, remedy in hints if sign in reason), "start it, or correct host and port in DATABASE_URL"
    )
    return error("database_answers", said, remedy)


def version(database: DatabaseFacts) -> Iterator[Finding]:
    if database.version < OLDEST_VERSION * 10_000:
        yield error(
            "database_version",
            f"PostgreSQL {database.version // 10_000} is too old",
            f"use PostgreSQL {OLDEST_VERSION} or later",
        )


def schema(database: DatabaseFacts) -> Iterator[Finding]:
    known = database.shipped[-1] if database.shipped else "none"
    match standing(database.revision, database.shipped):
        case Standing.MISSING:
            yield error("schema", "the database has no tables", "run `notes-pipeline migrate`")
        case Standing.OLDER:
            yield error(
                "schema",
                f"the schema is {database.revision}, and this version needs {known}",
                "run `notes-pipeline migrate`",
            )
        case Standing.NEWER:
            yield warning(
                "schema",
                f"the schema is {database.revision}, newer than this version ({known}) knows",
                "fine while a deploy rolls; else install the version that migrated it",
            )
        case Standing.SAME:
            pass


def rights(database: DatabaseFacts) -> Iterator[Finding]:
    if not database.may_create_tables:
        yield warning(
            "may_create_tables",
            "this user may not create tables, so it cannot migrate",
            "migrate with an owner's DATABASE_URL, or GRANT CREATE, USAGE ON SCHEMA public TO this user",
        )


def connections(database: DatabaseFacts, *, workers: int) -> Iterator[Finding]:
    """Each process may open `POOL_SIZE`; the API is one, and a worker will come even where none is seen."""
    shown = database.parameters
    most = int(shown.get("max_connections", "0"))
    reserved = int(shown.get("superuser_reserved_connections", "0")) + int(shown.get("reserved_connections", "0"))
    usable = most - reserved
    needed = (max(1, workers) + 1) * POOL_SIZE + SPARE_CONNECTIONS
    if most and needed > usable:
        yield warning(
            "max_connections",
            f"max_connections {most} leaves {usable}; {max(1, workers)} workers and the API may open {needed}",
            f"set max_connections to {needed + reserved} or more, or run at most "
            f"{max(0, (usable - SPARE_CONNECTIONS) // POOL_SIZE - 1)} workers",
        )
    if most and database.connections > usable * NEARLY_FULL:
        yield error(
            "connections_used",
            f"{database.connections} of {usable} connections are open",
            "find who holds them: SELECT usename, application_name, count(*) FROM pg_stat_activity GROUP BY 1, 2",
        )


def durability(database: DatabaseFacts) -> Iterator[Finding]:
    shown = database.parameters
    for name in ("fsync", "full_page_writes"):
        if shown.get(name) == "off":
            yield error(name, f"{name} is off: a power cut can destroy the database", f"set {name} = on")
    if shown.get("synchronous_commit") == "off":
        yield warning(
            "synchronous_commit",
            "synchronous_commit is off: a crash loses the last moments, and with them answers that were paid for",
            "set synchronous_commit = on",
        )


def timeouts(database: DatabaseFacts) -> Iterator[Finding]:
    """Ours are asked for when connecting; where they are not in force something between drops them."""
    unset = [name for name in TIMEOUTS if database.parameters.get(name) == "0"]
    if unset:
        yield warning(
            "timeouts",
            f"{' and '.join(unset)} are not in force, though each connection asks for them: a pooler drops what it is "
            "given at the start",
            "set them for the user: " + "; ".join(f"ALTER ROLE ... SET {name} = '60s'" for name in unset),
        )


def clock(database: DatabaseFacts) -> Iterator[Finding]:
    ahead_s = database.clock_ahead_s
    if abs(ahead_s) > MOST_CLOCK_DIFFERENCE_S:
        yield warning(
            "clock",
            f"the database's clock is {abs(ahead_s):.1f} s {'ahead of' if ahead_s > 0 else 'behind'} this machine's: "
            "leases are safe, times in logs do not fit together",
            "let NTP set the clock of both",
        )


def pooler(database: DatabaseFacts) -> Iterator[Finding]:
    if database.is_pooled_by_transaction:
        yield warning(
            "pooler",
            "a pooler in transaction mode is between: prepared statements of one session reach another",
            "set pool_mode = session for this database, or go round the pooler: workers have pools of their own",
        )


def vacuum(database: DatabaseFacts) -> Iterator[Finding]:
    if database.parameters.get("autovacuum") == "off":
        yield error(
            "autovacuum",
            "autovacuum is off: tables of leases grow with every renewal, until the database stops to save its ids",
            "set autovacuum = on",
        )
    for table in database.tables:
        if table.dead_rows > max(DEAD_ROWS, table.live_rows // 2):
            yield warning(
                "dead_rows",
                f"table {table.name} has {table.dead_rows:,} dead rows beside {table.live_rows:,} living ones",
                f"end transactions that have been open for hours, then VACUUM (ANALYZE) {table.name}",
            )
