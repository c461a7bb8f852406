"""Every request to a model, and what it came to in money."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from uuid import UUID

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from notes_pipeline.core.model_calls import ModelCall
from notes_pipeline.store.tables import ModelCallRow
from notes_pipeline.store.tables.base import new_id


@dataclass(frozen=True, slots=True)
class Spending:
    """What a run's calls came to. `cost_micro_usd` is None when one of them has no known price.

    `models_served`: the names that the endpoint gave itself in its answers.
    """

    calls: int
    tokens_in: int
    tokens_cached: int
    tokens_out: int
    cost_micro_usd: int | None
    models_served: tuple[str, ...]


def add_calls(
    session: Session, calls: Sequence[ModelCall], *, workspace_id: UUID, run_id: UUID, chunk_id: UUID
) -> None:
    if not calls:
        return
    session.execute(
        insert(ModelCallRow),
        [
            asdict(call)
            | {
                "id": new_id(),
                "workspace_id": workspace_id,
                "run_id": run_id,
                "chunk_id": chunk_id,
                "outcome": call.outcome.value,
            }
            for call in calls
        ],
    )


def spending(session: Session, run_id: UUID) -> Spending:
    """Add up the calls of a run. Only answered calls cost; one of them without a price makes the sum unknown."""
    call = ModelCallRow
    answered = call.tokens_in.is_not(None)
    row = session.execute(
        select(
            func.count(),
            func.coalesce(func.sum(call.tokens_in), 0),
            func.coalesce(func.sum(call.tokens_cached), 0),
            func.coalesce(func.sum(call.tokens_out), 0),
            func.coalesce(func.sum(call.cost_micro_usd), 0),
            func.count().filter(answered, call.cost_micro_usd.is_(None)),
            func.array_agg(call.model_served.distinct()).filter(call.model_served.is_not(None)),
        ).where(call.run_id == run_id)
    ).one()
    calls, tokens_in, cached, out, cost, unpriced, served = row
    return Spending(
        calls=calls,
        tokens_in=int(tokens_in or 0),
        tokens_cached=int(cached or 0),
        tokens_out=int(out or 0),
        cost_micro_usd=None if unpriced else int(cost or 0),
        models_served=tuple(name for name in served or () if name is not None),
    )
