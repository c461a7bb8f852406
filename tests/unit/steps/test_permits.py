"""How many calls a process has in flight, and who is let in next."""

import time
from collections.abc import Callable
from functools import partial
from threading import Event, Thread

import pytest

from notes_pipeline.core.errors import NotYetError
from notes_pipeline.steps import permits as module
from notes_pipeline.steps.permits import Permits

PATIENCE_S = 10.0


def started(work: Callable[[], None]) -> Thread:
    thread = Thread(target=work, daemon=True)
    thread.start()
    return thread


def test_no_more_than_so_many_are_held_at_once_and_the_first_to_come_is_let_in_first() -> None:
    permits, inside, goes_on = Permits(2), list[int](), [Event() for _ in range(4)]

    def hold(number: int) -> None:
        with permits.one():
            inside.append(number)
            goes_on[number].wait(PATIENCE_S)

    threads = []
    for number in range(4):
        threads.append(started(partial(hold, number)))
        time.sleep(0.05)
    assert inside == [0, 1]
    goes_on[1].set()
    threads[1].join(PATIENCE_S)
    time.sleep(0.05)
    assert inside == [0, 1, 2]
    for each in goes_on:
        each.set()
    for thread in threads:
        thread.join(PATIENCE_S)
    assert inside == [0, 1, 2, 3]


def test_a_permit_is_free_again_after_an_error() -> None:
    permits = Permits(1)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), permits.one():
            raise ZeroDivisionError
    with permits.one():
        pass


def test_who_waits_for_long_comes_back_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LONGEST_WAIT_S", 0.05)
    permits = Permits(1)
    with permits.one(), pytest.raises(NotYetError, match="all 1 calls") as late, permits.one():
        pass
    assert late.value.retry_after_s == module.COME_BACK_S


def test_once_closed_nobody_is_let_in_and_who_waits_is_told_so_at_once() -> None:
    permits, told = Permits(1), list[NotYetError]()

    def wait() -> None:
        try:
            with permits.one():
                pass
        except NotYetError as error:
            told.append(error)

    with permits.one():
        waiting = started(wait)
        time.sleep(0.05)
        permits.close()
        waiting.join(PATIENCE_S)
        assert [error.retry_after_s for error in told] == [0.0]
    with pytest.raises(NotYetError, match="stops"), permits.one():
        pass


def test_without_a_number_everybody_is_let_in() -> None:
    permits = Permits()
    with permits.one(), permits.one(), permits.one():
        pass
