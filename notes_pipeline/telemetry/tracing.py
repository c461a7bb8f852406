"""Traces, where OpenTelemetry is installed (the extra `traces`) and `OTEL_EXPORTER_OTLP_ENDPOINT` is set; else nothing.

A trace goes from upload to note: its context is stored with the run, and every step goes on from there. Model calls
follow the GenAI semantic conventions. The library that instruments the `openai` client by itself does not know its
version 3.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

import structlog

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer

log = structlog.get_logger()

ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
Value = str | int | float | bool | None


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


def start_tracing(service: str) -> bool:
    """Begin to trace where the environment asks for it; tell whether that is so. The SDK reads all else from there."""
    if not any(os.environ.get(name) for name in ENDPOINTS) or os.environ.get("OTEL_SDK_DISABLED") == "true":
        return False
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        log.warning("not_traced", reason="OpenTelemetry is not installed: pip install 'notes-pipeline[traces]'")
        return False
    provider = TracerProvider(resource=Resource.create({"service.name": os.environ.get("OTEL_SERVICE_NAME", service)}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    use_tracer(provider.get_tracer("notes_pipeline"))
    return True


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
