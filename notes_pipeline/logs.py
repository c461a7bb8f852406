"""Logs: one event a line on stderr, as JSON or for a person; stdout belongs to results.

Every line has what it is about (`telemetry.context.bound`): run, chunk, task, request. No line has words of a
transcript, a quote, a prompt, an answer, or a secret: see `telemetry.redaction`.
"""

import logging
import sys
import threading
from types import TracebackType

import structlog
from structlog.typing import EventDict, Processor

from notes_pipeline.telemetry.redaction import render, replace_errors, safe_value

log = structlog.get_logger()


def configure_logging(*, as_json: bool, verbose: bool = False) -> None:
    """Send structlog and the libraries' loggers to stderr, each event as one line."""
    level = logging.DEBUG if verbose else logging.INFO
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        without_words,
    ]
    renderer: Processor = (
        structlog.processors.JSONRenderer()
        if as_json
        else structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    )
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        # Line and line end in one write, or a line of the handler below comes between: `print` makes two.
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    # Whatever a library's own variable says, as OPENAI_LOG=debug: lines below a warning hold prompts and parameters.
    handler.setLevel(logging.WARNING)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    if as_json:
        _take_over_python()


def without_words(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Cut out of each value what may be somebody's words or a secret; write an error as its type and its places."""
    raised = _raised(event.pop("exc_info", None))
    for name, value in event.items():
        if name.startswith("_"):  # structlog's own
            continue
        if raised is not None and isinstance(value, str):
            value = replace_errors(value, raised)
        event[name] = safe_value(name, value)
    if raised is not None:
        event["exception"] = render(raised)
    return event


def _raised(exc_info: object) -> BaseException | None:
    """Give the error of an `exc_info` in any of the ways it is given."""
    if exc_info is True:
        exc_info = sys.exc_info()
    if isinstance(exc_info, tuple):
        exc_info = exc_info[1]
    return exc_info if isinstance(exc_info, BaseException) else None


def _take_over_python() -> None:
    """Write warnings and errors that nobody caught as lines like all others; leave a debugger's or a test's hooks."""
    logging.captureWarnings(True)
    if sys.excepthook is sys.__excepthook__:
        sys.excepthook = _uncaught
    if threading.excepthook is threading.__excepthook__:
        threading.excepthook = lambda raised: _uncaught(raised.exc_type, raised.exc_value, raised.exc_traceback)


def _uncaught(kind: type[BaseException], error: BaseException | None, _trace: TracebackType | None) -> None:
    if not issubclass(kind, KeyboardInterrupt | SystemExit):
        log.critical("uncaught", error=error or kind.__name__, exc_info=error)
