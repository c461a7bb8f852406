from datetime import datetime

from sqlalchemy import func
from sqlalchemy.orm import Mapped, mapped_column

from notes_pipeline.store.tables.base import Base


class EndpointProfileRow(Base):
    """What a model at an endpoint can do, as a probe found; columns as in `core.endpoints.EndpointProfile`."""

    __tablename__ = "endpoint_profile"

    base_url: Mapped[str] = mapped_column(primary_key=True)
    model: Mapped[str] = mapped_column(primary_key=True)
    mode: Mapped[str]
    has_new_limit_name: Mapped[bool]
    takes_temperature: Mapped[bool]
    is_proven: Mapped[bool]
    probed_at: Mapped[datetime] = mapped_column(server_default=func.now())
