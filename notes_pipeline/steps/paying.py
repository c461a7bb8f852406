"""Get an answer that is known or paid for, once.

In this order: what is already known (cache, single flight), what may be spent (budgets), whose turn it is (gate), the
call. Every call is written when it ends, whatever becomes of the work that it was for. No transaction is open during a
call.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from notes_pipeline.core.errors import (
    AnswerTruncatedError,
    EndpointDownError,
    LeaseLostError,
    ModelBusyError,
    ModelConfigurationError,
    ModelError,
    ModelRefusedError,
    NotesPipelineError,
    NotYetError,
    OverBudgetError,
    QuestionTooLongError,
    RetryableError,
)
from notes_pipeline.core.model_calls import CallOutcome, ModelCall, Purpose
from notes_pipeline.core.wording import dollars
from notes_pipeline.llm.forms import A
from notes_pipeline.llm.gate import Gate
from notes_pipeline.llm.prices import PriceList
from notes_pipeline.llm.requests import MAX_READ_TIMEOUT_S, ModelRequest, Record
from notes_pipeline.steps.patience import insist
from notes_pipeline.steps.permits import Permits
from notes_pipeline.store import answers
from notes_pipeline.store.answers import KnownAnswer, Taken, Wanted
from notes_pipeline.store.budgets import NO_BUDGETS, Budgets, find_shortage
from notes_pipeline.store.database import Transactions
from notes_pipeline.store.direct import Direct, InSession
from notes_pipeline.store.model_calls import CallsOf, add_calls
from notes_pipeline.telemetry import metrics

EXPECTED_TOKENS_OUT = 1_000  # of a chunk's notes; what a limiter reserves until the answer says it exactly
SAME_QUESTION_WAIT_S, SAME_QUESTION_POLL_S = 5.0, 0.25  # another asks the same; after that the slot is better used
COME_BACK_S = 2.0
# Beyond the deadline of a call: it is looked at when something arrives, at the latest after one read; then its end is
# written, if need be while the database restarts.
CALL_MARGIN_S = MAX_READ_TIMEOUT_S + 60.0

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

    `attempts`: that failed before; `is_last_attempt`: what fails now has failed. `busy_for_s`: how long the endpoint
    has turned this work away. `touch`: called before each call, so that the lease of the work is kept as long as its
    calls are within their time.
    """

    asker: answers.Asker
    model: str
    chunk_id: UUID | None
    budget_micro_usd: int | None = None
    attempts: int = 0
    is_last_attempt: bool = False
    busy_for_s: float = 0.0
    touch: Callable[[], None] = lambda: None


