from threading import Event

from notes_pipeline.worker.periodic import Periodic


def test_an_action_is_repeated_also_after_it_failed() -> None:
    turns: list[int] = []
    enough = Event()

    def action() -> None:
        turns.append(1)
        if len(turns) >= 3:
            enough.set()
        raise RuntimeError("once more")

    periodic = Periodic("test", 0.01, action)
    periodic.start()
    assert enough.wait(5)
    periodic.stop()
    stopped_at = len(turns)
    assert not Event().wait(0.05)
    assert len(turns) == stopped_at
