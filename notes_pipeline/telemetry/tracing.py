"""Traces, where OpenTelemetry is installed (the extra `traces`) and `OTEL_EXPORTER_OTLP_ENDPOINT` is set; else nothing.

A trace goes from upload to note: its context is stored with the run, and every step goes on from there. Model calls
follow the GenAI semantic conventions. The library that instruments the `openai` client by itself does not know its
version 3.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

import structlog

from notes_pipeline.core.model_calls import CallOutcome, ModelCall

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Tracer

log = structlog.get_logger()

ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
FLUSH_MS = 2_000
Value = str | int | float | bool | Sequence[str] | None

_FINISHED = {CallOutcome.TRUNCATED: "length", CallOutcome.REFUSED: "content_filter"}
_WITH_ANSWER = frozenset({CallOutcome.ANSWERED, CallOutcome.INVALID, CallOutcome.TRUNCATED, CallOutcome.REFUSED})


class Span(Protocol):
    def set(self, **attributes: Value) -> None:
        """Add attributes; a name's double underscores are dots, None is left out."""


class _NoSpan:
    def set(self, **attributes: Value) -> None:
        pass


class _RealSpan:
    def __init__(self, span: Any) -> None:
        self._span = span

    def set(self, **attributes: Value) -> None:
        for name, value in attributes.items():
            if value is not None:
                self._span.set_attribute(name.replace("__", "."), value)


_NOTHING = _NoSpan()
_tracer: "Tracer | None" = None
_provider: "TracerProvider | None" = None


def start_tracing(service: str) -> bool:
    """Begin to trace where the environment asks for it; tell whether that is so. The SDK reads all else from there."""
    is_off = os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true"
    if is_off or not any(os.environ.get(name) for name in ENDPOINTS):
        return False
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        log.warning("not_traced", reason="OpenTelemetry is not installed: pip install 'notes-pipeline[traces]'")
        return False
    global _provider
    _provider = provider = TracerProvider(
        resource=Resource.create({"service.name": os.environ.get("OTEL_SERVICE_NAME", service)})
    )
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    use_tracer(provider.get_tracer("notes_pipeline"))
    return True


def stop_tracing() -> None:
    """Send what is left, for two seconds at most. Only who ends by `os._exit` needs it: else Python's end does it."""
    global _provider
    if _provider is not None:
        use_tracer(None)
        _provider.force_flush(FLUSH_MS)
        _provider.shutdown()
        _provider = None


def use_tracer(tracer: "Tracer | None") -> None:
    """Trace with this one from now on; None: not at all."""
    global _tracer
    _tracer = tracer


@contextmanager
def span(name: str, *, parent: str | None = None, is_client: bool = False, **attributes: Value) -> Iterator[Span]:
    """Trace the block. `parent`: a traceparent as W3C writes it, else the span around, if any.

    An exception is noted by its type alone: its text may quote what was said.
    """
    tracer = _tracer
    if tracer is None:
        yield _NOTHING
        return
    from opentelemetry.trace import SpanKind, Status, StatusCode

    kind = SpanKind.CLIENT if is_client else SpanKind.INTERNAL
    with tracer.start_as_current_span(
        name, context=_context(parent), kind=kind, record_exception=False, set_status_on_exception=False
    ) as started:
        real = _RealSpan(started)
        real.set(**attributes)
        try:
            yield real
        except BaseException as error:
            started.set_status(Status(StatusCode.ERROR, type(error).__name__))
            real.set(error__type=type(error).__name__)
            raise


@contextmanager
def continue_from(parent: str | None) -> Iterator[None]:
    """Have the spans of the block belong to a trace that began elsewhere. `parent`: its traceparent; None: to none."""
    if _tracer is None or parent is None:
        yield
        return
    from opentelemetry.context import attach, detach

    token = attach(_context(parent))
    try:
        yield
    finally:
        detach(token)


def attributes_of(call: ModelCall) -> dict[str, Value]:
    """Give what a span tells of a call, by the GenAI conventions; to be set with `Span.set`."""
    reason = _FINISHED.get(call.outcome, "stop") if call.outcome in _WITH_ANSWER else None
    return {
        "gen_ai__response__model": call.model_served,
        "gen_ai__response__finish_reasons": None if reason is None else (reason,),
        "gen_ai__usage__input_tokens": call.tokens_in,
        "gen_ai__usage__output_tokens": call.tokens_out,
        "gen_ai__usage__cache_read__input_tokens": call.tokens_cached,
        "notes__outcome": call.outcome.value,
        "error__type": None if call.outcome is CallOutcome.ANSWERED else call.outcome.value,
    }


def traceparent() -> str | None:
    """Give the context of the span around, to be stored; None where nothing is traced."""
    if _tracer is None:
        return None
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    carrier: dict[str, str] = {}
    TraceContextTextMapPropagator().inject(carrier)
    return carrier.get("traceparent")


def _context(parent: str | None) -> Any:
    if parent is None:
        return None
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    return TraceContextTextMapPropagator().extract({"traceparent": parent})
