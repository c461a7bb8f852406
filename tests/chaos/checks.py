"""What must hold, read straight from the tables and the double's record, with nothing of the product's code.

A check gives what is wrong, as violations; none means that it holds.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from psycopg import Cursor
from psycopg.rows import namedtuple_row

from tests.chaos.history import History, Life
from tests.chaos.interviews import marker_of
from tests.chaos.world import LEASE_S, STOP_GRACE_S, SWEEP_S

ENDED = ("finished", "partial", "failed", "cancelled")
SEND_S = 0.5  # from taking a call on to its arrival
WRITE_S = 2.0  # from an answer to the row that keeps it, on a busy machine
INSIST_S = 12.0  # after the database is back: the longest wait between two tries to write, and a little
MOST_LOSSES = 3  # of a chunk before it is set aside
LONGEST_TRANSACTION_S = 70.0  # a worker frozen inside one is cut off after 60 s
LONGEST_STOP_S = STOP_GRACE_S + 8.0  # of a worker that is told to stop and not frozen meanwhile
UNAVAILABLE = 6  # the exit code of a worker that finds no database when it starts
DEADLY = ("worker killed", "worker stopped", "worker out of memory")
MODEL_FAULTS = {
    "unreachable": (
        "model hangs",
        "model too slow",
        "model slow",
        "model fails half of the time",
        "model turns away",
        "connection to the model reset",
        "model's answer cut",
    ),
    "unreadable_answer": ("model answers malformed",),
}

Connection = psycopg.Connection[Any]


@dataclass(frozen=True, slots=True)
class Violation:
    """`kind`: runs lost, notes lost, doubled, or other. `since`, `until`: when its cause must lie."""

    kind: str
    said: str
    since: float
    until: float


@dataclass(frozen=True, slots=True)
class Call:
    """A call as the double saw it; see `double.Recorder`. `notes`: of a valid draft, else None."""

    request_id: str | None
    asker: str
    marker: str | None
    prompt: str
    arrived: float
    ended: float
    delivered: bool
    notes: tuple[tuple[str, tuple[str, ...]], ...] | None


@dataclass(slots=True)
class Record:
    """What the double wrote down, read on as it grows."""

    file: Path
    calls: list[Call] = field(default_factory=list)
    _read: int = 0

    def read_on(self) -> None:
        with self.file.open("rb") as file:
            file.seek(self._read)
            for line in file:
                if not line.endswith(b"\n"):
                    break
                self._read += len(line)
                self.calls.append(_call(json.loads(line)))


def _call(line: dict[str, Any]) -> Call:
    return Call(
        line["request_id"],
        line["asker"],
        line["marker"],
        line["prompt"],
        line["arrived"],
        line["ended"],
        line["delivered"],
        _notes(line["content"]),
    )


def _notes(content: str | None) -> tuple[tuple[str, tuple[str, ...]], ...] | None:
    """Give statement and quotes of each note in an answer; None: it is no draft."""
    try:
        said = json.loads(content or "")
        if not isinstance(said["coverage"], list):
            return None
        return tuple(
            (note["statement"].strip(), tuple(quote["words"] for quote in note["quotes"])) for note in said["notes"]
        )
    except (ValueError, LookupError, TypeError, AttributeError):
        return None


# Calls


def safe_at(call: Call, history: History) -> float:
    """From when on the answer of a call is stored, if its asker lives: later where the database was away."""
    at = call.ended + WRITE_S
    for outage in sorted(history.outages, key=lambda span: span.since):
        if outage.overlaps(call.ended, at):
            at = max(at, (outage.until or float("inf")) + INSIST_S)
    return at


def excuse(call: Call, history: History) -> str | None:
    """Say why a call in flight may have to be asked again; None: there is no reason."""
    until = safe_at(call, history)
    life = history.lives[call.asker]
    if (why := _disturbance(life, call, until)) is not None:
        return why
    for theft in list(history.thefts):
        if theft.overlaps(call.arrived - SEND_S, until):
            return theft.what
    return None if call.delivered else "not delivered"


def _disturbance(life: Life, call: Call, until: float) -> str | None:
    for span in list(life.disturbed):
        # What was done to a worker lasts until it ends: it may die slowly.
        if span.since <= until and (span.until is None or span.until + WRITE_S >= call.arrived):
            return span.what
    if life.ended is not None and life.ended <= until:
        return "worker ended by itself"
    return None


def _late(first: Call, second: Call, history: History) -> str | None:
    """Say why the second was sent although the first was answered: its asker was about to send it when it froze."""
    for span in list(history.lives[second.asker].disturbed):
        if span.until is not None and span.until >= first.arrived and 0 <= second.arrived - span.until <= WRITE_S:
            return span.what
    return None


def repeated_calls(calls: Sequence[Call], history: History) -> tuple[Counter[str], list[Violation]]:
    """Count the answers that were paid for twice, by what may have lost the first; without such a reason, a violation.

    Prompts hold the marker of an interview, so no two interviews share one.
    """
    same: dict[str, list[Call]] = defaultdict(list)
    for call in calls:
        if call.marker is not None and call.notes is not None:
            same[call.prompt].append(call)
    repeated: Counter[str] = Counter()
    violations = []
    for each in same.values():
        each.sort(key=lambda call: call.arrived)
        for first, second in pairwise(each):
            why = excuse(first, history) or _late(first, second, history)
            if why is not None:
                repeated[why] += 1
                continue
            said = (
                f"{first.marker}: answered to {first.asker} ({first.request_id}), and asked again by {second.asker} "
                f"({second.request_id}) {second.arrived - first.ended:.1f} s later"
            )
            violations.append(Violation("doubled", said, first.arrived, second.ended))
    return repeated, violations


def unwritten_calls(connection: Connection, calls: Sequence[Call], history: History, now: float) -> list[Violation]:
    """Find answers that a living worker got and that no row tells of."""
    written = {row[0] for row in connection.execute("SELECT request_id FROM model_call WHERE request_id IS NOT NULL")}
    return [
        Violation(
            "notes lost",
            f"the answer {call.request_id} to {call.asker} ({call.marker}) is in no row",
            call.arrived,
            now,
        )
        for call in calls
        if call.notes is not None
        and call.marker is not None
        and call.request_id not in written
        and safe_at(call, history) < now
        and excuse(call, history) is None
    ]


# Runs


def lost_uploads(connection: Connection, history: History) -> list[Violation]:
    """Find uploads that were answered with success and have no run that has ended."""
    states = {row[0]: row[1] for row in connection.execute("SELECT id, state FROM run")}
    violations = []
    for upload in history.uploads:
        state = states.get(upload.run_id)
        if state not in ENDED:
            said = f"run {upload.run_id} of {upload.marker} " + ("is gone" if state is None else f"is still {state}")
            violations.append(Violation("runs lost", said, upload.at, upload.at + 120))
    return violations


def wrong_runs(connection: Connection, calls: Sequence[Call], history: History) -> Iterator[Violation]:
    """Check every run that has ended: its chunks, their reasons, its notes against the model's answers."""
    answers = {call.request_id: call for call in calls if call.request_id is not None}
    chunks: dict[UUID, list[Any]] = defaultdict(list)
    notes: dict[UUID, list[Any]] = defaultdict(list)
    quotes: dict[UUID, list[str]] = defaultdict(list)
    answered: dict[UUID, list[Call]] = defaultdict(list)
    cursor: Cursor[Any] = connection.cursor(row_factory=namedtuple_row)
    for chunk in cursor.execute("SELECT *, extract(epoch FROM finished_at) AS ended FROM chunk").fetchall():
        chunks[chunk.run_id].append(chunk)
    for note in cursor.execute("SELECT id, run_id, chunk_id, stage, status, statement FROM note").fetchall():
        notes[note.run_id].append(note)
    for row in cursor.execute("SELECT run_id, quote FROM evidence JOIN note ON note.id = note_id").fetchall():
        quotes[row.run_id].append(row.quote)
    of_interview: dict[str | None, list[Call]] = defaultdict(list)
    for call in calls:
        of_interview[call.marker].append(call)
    query = (
        "SELECT chunk_id, model_call.request_id, outcome, title FROM model_call JOIN run ON run.id = run_id"
        " JOIN transcript ON transcript.id = transcript_id WHERE outcome IN ('answered', 'cached')"
    )
    for row in cursor.execute(query).fetchall():
        if row.outcome == "cached":  # paid for by an earlier run of the same interview
            answered[row.chunk_id] += of_interview[marker_of(int(row.title))]
        elif row.request_id in answers:
            answered[row.chunk_id].append(answers[row.request_id])
    length = "SELECT sum(length(text)) + count(*) - 1 FROM utterance WHERE transcript_id = run.transcript_id"
    query = (
        f"SELECT id, state, chunks_total, cancelled_at, ({length}) AS length,"  # noqa: S608 (ours)
        " extract(epoch FROM created_at) AS since, extract(epoch FROM finished_at) AS until FROM run"
    )
    for run in cursor.execute(query).fetchall():
        of_run = chunks.get(run.id, [])
        if run.state not in ENDED:
            wrong: Iterable[tuple[str, str]] = (
                ("other", "a note is published before its run has ended")
                for note in notes.get(run.id, [])
                if note.stage == "published"
            )
        else:
            wrong = (
                *_wrong_state(run, of_run, history),
                *_wrong_notes(of_run, notes.get(run.id, []), quotes.get(run.id, []), answered),
            )
        for kind, said in wrong:
            until = float(run.until) if run.until is not None else float(run.since) + 120
            yield Violation(kind, f"run {run.id} ({run.state}): {said}", float(run.since), until)


