"""Numbers of this process, as Prometheus reads them. All functions may be called by any thread, and cost microseconds.

A worker's drafting runs in threads of one process, so one registry and one port are right: with Celery's prefork pool
each child would count for itself, and a scrape would see one of them.
"""

import os
import re
from collections.abc import Mapping
from errno import EADDRINUSE
from functools import cache
from threading import Lock
from wsgiref.simple_server import WSGIServer

import structlog
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    start_http_server,
)

from notes_pipeline.core.errors import SettingsError
from notes_pipeline.core.model_calls import CallOutcome, ModelCall, Purpose
from notes_pipeline.core.notes import Note, NoteStatus, Verdict
from notes_pipeline.core.runs import ChunkOutcome, RunState
from notes_pipeline.core.webhooks import Outcome

log = structlog.get_logger()

# The time that each series was made at would be a series of its own: a third more, and nobody asks.
disable_created_metrics()  # type: ignore[no-untyped-call]
REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)
MOST_NAMES = 50  # of models, and of versions of prompts: each is a series that is kept for ever
LONGEST_NAME = 80
OTHER = "other"
_DATE = re.compile(r"[-@:](?:\d{4}|latest)")
PORTS_TRIED = 20  # several workers on one machine are given the same port
PROMPT_VERSION = 8  # characters of a prompt's hash, as `notes-pipeline prompts` lists them

_SECONDS = (0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 120, 300)
_WAITS = (0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3_600, 14_400, 86_400)  # a backfill waits for whatever else is asked for

_chunks = Counter("notes_chunks_ended", "Chunks that ended, by outcome.", ["outcome"], registry=REGISTRY)
_chunk_seconds = Histogram(
    "notes_chunk_seconds", "From the lease of a chunk to its end.", buckets=_SECONDS, registry=REGISTRY
)
_runs = Counter("notes_runs_ended", "Runs that ended, by state.", ["state"], registry=REGISTRY)
_notes = Counter("notes_notes_written", "Notes that were checked, by status.", ["status"], registry=REGISTRY)
_verdicts = Counter(
    "notes_verdicts", "Quotes that were checked, by verdict.", ["verdict", "model", "prompt"], registry=REGISTRY
)
_calls = Counter(
    "notes_model_calls", "Calls to models, by how they ended.", ["model", "purpose", "outcome"], registry=REGISTRY
)
_call_seconds = Histogram(
    "notes_model_call_seconds", "Of calls to models.", ["model"], buckets=_SECONDS, registry=REGISTRY
)
_tokens = Counter("notes_model_tokens", "Tokens of calls.", ["model", "kind"], registry=REGISTRY)
_dollars = Counter("notes_model_cost_usd", "What calls cost, where the price is known.", ["model"], registry=REGISTRY)
_known = Counter("notes_answers_known", "Answers that were known and not paid again.", ["purpose"], registry=REGISTRY)
_unknown = Counter("notes_answers_unknown", "Answers that had to be asked for.", ["purpose"], registry=REGISTRY)
_turned_back = Counter("notes_gate_turned_back", "Calls that had to wait for their turn.", ["why"], registry=REGISTRY)
_leases_lost = Counter("notes_leases_lost", "Leases that were gone when their work was done.", registry=REGISTRY)
_freed = Counter("notes_chunks_freed", "Chunks whose worker was lost, as sweeps found.", ["fate"], registry=REGISTRY)
_sweeps = Counter("notes_sweeps", "Looks for stuck work.", registry=REGISTRY)
_swept = Counter("notes_swept", "Work that a sweep had to announce.", ["kind"], registry=REGISTRY)
_unheard = Counter("notes_rings_unheard", "Announcements that the broker did not take.", registry=REGISTRY)
_away = Counter("notes_database_away", "Times that a write had to wait for the database.", registry=REGISTRY)
_deliveries = Counter("notes_webhook_attempts", "Attempts at webhooks, by outcome.", ["outcome"], registry=REGISTRY)
_disabled = Counter("notes_webhooks_disabled", "Webhooks that took nothing for days, or are gone.", registry=REGISTRY)
_first_call = Histogram(
    "notes_upload_to_first_call_seconds",
    "From asking for a run to its first call.",
    buckets=_WAITS,
    registry=REGISTRY,
)
slots_total = Gauge("notes_slots", "Calls that this process has in flight at most.", registry=REGISTRY)
slots_busy = Gauge("notes_slots_busy", "Chunks in hand, up to the number of slots.", registry=REGISTRY)

API_REGISTRY = CollectorRegistry()  # of a process that serves the API
streams_open = Gauge("notes_api_streams", "Streams of server-sent events that are open.", registry=API_REGISTRY)
_requests = Counter("notes_api_requests", "Requests to the API.", ("method", "route", "status"), registry=API_REGISTRY)
_request_seconds = Histogram(
    "notes_api_request_seconds",
    "From the first byte of a request to the last of its answer.",
    ("route",),
    buckets=(0.005, 0.02, 0.1, 0.5, 2.0, 10.0),
    registry=API_REGISTRY,
)


def request_answered(method: str, route: str, status: int, seconds: float) -> None:
    """Count a request; `route`: its template."""
    _requests.labels(method, route, str(status)).inc()
    _request_seconds.labels(route).observe(seconds)


