"""The model client over real HTTP against the fault double: every outcome is a typed one, and recorded."""

import json
from collections.abc import Iterator

import httpx2
import openai
import pytest

from notes_pipeline.core.chunking import chunk_transcript
from notes_pipeline.core.endpoints import AnswerMode, EndpointProfile
from notes_pipeline.core.errors import (
    AnswerTruncatedError,
    ModelAnswerError,
    ModelBusyError,
    ModelConfigurationError,
    ModelRefusedError,
    ModelUnreachableError,
    NotesPipelineError,
    QuestionTooLongError,
    RequestNotTakenError,
)
from notes_pipeline.core.model_calls import CallOutcome, ModelCall
from notes_pipeline.core.roles import Roles
from notes_pipeline.llm.client import ModelClient
from notes_pipeline.llm.completion import Completion, text_of
from notes_pipeline.llm.failures import retry_after, translate
from notes_pipeline.llm.generating import Draft, ask_in_form, draft_request, read_draft
from notes_pipeline.llm.offline import OFFLINE_MODEL
from notes_pipeline.llm.offline.capability import Capability
from notes_pipeline.llm.offline.faults import Fault, Rule
from notes_pipeline.llm.offline.serving import running_offline_model
from notes_pipeline.llm.prices import load_prices
from notes_pipeline.llm.profiles import probe
from notes_pipeline.llm.prompts import DRAFT_PROMPT, load_prompt
from notes_pipeline.llm.rendering import render_chunk
from tests.making import GUIDE, make_transcript

TRANSCRIPT = make_transcript(
    "Ina: How do the orders come in?",
    "Bram: Most of the orders come in by phone before eight in the morning.",
    "Ina: And what does it cost you?",
    "Bram: I never worked out what it costs, it is maybe forty euros in a month.",
)
ROLES = Roles(frozenset({"Ina"}), frozenset({"Bram"}))
TIMEOUT_S = 1.0
WITH_SCHEMA = EndpointProfile(AnswerMode.JSON_SCHEMA)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with running_offline_model() as url:
        yield url


def make_client(url: str, model: str = "", *, key: str | None = None, timeout_s: float = TIMEOUT_S) -> ModelClient:
    return ModelClient(base_url=url, api_key=key, model=model, timeout_s=timeout_s, prices=load_prices())


def ask(url: str, model: str, calls: list[ModelCall], *, profile: EndpointProfile = WITH_SCHEMA) -> Draft:
    client = make_client(url, model)
    (chunk,) = chunk_transcript(TRANSCRIPT)
    request = draft_request(load_prompt(DRAFT_PROMPT), GUIDE, render_chunk(TRANSCRIPT, chunk, ROLES))
    try:
        answer = ask_in_form(
            lambda asked, retries: client.complete(asked, profile, record=calls.append, retries=retries), request
        )
    finally:
        client.close()
    return read_draft(answer, GUIDE)


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
        ("too_long", QuestionTooLongError, CallOutcome.TOO_LONG),
        ("not_json", ModelUnreachableError, CallOutcome.UNREACHABLE),
        ("no_choices", ModelUnreachableError, CallOutcome.UNREACHABLE),
        ("malformed", ModelAnswerError, CallOutcome.INVALID),
        ("wrong_schema", ModelAnswerError, CallOutcome.INVALID),
        ("empty", ModelAnswerError, CallOutcome.INVALID),
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
        assert make_client(url, key="right", timeout_s=5).list_models() == [OFFLINE_MODEL]
        with pytest.raises(ModelConfigurationError, match="OPENAI_API_KEY"):
            make_client(url, key="wrong", timeout_s=5).list_models()


@pytest.mark.parametrize(
    ("capability", "expected"),
    [
        pytest.param(Capability(), EndpointProfile(AnswerMode.JSON_SCHEMA), id="as the OpenAI API"),
        pytest.param(
            Capability(modes=frozenset({AnswerMode.JSON_OBJECT})),
            EndpointProfile(AnswerMode.JSON_OBJECT),
            id="refuses a schema",
        ),
        pytest.param(
            Capability(modes=frozenset({AnswerMode.JSON_OBJECT}), refuses_with=500),
            EndpointProfile(AnswerMode.JSON_OBJECT),
            id="fails on a schema",
        ),
        pytest.param(Capability(modes=frozenset()), EndpointProfile(AnswerMode.TEXT), id="knows no formats"),
        pytest.param(
            Capability(enforces=False), EndpointProfile(AnswerMode.JSON_OBJECT), id="takes a schema for nothing"
        ),
        pytest.param(
            Capability(takes_max_tokens=False, takes_temperature=False),
            EndpointProfile(AnswerMode.JSON_SCHEMA, has_new_limit_name=True, takes_temperature=False),
            id="a reasoning model",
        ),
    ],
)
def test_the_probe_finds_the_highest_rung_that_holds_and_answers_come_that_way(
    capability: Capability, expected: EndpointProfile
) -> None:
    with running_offline_model(capability=capability) as url:
        calls: list[ModelCall] = []
        client = make_client(url, OFFLINE_MODEL)
        found = probe(client, calls.append)
        client.close()
        assert found == expected
        assert len(calls) <= 7
        assert ask(url, OFFLINE_MODEL, [], profile=found).claims


