"""Answer `/v1/chat/completions`."""

import asyncio

from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from notes_pipeline.core.endpoints import AnswerMode
from notes_pipeline.llm.forms import Answer
from notes_pipeline.llm.offline import OFFLINE_MODEL
from notes_pipeline.llm.offline.answering import FORMS, write_answer
from notes_pipeline.llm.offline.capability import Capability
from notes_pipeline.llm.offline.completions import Call, completion
from notes_pipeline.llm.offline.control import error_response, state_of
from notes_pipeline.llm.offline.declining import decline_caller, decline_model, decline_request
from notes_pipeline.llm.offline.faults import NO_ANSWER, Choice, of_model_name
from notes_pipeline.llm.offline.misbehaving import deliver, misbehave, odd_answer
from notes_pipeline.llm.offline.protocol import ChatRequest

MAX_BODY_BYTES = 4_000_000
MAX_CHARACTERS_AT_ONCE = 50_000

GREETING = (
    f"I am {OFFLINE_MODEL}. I cannot chat: I pick passages from an interview that fit the questions and themes of a "
    "guide, and I quote them word for word."
)
CHATTER = "Sure, here is what you asked for:"


async def complete(request: Request) -> Response:
    state = state_of(request)
    body = await request.body()
    if len(body) > MAX_BODY_BYTES:
        return error_response(413, "the request is too long", code="context_length_exceeded")
    try:
        asked = ChatRequest.model_validate_json(body)
        model, wish = of_model_name(asked.model)
    except ValidationError as error:
        return error_response(400, "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()[:3]))
    except ValueError as error:
        return error_response(400, str(error), param="model")
    text = "\n".join(asked.texts)
    choice = wish if wish.fault else state.plan.choose(text, form=asked.form, model=model)
    record = state.log(asked.model, asked.form, text, choice)
    if state.latency_s:
        await asyncio.sleep(state.latency_s)
    response = await _respond(request, asked, model, choice)
    record.status = response.status_code
    record.answered = response.status_code == 200 and choice.fault not in NO_ANSWER
    response.headers["x-request-id"] = f"req_{record.number:06}"
    return response


async def _respond(request: Request, asked: ChatRequest, model: str, choice: Choice) -> Response:
    state = state_of(request)
    if (declined := decline_caller(request) or decline_model(model, state.capability)) is not None:
        return declined
    if (bad := await misbehave(request, choice)) is not None:
        return bad
    if (declined := decline_request(asked, state.capability)) is not None:
        return declined
    limits = [limit for limit in (asked.limit, state.capability.output_tokens) if limit is not None]
    call = Call(asked, min(limits, default=None), state.prefixes.read(model, asked.messages))
    if (odd := odd_answer(call, choice)) is not None:
        return odd
    mode, form = _heeded(asked, state.capability)
    # A long prompt goes to a thread, so that others are served meanwhile. A chunk's 10 ms are over before a thread is.
    if sum(map(len, asked.texts)) > MAX_CHARACTERS_AT_ONCE:
        answer = await run_in_threadpool(write_answer, form, asked.texts, choice.fault)
    else:
        answer = write_answer(form, asked.texts, choice.fault)
    if answer is None and mode is not AnswerMode.TEXT:
        return _unanswerable(form)
    return deliver(request, completion(call, _content(answer, mode)), choice)


def _heeded(asked: ChatRequest, capability: Capability) -> tuple[AnswerMode, str | None]:
    """Give the mode and the form that the model itself gets to know of."""
    match asked.mode:
        case AnswerMode.JSON_SCHEMA if capability.enforces:
            return AnswerMode.JSON_SCHEMA, asked.form_of_schema
        case AnswerMode.JSON_OBJECT:
            return AnswerMode.JSON_OBJECT, asked.form_in_prompt
        case _:
            return AnswerMode.TEXT, asked.form_in_prompt


def _content(answer: Answer | None, mode: AnswerMode) -> str:
    """Write the JSON, with a fence and prose around it where nothing but the prompt asks for it."""
    if answer is None:
        return GREETING
    content = answer.model_dump_json()
    return f"{CHATTER}\n\n```json\n{content}\n```" if mode is AnswerMode.TEXT else content


def _unanswerable(form: str | None) -> Response:
    if form not in FORMS:
        message = f"this model answers the schemas {', '.join(FORMS)} only, and it was asked for {form or 'none'}"
        return error_response(400, message, param="response_format")
    return error_response(400, f"the messages do not hold what this model reads for {form}", param="messages")