class Names:
    """The values that a label may have: so many, first come, first served; any other is "other"."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._names: set[str] = set()
        self._lock = Lock()

    def add(self, name: str) -> str:
        """Give a name as a label, and let it be one if there is room."""
        if name in self._names:
            return name
        with self._lock:
            if len(self._names) >= self._most or not 0 < len(name) <= LONGEST_NAME:
                return OTHER
            self._names.add(name)
        return name

    def find(self, name: str) -> str:
        """Give the name that this one is or is a dated form of, as `gpt-4.1-mini-2025-04-14` is of `gpt-4.1-mini`."""
        if name in self._names:
            return name
        with self._lock:
            known = [each for each in self._names if name.startswith(each) and _DATE.match(name, len(each))]
        return max(known, key=len, default=OTHER)


_models = Names(MOST_NAMES)
_prompts = Names(MOST_NAMES)


def know_models(*names: str | None) -> None:
    """Let the models of the settings be labels, however many other names come first."""
    for name in names:
        if name is not None:
            _models.add(name)


def chunk_ended(outcome: ChunkOutcome, seconds: float | None) -> None:
    """Count a chunk, and, where it is known, how long it took."""
    _chunks.labels(outcome.value).inc()
    if seconds is not None:
        _chunk_seconds.observe(seconds)


def run_ended(state: RunState) -> None:
    _runs.labels(state.value).inc()


def note_checked(note: Note, model: str, prompt_hash: str) -> None:
    """Count a note by its status, and its quotes by their verdicts. `model`: as asked for, or as its endpoint says."""
    _notes.labels(note.status.value).inc()
    label, prompt = _models.find(model), _prompts.add(prompt_hash[:PROMPT_VERSION])
    for evidence in note.evidence:
        _verdicts_of(label, prompt)[evidence.verdict].inc()


def call_ended(call: ModelCall) -> None:
    """Count a call with its latency, tokens and cost; of an answer that was known only that it was."""
    model = bounded(call.model_asked)
    if call.outcome is CallOutcome.CACHED:
        _known.labels(call.purpose.value).inc()
        return
    _calls_of(model, call.purpose, call.outcome).inc()
    _seconds_of(model).observe(call.latency_ms / 1000)
    cached = call.tokens_cached or 0
    for kind, number in (("in", (call.tokens_in or 0) - cached), ("cached", cached), ("out", call.tokens_out or 0)):
        if number > 0:
            _tokens_of(model, kind).inc(number)
    if call.cost_micro_usd:
        _dollars_of(model).inc(call.cost_micro_usd / 1e6)


def answer_unknown(purpose: Purpose) -> None:
    _unknown.labels(purpose.value).inc()


def turned_back(*, is_down: bool) -> None:
    _turned_back.labels("down" if is_down else "busy").inc()


def lease_lost() -> None:
    _leases_lost.inc()


def swept(found: Mapping[str, int], *, freed: int, poisoned: int) -> None:
    """Count a sweep. `found`: how much it had to announce, by kind."""
    _sweeps.inc()
    _freed.labels("freed").inc(freed)
    _freed.labels("poisoned").inc(poisoned)
    for kind, number in found.items():
        _swept.labels(kind).inc(number)


def ring_unheard() -> None:
    _unheard.inc()


def database_away() -> None:
    _away.inc()


def delivery_attempted(outcome: Outcome) -> None:
    _deliveries.labels(outcome.value).inc()


def webhook_disabled() -> None:
    _disabled.inc()


def first_call(seconds: float) -> None:
    _first_call.observe(max(0.0, seconds))


def bounded(name: str) -> str:
    """Give the name of a model that is asked as a label; "other" beyond the first fifty."""
    return _models.add(name)


# To look a series up by its labels costs as much as to count: 14 microseconds a call became 8.
@cache
def _verdicts_of(model: str, prompt: str) -> dict[Verdict, Counter]:
    return {
        verdict: _verdicts.labels(verdict.value, model, prompt) for verdict in Verdict
    }  # all, so that each begins at 0


@cache
def _calls_of(model: str, purpose: Purpose, outcome: CallOutcome) -> Counter:
    return _calls.labels(model, purpose.value, outcome.value)


@cache
def _seconds_of(model: str) -> Histogram:
    return _call_seconds.labels(model)


@cache
def _tokens_of(model: str, kind: str) -> Counter:
    return _tokens.labels(model, kind)


@cache
def _dollars_of(model: str) -> Counter:
    return _dollars.labels(model)


def _begin_at_zero() -> None:
    """Make the series whose labels are known: a rate over one that begins with its first event misses that event."""
    for outcome in ChunkOutcome:
        _chunks.labels(outcome.value)
    for state in RunState:
        if state.is_final:
            _runs.labels(state.value)
    for status in NoteStatus:
        _notes.labels(status.value)
    for purpose in Purpose:
        _known.labels(purpose.value)
        _unknown.labels(purpose.value)
    for why in ("busy", "down"):
        _turned_back.labels(why)
    for attempt in Outcome:
        _deliveries.labels(attempt.value)
    for fate in ("freed", "poisoned"):
        _freed.labels(fate)


_begin_at_zero()


def serve_metrics(host: str, port: int) -> WSGIServer:
    """Serve the registry over HTTP in a thread of its own: at `port`, or the next that is free; 0 takes any.

    Raises:
        SettingsError: none of the next twenty ports is free, the host is none of ours, or processes are to share their
            numbers in files.
    """
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        raise SettingsError(
            "PROMETHEUS_MULTIPROC_DIR is for processes that share one port; a worker is one process with a port of its "
            "own: leave it unset"
        )
    refused: OSError | None = None
    for candidate in range(port, min(port + (PORTS_TRIED if port else 1), 65_536)):
        try:
            server, _ = start_http_server(candidate, addr=host, registry=REGISTRY)
        except OSError as error:
            refused = error
            if error.errno == EADDRINUSE:
                continue
            break
        log.info("metrics_served", host=host, port=server.server_port)
        return server
    raise SettingsError(
        f"NOTES_METRICS_PORT, NOTES_METRICS_HOST: metrics cannot be served at {host}:{port}: {refused}. Set others, or "
        "leave the port unset"
    )