def _wrong_state(run: Any, chunks: Sequence[Any], history: History) -> Iterator[tuple[str, str]]:
    states = Counter(chunk.state for chunk in chunks)
    if run.state == "cancelled" or run.cancelled_at is not None:
        if run.id not in history.cancelled:
            yield "runs lost", "nobody cancelled it"
        if not chunks:
            return  # before it was planned
    elif (run.state == "finished") != (not states["failed"]) or (run.state == "failed") != (not states["done"]):
        yield "runs lost", f"its chunks are {dict(states)}"
    if run.chunks_total != len(chunks):
        yield "runs lost", f"it was cut into {run.chunks_total} chunks and has {len(chunks)}"
    if set(states) - {"done", "failed"}:
        yield "runs lost", f"it has ended and its chunks are {dict(states)}"
    end = -1
    for chunk in sorted(chunks, key=lambda each: each.new_from):
        if chunk.new_from != end + 1:
            yield "runs lost", f"its chunks leave a gap or overlap from {end} to {chunk.new_from}"
        end = chunk.text_to
    if chunks and end != run.length:
        yield "runs lost", f"its chunks end at {end} of {run.length}"
    for chunk in chunks:
        if chunk.state == "failed" and not _is_explained(run, chunk, history):
            yield "notes lost", f"chunk {chunk.id} failed without a reason of ours: {chunk.outcome}, {chunk.error}"
        if chunk.state == "done" and chunk.outcome != "drafted":
            yield "notes lost", f"chunk {chunk.id} is {chunk.outcome}: {chunk.error}"


