"""What probes found out about endpoints."""

from dataclasses import asdict
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from notes_pipeline.core.endpoints import AnswerMode, EndpointProfile
from notes_pipeline.store.tables import EndpointProfileRow

VALID_FOR = timedelta(days=7)  # servers are updated; a probe costs less than a cent


def save_profile(session: Session, base_url: str, model: str, profile: EndpointProfile) -> None:
    found = asdict(profile) | {"mode": profile.mode.value, "probed_at": func.now()}
    session.execute(
        insert(EndpointProfileRow)
        .values(base_url=base_url, model=model, **found)
        .on_conflict_do_update(index_elements=["base_url", "model"], set_=found)
    )


def load_profile(session: Session, base_url: str, model: str) -> tuple[EndpointProfile, datetime] | None:
    """Give a profile and when it was found; None: never, or too long ago."""
    row = session.execute(
        select(EndpointProfileRow).where(
            EndpointProfileRow.base_url == base_url,
            EndpointProfileRow.model == model,
            EndpointProfileRow.probed_at > func.now() - VALID_FOR,
        )
    ).scalar_one_or_none()
    if row is None:
        return None
    return EndpointProfile(
        AnswerMode(row.mode), row.has_new_limit_name, row.takes_temperature, row.is_proven
    ), row.probed_at
