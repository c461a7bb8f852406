"""What benchmarks of the pipeline run in: embedded servers, a model double, workers, interviews of ten chunks."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import httpx2
import psutil
from alembic import command
from sqlalchemy import text

from notes_pipeline.bootstrap import Services, migrations_config
from notes_pipeline.embedded import embedded_postgres, embedded_redis
from notes_pipeline.llm.offline import OFFLINE_MODEL
from notes_pipeline.readers import read_transcript
from notes_pipeline.settings import Settings
from notes_pipeline.steps.ingest import IngestedGuide, ingest_guide, ingest_transcript
from notes_pipeline.steps.next_work import NextWork
from notes_pipeline.steps.request_run import RunOptions, request_run
from notes_pipeline.worker.app import create_app
from notes_pipeline.worker.doorbell import Doorbell

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "fixtures"
GUIDE = (FIXTURES / "guides" / "bakery.yaml").read_bytes()
WORKSPACE = "bench"
OPTIONS = RunOptions(OFFLINE_MODEL, anew=True, uses_cache=False)
LIMIT_S = 300.0


def interviews(number: int, *, first: int = 0, chunks: int = 10) -> list[bytes]:
    """Make interviews of so many chunks out of the fixtures; they differ in one word of each chunk and nothing else."""
    turns = []
    for file in ["interviews/bakery.vtt", *(f"evaluation/interviews/{each}" for each in _EVALUATED)]:
        transcript = read_transcript((FIXTURES / file).read_bytes(), Path(file).name)
        turns += [(utterance.speaker, utterance.text) for utterance in transcript.utterances]
    turns += [(speaker, said.replace(" the ", " that ")) for speaker, said in turns]  # said a second time, otherwise
    size = 0
    for position, (_, said) in enumerate(turns):
        size += len(said)
        if size > 5_700 * chunks - 3_000:
            turns = turns[:position]
            break
    made = []
    for mark in range(first, first + number):
        cues = ["WEBVTT"]
        for at, (speaker, said) in enumerate(turns):
            words = f"{said} Mark{mark}x." if at % 10 == 0 else said
            cues.append(f"{_clock(at * 7)} --> {_clock(at * 7 + 6)}\n<v {speaker}>{words}")
        made.append("\n\n".join(cues).encode())
    return made


_EVALUATED = ("cafe.txt", "choir.txt", "hospital_kitchen.srt", "library_van.vtt", "repair_shop.txt")


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.000"


@dataclass
class Cpu:
    """Seconds of CPU by part since it was made; a part is given by its oldest processes, and has their children."""

    parts: dict[str, list[psutil.Process]]
    _before: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._before = self._all()

    def used(self) -> dict[str, float]:
        return {name: seconds - self._before[name] for name, seconds in self._all().items()}

    def _all(self) -> dict[str, float]:
        return {name: sum(map(_seconds, processes)) for name, processes in self.parts.items()}


def _seconds(process: psutil.Process) -> float:
    """Add up a process, its children that have ended, and those that live."""
    times = process.cpu_times()
    seconds = times.user + times.system + times.children_user + times.children_system
    for child in process.children():
        with suppress(psutil.NoSuchProcess):
            seconds += _seconds(child)
    return float(seconds)


@dataclass(frozen=True, slots=True)
class Seen:
    """`arrivals`: of calls, as `time.time()`. `most_in_flight`: of them at once."""

    arrivals: list[float]
    most_in_flight: int


@dataclass
class World:
    services: Services
    redis_url: str
    model_url: str
    double: psutil.Process
    folder: Path
    doorbell: Doorbell
    http: httpx2.Client = field(default_factory=httpx2.Client)  # one: each has certificates to read, 20 ms of CPU

    @contextmanager
    def workers(
        self, number: int, slots: int, *, command: Sequence[str] = ("notes_pipeline.cli", "worker")
    ) -> Iterator[list[psutil.Process]]:
        """Run worker processes, of a module and its arguments; they are ready, and idle, when the block begins."""
        environment = os.environ | {
            "DATABASE_URL": str(self.services.settings.database_url),
            "REDIS_URL": self.redis_url,
            "OPENAI_BASE_URL": self.model_url,
            "NOTES_MODEL": OFFLINE_MODEL,
            "NOTES_CONCURRENCY": str(slots),
        }
        with ExitStack() as stack:
            processes = []
            for position in range(number):
                log = stack.enter_context((self.folder / f"worker-{position}.log").open("ab"))
                process = subprocess.Popen(
                    [sys.executable, "-m", *command], env=environment, stdout=log, stderr=log, cwd=ROOT
                )
                stack.callback(_stop, process)
                processes.append(psutil.Process(process.pid))
            while self._count("SELECT count(*) FROM worker WHERE seen_at > now() - interval '1 minute'") < number:
                time.sleep(0.1)
            time.sleep(1.0)
            yield processes

    def guide(self, workspace: str = WORKSPACE) -> IngestedGuide:
        return ingest_guide(self.services.transactions, workspace, GUIDE, "guide.yaml")

    def uploaded(self, files: Sequence[bytes], *, workspace: str = WORKSPACE) -> list[UUID]:
        """Store queued runs; nobody knows of them until `ring`, or the sweep finds them after ten seconds."""
        guide = self.guide(workspace)
        return [self.upload(data, guide, workspace=workspace) for data in files]

    def upload(self, data: bytes, guide: IngestedGuide, *, workspace: str = WORKSPACE) -> UUID:
        transactions = self.services.transactions
        transcript = ingest_transcript(transactions, workspace, data, "interview.vtt")
        return request_run(transactions, workspace, transcript, guide, OPTIONS, self.services.prompts).id

    def ring(self, run_ids: Sequence[UUID]) -> None:
        self.doorbell.ring(NextWork(plan=tuple(run_ids)))

    def wait(self, run_ids: Sequence[UUID], *, quiet_s: float = 0.0, every_s: float = 0.1) -> None:
        """Wait until runs have ended: `quiet_s` seconds without a look, then with one so often.

        Raises:
            TimeoutError: they have not, in five minutes.
        """
        deadline = time.monotonic() + LIMIT_S
        time.sleep(quiet_s)
        query = "SELECT count(*) FROM run WHERE id = ANY(:ids) AND finished_at IS NULL"
        while self._count(query, ids=list(run_ids)):
            if time.monotonic() > deadline:
                raise TimeoutError(f"runs have not ended in {LIMIT_S:g} s")
            time.sleep(every_s)

    def outcomes(self, run_ids: Sequence[UUID]) -> dict[str, int]:
        query = "SELECT state, count(*) AS number FROM run WHERE id = ANY(:ids) GROUP BY state"
        with self.services.transactions.begin() as session:
            rows = session.execute(text(query), {"ids": list(run_ids)}).all()
        return {row.state: row.number for row in rows}

    def seen(self, *, forget: bool = False) -> Seen:
        """Ask the double what it has seen; `forget`: it begins anew."""
        answer = self.http.request("DELETE" if forget else "GET", self.model_url.removesuffix("/v1") + "/stats")
        return Seen(**answer.json())

    def servers(self) -> dict[str, list[psutil.Process]]:
        """Give the processes of each server."""
        found: dict[str, list[psutil.Process]] = {"double": [self.double], "PostgreSQL": [], "broker": []}
        for process in psutil.process_iter(["name", "cmdline"]):
            with suppress(psutil.Error):  # of somebody else, and ended just now
                if process.info["name"] == "postgres" and str(self.folder) in " ".join(process.info["cmdline"] or []):
                    found["PostgreSQL"].append(process)
                elif process.info["name"] in ("valkey-server", "redis-server") and str(self.folder) in process.cwd():
                    found["broker"].append(process)
        return found

    def _count(self, query: str, **values: object) -> int:
        with self.services.transactions.begin() as session:
            return int(session.execute(text(query), values).scalar_one())


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextmanager
def world(latency_s: float) -> Iterator[World]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="notes-bench-")))
        folder.chmod(0o755)
        database_url = stack.enter_context(embedded_postgres(folder))
        redis_urls = stack.enter_context(embedded_redis(folder))
        command.upgrade(migrations_config(database_url), "head")
        double = subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.replaying", str(latency_s)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        stack.callback(double.wait)
        stack.callback(double.terminate)
        if double.stdout is None:
            raise RuntimeError("no pipe")
        model_url = double.stdout.readline().strip()
        services = Services(Settings(database_url=database_url, openai_base_url=model_url, notes_model=OFFLINE_MODEL))
        stack.callback(services.engine.dispose)
        doorbell = Doorbell(create_app(redis_urls.celery))
        made = World(services, redis_urls.celery, model_url, psutil.Process(double.pid), folder, doorbell)
        stack.callback(made.http.close)
        yield made
