import io
import json
import logging
import subprocess
import sys
import textwrap
import time
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stderr
from uuid import UUID, uuid4

import pytest
import structlog

from notes_pipeline.logs import configure_logging
from notes_pipeline.telemetry.context import bound

MOST_CPU_S = 0.0005  # of a line; 0.05 ms on an idle machine


@pytest.fixture
def stream(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    before = logging.root.handlers[:], logging.root.level, structlog.get_config()
    show, hook, stream = warnings.showwarning, sys.excepthook, io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    configure_logging(as_json=True)
    yield stream
    logging.captureWarnings(False)
    warnings.showwarning, sys.excepthook = show, hook
    logging.root.handlers[:], logging.root.level = before[0], before[1]
    structlog.configure(**before[2])


def events(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_is_one_event_with_what_it_is_about(stream: io.StringIO) -> None:
    run_id, chunk_id = uuid4(), uuid4()
    with bound(run_id=run_id, task="draft", task_id=None), bound(chunk_id=chunk_id, request_id="submit-1"):
        structlog.get_logger().info("chunk_released", wait_s=1.5, tokens=UUID(int=1))
    structlog.get_logger().warning("alone")

    about, alone = events(stream)

    assert about.pop("timestamp")
    assert about == {
        "event": "chunk_released",
        "level": "info",
        "run_id": str(run_id),
        "chunk_id": str(chunk_id),
        "task": "draft",
        "request_id": "submit-1",
        "wait_s": 1.5,
        "tokens": str(UUID(int=1)),
    }
    assert set(alone) == {"event", "level", "timestamp"}


@pytest.mark.parametrize("name", ["celery.worker", "kombu", "sqlalchemy.pool", "httpx2", "openai", "uvicorn.error"])
def test_a_library_writes_events_of_the_same_form(stream: io.StringIO, name: str) -> None:
    with bound(run_id="r"):
        logging.getLogger(name).warning("lost %s of\n%s", 3, "five")
    (event,) = events(stream)
    assert (event["logger"], event["level"], event["run_id"]) == (name, "warning", "r")
    assert event["event"] == "lost 3 of\nfive"


def test_a_library_that_is_told_to_say_more_still_says_no_prompt(stream: io.StringIO) -> None:
    for name in ("openai", "httpx2", "sqlalchemy.engine"):
        logging.getLogger(name).setLevel(logging.DEBUG)
    try:
        logging.getLogger("openai._base_client").debug("Request options: %s", {"json_data": "what Ann said"})
        logging.getLogger("sqlalchemy.engine.Engine").info("INSERT ... %r", ("what Ann said",))
    finally:
        for name in ("openai", "httpx2", "sqlalchemy.engine"):
            logging.getLogger(name).setLevel(logging.NOTSET)
    assert stream.getvalue() == ""


def test_lines_of_many_threads_and_of_libraries_do_not_mix(stream: io.StringIO) -> None:
    def say(number: int) -> None:
        for _ in range(50):
            structlog.get_logger().info("ours", number=number)
            logging.getLogger("kombu").warning("theirs %d", number)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(say, range(8)))
    assert len(events(stream)) == 8 * 50 * 2


def test_what_one_thread_binds_is_not_in_the_lines_of_another(stream: io.StringIO) -> None:
    with bound(run_id="mine"), ThreadPoolExecutor(1) as pool:
        pool.submit(structlog.get_logger().info, "other").result()
    assert "run_id" not in events(stream)[0]


def test_a_process_writes_only_events_also_of_warnings_and_of_errors_that_nobody_caught() -> None:
    program = """
        import threading, warnings
        from notes_pipeline.logs import configure_logging
        configure_logging(as_json=True)
        warnings.warn("old")
        thread = threading.Thread(target=lambda: int("what Ann said"))
        thread.start()
        thread.join()
        int("what Bea said")
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, timeout=60)
    written = [json.loads(line) for line in done.stderr.splitlines()]
    assert [event.get("error") for event in written] == [None, "ValueError", "ValueError"]
    assert "said" not in done.stderr
    assert done.returncode == 1


def test_a_person_gets_lines_to_read(stream: io.StringIO) -> None:
    with redirect_stderr(stream):
        configure_logging(as_json=False)
    structlog.get_logger().warning("database_away", wait_s=2.0)
    assert "[warning  ] database_away" in stream.getvalue()
    assert "wait_s=2.0" in stream.getvalue()


def test_a_line_costs_little(stream: io.StringIO) -> None:
    log = structlog.get_logger()
    with bound(run_id=uuid4(), chunk_id=uuid4(), task="draft", request_id="submit-1"):
        costs = []
        for _ in range(5):
            began = time.process_time()
            for _ in range(200):
                log.info("chunk_released", wait_s=1.5, error="http://localhost:8089/v1 is busy (429)")
            costs.append((time.process_time() - began) / 200)
    assert min(costs) < MOST_CPU_S
