"""The offline model as its users see it: over HTTP, through the real `openai` client and through ours."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import httpx2
import openai
import pytest
from openai.types.chat import ChatCompletion

from notes_pipeline.core.chunking import chunk_transcript
from notes_pipeline.core.errors import ServiceUnavailableError
from notes_pipeline.core.model_calls import ModelCall
from notes_pipeline.core.roles import Roles
from notes_pipeline.llm.answers import DRAFT_SCHEMA_NAME, DraftAnswer, draft_schema
from notes_pipeline.llm.client import ModelClient
from notes_pipeline.llm.generating import generate_claims
from notes_pipeline.llm.offline import OFFLINE_MODEL
from notes_pipeline.llm.offline.faults import Fault, Rule, script
from notes_pipeline.llm.offline.serving import running_offline_model, serve
from notes_pipeline.llm.rendering import Message, draft_messages
from tests.making import GUIDE, make_transcript

TRANSCRIPT = make_transcript(
    "Ina: How do orders come in?",
    "Bram: They don't come by letter, they come by phone, about 140 a week, and we write them in a book.",
    "Ina: And what does it cost?",
    "Bram: I couldn't tell you.",
)
ROLES = Roles(frozenset({"Ina"}), frozenset({"Bram"}))
SERVED_SLOWLY_S = 0.3


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with running_offline_model() as url:
        yield url


@pytest.fixture(scope="module")
def client(url: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=url, api_key="any", max_retries=0, timeout=5) as client:
        yield client


def messages() -> list[Message]:
    [chunk] = chunk_transcript(TRANSCRIPT)
    return draft_messages("Take notes.", GUIDE, TRANSCRIPT, chunk, ROLES)


def ask(client: openai.OpenAI, fault: str = "", **options: object) -> ChatCompletion:
    return client.chat.completions.create(  # type: ignore[no-any-return, call-overload]  # options vary by test
        model=f"{OFFLINE_MODEL}+{fault}" if fault else OFFLINE_MODEL,
        messages=messages(),
        response_format={
            "type": "json_schema",
            "json_schema": {"name": DRAFT_SCHEMA_NAME, "schema": draft_schema(), "strict": True},
        },
        **options,
    )


def drafted(completion: ChatCompletion) -> DraftAnswer:
    return DraftAnswer.model_validate_json(completion.choices[0].message.content or "")


def test_the_models_are_listed(client: openai.OpenAI) -> None:
    assert [model.id for model in client.models.list()] == [OFFLINE_MODEL]
    assert client.models.retrieve(OFFLINE_MODEL).owned_by == "notes_pipeline"


def test_an_answer_is_of_the_schema_and_says_who_gave_it_and_what_it_took(client: openai.OpenAI) -> None:
    completion = ask(client)
    assert [note.topic for note in drafted(completion).notes] == ["how"]
    assert completion.model == OFFLINE_MODEL
    assert completion.system_fingerprint is not None
    assert completion.choices[0].finish_reason == "stop"
    assert completion.usage is not None
    assert completion.usage.prompt_tokens > completion.usage.completion_tokens > 0


def test_it_generates_claims_for_the_pipeline(url: str) -> None:
    [chunk] = chunk_transcript(TRANSCRIPT)
    calls: list[ModelCall] = []
    with closing(ModelClient(base_url=url, api_key=None, model=OFFLINE_MODEL, timeout_s=5)) as model:
        draft = generate_claims(model, GUIDE, TRANSCRIPT, chunk, ROLES, record=calls.append)
    [claim] = draft.claims
    assert (claim.question_id, claim.quotes[0].speaker, claim.quotes[0].utterance_hint) == ("how", "Bram", 1)
    assert claim.quotes[0].text in TRANSCRIPT.text
    assert [(call.model_served, bool(call.request_id)) for call in calls] == [(OFFLINE_MODEL, True)]


def test_a_chat_is_told_what_the_model_is(client: openai.OpenAI) -> None:
    completion = client.chat.completions.create(model=OFFLINE_MODEL, messages=[{"role": "user", "content": "Hello?"}])
    assert OFFLINE_MODEL in (completion.choices[0].message.content or "")


@pytest.mark.parametrize(
    ("fault", "error", "status"),
    [
        (Fault.RATE_LIMIT, openai.RateLimitError, 429),
        (Fault.QUOTA, openai.RateLimitError, 429),
        (Fault.SERVER_ERROR, openai.InternalServerError, 500),
        (Fault.BAD_GATEWAY, openai.InternalServerError, 502),
        (Fault.WRONG_KEY, openai.AuthenticationError, 401),
        (Fault.UNKNOWN_MODEL, openai.NotFoundError, 404),
        (Fault.TOO_LONG, openai.BadRequestError, 400),
    ],
)
def test_an_error_is_what_the_openai_client_takes_it_for(
    client: openai.OpenAI, fault: Fault, error: type[openai.APIStatusError], status: int
) -> None:
    with pytest.raises(error) as caught:
        ask(client, fault)
    assert caught.value.status_code == status


def test_a_rate_limit_says_how_long_to_wait(client: openai.OpenAI) -> None:
    with pytest.raises(openai.RateLimitError) as caught:
        ask(client, "rate_limit=7")
    assert caught.value.response.headers["retry-after"] == "7"


def test_a_used_up_quota_differs_from_a_rate_limit(client: openai.OpenAI) -> None:
    with pytest.raises(openai.RateLimitError) as caught:
        ask(client, Fault.QUOTA)
    assert caught.value.code == "insufficient_quota"


@pytest.mark.parametrize("fault", [Fault.RESET, Fault.CUT])
def test_a_broken_connection_is_one(client: openai.OpenAI, fault: Fault) -> None:
    with pytest.raises(openai.APIConnectionError) as caught:
        ask(client, fault)
    assert not isinstance(caught.value, openai.APITimeoutError)


def test_silence_ends_with_the_clients_patience(client: openai.OpenAI) -> None:
    with pytest.raises(openai.APITimeoutError):
        ask(client.with_options(timeout=SERVED_SLOWLY_S), Fault.TIMEOUT)


@pytest.mark.parametrize("fault", [Fault.SLOW, Fault.DRIP])
def test_a_slow_answer_is_late_and_whole(client: openai.OpenAI, fault: Fault) -> None:
    began = time.monotonic()
    assert drafted(ask(client, f"{fault}={SERVED_SLOWLY_S}")).notes
    assert time.monotonic() - began >= SERVED_SLOWLY_S


@pytest.mark.parametrize(
    ("fault", "finish", "content"),
    [
        (Fault.MALFORMED, "stop", "Here are your notes"),
        (Fault.WRONG_SCHEMA, "stop", '"coverage": "all"'),
        (Fault.TRUNCATED, "length", '{"notes"'),
        (Fault.CONTENT_FILTER, "content_filter", ""),
        (Fault.EMPTY, "stop", ""),
    ],
)
def test_an_unusable_answer_arrives_as_such(client: openai.OpenAI, fault: Fault, finish: str, content: str) -> None:
    [choice] = ask(client, fault).choices
    assert choice.finish_reason == finish
    assert content in (choice.message.content or "")
    with pytest.raises(ValueError, match="validation error"):
        DraftAnswer.model_validate_json(choice.message.content or "")


def test_a_refusal_has_no_content(client: openai.OpenAI) -> None:
    message = ask(client, Fault.REFUSAL).choices[0].message
    assert message.refusal
    assert message.content is None


def test_an_answer_may_lack_choices_usage_or_json(client: openai.OpenAI) -> None:
    assert ask(client, Fault.NO_CHOICES).choices == []
    assert ask(client, Fault.NO_USAGE).usage is None
    assert "<html>" in str(ask(client, Fault.NOT_JSON))
    assert ask(client, Fault.OTHER_MODEL).model != OFFLINE_MODEL


def test_invented_quotes_are_not_in_the_transcript(client: openai.OpenAI) -> None:
    for note in drafted(ask(client, Fault.INVENTED)).notes:
        assert note.quotes[0].words not in TRANSCRIPT.text


def test_bent_quotes_lose_their_negation(client: openai.OpenAI) -> None:
    [note] = drafted(ask(client, Fault.BENT)).notes
    assert note.quotes[0].words.startswith("They do come by letter")


def test_wrong_speakers_ids_and_numbers_are_wrong(client: openai.OpenAI) -> None:
    assert {note.quotes[0].speaker for note in drafted(ask(client, Fault.WRONG_SPEAKER)).notes} == {"Ina"}
    assert not {note.topic for note in drafted(ask(client, Fault.UNKNOWN_IDS)).notes} & GUIDE.ids
    assert all(note.quotes[0].utterance > 3 for note in drafted(ask(client, Fault.WRONG_NUMBERS)).notes)


def test_an_answer_longer_than_allowed_is_cut(client: openai.OpenAI) -> None:
    assert ask(client, max_tokens=5).choices[0].finish_reason == "length"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'{"model": "offline-bm25-v1"}',
        b'{"model": "offline-bm25-v1", "messages": []}',
        b'{"model": "offline-bm25-v1", "messages": [{"role": "user", "content": "x"}], "stream": true}',
        b'{"model": "offline-bm25-v1", "messages": [{"role": "user", "content": "x"}], "n": 2}',
        b'{"model": "offline-bm25-v1+tea", "messages": [{"role": "user", "content": "x"}]}',
        b'{"model": "offline-bm25-v1", "messages": [{"role": "user", "content": "x"}],'
        b' "response_format": {"type": "json_schema", "json_schema": {"name": "poem"}}}',
    ],
)
def test_a_request_that_it_cannot_serve_gets_an_error_in_openais_form(url: str, body: bytes) -> None:
    response = httpx2.post(f"{url}/chat/completions", content=body)
    assert response.status_code == 400
    assert response.json()["error"]["type"] == "invalid_request_error"
    assert response.json()["error"]["message"]


def test_unknown_models_and_pages_are_not_found(url: str, client: openai.OpenAI) -> None:
    with pytest.raises(openai.NotFoundError, match="offline-bm25-v1"):
        client.chat.completions.create(model="gpt-9", messages=[{"role": "user", "content": "x"}])
    assert httpx2.get(f"{url}/poems").json()["error"]["message"]


def test_a_prompt_beyond_the_context_is_too_long(client: openai.OpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        client.chat.completions.create(model=OFFLINE_MODEL, messages=[{"role": "user", "content": "word " * 150_000}])
    assert caught.value.code == "context_length_exceeded"


def test_the_control_page_shows_requests_and_changes_faults() -> None:
    with running_offline_model(rules=script(Fault.SERVER_ERROR)) as url:
        control = url.replace("/v1", "/control")
        with openai.OpenAI(base_url=url, api_key="any", max_retries=1, timeout=5) as client:
            ask(client)
            httpx2.post(control, json={"rules": [Rule(fault=Fault.REFUSAL, contains="orders").model_dump()]})
            assert ask(client).choices[0].message.refusal
        log = httpx2.get(control).json()["requests"]
        assert [(entry["fault"], entry["status"]) for entry in log] == [
            ("server_error", 500),
            (None, 200),
            ("refusal", 200),
        ]
        assert len({entry["prompt"] for entry in log}) == 1
        assert httpx2.delete(control).json()["requests"] == []
        assert httpx2.post(control, json={"rules": [{"fault": "tea"}]}).status_code == 400


def test_a_key_may_be_required() -> None:
    with (
        running_offline_model(api_key="right") as url,
        openai.OpenAI(base_url=url, api_key="wrong", max_retries=0) as client,
    ):
        with pytest.raises(openai.AuthenticationError):
            client.models.list()
        assert client.with_options(api_key="right").models.list().data


def test_calls_wait_beside_each_other() -> None:
    with (
        running_offline_model(latency_s=1) as url,
        openai.OpenAI(base_url=url, api_key="any", max_retries=0) as client,
        ThreadPoolExecutor(50) as threads,
    ):
        began = time.monotonic()
        answers = list(threads.map(lambda _: ask(client), range(50)))
    assert len(answers) == 50
    assert time.monotonic() - began < 5


def test_a_taken_port_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ServiceUnavailableError, match=str(port)):
            serve("127.0.0.1", port)


def test_a_server_of_its_own_ends_with_ctrl_c() -> None:
    program = (
        "from notes_pipeline.llm.offline.serving import serve\n"
        "try:\n    serve('127.0.0.1', 0, lambda url: print(url, flush=True))\n"
        "except KeyboardInterrupt:\n    print('stopped', flush=True)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert httpx2.get(f"{url}/models").json()["data"][0]["id"] == OFFLINE_MODEL
        process.send_signal(signal.SIGINT)
        assert process.stdout.read().strip() == "stopped"
        assert process.wait(timeout=10) == 0
