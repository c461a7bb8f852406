"""What a worker process does with work: it does at once what is quick, and rings for the rest."""

from dataclasses import dataclass, field
from functools import partial
from threading import Lock
from uuid import UUID

import structlog

from notes_pipeline.core.runs import RunState
from notes_pipeline.steps.draft_chunk import Drafting
from notes_pipeline.steps.finish_run import finish_run
from notes_pipeline.steps.next_work import NOTHING, NextWork
from notes_pipeline.steps.plan_run import plan_run
from notes_pipeline.steps.summarise_run import summarise_run
from notes_pipeline.telemetry.context import bound
from notes_pipeline.worker.canary import DailyCanary
from notes_pipeline.worker.doorbell import Doorbell
from notes_pipeline.worker.slots import Slots

log = structlog.get_logger()

REMEMBERED = 2_000  # two sweeps' worth


@dataclass
class Duties:
    """`slots` is set after it is made, since its threads pass their work on to here."""

    drafting: Drafting
    doorbell: Doorbell
    canary: DailyCanary | None = None
    slots: Slots | None = None
    _planning: Lock = field(default_factory=Lock)
    _rung_for: dict[UUID, None] = field(default_factory=dict)  # runs that our sweeps rang for, the latest last

    def plan(self, run_id: UUID) -> None:
        """Plan one run at a time: whatever several at once cost would be taken from the first calls of all."""
        with self._planning:
            work = plan_run(self.drafting.transactions, run_id)
        self.pass_on(work)

    def finish(self, run_id: UUID) -> None:
        if finish_run(self.drafting.transactions, run_id) is RunState.SUMMARISING:
            self.summarise(run_id)

    def summarise(self, run_id: UUID) -> None:
        if self.slots is not None:
            self.slots.take(run_id, partial(self._summarise, run_id))

    def look(self) -> None:
        """Have the slots look for chunks."""
        if self.slots is not None:
            self.slots.wake()

    def watch(self) -> None:
        if self.canary is not None:  # else the sweep rings until a worker that has the set hears it
            self.canary.run()

    def pass_on(self, work: NextWork) -> None:
        """Finish runs here and now, which takes milliseconds; wake our slots, and others where ours are too few."""
        if work.draft:
            self.look()
        free = 0 if self.slots is None else self.slots.number - self.slots.busy
        for_others = work.draft if len(work.draft) > free else ()
        self.doorbell.ring(NextWork(plan=work.plan, draft=for_others, summarise=work.summarise, canary=work.canary))
        for run_id in work.finish:
            self.finish(run_id)

    def pass_on_swept(self, work: NextWork) -> None:
        """Ring for what a sweep found.

        What was rung for before and is found again is planned and finished here, and so is all while the broker is
        away: work goes on, whoever is deaf.
        """
        if work == NOTHING:
            return
        again = NextWork(
            plan=tuple(run_id for run_id in work.plan if run_id in self._rung_for),
            finish=tuple(run_id for run_id in work.finish if run_id in self._rung_for),
        )
        found = (*work.plan, *work.finish)
        self._rung_for = dict.fromkeys((*self._rung_for, *found)[-REMEMBERED:])
        if again != NOTHING:
            log.warning("unheard", plan=len(again.plan), finish=len(again.finish))
            self._do(again)
        if not self.doorbell.ring(work):
            self._do(work)

    def _do(self, work: NextWork) -> None:
        for run_id in work.plan:
            plan_run(self.drafting.transactions, run_id)
        self.look()
        for run_id in work.finish:
            self.finish(run_id)
        for run_id in work.summarise:
            self.summarise(run_id)

    def _summarise(self, run_id: UUID) -> NextWork:
        with bound(run_id=run_id, task="summarise"):
            summarise_run(self.drafting.asking, self.drafting.indexes, run_id)
        return NOTHING
