"""Whether the worker of this machine or container lives: what a container's health check asks every half minute.

It imports neither Celery nor the model's client nor SQLAlchemy, and asks the database one question:
0.4 s of CPU, against 2 s for the whole command.
"""

import socket

import psycopg

from notes_pipeline.core.errors import NotesPipelineError, ServiceUnavailableError
from notes_pipeline.settings import read_settings

SEEN_WITHIN_S = 60  # as `store.workers.SEEN_WITHIN`; a test holds them together
PATIENCE_S = 5
_ALIVE = """
    SELECT count(*) FROM worker
    WHERE host = %s AND seen_at > now() - %s * interval '1 second'
"""


class WorkerSilentError(NotesPipelineError):
    """No worker of this host gave a sign of life lately: it hangs, has not begun, or lost the database."""


def check_worker() -> str:
    """Say that a worker of this host gave a sign of life within a minute. A container is a host, and has one worker.

    The sign is written by the thread that renews the leases: a process that hangs, or whose connections hang, gives
    none. A database that does not answer says nothing about the worker, which waits for it: that is told as "unknown",
    and no reason to restart a process whose calls are paid for.

    Raises:
        WorkerSilentError: there was none.
        ServiceUnavailableError: no database is set, or it has no table of workers.
    """
    url = read_settings().database_url
    if url is None:
        raise ServiceUnavailableError("a worker needs DATABASE_URL, and it is not set")
    host = socket.gethostname()
    try:
        with psycopg.connect(
            url.replace("postgresql+psycopg://", "postgresql://", 1), connect_timeout=PATIENCE_S, autocommit=True
        ) as connection:
            connection.execute(f"SET statement_timeout = '{PATIENCE_S}s'")
            row = connection.execute(_ALIVE, (host, SEEN_WITHIN_S)).fetchone()
    except psycopg.errors.UndefinedTable as error:
        raise ServiceUnavailableError("the schema has no table of workers: run `notes-pipeline migrate`") from error
    except psycopg.ProgrammingError:  # what libpq says of an address may hold the password
        raise ServiceUnavailableError("DATABASE_URL cannot be used: run `notes-pipeline doctor`") from None
    except psycopg.OperationalError as error:
        return f"unknown: the database does not answer ({str(error).splitlines()[0]}), and workers wait for it"
    if row is None or not row[0]:
        raise WorkerSilentError(f"no worker of {host} gave a sign of life within {SEEN_WITHIN_S} s")
    return f"alive: a worker of {host} gave a sign of life within {SEEN_WITHIN_S} s"
