"""Mixes of faults, one after the other, with the time that it takes to recover from each."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from uuid import UUID

import psycopg

from tests.chaos.checks import Record, Violation, all_violations, wrong_leases, wrong_sessions
from tests.chaos.faults import Fault, Scene
from tests.chaos.uploads import Uploads
from tests.chaos.world import World

SPREAD_S = 1.5  # over which the faults of a mix begin
POLL_S = 0.2
LOAD, LOAD_WAIT_S = 4, 5.0  # chunks in hand when a mix begins, and how long to wait for so many
STUCK_S = 150.0  # an endpoint that turned calls away is given 120 s to be asked as often as before
WARM_UP_S = 40.0


@dataclass(frozen=True, slots=True)
class Recovery:
    """After a mix: seconds until a chunk ended again, and until all work had ended that was open. None: never."""

    faults: tuple[str, ...]
    works_again_s: float | None
    settled_s: float | None


@dataclass
class Storm:
    world: World
    uploads: Uploads
    random: Random
    recoveries: list[Recovery] = field(default_factory=list)
    violations: list[Violation] = field(default_factory=list)
    say: Callable[[str], None] = lambda _: None

    def warm_up(self) -> None:
        """Wait until both workers have drafted something."""
        deadline = time.monotonic() + WARM_UP_S
        record = Record(self.world.record)
        while time.monotonic() < deadline:
            record.read_on()
            if len({call.asker for call in record.calls if call.notes}) >= len(self.world.seats):
                return
            time.sleep(POLL_S)
        raise TimeoutError(f"the workers draft nothing within {WARM_UP_S:g} s; see {self.world.folder}")

    def strike(self, mix: Sequence[Fault]) -> Recovery:
        """Let the faults of a mix happen, overlapping, and wait until the work is done that they met."""
        history = self.world.history
        self._wait_for_work()
        strikes = []
        for fault in mix:
            # Its own chance: the threads take turns as they like, and a seed is to mean the same each time.
            scene = Scene(self.world, self.uploads, Random(self.random.random()))
            delay_s = self.random.uniform(0, SPREAD_S) if len(mix) > 1 else 0.0
            strikes.append(threading.Thread(target=self._happen, args=(fault, scene, delay_s), name=fault.name))
        for strike in strikes:
            strike.start()
        for strike in strikes:
            strike.join()
        recovery = self._recovery(tuple(fault.name for fault in mix))
        self.recoveries.append(recovery)
        history.note(
            f"after {', '.join(recovery.faults)}: works again after {_seconds(recovery.works_again_s)}, "
            f"settled after {_seconds(recovery.settled_s)}"
        )
        return recovery

    def _wait_for_work(self) -> None:
        """Wait for a moment in which a fault can do harm: each worker has calls in flight."""
        deadline = time.monotonic() + LOAD_WAIT_S
        while time.monotonic() < deadline:
            with self.world.connect() as connection:
                query = "SELECT count(*), count(DISTINCT lease_owner) FROM chunk WHERE state = 'running'"
                row = connection.execute(query).fetchone()
            if row is not None and row[0] >= LOAD and row[1] == len(self.world.seats):
                return
            time.sleep(POLL_S / 4)

    def _happen(self, fault: Fault, scene: Scene, delay_s: float) -> None:
        time.sleep(delay_s)
        try:
            with self.world.history.fault(fault.name):
                fault.happen(scene)
        except Exception as error:  # noqa: BLE001 (a fault that cannot be made is a fault of the harness, and is told)
            self._add(Violation("other", f"{fault.name} failed: {type(error).__name__}: {error}", time.time(), 0))

    def _recovery(self, faults: tuple[str, ...]) -> Recovery:
        began = time.time()
        met: set[UUID] | None = None
        works_again_s: float | None = None
        while time.time() - began < STUCK_S:
            try:
                with self.world.connect() as connection:
                    rows = connection.execute("SELECT id FROM run WHERE finished_at IS NULL")
                    still_open = {row[0] for row in rows}
                    query = "SELECT count(*) FROM chunk WHERE finished_at > to_timestamp(%s)"
                    ended = connection.execute(query, [began]).fetchone()
            except psycopg.OperationalError:
                time.sleep(POLL_S)
                continue
            met = still_open if met is None else met & still_open
            if works_again_s is None and (not still_open or (ended and ended[0])):
                works_again_s = time.time() - began
            if not met and works_again_s is not None:
                return Recovery(faults, works_again_s, time.time() - began)
            time.sleep(POLL_S)
        stuck = ", ".join(str(run_id) for run_id in sorted(met or [])[:5])
        said = f"stuck {STUCK_S:g} s after {', '.join(faults)}: runs {stuck or 'unknown'}"
        self._add(Violation("runs lost", said, began - 30, time.time()))
        return Recovery(faults, works_again_s, None)

    def look(self) -> None:
        """Check what must hold at any moment in which nothing is wrong."""
        with self.world.connect() as connection:
            for violation in (*wrong_leases(connection), *wrong_sessions(connection)):
                self._add(violation)

    def end(self) -> dict[str, int]:
        """Wait until all work has ended, check everything; gives repeated calls by their reason."""
        self.uploads.stop()
        self._recovery(("the end of uploads",))
        time.sleep(3)  # for what was in hand twice
        record = Record(self.world.record)
        record.read_on()
        with self.world.connect() as connection:
            repeated, violations = all_violations(connection, record.calls, self.world.history, time.time())
            for violation in (*violations, *wrong_sessions(connection, longest_s=5)):
                self._add(violation)
        return dict(repeated)

    def _add(self, violation: Violation) -> None:
        self.violations.append(violation)
        self.world.history.note(f"VIOLATION ({violation.kind}) {violation.said}")
        self.say(f"VIOLATION ({violation.kind}) {violation.said}")


def _seconds(seconds: float | None) -> str:
    return "never" if seconds is None else f"{seconds:.1f} s"
