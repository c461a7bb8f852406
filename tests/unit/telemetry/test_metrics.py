import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from notes_pipeline.core.errors import SettingsError
from notes_pipeline.core.model_calls import CallOutcome, ModelCall, Purpose
from notes_pipeline.core.notes import Note, NoteStatus, Verdict
from notes_pipeline.core.runs import ChunkOutcome, RunState
from notes_pipeline.telemetry import metrics
from notes_pipeline.telemetry.metrics import OTHER, REGISTRY, Names, serve_metrics
from tests.making import make_evidence

MOST_CPU_S = 0.0001  # of a count; 4 to 9 microseconds on an idle machine


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def make_call(outcome: CallOutcome = CallOutcome.ANSWERED, *, model: str = "asked-model") -> ModelCall:
    return ModelCall(
        purpose=Purpose.DRAFT,
        model_asked=model,
        prompt_hash="0123456789abcdef",
        started_at=datetime.now(UTC),
        latency_ms=1_500,
        outcome=outcome,
        model_served=f"{model}-2025-04-14",
        tokens_in=1_000,
        tokens_cached=400,
        tokens_out=200,
        cost_micro_usd=2_500,
    )


def test_a_call_counts_with_its_latency_tokens_and_cost() -> None:
    model = "priced-model"
    metrics.call_ended(make_call(model=model))
    metrics.call_ended(make_call(CallOutcome.BUSY, model=model))
    assert value("notes_model_calls_total", model=model, purpose="draft", outcome="answered") == 1
    assert value("notes_model_calls_total", model=model, purpose="draft", outcome="busy") == 1
    assert value("notes_model_call_seconds_sum", model=model) == 3.0
    assert [value("notes_model_tokens_total", model=model, kind=kind) for kind in ("in", "cached", "out")] == [
        1_200,
        800,
        400,
    ]
    assert value("notes_model_cost_usd_total", model=model) == pytest.approx(0.005)


def test_a_known_answer_counts_as_that_and_not_as_a_call() -> None:
    model = "known-model"
    before = value("notes_answers_known_total", purpose="draft")
    metrics.call_ended(make_call(CallOutcome.CACHED, model=model))
    assert value("notes_answers_known_total", purpose="draft") == before + 1
    assert value("notes_model_calls_total", model=model, purpose="draft", outcome="cached") == 0
    assert value("notes_model_call_seconds_count", model=model) == 0


def test_a_note_counts_by_status_and_its_quotes_by_verdict_model_and_prompt() -> None:
    metrics.know_models("note-model", None)
    evidence = (make_evidence((0, 1)), make_evidence(verdict=Verdict.UNSUPPORTED))
    before = value("notes_notes_written_total", status="flagged")
    metrics.note_checked(Note("s", evidence, NoteStatus.FLAGGED), "note-model-2025-04-14", "abcdef0123456789")
    assert value("notes_notes_written_total", status="flagged") == before + 1
    counts = {v: value("notes_verdicts_total", verdict=v.value, model="note-model", prompt="abcdef01") for v in Verdict}
    assert counts == {Verdict.VERBATIM: 1, Verdict.UNSUPPORTED: 1, Verdict.FAITHFUL: 0, Verdict.ALTERED: 0}


def test_a_name_that_an_endpoint_invents_is_no_label() -> None:
    metrics.know_models("true-model")
    for name in ("true-model-large", "true-modelx", "surprise", ""):
        assert metrics._models.find(name) == OTHER  # noqa: SLF001 (what `note_checked` labels by)


def test_labels_are_bounded_whatever_is_asked_for() -> None:
    names = Names(3)
    assert [names.add(name) for name in ("a", "b", "x" * 200, "", "c", "d", "a")] == [
        "a",
        "b",
        OTHER,
        OTHER,
        "c",
        OTHER,
        "a",
    ]


def test_series_with_known_labels_begin_at_zero() -> None:
    for outcome in ChunkOutcome:
        assert REGISTRY.get_sample_value("notes_chunks_ended_total", {"outcome": outcome.value}) is not None
    ends = {state for state in RunState if state.is_final}
    known = {state for state in RunState if REGISTRY.get_sample_value("notes_runs_ended_total", {"state": state})}
    assert known <= ends
    assert all(
        REGISTRY.get_sample_value("notes_runs_ended_total", {"state": state.value}) is not None for state in ends
    )


def test_all_that_is_served_can_be_read_and_is_explained() -> None:
    metrics.call_ended(make_call(model='a "quoted"\nmodel'))
    families = list(text_string_to_metric_families(generate_latest(REGISTRY).decode()))
    models = {sample.labels.get("model") for family in families for sample in family.samples}
    assert 'a "quoted"\nmodel' in models
    ours = [family for family in families if not family.name.startswith("process_")]
    assert len(ours) > 15
    assert all(family.name.startswith("notes_") and family.documentation for family in ours)


def test_many_threads_lose_no_count() -> None:
    before = value("notes_chunks_ended_total", outcome="drafted")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: metrics.chunk_ended(ChunkOutcome.DRAFTED, 1.0), range(4_000)))
    assert value("notes_chunks_ended_total", outcome="drafted") == before + 4_000


def test_a_sweep_counts_what_it_freed_and_what_it_rang_for() -> None:
    before = value("notes_sweeps_total"), value("notes_chunks_freed_total", fate="freed")
    metrics.swept({"draft": 2, "plan": 0}, freed=3, poisoned=0)
    assert value("notes_sweeps_total") == before[0] + 1
    assert value("notes_chunks_freed_total", fate="freed") == before[1] + 3
    assert value("notes_swept_total", kind="draft") >= 2


def test_a_count_costs_microseconds() -> None:
    call = make_call()
    counts: list[Callable[[], None]] = [
        lambda: metrics.call_ended(call),
        lambda: metrics.chunk_ended(ChunkOutcome.DRAFTED, 1.0),
    ]
    for count in counts:
        costs = []
        for _ in range(5):
            began = time.process_time()
            for _ in range(500):
                count()
            costs.append((time.process_time() - began) / 500)
        assert min(costs) < MOST_CPU_S


def test_a_second_process_takes_the_next_port_and_both_answer() -> None:
    first = serve_metrics("127.0.0.1", 0)
    second = serve_metrics("127.0.0.1", first.server_port)
    try:
        assert first.server_port < second.server_port <= first.server_port + 20
        for server in (first, second):
            with urllib.request.urlopen(f"http://127.0.0.1:{server.server_port}/metrics", timeout=10) as answer:
                assert b"notes_chunks_ended_total" in answer.read()
    finally:
        for server in (first, second):
            server.shutdown()
            server.server_close()


def test_a_host_that_is_none_of_ours_is_refused_with_the_settings_named() -> None:
    with pytest.raises(SettingsError, match="NOTES_METRICS_HOST"):
        serve_metrics("203.0.113.1", 0)


def test_ports_end_at_the_last_one() -> None:
    with socket.create_server(("127.0.0.1", 65_535)), pytest.raises(SettingsError, match="NOTES_METRICS_PORT"):
        serve_metrics("127.0.0.1", 65_535)


def test_processes_that_share_files_are_refused(tmp_path: object) -> None:
    """Prefork pools need these files: each child counts for itself, and a scrape of the parent sees none of it."""
    program = "from notes_pipeline.telemetry.metrics import serve_metrics; serve_metrics('127.0.0.1', 0)"
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert "SettingsError: PROMETHEUS_MULTIPROC_DIR is for processes that share one port" in done.stderr
