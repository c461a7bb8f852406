"""What a storm came to: a table by fault, and the violations with what happened around them."""

from collections import Counter
from collections.abc import Iterator, Mapping

from tests.chaos.checks import Violation
from tests.chaos.history import History
from tests.chaos.storm import Recovery, Storm

AROUND_S = 5.0
MOST_EVENTS = 60  # around one violation
COLUMNS = ("fault", "times", "runs lost", "notes lost", "doubled", "repeated (in flight)", "works again s", "settled s")


def table(storm: Storm, repeated: Mapping[str, int]) -> list[str]:
    """Write the table. A violation counts for every fault at its time; recovery is the longest of all mixes with it."""
    history = storm.world.history
    times = Counter(span.what for span in history.faults)
    wrong: dict[str, Counter[str]] = {name: Counter() for name in times}
    for violation in storm.violations:
        for name in history.faults_during(violation.since, violation.until):
            wrong[name][violation.kind] += 1
    rows: list[tuple[str, ...]] = [COLUMNS]
    for name in sorted(times):
        kinds = wrong[name]
        rows.append(
            (
                name,
                str(times[name]),
                *(str(kinds[kind]) for kind in ("runs lost", "notes lost", "doubled")),
                str(repeated.get(name, 0)),
                *_longest(storm.recoveries, name),
            )
        )
    others = sorted(set(repeated) - set(times))
    rows += [(f"({name})", "", "", "", "", str(repeated[name]), "", "") for name in others]
    totals = Counter(violation.kind for violation in storm.violations)
    lost = [str(totals[kind]) for kind in ("runs lost", "notes lost", "doubled")]
    rows.append(("in all", str(times.total()), *lost, str(sum(repeated.values())), *_longest(storm.recoveries, None)))
    widths = [max(len(row[column]) for row in rows) for column in range(len(COLUMNS))]
    return [" | ".join(f"{cell:{'<' if not n else '>'}{widths[n]}}" for n, cell in enumerate(row)) for row in rows]


def told(storm: Storm) -> Iterator[str]:
    """Tell each violation with the events around it; one that has no time of its own without."""
    for violation in storm.violations:
        yield f"\nVIOLATION ({violation.kind}) {violation.said}"
        if violation.until > 0:
            yield from _around(storm.world.history, violation)


def _around(history: History, violation: Violation) -> list[str]:
    events = history.around(violation.since - AROUND_S, violation.until + AROUND_S)
    left_out = len(events) - MOST_EVENTS
    return [f"    {event}" for event in events[:MOST_EVENTS]] + ([f"    and {left_out} more"] if left_out > 0 else [])


def _longest(recoveries: list[Recovery], name: str | None) -> tuple[str, str]:
    of_it = [recovery for recovery in recoveries if name is None or name in recovery.faults]
    if not of_it:
        return "", ""
    return _most([each.works_again_s for each in of_it]), _most([each.settled_s for each in of_it])


def _most(seconds: list[float | None]) -> str:
    known = [each for each in seconds if each is not None]
    return "never" if len(known) < len(seconds) else f"{max(known):.1f}"