@dataclass(frozen=True, slots=True)
class Paying:
    """What paying works with. `budgets`: of day and workspace; that of the run comes with the run."""

    transactions: Transactions
    gate: Gate
    prices: PriceList
    call_timeout_s: float
    budgets: Budgets = NO_BUDGETS
    permits: Permits = field(default_factory=Permits)

    def known_parts(self, who: Who, context: str, topics: Sequence[str], prompt_hash: str) -> list[KnownAnswer]:
        """Give the known answers of a context that are about any of the topics, and record that they were found."""
        with self.transactions.direct() as statements:
            parts = answers.find_parts(statements, who.asker, context, topics)
            wanted = Wanted(key="", purpose=Purpose.DRAFT, model=who.model)
            self._note_hits(statements, who, wanted, parts, prompt_hash)
        return parts

    def of_this_run(self, who: Who, key: str) -> KnownAnswer | None:
        """Give what this very run was told to a request before; None: nothing."""
        with self.transactions.direct() as statements:
            known = answers.find_answer(statements, who.asker, key)
        return None if known is None or _is_of_another(known, who) else usable(known)

    def known_or_paid(
        self, request: ModelRequest[A], who: Who, wanted: Wanted, models: Callable[[str], Model]
    ) -> KnownAnswer:
        """Give the answer to a request, of whatever form, and the model that gave it.

        Raises:
            RetryableError: may succeed later.
            ModelError: will not, or not in this run; the kind says why.
            LeaseLostError: the work is another's by now.
        """
        known = self._take_on(who, wanted, request.prompt_hash)
        if known is not None:
            return usable(known)
        metrics.answer_unknown(wanted.purpose)
        calls: list[ModelCall] = []
        try:
            text = self._paid(request, who, models(wanted.model), wanted.model, calls)
        except NotesPipelineError as error:
            insist(partial(self._give_back, who, wanted, calls, error))
            raise
        finally:
            for call in calls:
                metrics.call_ended(call)
        last = calls[-1]
        model = last.model_served or wanted.model
        answer = KnownAnswer(last.outcome, text, model, wanted.topics, who.asker.run_id)
        insist(partial(self._store, who, wanted, calls, last.outcome, text, model))
        return answer

    def _take_on(self, who: Who, wanted: Wanted, prompt_hash: str) -> KnownAnswer | None:
        """Find the answer, or take it on to ask (None); wait a little where another is asking.

        Raises:
            NotYetError: another is still asking, or money that is held for other calls may come back.
            OverBudgetError: the call could cost more than is left.
            LeaseLostError: the work is another's by now.
        """
        until = time.monotonic() + SAME_QUESTION_WAIT_S
        while True:
            taken = self._try_to_take_on(who, wanted, prompt_hash)
            if isinstance(taken, KnownAnswer):
                return taken
            if taken is Taken.LOST:
                raise LeaseLostError("the chunk was given to another worker meanwhile")
            if taken is Taken.OURS:
                return None
            if time.monotonic() > until:
                raise NotYetError("another worker asks the same just now", retry_after_s=COME_BACK_S)
            time.sleep(SAME_QUESTION_POLL_S)

    def _try_to_take_on(self, who: Who, wanted: Wanted, prompt_hash: str) -> KnownAnswer | Taken:
        lease_s = self.call_timeout_s + CALL_MARGIN_S
        if self._budgets(who).is_limited:
            with self.transactions.begin() as session:
                taken = answers.take_on(InSession(session), who.asker, wanted, lease_s=lease_s)
                if taken is Taken.OURS:
                    self._check_budgets(session, who, wanted)
        else:
            with self.transactions.direct() as statements:
                taken = answers.take_on(statements, who.asker, wanted, lease_s=lease_s)
        if isinstance(taken, KnownAnswer) and _is_of_another(taken, who):
            with self.transactions.direct() as statements:
                self._note_hits(statements, who, wanted, [taken], prompt_hash)
        return taken

    def _note_hits(
        self, statements: Direct, who: Who, wanted: Wanted, known: Sequence[KnownAnswer], prompt_hash: str
    ) -> None:
        """Record that answers were found which another run paid for."""
        found = [each for each in known if _is_of_another(each, who)]
        if not found:
            return
        hits = [_hit(wanted, each, prompt_hash) for each in found]
        with statements.transaction():
            answers.count_hits(statements, who.asker, found)
            add_calls(statements, hits, _calls_of(who))
        for hit in hits:
            metrics.call_ended(hit)

    def _check_budgets(self, session: Session, who: Who, wanted: Wanted) -> None:
        """Let the transaction fail, and with it the taking on, where the call could cost more than is left."""
        shortage = find_shortage(
            session,
            self._budgets(who),
            workspace_id=who.asker.workspace_id,
            run_id=who.asker.run_id,
            next_call=wanted.reserved_micro_usd,
        )
        if shortage is None:
            return
        said = (
            f"the budget of {shortage.which} is {dollars(shortage.limit)}: {dollars(shortage.spent)} is spent, "
            f"the next call may cost {dollars(wanted.reserved_micro_usd)}"
        )
        if shortage.spent + wanted.reserved_micro_usd <= shortage.limit:
            raise NotYetError(f"{said}; other calls hold the rest", retry_after_s=COME_BACK_S)
        raise OverBudgetError(said)

    def _paid(self, request: ModelRequest[A], who: Who, model: Model, name: str, calls: list[ModelCall]) -> str:
        with self.permits.one():
            return self._called(request, who, model, name, calls)

    def _called(self, request: ModelRequest[A], who: Who, model: Model, name: str, calls: list[ModelCall]) -> str:
        expected = request.tokens_in + EXPECTED_TOKENS_OUT
        who.touch()
        try:
            self.gate.enter(model.endpoint, name, expected)
        except RetryableError as error:
            metrics.turned_back(is_down=isinstance(error, EndpointDownError))
            raise
        try:
            text = model.complete(request, record=calls.append, retries=who.attempts)
        except ModelBusyError as error:
            self.gate.turned_away(model.endpoint, name, error.retry_after_s, expected_tokens=expected)
            raise
        except ModelError:
            self.gate.answered(model.endpoint, name, expected_tokens=expected, used_tokens=_used(calls))
            raise
        except BaseException:  # whatever it was, no answer came
            self.gate.failed(model.endpoint, name, expected_tokens=expected)
            raise
        self.gate.answered(model.endpoint, name, expected_tokens=expected, used_tokens=_used(calls))
        return text

    def _give_back(self, who: Who, wanted: Wanted, calls: Sequence[ModelCall], error: NotesPipelineError) -> None:
        outcome = _KEPT.get(type(error))
        if outcome is not None:
            self._store(who, wanted, calls, outcome, str(error), None)
            return
        with self.transactions.direct() as statements, statements.transaction():
            add_calls(statements, _counted(calls, wanted), _calls_of(who))
            answers.give_up(statements, who.asker, wanted.key)

    def _store(
        self,
        who: Who,
        wanted: Wanted,
        calls: Sequence[ModelCall],
        outcome: CallOutcome,
        text: str,
        model_served: str | None,
    ) -> None:
        counted, of = _counted(calls, wanted), _calls_of(who)
        with self.transactions.direct() as statements:
            answers.store_answer(statements, who.asker, wanted, outcome, text, model_served, counted, of)

    def _budgets(self, who: Who) -> Budgets:
        return replace(self.budgets, run=who.budget_micro_usd)

    def is_unpriced(self, model: str, who: Who) -> bool:
        """Tell whether a budget is set and cannot be held, since nobody knows what the model costs."""
        return self._budgets(who).is_limited and self.prices.of(model) is None

    def most_it_costs(self, request: ModelRequest[A], model: str, who: Who) -> int:
        """Millionths of a US dollar that a call can cost at most; 0 where nothing is limited.

        Raises:
            ModelConfigurationError: a budget is set, and the price is not known.
        """
        if not self._budgets(who).is_limited:
            return 0
        price = self.prices.of(model)
        if price is None:
            raise ModelConfigurationError(
                f"a budget is set, and the price of {model} is not known: add it to the file of NOTES_PRICES"
            )
        return price.micro_usd(tokens_in=request.most_tokens_in, tokens_cached=0, tokens_out=request.most_tokens_out)


