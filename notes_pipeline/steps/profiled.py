"""A model that is asked in the way that its endpoint is known to take."""

from dataclasses import dataclass, field
from threading import Lock

import structlog

from notes_pipeline.core.endpoints import AnswerMode, EndpointProfile
from notes_pipeline.core.errors import RequestNotTakenError
from notes_pipeline.llm.client import ModelClient, Record
from notes_pipeline.llm.forms import A
from notes_pipeline.llm.offline import is_offline
from notes_pipeline.llm.profiles import probe
from notes_pipeline.llm.requests import ModelRequest
from notes_pipeline.store.database import Transactions
from notes_pipeline.store.endpoints import forget_profile, load_profile, save_profile

log = structlog.get_logger()


@dataclass
class ProfiledModel:
    """Asks through a client; finds out first how, once in a week for all workers. Safe for threads.

    `trusts_offline`: our own offline model is known to enforce schemas, and is not probed.
    """

    client: ModelClient
    transactions: Transactions
    trusts_offline: bool = True
    _profile: EndpointProfile | None = None
    _lock: Lock = field(default_factory=Lock)

    @property
    def endpoint(self) -> str:
        return self.client.base_url

    def complete(self, request: ModelRequest[A], *, record: Record, retries: int) -> str:
        """Ask; where the endpoint does not take the request, find out anew what it takes, and ask once more."""
        profile = self.profile(record)
        try:
            return self.client.complete(request, profile, record=record, retries=retries)
        except RequestNotTakenError:
            if self.trusts_offline and is_offline(self.client.model):
                raise
            if (renewed := self._renewed(profile, record)) == profile:
                raise
            return self.client.complete(request, renewed, record=record, retries=retries + 1)

    def profile(self, record: Record) -> EndpointProfile:
        """Give what is known of the endpoint; else probe it, one thread for all.

        Raises:
            ModelBusyError, ModelUnreachableError, ModelConfigurationError: it could not be found out.
        """
        if self._profile is not None:
            return self._profile
        if self.trusts_offline and is_offline(self.client.model):
            self._profile = EndpointProfile(AnswerMode.JSON_SCHEMA)
            return self._profile
        with self._lock:
            if self._profile is None:
                with self.transactions.begin() as session:
                    stored = load_profile(session, self.client.base_url, self.client.model)
                self._profile = self._probed(record) if stored is None else stored[0]
            return self._profile

    def _renewed(self, profile: EndpointProfile, record: Record) -> EndpointProfile:
        with self._lock:
            if self._profile == profile:
                with self.transactions.begin() as session:
                    forget_profile(session, self.client.base_url, self.client.model)
                self._profile = self._probed(record)
            return self._profile or profile

    def _probed(self, record: Record) -> EndpointProfile:
        found = probe(self.client, record)
        log.info("endpoint_probed", model=self.client.model, mode=found.mode.value, is_proven=found.is_proven)
        with self.transactions.begin() as session:
            save_profile(session, self.client.base_url, self.client.model, found)
        return found
