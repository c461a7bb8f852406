"""What may still be spent. Calls in flight count with the most that they may cost."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from notes_pipeline.store.tables import AnswerRow, ModelCallRow

_BUDGET_LOCK = 7_701_403  # any number, the same in all workers; held for a millisecond


@dataclass(frozen=True, slots=True)
class Budgets:
    """Limits in millionths of a US dollar; None: no limit. Days and months are those of UTC.

    `day`: of all workspaces together. `workspace`: of one workspace in a month.
    """

    run: int | None = None
    day: int | None = None
    workspace: int | None = None

    @property
    def is_limited(self) -> bool:
        return not (self.run is None and self.day is None and self.workspace is None)


NO_BUDGETS = Budgets()


@dataclass(frozen=True, slots=True)
class Shortage:
    """A budget that the next call could exceed. `held`: for calls in flight, some of which comes back."""

    which: str
    limit: int
    spent: int
    held: int


def find_shortage(
    session: Session, budgets: Budgets, *, workspace_id: UUID, run_id: UUID, next_call: int
) -> Shortage | None:
    """Find a budget that is exceeded with `next_call`, which is held already, on top of all others.

    Until the transaction ends, nobody else looks. Both sums are of one moment: what ends meanwhile is in one of them.
    """
    if not budgets.is_limited:
        return None
    session.execute(select(func.pg_advisory_xact_lock(_BUDGET_LOCK)))
    for which, limit, calls, answers in _scopes(budgets, workspace_id, run_id):
        asked_now = AnswerRow.outcome.is_(None) & (AnswerRow.lease_until > func.now())
        spent_so_far = select(func.sum(ModelCallRow.counted_micro_usd)).where(calls).scalar_subquery()
        held_now = select(func.sum(AnswerRow.reserved_micro_usd)).where(asked_now, answers).scalar_subquery()
        spent, held = (int(value or 0) for value in session.execute(select(spent_so_far, held_now)).one())
        if spent + held > limit:
            return Shortage(which, limit, spent, held - next_call)
    return None


def _scopes(
    budgets: Budgets, workspace_id: UUID, run_id: UUID
) -> Iterator[tuple[str, int, ColumnElement[bool], ColumnElement[bool]]]:
    started = ModelCallRow.started_at
    if budgets.run is not None:
        yield "the run", budgets.run, ModelCallRow.run_id == run_id, AnswerRow.run_id == run_id
    if budgets.day is not None:
        yield "the day", budgets.day, started >= _start_of("day"), AnswerRow.lease_until.is_not(None)
    if budgets.workspace is not None:
        calls = (ModelCallRow.workspace_id == workspace_id) & (started >= _start_of("month"))
        yield "the workspace's month", budgets.workspace, calls, AnswerRow.workspace_id == workspace_id


def _start_of(unit: str) -> ColumnElement[object]:
    return func.date_trunc(unit, func.now(), "UTC")