def _is_explained(run: Any, chunk: Any, history: History) -> bool:
    since, until = float(run.since), float(chunk.ended)
    during = history.faults_during(since, until)
    if chunk.outcome == "cancelled":
        return run.id in history.cancelled
    if chunk.outcome == "poisoned":
        return _losses(history, since, until) >= MOST_LOSSES
    return any(name in during for name in MODEL_FAULTS.get(chunk.outcome, ()))


def _losses(history: History, since: float, until: float) -> int:
    """Count what may have cost a chunk its lease."""
    ends = sum(life.ended is not None and since <= life.ended <= until for life in history.lives.values())
    frozen = sum(
        span.what in ("worker frozen", "worker out of memory") and span.overlaps(since, until)
        for life in history.lives.values()
        for span in life.disturbed
    )
    return ends + frozen + sum(theft.overlaps(since, until) for theft in history.thefts)


def _wrong_notes(
    chunks: Sequence[Any], notes: Sequence[Any], quotes: Sequence[str], answered: dict[UUID, list[Call]]
) -> Iterator[tuple[str, str]]:
    expected_quotes: Counter[str] = Counter()
    by_chunk: dict[UUID, list[Any]] = defaultdict(list)
    for note in notes:
        by_chunk[note.chunk_id].append(note)
        if note.stage == "draft":
            yield "notes lost", f"note {note.id} was never published"
        if note.status not in ("supported", "flagged"):
            yield "notes lost", f"note {note.id} is {note.status}"
    for chunk in chunks:
        stored = Counter(note.statement for note in by_chunk.get(chunk.id, []))
        if chunk.outcome != "drafted":
            if stored:
                yield "doubled", f"chunk {chunk.id} is {chunk.outcome} and has {stored.total()} notes"
            continue
        said = [call.notes for call in answered.get(chunk.id, []) if call.notes is not None]
        if not said:
            yield "other", f"chunk {chunk.id} was drafted, and no answered call of it is known"
            continue
        # All answers to one question are alike, unless the model was told to invent: then any of them may be it.
        fitting = next((one for one in said if Counter(statement for statement, _ in one) == stored), None)
        if fitting is None:
            first = Counter(statement for statement, _ in said[0])
            lost, more = first - stored, stored - first
            yield (
                "notes lost" if lost else "doubled",
                (
                    f"chunk {chunk.id} has {stored.total()} notes of {first.total()} in the answer: {lost.total()} are "
                    f"missing, {more.total()} too many"
                ),
            )
            continue
        expected_quotes.update(quote for _, words in fitting for quote in words)
    if expected_quotes != Counter(quotes):
        lost, more = expected_quotes - Counter(quotes), Counter(quotes) - expected_quotes
        yield "notes lost" if lost else "doubled", f"{lost.total()} quotes are missing, {more.total()} are too many"


