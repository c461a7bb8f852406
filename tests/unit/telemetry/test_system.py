import threading
import time

from prometheus_client import CollectorRegistry, generate_latest

from notes_pipeline.telemetry.system import SystemCollector, SystemState, register_system

STATE = SystemState(
    runs={"running": 2},
    chunks={"pending": 7, "running": 1},
    oldest_due_s=12.5,
    expired_leases=1,
    workers=3,
    slots=48,
    busy=1,
    last_sweep_s=4.0,
    canary_age_s=None,
)


def scraped(collector: SystemCollector) -> list[str]:
    registry = CollectorRegistry()
    registry.register(collector)
    return [line for line in generate_latest(registry).decode().splitlines() if not line.startswith("#")]


def test_a_scrape_tells_what_database_and_broker_say() -> None:
    registry = CollectorRegistry()
    register_system(registry, lambda: STATE, lambda: {"llm": 4, "ctl": 0})
    sample = registry.get_sample_value
    assert sample("notes_up", {"part": "database"}) == sample("notes_up", {"part": "broker"}) == 1
    assert sample("notes_open_runs", {"state": "running"}) == 2
    assert sample("notes_open_chunks", {"state": "pending"}) == 7
    assert sample("notes_oldest_due_chunk_seconds") == 12.5
    assert sample("notes_queue_messages", {"queue": "llm"}) == 4
    assert sample("notes_system_slots") == 48
    assert sample("notes_canary_age_seconds") is None  # no canary ever ran


def test_a_part_that_is_away_is_told_so_and_the_other_still_is_told() -> None:
    def away() -> SystemState:
        raise ConnectionError("refused")

    lines = scraped(SystemCollector(away, lambda: {"llm": 4}))
    assert lines == [
        'notes_up{part="database"} 0.0',
        'notes_up{part="broker"} 1.0',
        'notes_queue_messages{queue="llm"} 4.0',
    ]


def test_a_part_that_hangs_holds_up_no_scrape_and_piles_up_no_threads() -> None:
    released, asked = threading.Event(), []

    def hang() -> SystemState:
        asked.append(1)
        released.wait(30)
        return STATE

    collector = SystemCollector(hang, dict, patience_s=0.1)
    began = time.monotonic()
    for _ in range(3):
        assert 'notes_up{part="database"} 0.0' in scraped(collector)
    assert time.monotonic() - began < 5
    assert len(asked) == 1  # two scrapes waited for the question of the first
    released.set()
    deadline = time.monotonic() + 10
    while 'notes_up{part="database"} 1.0' not in scraped(collector):
        assert time.monotonic() < deadline
