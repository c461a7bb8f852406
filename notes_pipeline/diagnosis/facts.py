"""What is known of a deployment, without any judgement. None: it could not be found out, or there is none."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from notes_pipeline.settings import Settings


@dataclass(frozen=True, slots=True)
class Unreachable:
    """A part that did not answer. `reason`: as its client said it, without passwords."""

    place: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TableFacts:
    """Rows of a table as the statistics collector estimates them."""

    name: str
    live_rows: int
    dead_rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseFacts:
    """A PostgreSQL that answers.

    `version`: as `server_version_num`, 180004 for 18.4. `revision`: of the schema; None: no migration ever ran.
    `shipped`: the revisions that this code brings, oldest first. `parameters`: of the session, as `SHOW` writes them.
    `clock_ahead_s`: of ours; negative where it is behind. `is_pooled_by_transaction`: two connections that were open at
    the same time were served by one backend.
    """

    place: str
    version: int
    revision: str | None
    shipped: tuple[str, ...]
    parameters: Mapping[str, str]
    connections: int = 1
    clock_ahead_s: float = 0.0
    may_create_tables: bool = True
    is_pooled_by_transaction: bool = False
    tables: tuple[TableFacts, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerFacts:
    """A Redis or Valkey that answers.

    `mode`: standalone, cluster or sentinel. `role`: master or slave. `eviction`, `is_logged`: `maxmemory-policy` and
    `appendonly`; None where the account may not ask. `used_bytes`, `most_bytes`: of memory; 0: without a limit.
    `ping_ms`: the median of several. `lengths`: messages by queue.
    """

    place: str
    version: str
    mode: str = "standalone"
    role: str = "master"
    eviction: str | None = None
    is_logged: bool | None = None
    used_bytes: int = 0
    most_bytes: int = 0
    ping_ms: float = 0.0
    lengths: Mapping[str, int] = field(default_factory=dict)
    visibility_timeout_s: float = 1800.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerFacts:
    """A worker process that gave a sign of life within the last minute. `swept_s_ago` None: not yet."""

    host: str
    pid: int
    version: str
    slots: int
    busy: int
    swept_s_ago: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkFacts:
    """Work as the database has it.

    `open_pieces`: chunks and steps of runs that are to be done. `late_chunks`: pending, and due for more than five
    minutes. `late_runs`: open, their deadline more than five minutes ago. `poisoned`: chunks of the last 24 hours that
    three workers were lost over.
    """

    workers: tuple[WorkerFacts, ...] = ()
    open_pieces: int = 0
    late_chunks: int = 0
    oldest_late_s: float = 0.0
    late_runs: int = 0
    poisoned: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFacts:
    """The model that new runs ask. `name`, `offered` None: the endpoint did not say; `error` has why.

    `is_priced`: by name, of the first model and, where there is one, the fallback.
    """

    place: str
    name: str | None = None
    offered: tuple[str, ...] | None = None
    error: str | None = None
    is_priced: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class HostFacts:
    """The machine or container that this command runs in.

    `open_files`: what a process may open at most. `memory_bytes`: the limit of the control group, else of the machine.
    `data_mode`: permissions of the data folder; None: there is none. `free_bytes`: on its disk. `unreadable`: by
    variable, why a file that it names cannot be used.
    """

    version: str
    open_files: int | None = None
    memory_bytes: int | None = None
    data_mode: int | None = None
    free_bytes: int | None = None
    unreadable: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that was found out. `database`, `broker` None: not set, and no embedded one runs."""

    settings: Settings
    host: HostFacts
    database: DatabaseFacts | Unreachable | None = None
    broker: BrokerFacts | Unreachable | None = None
    model: ModelFacts | None = None
    work: WorkFacts | None = None

    @property
    def is_deployment(self) -> bool:
        """Somebody set up servers of their own, so that it is no trial on one machine."""
        return self.settings.database_url is not None
