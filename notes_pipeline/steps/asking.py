"""Ask a model, through all that stands between a question and a paid call.

In this order: what is already known (cache, single flight), what may be spent (budgets), whose turn it is (gate), the
call, and, if the endpoint is down or not set up, the fallback. Every call is written when it ends, whatever becomes of
the work that it was for. No transaction is open during a call.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Generic, Protocol
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from notes_pipeline.core.errors import (
    AnswerTruncatedError,
    EndpointDownError,
    ModelBusyError,
    ModelConfigurationError,
    ModelRefusedError,
    ModelUnreachableError,
    NotesPipelineError,
    OverBudgetError,
    QuestionTooLongError,
)
from notes_pipeline.core.model_calls import CallOutcome, ModelCall, Purpose
from notes_pipeline.core.wording import dollars
from notes_pipeline.llm.client import Record
from notes_pipeline.llm.forms import A
from notes_pipeline.llm.gate import Gate
from notes_pipeline.llm.generating import ask_in_form
from notes_pipeline.llm.prices import PriceList
from notes_pipeline.llm.requests import MAX_OUTPUT_TOKENS, ModelRequest
from notes_pipeline.steps.patience import insist
from notes_pipeline.store import answers
from notes_pipeline.store.answers import KnownAnswer, Wanted
from notes_pipeline.store.budgets import NO_BUDGETS, Budgets, find_shortage
from notes_pipeline.store.database import Transactions
from notes_pipeline.store.model_calls import add_calls

log = structlog.get_logger()

EXPECTED_TOKENS_OUT = 1_000  # of a chunk's notes; what a limiter reserves until the answer says it exactly
SAME_QUESTION_WAIT_S, SAME_QUESTION_POLL_S = 5.0, 0.25  # another asks the same; after that the slot is better used
COME_BACK_S = 2.0
CLAIM_MARGIN_S = 30.0  # beyond the deadline of a call, to write its end

# Ends of a call that asking again in the same run would only repeat.
_KEPT: dict[type[NotesPipelineError], CallOutcome] = {
    ModelRefusedError: CallOutcome.REFUSED,
    AnswerTruncatedError: CallOutcome.TRUNCATED,
    QuestionTooLongError: CallOutcome.TOO_LONG,
}


class Model(Protocol):
    """A model at an endpoint."""

    @property
    def endpoint(self) -> str: ...

    def complete(self, request: ModelRequest[A], *, record: Record, retries: int) -> str: ...


@dataclass(frozen=True, slots=True)
class Who:
    """For what a model is asked. `model`: the one to ask first. `chunk_id`: None where a whole run asks.

    `attempts`: that failed before; `is_last_attempt`: what fails now has failed. `touch`: called before each call, so
    that the lease of the work is kept as long as its calls are within their time.
    """

    asker: answers.Asker
    model: str
    chunk_id: UUID | None
    budget_micro_usd: int | None = None
    attempts: int = 0
    is_last_attempt: bool = False
    touch: Callable[[], None] = lambda: None


@dataclass(frozen=True, slots=True)
class Answered(Generic[A]):
    """An answer of the form asked for, and the model that gave it."""

    answer: A
    model_served: str


@dataclass(frozen=True, slots=True)
class Asking:
    """What asking works with. `budgets`: of day and workspace; that of the run comes with the run."""

    transactions: Transactions
    models: Callable[[str], Model]
    gate: Gate
    prices: PriceList
    call_timeout_s: float
    fallback: str | None = None
    budgets: Budgets = NO_BUDGETS

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
        """
        served = [who.model]

        def complete(asked: ModelRequest[A], retries: int) -> str:
            found = self._first_of(
                asked, replace(who, attempts=who.attempts + retries), None if retries else context_of, topics
            )
            served[0] = found.model_served or who.model
            return found.text

        return Answered(ask_in_form(complete, request), served[0])

    def known_parts(self, who: Who, context: str, topics: Sequence[str], prompt_hash: str) -> list[KnownAnswer]:
        """Give the known answers of a context that are about any of the topics, and record that they were found."""
        with self.transactions.begin() as session:
            parts = answers.find_parts(session, who.asker, context, topics)
            if parts:
                wanted = Wanted(key="", purpose=Purpose.DRAFT, model=who.model)
                self._add(session, who, [_hit(wanted, part, prompt_hash) for part in parts])
        return parts

    def _first_of(
        self,
        request: ModelRequest[A],
        who: Who,
        context_of: Callable[[str], str] | None,
        topics: Sequence[str],
    ) -> KnownAnswer:
        """Ask the model, and the fallback where the model cannot be had."""
        names = [who.model] + [name for name in (self.fallback,) if name is not None and name != who.model]
        for name in names:
            wanted = Wanted(
                key=request.key(name),
                purpose=request.purpose,
                model=name,
                context=None if context_of is None else context_of(name),
                topics=tuple(topics),
                reserved_micro_usd=self._most_it_costs(request, name, who),
            )
            try:
                return self._known_or_paid(request, who, wanted)
            except (ModelUnreachableError, ModelConfigurationError) as error:
                is_for_good = isinstance(error, EndpointDownError | ModelConfigurationError) or who.is_last_attempt
                if name == names[-1] or not is_for_good:
                    raise
                log.warning("falls_back", model=name, fallback=names[-1], error=str(error))
        raise AssertionError("unreachable")

    def _known_or_paid(self, request: ModelRequest[A], who: Who, wanted: Wanted) -> KnownAnswer:
        known = self._claim(who, wanted, request.prompt_hash)
        if known is not None:
            return _usable(known)
        calls: list[ModelCall] = []
        try:
            text = self._paid(request, who, wanted.model, calls)
        except NotesPipelineError as error:
            insist(partial(self._give_back, who, wanted, calls, error))
            raise
        answer = KnownAnswer(calls[-1].outcome, text, calls[-1].model_served, wanted.topics)
        insist(partial(self._keep, who, wanted, calls, answer))
        return answer

    def _claim(self, who: Who, wanted: Wanted, prompt_hash: str) -> KnownAnswer | None:
        """Find the answer, or take it on to ask (None); wait a little where another is asking.

        Raises:
            ModelBusyError: another is still asking, or money that is held for other calls may come back.
            OverBudgetError: the call could cost more than is left.
        """
        until = time.monotonic() + SAME_QUESTION_WAIT_S
        while True:
            with self.transactions.begin() as session:
                known = answers.find_answer(session, who.asker, wanted.key)
                if known is not None:
                    self._add(session, who, [_hit(wanted, known, prompt_hash)])
                    return known
                shortage = find_shortage(
                    session,
                    replace(self.budgets, run=who.budget_micro_usd),
                    workspace_id=who.asker.workspace_id,
                    run_id=who.asker.run_id,
                    next_call=wanted.reserved_micro_usd,
                )
                lease_s = self.call_timeout_s + CLAIM_MARGIN_S
                if shortage is None and answers.claim_answer(session, who.asker, wanted, lease_s=lease_s):
                    return None
            if shortage is not None:
                said = (
                    f"the budget of {shortage.which} is {dollars(shortage.limit)}: {dollars(shortage.spent)} is spent, "
                    f"the next call may cost {dollars(wanted.reserved_micro_usd)}"
                )
                if shortage.spent + wanted.reserved_micro_usd <= shortage.limit:
                    raise ModelBusyError(f"{said}; other calls hold the rest", retry_after_s=COME_BACK_S)
                raise OverBudgetError(said)
            if time.monotonic() > until:
                raise ModelBusyError("another worker asks the same just now", retry_after_s=COME_BACK_S)
            time.sleep(SAME_QUESTION_POLL_S)

    def _paid(self, request: ModelRequest[A], who: Who, name: str, calls: list[ModelCall]) -> str:
        model = self.models(name)
        expected = request.tokens_in + EXPECTED_TOKENS_OUT
        self.gate.enter(model.endpoint, name, expected)
        who.touch()
        try:
            text = model.complete(request, record=calls.append, retries=who.attempts)
        except ModelBusyError as error:
            self.gate.turned_away(model.endpoint, name, error.retry_after_s, expected_tokens=expected)
            raise
        except ModelUnreachableError:
            self.gate.failed(model.endpoint, name, expected_tokens=expected)
            raise
        except NotesPipelineError:
            self.gate.answered(model.endpoint, name, expected_tokens=expected, used_tokens=_used(calls))
            raise
        self.gate.answered(model.endpoint, name, expected_tokens=expected, used_tokens=_used(calls))
        return text

    def _keep(self, who: Who, wanted: Wanted, calls: Sequence[ModelCall], answer: KnownAnswer) -> None:
        with self.transactions.begin() as session:
            self._add(session, who, calls)
            answers.store_answer(session, who.asker, wanted.key, answer.outcome, answer.text, answer.model_served)

    def _give_back(self, who: Who, wanted: Wanted, calls: Sequence[ModelCall], error: NotesPipelineError) -> None:
        outcome = _KEPT.get(type(error))
        with self.transactions.begin() as session:
            self._add(session, who, calls)
            if outcome is None:
                answers.drop_claim(session, who.asker, wanted.key)
            else:
                answers.store_answer(session, who.asker, wanted.key, outcome, str(error), None)

    def _add(self, session: Session, who: Who, calls: Sequence[ModelCall]) -> None:
        add_calls(session, calls, workspace_id=who.asker.workspace_id, run_id=who.asker.run_id, chunk_id=who.chunk_id)

    def _most_it_costs(self, request: ModelRequest[A], model: str, who: Who) -> int:
        """Millionths of a US dollar that a call can cost at most; 0 where nothing is limited."""
        if not replace(self.budgets, run=who.budget_micro_usd).is_limited:
            return 0
        price = self.prices.of(model)
        if price is None:
            raise ModelConfigurationError(
                f"a budget is set, and the price of {model} is not known: add it to the file of NOTES_PRICES"
            )
        return price.micro_usd(tokens_in=request.tokens_in, tokens_cached=0, tokens_out=MAX_OUTPUT_TOKENS)


def _usable(known: KnownAnswer) -> KnownAnswer:
    """Raise what the same request was told before in this run."""
    for error, outcome in _KEPT.items():
        if known.outcome is outcome:
            raise error(known.text)
    return known


def _hit(wanted: Wanted, known: KnownAnswer, prompt_hash: str) -> ModelCall:
    return ModelCall(
        purpose=wanted.purpose,
        model_asked=wanted.model,
        prompt_hash=prompt_hash,
        started_at=datetime.now(UTC),
        latency_ms=0,
        outcome=CallOutcome.CACHED,
        model_served=known.model_served,
        cost_micro_usd=0,
    )


def _used(calls: Sequence[ModelCall]) -> int | None:
    """Tokens of the last call, where the endpoint counted them."""
    if not calls or calls[-1].tokens_in is None:
        return None
    return calls[-1].tokens_in + (calls[-1].tokens_out or 0)
