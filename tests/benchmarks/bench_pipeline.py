"""How busy the slots are kept: a thousand calls beside the ideal and beside the usual way, in one run.

    python -m tests.benchmarks.bench_pipeline [--quick] [--only PART]

The model double answers after 2 s from a process of its own; PostgreSQL and the broker are the embedded ones, all on
this machine. `ideal` is the latency times the calls, divided by the slots.
"""

import argparse
import json
import logging
import os
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import psutil
import structlog

from notes_pipeline.llm.offline import OFFLINE_MODEL
from notes_pipeline.steps.plan_run import plan_run
from tests.benchmarks import usual_way
from tests.benchmarks.world import ROOT, Cpu, World, interviews, world

LATENCY_S = 2.0
SAMPLED_EVERY_S = 2.0
_marks = iter(range(0, 10_000_000, 1_000))


class Machine:
    """How fast the machine is just now: neighbours on it make the same work cost up to three times the CPU."""

    def __init__(self) -> None:
        self.loops_ms: list[float] = []

    def loop_ms(self) -> float:
        """Time a fixed piece of work of about 3 ms, in CPU milliseconds."""
        began = time.thread_time()
        total, table = 0, {}
        for number in range(20_000):
            total += number * number % 7
            table[number % 1000] = total
        taken = 1000 * (time.thread_time() - began)
        self.loops_ms.append(taken)
        return taken

    def calibrate(self) -> float:
        """Give the median of 15 loops."""
        return statistics.median(self.loop_ms() for _ in range(15))

    @property
    def best_ms(self) -> float:
        return min(self.loops_ms)


MACHINE = Machine()


class Watch:
    """Samples memory of processes with their children, and the fixed loop, every two seconds; costs 0.3 % of a core."""

    def __init__(self, processes: list[psutil.Process]) -> None:
        self.memory: list[list[tuple[float, float, float]]] = [[] for _ in processes]  # MB of RSS, PSS and USS
        self._loops_ms: list[float] = []
        self._processes = processes
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        while not self._stop.wait(SAMPLED_EVERY_S):
            for process, samples in zip(self._processes, self.memory, strict=True):
                samples.append(_memory_mb(process))
            self._loops_ms.append(MACHINE.loop_ms())

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    @property
    def peaks(self) -> list[tuple[float, ...]]:
        """The most of each process, MB of RSS, PSS and USS."""
        return [tuple(max(sample[kind] for sample in samples) for kind in range(3)) for samples in self.memory]

    @property
    def slowness(self) -> float:
        """How many times slower than at its best the machine was meanwhile."""
        return statistics.mean(self._loops_ms) / MACHINE.best_ms


def _memory_mb(process: psutil.Process) -> tuple[float, float, float]:
    """Add up MB of RSS, PSS and USS of a process and its children; PSS counts shared pages once."""
    found = []
    for each in (process, *process.children()):
        with suppress(psutil.NoSuchProcess):
            found.append(each.memory_full_info())
    rss, pss, uss = (sum(getattr(each, kind) for each in found) / 1e6 for kind in ("rss", "pss", "uss"))
    return rss, pss, uss


@dataclass(frozen=True, slots=True)
class Measured:
    """A lot of calls. `cpu_ms`: of a call, by part. `most`: in flight at once. `runs`: by their state."""

    calls: int
    slots: int
    wall_s: float
    cpu_ms: dict[str, float]
    most: int
    peaks_mb: list[tuple[float, ...]]
    slowness: float
    runs: dict[str, int]

    @property
    def ideal_s(self) -> float:
        return LATENCY_S * self.calls / self.slots

    @property
    def is_whole(self) -> bool:
        return set(self.runs) == {"finished"}

    def say(self, what: str, *, goal: str = "") -> None:
        failed = "" if self.is_whole else f"; NOT ALL FINISHED: {self.runs}"
        print(
            f"{what}: {self.calls:,} calls in {self.wall_s:.1f} s, ideal {self.ideal_s:.1f}, ratio "
            f"{self.wall_s / self.ideal_s:.2f}{goal}; at most {self.most} in flight{failed}"
        )
        best = {name: ms / self.slowness for name, ms in self.cpu_ms.items()}
        print(f"    CPU a call, ms: {_listed(self.cpu_ms)}; at the machine's best: {_listed(best)}")


def _listed(milliseconds: dict[str, float]) -> str:
    return ", ".join(f"{name} {ms:.1f}" for name, ms in sorted(milliseconds.items(), key=lambda item: -item[1]))


