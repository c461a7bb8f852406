import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.semconv._incubating.attributes import gen_ai_attributes
from opentelemetry.semconv.attributes import error_attributes, server_attributes
from opentelemetry.trace import StatusCode

from notes_pipeline.core.model_calls import CallOutcome, ModelCall, Purpose
from notes_pipeline.telemetry import tracing
from notes_pipeline.telemetry.tracing import attributes_of, continue_from, span, traceparent

MOST_CPU_S = 0.0001  # of a span that nobody wants; 2 microseconds on an idle machine
SAID = "we never signed the lease with Mister Aldermoor"
PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
CALL = ModelCall(
    purpose=Purpose.DRAFT,
    model_asked="m",
    prompt_hash="0123456789abcdef",
    started_at=datetime.now(UTC),
    latency_ms=1_500,
    outcome=CallOutcome.ANSWERED,
    model_served="m-2025-04-14",
    tokens_in=1_000,
    tokens_cached=400,
    tokens_out=200,
)


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    """Trace into memory for the length of a test."""
    provider, exporter = TracerProvider(), InMemorySpanExporter()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracing.use_tracer(provider.get_tracer("test"))
    yield exporter
    tracing.use_tracer(None)
    provider.shutdown()


def named(spans: InMemorySpanExporter) -> dict[str, ReadableSpan]:
    return {each.name: each for each in spans.get_finished_spans()}


def test_steps_go_on_with_the_trace_of_the_upload(spans: InMemorySpanExporter) -> None:
    with span("upload", notes__run_id="r"):
        stored = traceparent()
    assert stored is not None
    with span("draft chunk", parent=stored, notes__chunk_id="c"), span("store notes"):
        pass
    with continue_from(stored), span("finish"):
        pass
    with span("another"):
        pass

    found = named(spans)
    upload, draft, store, finish = (found[name].context for name in ("upload", "draft chunk", "store notes", "finish"))

    assert {each.trace_id for each in (upload, draft, store, finish) if each} == {int(stored.split("-")[1], 16)}
    parents = {name: each.parent.span_id if each.parent else None for name, each in found.items()}
    assert upload is not None
    assert draft is not None
    assert parents == {
        "upload": None,
        "draft chunk": upload.span_id,
        "store notes": draft.span_id,
        "finish": upload.span_id,
        "another": None,
    }
    assert dict(found["draft chunk"].attributes or {}) == {"notes.chunk_id": "c"}


def test_a_traceparent_that_is_none_begins_a_trace_of_its_own(spans: InMemorySpanExporter) -> None:
    with continue_from("what Ann said"), span("plan"):
        pass
    assert named(spans)["plan"].parent is None


def test_a_span_that_fails_says_the_type_and_nothing_else(spans: InMemorySpanExporter) -> None:
    with pytest.raises(ValueError, match="Aldermoor"), span("verify"):
        raise ValueError(SAID)
    failed = named(spans)["verify"]
    assert failed.status.status_code is StatusCode.ERROR
    assert dict(failed.attributes or {}) == {"error.type": "ValueError"}
    assert not failed.events
    assert "Aldermoor" not in failed.to_json()


@pytest.mark.parametrize(
    ("outcome", "reasons", "error"),
    [
        (CallOutcome.ANSWERED, ("stop",), None),
        (CallOutcome.TRUNCATED, ("length",), "truncated"),
        (CallOutcome.REFUSED, ("content_filter",), "refused"),
        (CallOutcome.BUSY, None, "busy"),
    ],
)
def test_a_call_is_told_by_the_conventions(
    spans: InMemorySpanExporter, outcome: CallOutcome, reasons: tuple[str] | None, error: str | None
) -> None:
    with span("chat m", is_client=True) as traced:
        traced.set(**attributes_of(replace(CALL, outcome=outcome)))
    found = dict(named(spans)["chat m"].attributes or {})
    assert found.pop("gen_ai.response.finish_reasons", None) == reasons
    assert found.pop("error.type", None) == error
    assert found == {
        "gen_ai.response.model": "m-2025-04-14",
        "gen_ai.usage.input_tokens": 1_000,
        "gen_ai.usage.output_tokens": 200,
        "gen_ai.usage.cache_read.input_tokens": 400,
        "notes.outcome": outcome.value,
    }


def test_names_that_are_not_ours_are_those_of_the_installed_conventions() -> None:
    modules = (gen_ai_attributes, error_attributes, server_attributes)
    standing = {value for module in modules for value in vars(module).values() if isinstance(value, str)}
    call = {name.replace("__", ".") for name in attributes_of(CALL)}
    asked = {"gen_ai.operation.name", "gen_ai.provider.name", "gen_ai.request.model", "gen_ai.request.max_tokens"}
    others = {name for name in call if not name.startswith("notes.")} | asked | {"server.address", "server.port"}
    assert others <= standing
    assert "gen_ai.usage.prompt_tokens" not in others  # still listed, and deprecated


def test_without_a_tracer_nothing_is_traced_and_it_costs_nothing() -> None:
    assert traceparent() is None
    costs = []
    for _ in range(5):
        began = time.process_time()
        for _ in range(500):
            with span("draft chunk", parent=PARENT, notes__chunk_id="c") as traced:
                traced.set(notes__outcome="drafted")
        costs.append((time.process_time() - began) / 500)
    assert min(costs) < MOST_CPU_S


def started(program: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        env={"PATH": "/usr/bin:/bin", **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )


def test_it_is_off_unless_an_endpoint_is_named_and_then_loads_nothing() -> None:
    program = """
        import sys
        from notes_pipeline.telemetry.tracing import span, start_tracing
        print(start_tracing("x"))
        with span("plan"):
            pass
        print(any(name.startswith("opentelemetry") for name in sys.modules))
    """
    assert started(program).stdout.split() == ["False", "False"]
    disabled = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1", "OTEL_SDK_DISABLED": "True"}
    assert started(program, **disabled).stdout.split() == ["False", "False"]


def test_work_goes_on_where_the_packages_are_not_installed() -> None:
    program = """
        import sys
        sys.modules["opentelemetry"] = None
        from notes_pipeline.telemetry.tracing import continue_from, span, start_tracing, traceparent
        print(start_tracing("x"))
        with continue_from("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"), span("plan") as traced:
            traced.set(notes__run_id="r")
            print(traceparent())
    """
    done = started(program, OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:1")
    assert done.stdout.split()[-2:] == ["False", "None"]
    assert "notes-pipeline[traces]" in done.stdout + done.stderr


def test_spans_are_sent_to_the_endpoint_of_the_standard_variable() -> None:
    program = """
        import http.server, os, threading
        got = []
        class Collector(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                got.append((self.path, self.rfile.read(int(self.headers["content-length"]))))
                self.send_response(200)
                self.end_headers()
            def log_message(self, *_):
                pass
        server = http.server.HTTPServer(("127.0.0.1", 0), Collector)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"] = f"http://127.0.0.1:{server.server_port}"
        from notes_pipeline.telemetry import tracing
        print(tracing.start_tracing("notes-worker"))
        with tracing.span("plan", notes__run_id="the-run"):
            pass
        tracing.stop_tracing()
        print(got[0][0], b"the-run" in got[0][1], b"notes-worker" in got[0][1])
    """
    assert started(program).stdout.split() == ["True", "/v1/traces", "True", "True"]
