"""The offline model as its users see it: over HTTP, through the real `openai` client."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

import httpx2
import openai
import pytest
from openai.types.chat import ChatCompletion

from notes_pipeline.core.chunking import chunk_transcript
from notes_pipeline.core.endpoints import AnswerMode
from notes_pipeline.core.errors import ServiceUnavailableError
from notes_pipeline.core.notes import Evidence, Note, NoteStatus, Quote, Verdict
from notes_pipeline.core.roles import Roles
from notes_pipeline.llm.answers import DRAFT, JUDGE, PROBE, REPAIR, SUMMARY, DraftAnswer, RepairAnswer
from notes_pipeline.llm.forms import A, Answer, AnswerForm
from notes_pipeline.llm.modes import with_schema
from notes_pipeline.llm.offline import OFFLINE_MODEL
from notes_pipeline.llm.offline.capability import DEFAULT, Capability
from notes_pipeline.llm.offline.faults import Fault, Rule, script
from notes_pipeline.llm.offline.serving import running_offline_model, serve
from notes_pipeline.llm.rendering import (
    Message,
    draft_messages,
    judge_messages,
    render_chunk,
    repair_messages,
    summary_messages,
)
from tests.making import GUIDE, make_transcript

TRANSCRIPT = make_transcript(
    "Ina: How do orders come in?",
    "Bram: They don't come by letter, they come by phone, about 140 a week, and we write them in a book.",
    "Ina: And what does it cost?",
    "Bram: I couldn't tell you.",
)
ROLES = Roles(frozenset({"Ina"}), frozenset({"Bram"}))
[CHUNK] = chunk_transcript(TRANSCRIPT)
SAID = "they come by phone, about 140 a week"
NOTE = Note(
    "They come by letter.", (Evidence(Quote("They do come by letter"), Verdict.ALTERED, 0.9, matched_text=SAID),),
    NoteStatus.FLAGGED, question_id="how",
)  # fmt: skip
FORMS = [
    pytest.param(DRAFT, draft_messages("Take notes.", GUIDE, render_chunk(TRANSCRIPT, CHUNK, ROLES)), id="draft"),
    pytest.param(REPAIR, repair_messages("Try again.", render_chunk(TRANSCRIPT, CHUNK, ROLES), NOTE), id="repair"),
    pytest.param(JUDGE, judge_messages("Judge.", NOTE), id="judge"),
    pytest.param(SUMMARY, summary_messages("Sum up.", GUIDE.questions[0], [("n1", NOTE)]), id="summary"),
    pytest.param(PROBE, [{"role": "user", "content": "What is on the scale?"}], id="probe"),
]
SERVED_SLOWLY_S = 0.3


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with running_offline_model() as url:
        yield url


@pytest.fixture(scope="module")
def client(url: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=url, api_key="any", max_retries=0, timeout=5) as client:
        yield client


@contextmanager
def served(capability: Capability = DEFAULT, *rules: Rule) -> Iterator[openai.OpenAI]:
    with (
        running_offline_model(rules=rules, capability=capability) as url,
        openai.OpenAI(base_url=url, api_key="any", max_retries=0, timeout=5) as client,
    ):
        yield client


def messages() -> list[Message]:
    return draft_messages("Take notes.", GUIDE, render_chunk(TRANSCRIPT, CHUNK, ROLES))


def ask(client: openai.OpenAI, fault: str = "", **options: object) -> ChatCompletion:
    return client.chat.completions.create(  # type: ignore[no-any-return, call-overload]  # options vary by test
        **{
            "model": f"{OFFLINE_MODEL}+{fault}" if fault else OFFLINE_MODEL,
            "messages": messages(),
            "response_format": schema_format(DRAFT),
            **options,
        }
    )


def schema_format(form: AnswerForm[A]) -> dict[str, object]:
    return {"type": "json_schema", "json_schema": {"name": form.name, "schema": form.schema, "strict": True}}


def content(completion: ChatCompletion) -> str:
    return completion.choices[0].message.content or ""


def log(client: openai.OpenAI) -> list[dict[str, object]]:
    entries: list[dict[str, object]] = httpx2.get(str(client.base_url).replace("/v1/", "/control")).json()["requests"]
    return entries


def drafted(completion: ChatCompletion) -> DraftAnswer:
    return DraftAnswer.model_validate_json(content(completion))


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


def test_a_draft_quotes_what_was_said_with_speaker_and_utterance(client: openai.OpenAI) -> None:
    [note] = drafted(ask(client)).notes
    [quote] = note.quotes
    assert (quote.speaker, quote.utterance) == ("Bram", 1)
    assert quote.words in TRANSCRIPT.text


def test_every_answer_carries_an_id(url: str) -> None:
    asked = {"model": OFFLINE_MODEL, "messages": [{"role": "user", "content": "Hello?"}]}
    ids = {httpx2.post(f"{url}/chat/completions", json=asked).headers["x-request-id"] for _ in range(2)}
    assert len(ids) == 2


@pytest.mark.parametrize(("form", "messages"), FORMS)
def test_every_form_is_answered_by_its_schema(
    client: openai.OpenAI, form: AnswerForm[Answer], messages: list[Message]
) -> None:
    form.model.model_validate_json(content(ask(client, messages=messages, response_format=schema_format(form))))


@pytest.mark.parametrize(("form", "messages"), FORMS)
def test_every_form_is_known_by_the_schema_in_the_prompt(
    client: openai.OpenAI, form: AnswerForm[Answer], messages: list[Message]
) -> None:
    with_its_schema = with_schema(tuple(messages), form)
    bare = ask(client, messages=with_its_schema, response_format={"type": "json_object"})
    chatty = ask(client, messages=with_its_schema, response_format={"type": "text"})
    assert form.model.model_validate_json(content(bare)) == form.read(content(chatty))
    assert content(chatty).startswith("Sure")
    assert "\n```json\n{" in content(chatty)


def test_text_without_a_schema_in_the_prompt_is_prose(client: openai.OpenAI) -> None:
    assert "I cannot chat" in content(ask(client, response_format={"type": "text"}))


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
        b'{"model": "offline-bm25-v1", "messages": [{"role": "user", "content": "x"}],'
        b' "response_format": {"type": "json_schema", "json_schema": {"name": "summarise"}}}',
        b'{"model": "offline-bm25-v1", "messages": [{"role": "user", "content": "x"}],'
        b' "response_format": {"type": "json_object"}}',
        b'{"model": "offline-bm25-v1", "messages": [{"role": "user", "content": "x"}],'
        b' "response_format": {"type": "grammar"}}',
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


@pytest.mark.parametrize("mode", [AnswerMode.JSON_SCHEMA, AnswerMode.JSON_OBJECT])
@pytest.mark.parametrize(("status", "param"), [(400, "response_format"), (500, None)])
def test_a_mode_that_is_not_taken_is_refused_and_text_is_always_taken(
    mode: AnswerMode, status: int, param: str | None
) -> None:
    with served(Capability(modes=frozenset(AnswerMode) - {mode, AnswerMode.TEXT}, refuses_with=status)) as client:
        wanted = schema_format(DRAFT) if mode is AnswerMode.JSON_SCHEMA else {"type": "json_object"}
        with pytest.raises(openai.APIStatusError) as caught:
            ask(client, response_format=wanted)
        assert (caught.value.status_code, caught.value.param) == (status, param)
        assert DRAFT.fits(
            content(ask(client, messages=with_schema(tuple(messages()), DRAFT), response_format=openai.omit))
        )


def test_a_schema_that_is_not_enforced_helps_only_in_the_prompt() -> None:
    with served(Capability(enforces=False)) as client:
        assert "I cannot chat" in content(ask(client))
        with_its_schema = with_schema(tuple(messages()), DRAFT)
        assert DRAFT.fits(content(ask(client, messages=with_its_schema)))
        drafted(ask(client, messages=with_its_schema, response_format={"type": "json_object"}))


def test_context_and_output_may_be_small() -> None:
    with served(Capability(context_tokens=200, output_tokens=5)) as client:
        completion = ask(client)
        assert completion.choices[0].finish_reason == "length"
        assert completion.usage is not None
        assert completion.usage.completion_tokens == 5
        with pytest.raises(openai.BadRequestError) as caught:
            ask(client, messages=[{"role": "user", "content": "word " * 200}])
        assert caught.value.code == "context_length_exceeded"


def test_it_serves_several_models_and_answers_under_the_name_asked_for() -> None:
    with served(Capability(models=("small", "owner/large"))) as client:
        assert [model.id for model in client.models.list()] == ["small", "owner/large"]
        assert client.models.retrieve("owner/large").id == "owner/large"
        assert ask(client, model="owner/large").model == "owner/large"
        with pytest.raises(openai.NotFoundError, match="owner/large"):
            ask(client)


def test_parameters_may_be_refused_as_reasoning_models_do() -> None:
    with served(Capability(takes_max_tokens=False, takes_temperature=False)) as client:
        with pytest.raises(openai.BadRequestError, match="max_completion_tokens") as caught:
            ask(client, max_tokens=500)
        assert (caught.value.param, caught.value.code) == ("max_tokens", "unsupported_parameter")
        with pytest.raises(openai.BadRequestError, match="does not support 0 ") as caught:
            ask(client, temperature=0)
        assert (caught.value.param, caught.value.code) == ("temperature", "unsupported_value")
        assert drafted(ask(client, max_completion_tokens=500, temperature=1)).notes


def test_the_beginning_that_requests_share_is_read_from_the_cache() -> None:
    def cached(client: openai.OpenAI, model: str, *contents: str) -> int | None:
        asked = [{"role": "user", "content": text} for text in contents]
        completion = ask(client, messages=asked, response_format=schema_format(PROBE), model=model)
        assert completion.usage is not None
        assert completion.usage.prompt_tokens_details is not None
        return completion.usage.prompt_tokens_details.cached_tokens

    long = "word " * 1_000
    with served(Capability(models=("small", "large"))) as client:
        with pytest.raises(openai.InternalServerError):
            cached(client, "small+server_error", long)
        assert cached(client, "small", long, "one") == 0
        assert cached(client, "small", long, "two") == 1_250
        assert cached(client, "large", long, "two") == 0
        assert [cached(client, "small", "short") for _ in range(2)] == [0, 0]


def test_an_answer_can_be_scripted_word_for_word() -> None:
    rules = [
        Rule(fault=Fault.SAYS, text="{}", form=JUDGE.name),
        Rule(fault=Fault.SAYS, text="Hm, \u201cwell\u201d.", model="large", times=1),
    ]
    with served(Capability(models=("small", "large")), *rules) as client:
        assert content(ask(client, model="small", response_format=schema_format(JUDGE))) == "{}"
        assert content(ask(client, model="large")) == "Hm, “well”."
        assert drafted(ask(client, model="large")).notes
        assert drafted(ask(client, model="small")).notes


def test_a_second_attempt_can_be_wrong_too(client: openai.OpenAI) -> None:
    again = repair_messages("Try again.", render_chunk(TRANSCRIPT, CHUNK, ROLES), NOTE)
    said, invented = (
        RepairAnswer.model_validate_json(
            content(ask(client, fault, messages=again, response_format=schema_format(REPAIR)))
        ).quotes[0]
        for fault in ("", Fault.INVENTED)
    )
    assert (said.speaker, said.utterance) == ("Bram", 1)
    assert SAID in said.words
    assert invented.words not in TRANSCRIPT.text


@pytest.mark.parametrize("fault", [None, *(fault for fault in Fault if fault not in (Fault.SLOW, Fault.DRIP))])
def test_the_log_tells_which_requests_a_provider_would_charge_for(fault: Fault | None) -> None:
    not_charged = {
        Fault.TIMEOUT, Fault.RATE_LIMIT, Fault.QUOTA, Fault.SERVER_ERROR, Fault.BAD_GATEWAY, Fault.RESET, Fault.CUT,
        Fault.WRONG_KEY, Fault.UNKNOWN_MODEL, Fault.TOO_LONG, Fault.NOT_JSON, Fault.NO_CHOICES,
    }  # fmt: skip
    with served(DEFAULT, Rule(fault=fault, value=0 if fault is Fault.TIMEOUT else None)) as client:
        with suppress(openai.APIError):
            ask(client)
        [entry] = log(client)
        assert (entry["form"], entry["fault"], entry["answered"]) == (DRAFT.name, fault, fault not in not_charged)


def test_what_is_turned_away_is_not_charged_for() -> None:
    with served(Capability(takes_temperature=False)) as client:
        with pytest.raises(openai.BadRequestError):
            ask(client, temperature=0)
        assert [entry["answered"] for entry in log(client)] == [False]


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