def measure(
    made: World, workers: list[psutil.Process], slots: int, runs: list[UUID], start: Callable[[], None]
) -> Measured:
    """Start runs that are stored already, and wait for them."""
    made.seen(forget=True)
    cpu = Cpu({"workers": workers} | made.servers())
    with Watch(workers) as watch:
        began = time.monotonic()
        start()
        made.wait(runs, quiet_s=LATENCY_S * 10 * len(runs) / slots * 0.9, every_s=0.1)
        wall_s = time.monotonic() - began
    used = cpu.used()
    seen = made.seen()
    calls = len(seen.arrivals)
    return Measured(
        calls=calls,
        slots=slots,
        wall_s=wall_s,
        cpu_ms={name: 1000 * seconds / calls for name, seconds in used.items()},
        most=seen.most_in_flight,
        peaks_mb=watch.peaks,
        slowness=watch.slowness,
        runs=made.outcomes(runs),
    )


@contextmanager
def ready(made: World, processes: int, slots: int, *, command: tuple[str, ...] = ()) -> Iterator[list[psutil.Process]]:
    """Run workers that have drafted before: imports, connections and statements are made."""
    options = {"command": command} if command else {}
    with made.workers(processes, slots, **options) as workers:
        warm = made.uploaded(interviews(2 * processes, first=next(_marks)))
        made.ring(warm)
        made.wait(warm)
        yield workers


def loaded(made: World, transcripts: int, processes: int, slots: int, *, goal: float) -> Measured:
    with ready(made, processes, slots) as workers:
        runs = made.uploaded(interviews(transcripts, first=next(_marks)))
        found = measure(made, workers, processes * slots, runs, lambda: made.ring(runs))
    found.say(f"{processes * slots} slots ({processes} x {slots})", goal=f" (goal {goal:.2f})")
    peaks = "; ".join(f"RSS {rss:.0f}, PSS {pss:.0f}, USS {uss:.0f}" for rss, pss, uss in found.peaks_mb)
    print(f"    (goal for workers 15 ms); peak memory of each worker, MB: {peaks} (goal 200)")
    return found


