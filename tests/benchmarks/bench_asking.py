"""What our side adds to a model call: CPU, memory, calls in flight, and what a known answer costs.

The model double answers from a process of its own, PostgreSQL and the broker are the embedded ones, on this machine.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, nullcontext
from pathlib import Path
from uuid import UUID

import httpx2
import psutil
from alembic import command
from sqlalchemy import text

from notes_pipeline.bootstrap import Services, migrations_config
from notes_pipeline.embedded import embedded_postgres, embedded_redis
from notes_pipeline.llm.gate import OpenGate
from notes_pipeline.llm.offline import OFFLINE_MODEL
from notes_pipeline.settings import Settings
from notes_pipeline.steps.checking import IndexCache
from notes_pipeline.steps.draft_chunk import Drafting, draft_chunk
from notes_pipeline.steps.ingest import ingest_guide, ingest_transcript
from notes_pipeline.steps.next_work import NextWork
from notes_pipeline.steps.plan_run import plan_run
from notes_pipeline.steps.request_run import RunOptions, request_run
from notes_pipeline.worker.app import create_app
from notes_pipeline.worker.doorbell import Doorbell

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
INTERVIEW = (FIXTURES / "interviews" / "bakery.vtt").read_text(encoding="utf-8")
GUIDE = (FIXTURES / "guides" / "bakery.yaml").read_bytes()
CHUNKS, IN_FLIGHT, LATENCY_S = 100, 100, 2.0

SERVE = """
import sys, time
from notes_pipeline.llm.offline.serving import running_offline_model
with running_offline_model(latency_s=float(sys.argv[1])) as url:
    print(url, flush=True)
    sys.stdin.read()
"""


@contextmanager
def model_double(latency_s: float) -> Iterator[str]:
    with subprocess.Popen(
        [sys.executable, "-c", SERVE, str(latency_s)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        if process.stdout is None:
            raise RuntimeError("no pipe")
        yield process.stdout.readline().strip()
        process.terminate()


def transcripts(number: int) -> list[bytes]:
    """Make interviews of one chunk that differ in a word, so that no answer serves two of them."""
    cues = INTERVIEW.split("\n\n")
    part = "\n\n".join(cues[:60])
    return [part.replace("Tilda", f"Tilda{'abcdefghij'[n % 10]}{n}").encode() for n in range(number)]


def planned(services: Services, files: list[bytes], *, uses_cache: bool = True) -> list[UUID]:
    """Store runs on all files, cut into chunks; gives the ids of the chunks."""
    guide = ingest_guide(services.transactions, "bench", GUIDE, "guide.yaml")
    chunk_ids: list[UUID] = []
    for number, data in enumerate(files):
        transcript = ingest_transcript(services.transactions, "bench", data, f"{number}.vtt")
        options = RunOptions(OFFLINE_MODEL, anew=True, uses_cache=uses_cache)
        run = request_run(services.transactions, "bench", transcript, guide, options, services.prompts)
        chunk_ids += plan_run(services.transactions, run.id).draft
    return chunk_ids


def drafting(services: Services) -> Drafting:
    asking = services.asking(OpenGate())
    return Drafting(asking, IndexCache(), "bench", 30.0, lambda _: nullcontext(lambda: None))


def measure_cpu(services: Services) -> None:
    """CPU of this process alone: the double, PostgreSQL and the broker are others."""
    made = drafting(services)
    files = transcripts(CHUNKS + 5)
    for chunk_id in planned(services, files[:5]):
        draft_chunk(made, chunk_id)  # imports, connections, compiled statements
    for what, wanted in (("asked", files[5:]), ("known", files[5:])):
        chunk_ids = planned(services, wanted)
        times: list[float] = []
        began = time.process_time()
        for chunk_id in chunk_ids:
            at = time.perf_counter()
            draft_chunk(made, chunk_id)
            times.append(1000 * (time.perf_counter() - at))
        cpu_ms = 1000 * (time.process_time() - began) / len(chunk_ids)
        print(
            f"{what:6} CPU {cpu_ms:5.1f} ms a chunk, wall {statistics.median(times):5.1f} ms ({len(chunk_ids)} chunks)"
        )
    with ThreadPoolExecutor(8) as pool:
        chunk_ids = planned(services, files[5:], uses_cache=False)
        began = time.process_time()
        list(pool.map(lambda chunk_id: draft_chunk(made, chunk_id), chunk_ids))
        print(f"asked, 8 threads: CPU {1000 * (time.process_time() - began) / len(chunk_ids):5.1f} ms a chunk")


def measure_in_flight(services: Services, redis_url: str, model_url: str) -> None:
    """Give a worker process twice as many chunks as it has slots, and look at what it does with them."""
    settings = services.settings
    environment = os.environ | {
        "DATABASE_URL": str(settings.database_url),
        "REDIS_URL": redis_url,
        "OPENAI_BASE_URL": model_url,
        "NOTES_MODEL": OFFLINE_MODEL,
        "NOTES_CONCURRENCY": str(IN_FLIGHT),
    }
    with subprocess.Popen(
        [sys.executable, "-m", "notes_pipeline.cli", "worker"], env=environment, stderr=subprocess.DEVNULL
    ) as process:
        worker = psutil.Process(process.pid)
        time.sleep(4)
        idle_mb, cpu_before = worker.memory_info().rss / 1e6, sum(worker.cpu_times()[:2])
        chunk_ids = planned(services, transcripts(2 * IN_FLIGHT), uses_cache=False)
        control = model_url.removesuffix("/v1") + "/control"
        httpx2.delete(control)
        began = time.monotonic()
        Doorbell(create_app(redis_url)).ring(NextWork(draft=tuple(chunk_ids)))
        most, peak_mb = 0, idle_mb
        while open_chunks(services):
            log = httpx2.get(control).json()["requests"]
            most = max(most, sum(entry["status"] is None for entry in log))
            peak_mb = max(peak_mb, worker.memory_info().rss / 1e6)
            time.sleep(0.25)
        wall = time.monotonic() - began
        cpu_ms = 1000 * (sum(worker.cpu_times()[:2]) - cpu_before) / len(chunk_ids)
        ideal = LATENCY_S * len(chunk_ids) / IN_FLIGHT
        print(
            f"one worker process, {IN_FLIGHT} slots, {len(chunk_ids)} calls of {LATENCY_S:g} s: {wall:.1f} s (ideal "
            f"{ideal:.1f}, ratio {wall / ideal:.2f}), at most {most} calls in flight, CPU {cpu_ms:.1f} ms a call, "
            f"memory {idle_mb:.0f} MB idle, {peak_mb:.0f} MB at most, {1000 * (peak_mb - idle_mb) / most:.0f} kB a call"
        )
        process.terminate()
        process.wait(30)


def open_chunks(services: Services) -> int:
    with services.transactions.begin() as session:
        query = text("SELECT count(*) FROM chunk WHERE state IN ('pending', 'running')")
        return int(session.execute(query).scalar_one())


def main() -> None:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="notes-bench-")))
        folder.chmod(0o755)
        database_url = stack.enter_context(embedded_postgres(folder))
        redis_url = stack.enter_context(embedded_redis(folder)).celery
        command.upgrade(migrations_config(database_url), "head")
        fast = stack.enter_context(model_double(0.0))
        services = Services(Settings(database_url=database_url, openai_base_url=fast, notes_model=OFFLINE_MODEL))
        measure_cpu(services)
        slow = stack.enter_context(model_double(LATENCY_S))
        measure_in_flight(services, redis_url, slow)
        services.engine.dispose()


if __name__ == "__main__":
    main()