def usable(known: KnownAnswer) -> KnownAnswer:
    """Raise what the same request was told before in this run."""
    for error, outcome in _KEPT.items():
        if known.outcome is outcome:
            raise error(known.text)
    return known


def _calls_of(who: Who) -> CallsOf:
    return CallsOf(who.asker.workspace_id, who.asker.run_id, who.chunk_id)


def _is_of_another(known: KnownAnswer, who: Who) -> bool:
    return known.run_id != who.asker.run_id


def _hit(wanted: Wanted, known: KnownAnswer, prompt_hash: str) -> ModelCall:
    return ModelCall(
        purpose=wanted.purpose,
        model_asked=wanted.model,
        prompt_hash=prompt_hash,
        started_at=datetime.now(UTC),
        latency_ms=0,
        outcome=CallOutcome.CACHED,
        model_served=known.model,
        cost_micro_usd=0,
    )


def _counted(calls: Sequence[ModelCall], wanted: Wanted) -> list[ModelCall]:
    """Set what budgets count: the cost; where it is not known, the most that was held, if it may have been charged."""
    return [
        replace(
            call,
            counted_micro_usd=call.cost_micro_usd
            if call.cost_micro_usd is not None
            else wanted.reserved_micro_usd * call.may_be_charged,
        )
        for call in calls
    ]


def _used(calls: Sequence[ModelCall]) -> int | None:
    """Tokens of the last call, where the endpoint counted them."""
    if not calls or calls[-1].tokens_in is None:
        return None
    return calls[-1].tokens_in + (calls[-1].tokens_out or 0)
