"""A model that is asked in the way that its endpoint is known to take."""

import math
import time
from dataclasses import dataclass, field, replace
from threading import Lock

import structlog

from notes_pipeline.core.endpoints import AnswerMode, EndpointProfile
from notes_pipeline.core.errors import NotesPipelineError, QuestionTooLongError, RequestNotTakenError
from notes_pipeline.llm.client import ModelClient
from notes_pipeline.llm.forms import A
from notes_pipeline.llm.offline import is_offline
from notes_pipeline.llm.profiles import probe
from notes_pipeline.llm.requests import ModelRequest, Record
from notes_pipeline.store.database import Transactions
from notes_pipeline.store.endpoints import load_profile, save_profile

log = structlog.get_logger()

RENEWED_FOR_S = 600.0
FAILED_FOR_S = 20.0
LEAST_ROOM = 512  # tokens; fewer hold no notes


@dataclass
class ProfiledModel:
    """Asks through a client; finds out first how, once in a week for all workers. Safe for threads.

    `trusts_offline`: our own offline model is known to enforce schemas, and is not probed.
    """

    client: ModelClient
    transactions: Transactions
    trusts_offline: bool = True
    _profile: EndpointProfile | None = None
    _renewed_at: float = -math.inf
    _failure: tuple[float, NotesPipelineError] | None = None
    _lock: Lock = field(default_factory=Lock)

    @property
    def endpoint(self) -> str:
        return self.client.base_url

    def complete(self, request: ModelRequest[A], *, record: Record, retries: int) -> str:
        """Ask; where the endpoint does not take the request, find out anew what it takes, and ask once more.

        Where only the room for the answer was too large, it is asked with what room there is.
        """
        profile = self.profile(record)
        try:
            return self.client.complete(request, profile, record=record, retries=retries)
        except RequestNotTakenError:
            renewed = self._renewed(profile, record)
            if renewed == profile:
                raise
            return self.client.complete(request, renewed, record=record, retries=retries + 1)
        except QuestionTooLongError as error:
            if error.room is None or not LEAST_ROOM <= error.room < request.most_tokens_out:
                raise
            smaller = replace(request, most_tokens_out=error.room - 1)
            return self.client.complete(smaller, profile, record=record, retries=retries + 1)

    def profile(self, record: Record) -> EndpointProfile:
        """Give what is known of the endpoint; else probe it, one thread for all.

        Raises:
            ModelBusyError, ModelUnreachableError, ModelConfigurationError: it could not be found out.
        """
        if self._profile is not None:
            return self._profile
        if self._is_trusted:
            self._profile = EndpointProfile(AnswerMode.JSON_SCHEMA)
            return self._profile
        with self._lock:
            if self._profile is None:
                with self.transactions.begin() as session:
                    stored = load_profile(session, self.client.base_url, self.client.model)
                self._profile = self._probed(record) if stored is None else stored[0]
            return self._profile

    @property
    def _is_trusted(self) -> bool:
        return self.trusts_offline and is_offline(self.client.model)

    def _renewed(self, profile: EndpointProfile, record: Record) -> EndpointProfile:
        """Probe again, unless that was done a while ago: a request may be refused for what is in it."""
        with self._lock:
            if self._is_trusted or time.monotonic() < self._renewed_at + RENEWED_FOR_S:
                return self._profile or profile
            self._renewed_at = time.monotonic()
            self._profile = self._probed(record)
            return self._profile

    def _probed(self, record: Record) -> EndpointProfile:
        """Probe and store. Those who waited for a probe that failed get its error, and do not wait for one more."""
        if self._failure is not None and time.monotonic() < self._failure[0] + FAILED_FOR_S:
            raise self._failure[1]
        try:
            found = probe(self.client, record)
        except NotesPipelineError as error:
            self._failure = (time.monotonic(), error)
            raise
        log.info("endpoint_probed", model=self.client.model, mode=found.mode.value, is_proven=found.is_proven)
        with self.transactions.begin() as session:
            save_profile(session, self.client.base_url, self.client.model, found)
        return found
