"""How busy the slots are kept: a thousand calls beside the ideal and beside the usual way, in one run.

    python -m tests.benchmarks.bench_pipeline [--quick] [--only calls|alone|second|first|usual|fair]

The model double answers after 2 s from a process of its own; PostgreSQL and the broker are the embedded ones, all on
this machine. A loop of fixed length is timed beside each part: where it takes longer, so does everything. `at its best`
is a figure divided by how much slower that loop was than at its fastest.
"""

import argparse
import logging
import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import psutil
import structlog
from sqlalchemy import text

from notes_pipeline.llm.offline import OFFLINE_MODEL
from notes_pipeline.steps.plan_run import plan_run
from tests.benchmarks import usual_way
from tests.benchmarks.world import ROOT, Cpu, World, interviews, world

LATENCY_S = 2.0
PARTS = ("calls", "second", "alone", "first", "fair", "usual")
_loops: list[float] = []
_marks = iter(range(0, 10_000_000, 1_000))


def loop_ms() -> float:
    """Time a fixed piece of work, in CPU milliseconds."""
    began = time.thread_time()
    total, table = 0, {}
    for number in range(200_000):
        total += number * number % 7
        table[number % 1000] = total
    taken = 1000 * (time.thread_time() - began)
    _loops.append(taken)
    return taken


class Watch:
    """Samples memory of processes, and the fixed loop, once a second."""

    def __init__(self, processes: list[psutil.Process]) -> None:
        self.peak_mb: dict[int, float] = {process.pid: 0.0 for process in processes}
        self.loops: list[float] = []
        self._processes = processes
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        while not self._stop.wait(1.0):
            for process in self._processes:
                self.peak_mb[process.pid] = max(self.peak_mb[process.pid], process.memory_info().rss / 1e6)
            self.loops.append(loop_ms())

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    @property
    def slowness(self) -> float:
        """How much slower than at its best the machine was."""
        return statistics.mean(self.loops or [loop_ms()]) / min(_loops)


@contextmanager
def ready(made: World, processes: int, slots: int) -> Iterator[list[psutil.Process]]:
    """Run workers that have drafted before: imports, connections and statements are made."""
    with made.workers(processes, slots) as workers:
        warm = made.uploaded(interviews(2 * processes, first=next(_marks)))
        made.ring(warm)
        made.wait(warm)
        yield workers


def thousand(made: World, transcripts: int, processes: int, slots: int, *, goal: float) -> float:
    """Give calls a second."""
    in_flight = processes * slots
    with ready(made, processes, slots) as workers:
        runs = made.uploaded(interviews(transcripts, first=next(_marks)))
        made.stats(forget=True)
        cpu = Cpu({"workers": workers} | made.servers())
        with Watch(workers) as watch:
            began = time.monotonic()
            made.ring(runs)
            made.wait(runs)
            wall = time.monotonic() - began
        used = cpu.used()
    stats = made.stats()
    arrivals = stats["arrivals"]
    calls = len(arrivals) if isinstance(arrivals, list) else 0
    ideal = LATENCY_S * calls / in_flight
    shares = ", ".join(f"{name} {1000 * seconds / calls:.1f}" for name, seconds in used.items())
    print(
        f"{calls} calls, {in_flight} in flight ({processes} x {slots}): {wall:.1f} s, ideal {ideal:.1f}, ratio "
        f"{wall / ideal:.2f} (goal {goal:.2f}); at most {stats['most_in_flight']} in flight; runs {made.outcomes(runs)}"
    )
    print(
        f"    CPU ms a call: {shares}; workers at its best {1000 * used['workers'] / calls / watch.slowness:.1f} (goal "
        f"15), machine {watch.slowness:.2f} times slower than at its best; peak memory "
        f"{', '.join(f'{mb:.0f} MB' for mb in watch.peak_mb.values())} (goal 200)"
    )
    return calls / wall


def alone(made: World) -> None:
    with ready(made, 1, 16):
        (run,) = made.uploaded(interviews(1, first=next(_marks)))
        began = time.monotonic()
        made.ring([run])
        made.wait([run], every_s=0.01)
        wall = time.monotonic() - began
    print(
        f"one transcript of 10 chunks alone: {wall:.2f} s, longest chain {LATENCY_S:.2f}, ratio {wall / LATENCY_S:.2f} "
        "(goal 1.15)"
    )


def first_call(made: World, number: int) -> None:
    """From the bytes of a file to the first call at the model."""
    taken = []
    with ready(made, 2, 16):
        for _ in range(number):
            (data,) = interviews(1, first=next(_marks), chunks=2)
            made.stats(forget=True)
            began = time.time()
            runs = made.uploaded([data])
            made.ring(runs)
            while not (arrivals := made.stats()["arrivals"]):
                time.sleep(0.01)
            if isinstance(arrivals, list):
                taken.append(1000 * (arrivals[0] - began))
            made.wait(runs)
    print(
        f"upload to first call: median {statistics.median(taken):.0f} ms, worst of {number} {max(taken):.0f} ms "
        "(goal 100)"
    )


