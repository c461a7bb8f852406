"""Ask a model, and, if it cannot be had, the fallback."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Generic

import structlog

from notes_pipeline.core.errors import (
    EndpointDownError,
    ModelBusyError,
    ModelConfigurationError,
    NotYetError,
    RequestNotTakenError,
    RetryableError,
)
from notes_pipeline.llm.forms import A
from notes_pipeline.llm.generating import ask_in_form
from notes_pipeline.llm.requests import ModelRequest
from notes_pipeline.steps.paying import Model, Paying, Who
from notes_pipeline.store.answers import KnownAnswer, Wanted
from notes_pipeline.store.database import Transactions

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Answered(Generic[A]):
    """An answer of the form asked for, and the model that gave it."""

    answer: A
    model_served: str


@dataclass(frozen=True, slots=True)
class Fallback:
    """Another model, to be asked where the first cannot be had; it may have the same name at another endpoint."""

    name: str
    model: Callable[[str], Model]


@dataclass(frozen=True, slots=True)
class Asking:
    """What asking works with. `patience_s`: with an endpoint that is down or turns everything away.

    After that, work fails and can be asked for again.
    """

    paying: Paying
    models: Callable[[str], Model]
    fallback: Fallback | None = None
    patience_s: float = 600.0

    @property
    def transactions(self) -> Transactions:
        return self.paying.transactions

    def ask(
        self,
        request: ModelRequest[A],
        who: Who,
        *,
        context_of: Callable[[str], str] | None = None,
        topics: Sequence[str] = (),
    ) -> Answered[A]:
        """Get an answer of the form asked for, paid or known.

        `context_of`, `topics`: what to file it under, see `store.answers`; the context by model.

        Raises:
            RetryableError: may succeed later.
            ModelError: will not; the kind says why.
            LeaseLostError: the work is another's by now.
        """
        served = [who.model]

        def complete(asked: ModelRequest[A], retries: int) -> str:
            again = replace(who, attempts=who.attempts + retries)
            found = self._first_of(asked, again, None if retries else context_of, topics)
            served[0] = found.model
            return found.text

        return Answered(ask_in_form(complete, request), served[0])

    def _first_of(
        self,
        request: ModelRequest[A],
        who: Who,
        context_of: Callable[[str], str] | None,
        topics: Sequence[str],
    ) -> KnownAnswer:
        """Ask the model, and the fallback where the model cannot be had."""
        first = self._wanted(request, who.model, who, context_of, topics)
        fallback = self.fallback
        if fallback is None or self.paying.is_unpriced(fallback.name, who):
            return self.paying.known_or_paid(request, who, first, self.models)
        second = self._wanted(request, fallback.name, who, context_of, topics)
        if (known := self.paying.of_this_run(who, second.key)) is not None:
            return known  # this run has had to ask the fallback before
        try:
            return self.paying.known_or_paid(request, who, first, self.models)
        except (EndpointDownError, ModelConfigurationError, RequestNotTakenError) as error:
            log.warning("falls_back", model=who.model, fallback=fallback.name, error=error)
        except RetryableError as error:
            if not self.is_in_vain(error, who):
                raise
            log.warning("falls_back", model=who.model, fallback=fallback.name, error=error)
        return self.paying.known_or_paid(request, who, second, fallback.model)

    def is_in_vain(self, error: RetryableError, who: Who) -> bool:
        """Tell whether trying again has gone on for long enough: all attempts are used up, or patience is.

        Being turned away is no attempt, nor is an endpoint that is down; for these there is patience.
        """
        match error:
            case EndpointDownError():
                away_for_s = error.down_for_s
            case NotYetError():
                away_for_s = 0.0
            case ModelBusyError():
                away_for_s = who.busy_for_s
            case _:
                return who.is_last_attempt
        return max(away_for_s, error.retry_after_s or 0.0) > self.patience_s

    def _wanted(
        self,
        request: ModelRequest[A],
        model: str,
        who: Who,
        context_of: Callable[[str], str] | None,
        topics: Sequence[str],
    ) -> Wanted:
        return Wanted(
            key=request.key(model),
            purpose=request.purpose,
            model=model,
            context=None if context_of is None else context_of(model),
            topics=tuple(topics),
            reserved_micro_usd=self.paying.most_it_costs(request, model, who),
        )
