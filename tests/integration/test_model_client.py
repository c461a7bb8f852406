"""The model client over real HTTP against the fault double: every outcome is a typed one, and recorded."""

from collections.abc import Iterator

import pytest

from notes_pipeline.core.chunking import chunk_transcript
from notes_pipeline.core.errors import (
    AnswerTruncatedError,
    ModelAnswerError,
    ModelBusyError,
    ModelConfigurationError,
    ModelRefusedError,
    ModelUnreachableError,
    NotesPipelineError,
)
from notes_pipeline.core.model_calls import CallOutcome, ModelCall
from notes_pipeline.core.roles import Roles
from notes_pipeline.llm.client import ModelClient
from notes_pipeline.llm.generating import Draft, generate_claims
from notes_pipeline.llm.offline import OFFLINE_MODEL
from notes_pipeline.llm.offline.serving import running_offline_model
from tests.making import GUIDE, make_transcript

TRANSCRIPT = make_transcript(
    "Ina: How do the orders come in?",
    "Bram: Most of the orders come in by phone before eight in the morning.",
    "Ina: And what does it cost you?",
    "Bram: I never worked out what it costs, it is maybe forty euros in a month.",
)
ROLES = Roles(frozenset({"Ina"}), frozenset({"Bram"}))
TIMEOUT_S = 1.0


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with running_offline_model() as url:
        yield url


def ask(url: str, model: str, calls: list[ModelCall], *, key: str | None = None) -> Draft:
    client = ModelClient(base_url=url, api_key=key, model=model, timeout_s=TIMEOUT_S)
    (chunk,) = chunk_transcript(TRANSCRIPT)
    try:
        return generate_claims(client, GUIDE, TRANSCRIPT, chunk, ROLES, record=calls.append)
    finally:
        client.close()


def test_an_answer_comes_with_what_it_took_and_cost(url: str) -> None:
    calls: list[ModelCall] = []
    draft = ask(url, OFFLINE_MODEL, calls)
    assert any("by phone" in quote.text for claim in draft.claims for quote in claim.quotes)
    (call,) = calls
    assert (call.outcome, call.model_served, call.cost_micro_usd) == (CallOutcome.ANSWERED, OFFLINE_MODEL, 0)
    assert call.tokens_in is not None
    assert call.tokens_in > 100
    assert call.latency_ms >= 0


@pytest.mark.parametrize(
    ("fault", "expected", "outcome"),
    [
        ("timeout=20", ModelUnreachableError, CallOutcome.UNREACHABLE),
        ("drip=8", ModelUnreachableError, CallOutcome.UNREACHABLE),
        ("rate_limit=7", ModelBusyError, CallOutcome.BUSY),
        ("quota", ModelConfigurationError, CallOutcome.REJECTED),
        ("server_error", ModelUnreachableError, CallOutcome.UNREACHABLE),
        ("bad_gateway", ModelUnreachableError, CallOutcome.UNREACHABLE),
        ("reset", ModelUnreachableError, CallOutcome.UNREACHABLE),
        ("cut", ModelUnreachableError, CallOutcome.UNREACHABLE),
        ("wrong_key", ModelConfigurationError, CallOutcome.REJECTED),
        ("unknown_model", ModelConfigurationError, CallOutcome.REJECTED),
        ("too_long", AnswerTruncatedError, CallOutcome.TRUNCATED),
        ("not_json", ModelUnreachableError, CallOutcome.UNREACHABLE),
        ("no_choices", ModelUnreachableError, CallOutcome.UNREACHABLE),
        ("malformed", ModelAnswerError, CallOutcome.ANSWERED),
        ("wrong_schema", ModelAnswerError, CallOutcome.ANSWERED),
        ("empty", ModelAnswerError, CallOutcome.ANSWERED),
        ("truncated", AnswerTruncatedError, CallOutcome.TRUNCATED),
        ("refusal", ModelRefusedError, CallOutcome.REFUSED),
        ("content_filter", ModelRefusedError, CallOutcome.REFUSED),
    ],
)
def test_every_fault_has_its_own_error_and_is_recorded(
    url: str, fault: str, expected: type[NotesPipelineError], outcome: CallOutcome
) -> None:
    calls: list[ModelCall] = []
    with pytest.raises(expected) as caught:
        ask(url, f"{OFFLINE_MODEL}+{fault}", calls)
    assert str(caught.value)
    assert calls
    assert {call.outcome for call in calls} == {outcome}
    assert len(calls) == (2 if expected is ModelAnswerError else 1)


def test_the_whole_answer_has_one_deadline_however_it_trickles_in(url: str) -> None:
    calls: list[ModelCall] = []
    with pytest.raises(ModelUnreachableError, match="no whole answer within 1 s"):
        ask(url, f"{OFFLINE_MODEL}+drip=8", calls)
    assert calls[0].latency_ms < 3_000


def test_what_a_busy_endpoint_asks_for_is_kept(url: str) -> None:
    with pytest.raises(ModelBusyError) as caught:
        ask(url, f"{OFFLINE_MODEL}+rate_limit=7", [])
    assert caught.value.retry_after_s == 7


@pytest.mark.parametrize(
    ("fault", "said"), [("wrong_key", "set OPENAI_API_KEY"), ("unknown_model", "set NOTES_MODEL"), ("quota", "quota")]
)
def test_what_only_a_setting_can_change_says_which(url: str, fault: str, said: str) -> None:
    with pytest.raises(ModelConfigurationError, match=said):
        ask(url, f"{OFFLINE_MODEL}+{fault}", [])


def test_an_endpoint_that_is_not_there_is_named() -> None:
    calls: list[ModelCall] = []
    with pytest.raises(ModelUnreachableError, match=r"127\.0\.0\.1:9/v1 cannot be reached"):
        ask("http://127.0.0.1:9/v1", OFFLINE_MODEL, calls)
    assert calls[0].outcome is CallOutcome.UNREACHABLE


def test_the_model_that_answered_is_recorded_beside_the_one_asked(url: str) -> None:
    calls: list[ModelCall] = []
    ask(url, f"{OFFLINE_MODEL}+other_model", calls)
    assert calls[0].model_served not in (None, OFFLINE_MODEL)


def test_an_answer_without_usage_has_an_unknown_cost(url: str) -> None:
    calls: list[ModelCall] = []
    ask(url, f"{OFFLINE_MODEL}+no_usage", calls)
    assert (calls[0].outcome, calls[0].tokens_in, calls[0].cost_micro_usd) == (CallOutcome.ANSWERED, None, None)


def test_the_key_is_sent_and_an_endpoint_lists_its_models() -> None:
    with running_offline_model(api_key="right") as url:
        assert ModelClient(base_url=url, api_key="right", model="", timeout_s=5).list_models() == [OFFLINE_MODEL]
        with pytest.raises(ModelConfigurationError, match="OPENAI_API_KEY"):
            ModelClient(base_url=url, api_key="wrong", model="", timeout_s=5).list_models()