# Tables as a whole


def wrong_rows(connection: Connection) -> Iterator[Violation]:
    """Find rows that stand twice or belong to nothing. The constraints of the tables forbid most of it; so much the
    better."""
    doubled = {
        "chunks with one place in a run": "SELECT run_id, new_from FROM chunk GROUP BY 1, 2 HAVING count(*) > 1",
        "notes with one place in a chunk": "SELECT chunk_id, ordinal FROM note GROUP BY 1, 2 HAVING count(*) > 1",
        "calls with one request": (
            "SELECT request_id FROM model_call WHERE request_id IS NOT NULL AND outcome <> 'cached' "
            "GROUP BY 1 HAVING count(*) > 1"
        ),
        "open runs of one transcript": (
            "SELECT transcript_id FROM run WHERE finished_at IS NULL GROUP BY 1 HAVING count(*) > 1"
        ),
    }
    for what, query in doubled.items():
        if rows := connection.execute(query).fetchall():
            yield Violation("doubled", f"{len(rows)} times two {what}: {rows[:3]}", 0, 0)
    orphans = {
        "evidence without a note": "SELECT id FROM evidence WHERE note_id NOT IN (SELECT id FROM note)",
        "published notes without evidence that are supported": (
            "SELECT id FROM note WHERE stage = 'published' AND status = 'supported' "
            "AND id NOT IN (SELECT note_id FROM evidence)"
        ),
        "notes of a run that is not theirs": (
            "SELECT note.id FROM note JOIN chunk ON chunk.id = chunk_id WHERE note.run_id <> chunk.run_id"
        ),
    }
    for what, query in orphans.items():
        if rows := connection.execute(query).fetchall():
            yield Violation("other", f"{len(rows)} of {what}: {rows[:3]}", 0, 0)


def wrong_leases(connection: Connection) -> Iterator[Violation]:
    """Find leases that ran out and that nobody freed. To be asked when nothing was wrong for that long."""
    patience_s = LEASE_S + 2 * SWEEP_S
    query = (
        "SELECT id, lease_owner, extract(epoch FROM now() - lease_until) FROM chunk WHERE state = 'running' "
        "AND lease_until < now() - make_interval(secs => %s)"
    )
    for chunk_id, owner, late_s in connection.execute(query, [patience_s]):
        yield Violation("runs lost", f"chunk {chunk_id}: the lease of {owner} ran out {late_s:.0f} s ago", 0, 0)


def wrong_sessions(connection: Connection, *, longest_s: float = LONGEST_TRANSACTION_S) -> Iterator[Violation]:
    """Find transactions that are open for longer than any of ours may be, with the locks that they hold."""
    query = (
        "SELECT pid, state, query, extract(epoch FROM clock_timestamp() - xact_start) FROM pg_stat_activity "
        "WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() "
        "AND xact_start < clock_timestamp() - make_interval(secs => %s)"
    )
    for pid, state, running, open_s in connection.execute(query, [longest_s]):
        yield Violation("other", f"session {pid} ({state}) has a transaction open for {open_s:.0f} s: {running}", 0, 0)


def wrong_lives(history: History) -> Iterator[Violation]:
    """Find workers that ended though nobody ended them, and those that took too long to when they were told to."""
    for life in history.lives.values():
        if life.ended is None:
            continue
        if life.exit_code == UNAVAILABLE and history.faults_during(life.began, life.ended):
            continue  # the database was away when it started
        told = [span for span in life.disturbed if span.what == "worker stopped"]
        if not any(span.what in DEADLY for span in life.disturbed):
            said = f"{life.asker} ended by itself with {life.exit_code}"
            yield Violation("other", said, life.ended - WRITE_S, life.ended)
        elif told and life.ended - told[0].since > LONGEST_STOP_S and len(life.disturbed) == 1:
            said = f"{life.asker} ended {life.ended - told[0].since:.0f} s after SIGTERM"
            yield Violation("other", said, told[0].since, life.ended)


def all_violations(
    connection: Connection, calls: Sequence[Call], history: History, now: float
) -> tuple[Counter[str], list[Violation]]:
    """Check everything that holds once all work has ended. Gives repeated calls by their reason, too."""
    repeated, doubled = repeated_calls(calls, history)
    return repeated, [
        *lost_uploads(connection, history),
        *wrong_runs(connection, calls, history),
        *wrong_rows(connection),
        *wrong_leases(connection),
        *wrong_lives(history),
        *doubled,
        *unwritten_calls(connection, calls, history, now),
        *(Violation("other", said, at, at) for at, said in history.complaints),
    ]