def fairness(made: World) -> None:
    with ready(made, 2, 25):
        (single,) = made.uploaded(interviews(1, first=next(_marks)), workspace="small")
        began = time.monotonic()
        made.ring([single])
        made.wait([single], every_s=0.02)
        by_itself = time.monotonic() - began
        crowd = made.uploaded(interviews(60, first=next(_marks)), workspace="large")
        made.ring(crowd)
        time.sleep(3)
        (single,) = made.uploaded(interviews(1, first=next(_marks)), workspace="small")
        began = time.monotonic()
        made.ring([single])
        made.wait([single], every_s=0.02)
        behind = time.monotonic() - began
        made.wait(crowd)
        all_of_it = time.monotonic() - began
    print(
        f"one transcript of another workspace behind 60: {behind:.1f} s, alone {by_itself:.1f} s; the 60 took "
        f"{all_of_it:.1f} s more"
    )


def usual(made: World, transcripts: int, slots: int) -> None:
    environment = os.environ | {
        "DATABASE_URL": str(made.services.settings.database_url),
        "REDIS_URL": made.redis_url,
        "RESULT_URL": made.redis_client_url,
        "OPENAI_BASE_URL": made.model_url,
        "NOTES_MODEL": OFFLINE_MODEL,
    }
    usual_way.app.conf.update(broker_url=made.redis_url, result_backend=made.redis_client_url)
    arguments = ["--app", "tests.benchmarks.usual_way", "worker", "--pool", "prefork", "--concurrency", str(slots)]
    with subprocess.Popen(
        [sys.executable, "-m", "celery", *arguments, "--queues", "usual", "--loglevel", "ERROR"],
        env=environment,
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        worker = psutil.Process(process.pid)
        try:
            while len(worker.children()) < slots:
                time.sleep(0.2)
            _usual_runs(made, [plan(made, run) for run in made.uploaded(interviews(2, first=next(_marks)))])
            runs = [plan(made, run) for run in made.uploaded(interviews(transcripts, first=next(_marks)))]
            made.stats(forget=True)
            cpu = Cpu({"workers": [worker]} | made.servers())
            with Watch([worker]) as watch:
                began = time.monotonic()
                _usual_runs(made, runs)
                wall = time.monotonic() - began
            used = cpu.used()
            pss_mb = sum(each.memory_full_info().pss for each in (worker, *worker.children())) / 1e6
        finally:
            process.terminate()
    arrivals = made.stats()["arrivals"]
    calls = len(arrivals) if isinstance(arrivals, list) else 0
    ideal = LATENCY_S * calls / slots
    shares = ", ".join(f"{name} {1000 * seconds / calls:.1f}" for name, seconds in used.items())
    print(
        f"the usual way, prefork and chords: {calls} calls, {slots} in flight: {wall:.1f} s, ideal {ideal:.1f}, ratio "
        f"{wall / ideal:.2f}\n    CPU ms a call: {shares}; workers at its best "
        f"{1000 * used['workers'] / calls / watch.slowness:.1f}; memory {pss_mb:.0f} MB in {slots + 1} processes: 100 "
        f"calls in flight would take {pss_mb * 100 / slots / 1000:.1f} GB"
    )


def plan(made: World, run: UUID) -> UUID:
    plan_run(made.services.transactions, run)
    return run


def _usual_runs(made: World, runs: list[UUID]) -> None:
    with made.services.transactions.begin() as session:
        session.execute(text("SELECT 1"))
        for run in runs:
            usual_way.start(session, run)
    made.wait(runs)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a fifth of the calls")
    parser.add_argument("--only", choices=PARTS)
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    wanted = [options.only] if options.only else PARTS
    transcripts = 20 if options.quick else 100
    for _ in range(20):
        loop_ms()
    with world(LATENCY_S) as made:
        if "calls" in wanted:
            thousand(made, transcripts, 2, 50, goal=1.15)
            thousand(made, transcripts, 2, 100, goal=1.35)
        if "second" in wanted:
            one = thousand(made, transcripts // 5, 1, 25, goal=1.15)
            two = thousand(made, transcripts * 2 // 5, 2, 25, goal=1.15)
            print(f"a second process of 25 slots: {two / one:.2f} times the calls a second (goal 1.8)")
        if "alone" in wanted:
            alone(made)
        if "first" in wanted:
            first_call(made, 5 if options.quick else 20)
        if "fair" in wanted:
            fairness(made)
        if "usual" in wanted:
            usual(made, 4 if options.quick else 16, 16)
    print(f"the fixed loop took {min(_loops):.0f} to {max(_loops):.0f} ms of CPU in this run: figures vary as much")


if __name__ == "__main__":
    main()