def test_an_endpoint_that_is_down_is_not_taken_for_one_that_knows_nothing(url: str) -> None:
    client = make_client(url, f"{OFFLINE_MODEL}+server_error")
    with pytest.raises(ModelUnreachableError):
        probe(client, lambda _call: None)
    client.close()


def test_a_prompt_that_was_cut_without_a_word_is_noticed(url: str) -> None:
    body = Completion.model_validate(
        {"choices": [{"message": {"content": "{}"}}], "usage": {"prompt_tokens": 2_048, "completion_tokens": 2}}
    )
    with pytest.raises(QuestionTooLongError, match="num_ctx"):
        text_of(body, bytes_sent=40_000)
    assert text_of(body, bytes_sent=9_000) == "{}"
    only_new = body.model_copy(update={"usage": body.usage and body.usage.model_copy(update={"prompt_tokens": 1_200})})
    assert text_of(only_new, bytes_sent=40_000) == "{}", "a server that counts what it had not cached"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        pytest.param({"retry-after": "7"}, 7, id="seconds"),
        pytest.param({"retry-after-ms": "1500", "retry-after": "2"}, 1.5, id="milliseconds"),
        pytest.param({"retry-after": "999999"}, 86_400, id="no longer than a day"),
        pytest.param({"retry-after": "soon"}, None, id="nonsense"),
        pytest.param({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, None, id="a date that is past"),
        pytest.param({}, None, id="nothing"),
    ],
)
def test_the_time_to_wait_is_read_in_all_its_forms(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds


@pytest.mark.parametrize(
    "rule",
    [
        pytest.param(Rule(fault=Fault.SAYS, text=json.dumps({"notes": [], "coverage": []}) + "\0"), id="as it is"),
        pytest.param(Rule(fault=Fault.SAYS, text='{"notes": [], "coverage": [], "\\u0000": 1}'), id="escaped"),
    ],
)
def test_a_nul_in_an_answer_reaches_nobody(rule: Rule) -> None:
    with running_offline_model(rules=[rule]) as url:
        client = make_client(url, OFFLINE_MODEL)
        (chunk,) = chunk_transcript(TRANSCRIPT)
        request = draft_request(load_prompt(DRAFT_PROMPT), GUIDE, render_chunk(TRANSCRIPT, chunk, ROLES))
        text = client.complete(request, WITH_SCHEMA, record=lambda _call: None)
        client.close()
    assert "\0" not in text
    assert "\ufffd" in text or "\\ufffd" in text


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        pytest.param(
            400, {"code": "content_filter", "message": "The response was filtered"}, ModelRefusedError, id="Azure"
        ),
        pytest.param(400, {"code": "invalid_prompt", "message": "Invalid prompt"}, ModelRefusedError, id="OpenAI"),
        pytest.param(403, {"message": "Your input was flagged by moderation"}, ModelRefusedError, id="OpenRouter"),
        pytest.param(400, {"message": "Unknown field 'strict'"}, RequestNotTakenError, id="another shape wanted"),
        pytest.param(402, {"message": "Insufficient credits"}, ModelConfigurationError, id="no money left"),
        pytest.param(529, {"message": "Overloaded"}, ModelBusyError, id="overloaded"),
    ],
)
def test_errors_are_told_apart_by_what_the_providers_say(
    status: int, body: dict[str, str], expected: type[NotesPipelineError]
) -> None:
    request = httpx2.Request("POST", "http://127.0.0.1/v1")
    error = openai.APIStatusError(body["message"], response=httpx2.Response(status, request=request), body=body)
    assert type(translate(error, "m", "http://127.0.0.1/v1")) is expected


@pytest.mark.parametrize(
    "said",
    [
        "This model's maximum context length is 8192 tokens. However, you requested 9208 tokens (1016 in the messages, "
        "8192 in the completion).",
        "'max_tokens' is too large: 8192. This model's maximum context length is 8192 tokens and your request has 1016 "
        "input tokens (8192 > 8192 - 1016).",
    ],
    ids=["as vLLM said it", "as vLLM says it"],
)
def test_where_only_the_answer_has_no_room_the_room_is_read(said: str) -> None:
    request = httpx2.Request("POST", "http://127.0.0.1/v1")
    error = openai.APIStatusError(said, response=httpx2.Response(400, request=request), body={"message": said})
    found = translate(error, "m", "http://127.0.0.1/v1")
    assert isinstance(found, QuestionTooLongError)
    assert found.room == 8192 - 1016
