"""How an endpoint is found out about: once, for all workers, and anew when it changes."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from notes_pipeline.core.chunking import chunk_transcript
from notes_pipeline.core.endpoints import AnswerMode
from notes_pipeline.core.errors import ModelUnreachableError, QuestionTooLongError, RequestNotTakenError
from notes_pipeline.core.model_calls import ModelCall, Purpose
from notes_pipeline.core.roles import Roles
from notes_pipeline.llm.answers import DraftAnswer
from notes_pipeline.llm.client import ModelClient
from notes_pipeline.llm.generating import draft_request
from notes_pipeline.llm.offline import OFFLINE_MODEL
from notes_pipeline.llm.offline.capability import Capability
from notes_pipeline.llm.offline.faults import Fault, Rule
from notes_pipeline.llm.offline.serving import running_offline_model
from notes_pipeline.llm.prices import load_prices
from notes_pipeline.llm.prompts import DRAFT_PROMPT, load_prompt
from notes_pipeline.llm.rendering import render_chunk
from notes_pipeline.llm.requests import ModelRequest
from notes_pipeline.steps.profiled import ProfiledModel
from notes_pipeline.store.database import Transactions
from notes_pipeline.store.endpoints import load_profile, save_profile
from tests.making import GUIDE, make_transcript

WITHOUT_SCHEMA = Capability(modes=frozenset({AnswerMode.JSON_OBJECT}))


def request() -> ModelRequest[DraftAnswer]:
    transcript = make_transcript(
        "Ina: How do orders come in?", "Bram: Most of the orders come in by phone before eight."
    )
    (chunk,) = chunk_transcript(transcript)
    return draft_request(load_prompt(DRAFT_PROMPT), GUIDE, render_chunk(transcript, chunk, Roles()))


@contextmanager
def profiled(transactions: Transactions, url: str, model: str = OFFLINE_MODEL) -> Iterator[ProfiledModel]:
    client = ModelClient(base_url=url, api_key=None, model=model, timeout_s=1.0, prices=load_prices())
    yield ProfiledModel(client, transactions, trusts_offline=False)
    client.close()


def test_an_endpoint_is_probed_once_and_every_worker_knows_it(transactions: Transactions) -> None:
    calls: list[ModelCall] = []
    with running_offline_model(capability=WITHOUT_SCHEMA) as url:
        for _worker in range(2):
            with profiled(transactions, url) as model:
                assert '"notes"' in model.complete(request(), record=calls.append, retries=0)
        with transactions.begin() as session:
            stored = load_profile(session, url, OFFLINE_MODEL)
    assert stored is not None
    assert (stored[0].mode, stored[0].is_proven) == (AnswerMode.JSON_OBJECT, True)
    assert [call.purpose for call in calls].count(Purpose.PROBE) == 2
    assert [call.purpose for call in calls].count(Purpose.DRAFT) == 2


def test_an_endpoint_that_takes_less_than_it_did_is_probed_anew(transactions: Transactions) -> None:
    with running_offline_model(capability=WITHOUT_SCHEMA) as url, profiled(transactions, url) as model:
        known = model.profile(lambda _call: None)
        with transactions.begin() as session:  # as before the server was changed
            save_profile(session, url, OFFLINE_MODEL, type(known)(AnswerMode.JSON_SCHEMA))
        with profiled(transactions, url) as later:
            assert '"notes"' in later.complete(request(), record=lambda _call: None, retries=0)
            assert later.profile(lambda _call: None).mode is AnswerMode.JSON_OBJECT


def test_a_question_that_is_refused_for_itself_costs_one_probe_and_no_more(transactions: Transactions) -> None:
    rule = Rule(fault=Fault.SAYS, text="no", form="none")
    with running_offline_model(rules=[rule], capability=Capability(takes_max_tokens=True)) as url:
        calls: list[ModelCall] = []
        with profiled(transactions, url) as model:
            model.profile(calls.append)
            before = len(calls)
            strange = ModelRequest(Purpose.DRAFT, "hash", ({"role": "user", "content": "hello"},), request().form)
            for _ in range(3):
                with pytest.raises(RequestNotTakenError):
                    model.complete(strange, record=calls.append, retries=0)
    assert [call.purpose for call in calls[before:]].count(Purpose.PROBE) == 1


def test_those_who_waited_for_a_probe_in_vain_do_not_probe_again(transactions: Transactions) -> None:
    calls: list[ModelCall] = []
    with (
        running_offline_model(rules=[Rule(fault=Fault.TIMEOUT, value=20)]) as url,
        profiled(transactions, url) as model,
    ):

        def ask(_number: int) -> bool:
            with pytest.raises(ModelUnreachableError):
                model.complete(request(), record=calls.append, retries=0)
            return True

        with ThreadPoolExecutor(6) as pool:
            assert all(pool.map(ask, range(6)))
    assert len(calls) == 1


def test_where_only_the_answer_has_no_room_it_is_asked_with_what_there_is(transactions: Transactions) -> None:
    said = "This model's maximum context length is 8192 tokens and your request has 1016 input tokens"
    asked: list[int] = []

    class Small(ModelClient):
        def complete(self, request, profile, *, record, retries=0):  # type: ignore[no-untyped-def]  # as its parent
            asked.append(request.most_tokens_out)
            if request.most_tokens_out > 8_192 - 1_016:
                raise QuestionTooLongError(said, room=8_192 - 1_016)
            return "{}"

    client = Small(
        base_url="http://127.0.0.1:9/v1", api_key=None, model=OFFLINE_MODEL, timeout_s=1.0, prices=load_prices()
    )
    model = ProfiledModel(client, transactions)
    assert model.complete(request(), record=lambda _call: None, retries=0) == "{}"
    assert asked == [8_192, 8_192 - 1_016 - 1]
    client.close()
