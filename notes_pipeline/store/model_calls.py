"""Every request to a model, and what it came to in money."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from uuid import UUID

from sqlalchemy import Float, cast, func, select
from sqlalchemy.orm import Session

from notes_pipeline.core.model_calls import CallOutcome, ModelCall, Purpose
from notes_pipeline.store.direct import Statements, as_json, given, quoted
from notes_pipeline.store.tables import ModelCallRow


@dataclass(frozen=True, slots=True)
class Spending:
    """What calls came to. `calls`: that were made; `cached`: answers that were known. `tokens_cached`: of `tokens_in`.

    `cost_micro_usd` is None when a call has no known price. `models_served`: the names that the endpoint gave itself in
    its answers. `failures`: how many calls ended how, other than answered.
    """

    calls: int
    cached: int
    tokens_in: int
    tokens_cached: int
    tokens_out: int
    cost_micro_usd: int | None
    models_served: tuple[str, ...]
    failures: dict[CallOutcome, int]


@dataclass(frozen=True, slots=True)
class CallsOf:
    """For what calls were made; `chunk_id`: None where a whole run asked."""

    workspace_id: UUID
    run_id: UUID
    chunk_id: UUID | None


def add_calls(statements: Statements, calls: Sequence[ModelCall], of: CallsOf) -> None:
    if calls:
        statements.run(ADD_CALLS, call_values(calls, of))


def call_values(calls: Sequence[ModelCall], of: CallsOf) -> dict[str, object]:
    """Give the values of `ADD_CALLS`."""
    about = {"workspace_id": of.workspace_id, "run_id": of.run_id, "chunk_id": of.chunk_id}
    rows = [{name: getattr(call, name) for name in _OF_CALL} | about for call in calls]
    return {"calls": as_json(rows), "called_run": of.run_id}


def spending(session: Session, run_id: UUID) -> Spending:
    """Add up the calls of a run. Only answered calls cost; one of them without a price makes the sum unknown."""
    call = ModelCallRow
    row = session.execute(
        select(
            func.coalesce(func.sum(call.tokens_in), 0),
            func.coalesce(func.sum(call.tokens_cached), 0),
            func.coalesce(func.sum(call.tokens_out), 0),
            func.coalesce(func.sum(call.cost_micro_usd), 0),
            func.count().filter(call.tokens_in.is_not(None), call.cost_micro_usd.is_(None)),
            func.array_agg(call.model_served.distinct()).filter(call.model_served.is_not(None)),
        ).where(call.run_id == run_id)
    ).one()
    tokens_in, cached, out, cost, unpriced, served = row
    ends = dict(
        session.execute(select(call.outcome, func.count()).where(call.run_id == run_id).group_by(call.outcome)).all()
    )
    outcomes = {CallOutcome(outcome): number for outcome, number in ends.items()}
    hits = outcomes.pop(CallOutcome.CACHED, 0)
    return Spending(
        calls=sum(outcomes.values()),
        cached=hits,
        tokens_in=int(tokens_in or 0),
        tokens_cached=int(cached or 0),
        tokens_out=int(out or 0),
        cost_micro_usd=None if unpriced else int(cost or 0),
        models_served=tuple(name for name in served or () if name is not None),
        failures={outcome: number for outcome, number in outcomes.items() if outcome is not CallOutcome.ANSWERED},
    )


@dataclass(frozen=True, slots=True)
class Experience:
    """How a model answered drafts before: `out_per_in` tokens, and `seconds` a call, as medians of `calls`."""

    calls: int
    out_per_in: float
    seconds: float


def experience_with(session: Session, model: str, *, last: int = 200) -> Experience | None:
    """Look at the last answered drafts of a model; None: there are none with token counts."""
    call = ModelCallRow
    recent = (
        select(call.tokens_in, call.tokens_out, call.latency_ms)
        .where(
            call.model_asked == model,
            call.purpose == Purpose.DRAFT.value,
            call.outcome == CallOutcome.ANSWERED.value,
            call.tokens_in > 0,
            call.tokens_out.is_not(None),
        )
        .order_by(call.started_at.desc())
        .limit(last)
        .subquery()
    )
    share = cast(recent.c.tokens_out, Float) / recent.c.tokens_in
    calls, out_per_in, latency_ms = session.execute(
        select(
            func.count(),
            func.percentile_cont(0.5).within_group(share),
            func.percentile_cont(0.5).within_group(recent.c.latency_ms),
        )
    ).one()
    return Experience(calls, float(out_per_in), float(latency_ms) / 1000) if calls else None


_OF_CALL = tuple(field.name for field in fields(ModelCall) if field.name != "may_be_charged")
_COLUMNS = (*_OF_CALL, "workspace_id", "run_id", "chunk_id")
_ABOUT = ("run_id", "chunk_id", "error", "request_id")
_OF_ALL = tuple(name for name in _COLUMNS if name not in _ABOUT)
_IF_ALIVE = ", ".join(f"CASE WHEN alive_id IS NOT NULL THEN {name} END" for name in _ABOUT[1:])
# Of `call_values`. A commit whose reply was lost is tried again. Of a run that was erased meanwhile only what it cost
# is written; one that is being erased just now is waited for.
ADD_CALLS = f"""
    WITH alive AS (SELECT id AS alive_id FROM run WHERE id = %(called_run)s FOR KEY SHARE)
    INSERT INTO model_call ({quoted((*_OF_ALL, *_ABOUT))})
    SELECT {quoted(_OF_ALL)}, alive_id, {_IF_ALIVE}
    FROM {given(ModelCallRow, _COLUMNS, "calls")} LEFT JOIN alive ON true ON CONFLICT (id) DO NOTHING
"""  # noqa: S608 (names of columns)