def calls(made: World, scale: int) -> None:
    loaded(made, 100 // scale, 2, 50, goal=1.15)
    loaded(made, 100 // scale, 2, 100, goal=1.35)


def second(made: World, scale: int) -> None:
    """As many calls for each slot, so that start and end weigh the same."""
    one = loaded(made, 40 // scale, 1, 50, goal=1.15)
    two = loaded(made, 80 // scale, 2, 50, goal=1.15)
    ratio = two.calls / two.wall_s / (one.calls / one.wall_s)
    print(f"a second process of 50 slots: {ratio:.2f} times the calls a second (goal 1.80)")


def parts(made: World, scale: int) -> None:
    """What a worker's CPU is spent on."""
    target = made.folder / "meter.json"
    with ready(made, 1, 25, command=("tests.benchmarks.metered", str(target))) as workers:
        _metered(workers[0], target)
        runs = made.uploaded(interviews(30 // scale, first=next(_marks)))
        found = measure(made, workers, 25, runs, lambda: made.ring(runs))
        seconds = _metered(workers[0], target)
    shares = {part: 1000 * each / found.calls for part, each in seconds.items()}
    print(f"a worker's CPU a call, ms, of {found.cpu_ms['workers']:.1f}: {_listed(shares)}")
    print(f"    at the machine's best: {_listed({part: ms / found.slowness for part, ms in shares.items()})}")


def _metered(worker: psutil.Process, target: Path) -> dict[str, float]:
    worker.send_signal(signal.SIGUSR2)
    while not target.exists():
        time.sleep(0.05)
    seconds: dict[str, float] = json.loads(target.read_text())
    target.unlink()
    return seconds


def alone(made: World, scale: int) -> None:
    """Ten chunks in 16 slots: the longest chain of calls is one call."""
    with ready(made, 1, 16):
        walls = [_one(made, "alone") for _ in range(5)]
    median = statistics.median(walls)
    print(
        f"one transcript of 10 chunks alone, 16 slots: median {median:.2f} s, worst of {len(walls)} {max(walls):.2f}, "
        f"longest chain of calls {LATENCY_S:.2f}, ratio {median / LATENCY_S:.2f} (goal 1.15)"
    )


def _one(made: World, workspace: str) -> float:
    """Seconds from the ring for a stored run to its end."""
    (run,) = made.uploaded(interviews(1, first=next(_marks)), workspace=workspace)
    began = time.monotonic()
    made.ring([run])
    made.wait([run], quiet_s=LATENCY_S - 0.1, every_s=0.02)
    return time.monotonic() - began


def first(made: World, scale: int) -> None:
    """From the bytes of a file to the first call at the model."""
    number = 20 // scale
    taken_ms = []
    files = interviews(number + 1, first=next(_marks), chunks=2)
    with ready(made, 2, 16):
        guide = made.guide()
        for data in files:
            made.seen(forget=True)
            began = time.time()
            run = made.upload(data, guide)
            made.ring([run])
            made.wait([run], quiet_s=LATENCY_S, every_s=0.1)
            taken_ms.append(1000 * (min(made.seen().arrivals) - began))
    taken_ms.pop(0)  # of a process that has uploaded before
    print(
        f"upload to first call: median {statistics.median(taken_ms):.0f} ms, worst of {number} {max(taken_ms):.0f} ms "
        "(goal 100)"
    )


def fair(made: World, scale: int) -> None:
    """50 slots, and a workspace that keeps them busy for 24 s."""
    with ready(made, 2, 25):
        by_itself = _one(made, "small")
        crowd = made.uploaded(interviews(60 // scale, first=next(_marks)), workspace="large")
        began = time.monotonic()
        made.ring(crowd)
        time.sleep(1.5 * LATENCY_S)
        behind = _one(made, "small")
        made.wait(crowd)
        all_of_it = time.monotonic() - began
    print(
        f"one transcript behind {60 // scale} of another workspace, 50 slots: {behind:.1f} s, alone {by_itself:.1f}; "
        f"the {60 // scale} took {all_of_it:.1f} s"
    )


def usual(made: World, scale: int, slots: int = 16) -> None:
    environment = os.environ | {
        "DATABASE_URL": str(made.services.settings.database_url),
        "REDIS_URL": made.redis_url,
        "OPENAI_BASE_URL": made.model_url,
        "NOTES_MODEL": OFFLINE_MODEL,
    }
    usual_way.app.conf.update(broker_url=made.redis_url, result_backend=made.redis_url)
    arguments = ["--app", "tests.benchmarks.usual_way", "worker", "--pool", "prefork", "--concurrency", str(slots)]
    with (made.folder / "usual.log").open("ab") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "celery", *arguments, "--queues", usual_way.QUEUE, "--loglevel", "ERROR"],
            env=environment,
            cwd=ROOT,
            stdout=said,
            stderr=said,
        )
    try:
        worker = psutil.Process(process.pid)
        while len(worker.children()) < slots:
            time.sleep(0.2)
        warm = _planned(made, slots // 5)  # two calls for each process, so that none is without its imports
        usual_way.start(made.services.transactions, warm)
        made.wait(warm)
        runs = _planned(made, 16 // scale)
        found = measure(made, [worker], slots, runs, lambda: usual_way.start(made.services.transactions, runs))
    finally:
        process.terminate()
        process.wait(60)
    found.say(f"the usual way, prefork and chords, {slots} slots")
    ((rss, pss, _),) = found.peaks_mb
    print(
        f"    peak memory of its {slots + 1} processes, MB: PSS {pss:.0f} (RSS {rss:.0f}); 100 slots of it would take "
        f"{pss * 100 / slots / 1000:.1f} GB"
    )


def _planned(made: World, transcripts: int) -> list[UUID]:
    runs = made.uploaded(interviews(transcripts, first=next(_marks)))
    for run in runs:
        plan_run(made.services.transactions, run)
    return runs


PARTS: dict[str, Callable[[World, int], None]] = {
    part.__name__: part for part in (calls, second, parts, alone, first, fair, usual)
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--quick", action="store_true", help="a quarter of the calls: start and end weigh four times as much in ratios"
    )
    parser.add_argument("--only", choices=PARTS)
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    print(
        "A fixed loop is timed before, during and after each part: the more CPU it takes, the slower was the machine. "
        "`At the machine's best` is a figure divided by how much slower the loop was than at its fastest so far."
    )
    MACHINE.calibrate()
    with world(LATENCY_S) as made:
        for name in [options.only] if options.only else PARTS:
            before = MACHINE.calibrate()
            PARTS[name](made, 4 if options.quick else 1)
            print(
                f"  [{name}: the loop took {before:.1f} ms of CPU before, {MACHINE.calibrate():.1f} after, "
                f"{MACHINE.best_ms:.1f} at best]",
                flush=True,
            )


if __name__ == "__main__":
    main()
