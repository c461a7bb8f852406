"""The offline model over HTTP, spoken to like the OpenAI API."""

import asyncio
from collections.abc import Sequence

from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from notes_pipeline.llm.answers import DRAFT_SCHEMA_NAME
from notes_pipeline.llm.offline import OFFLINE_MODEL
from notes_pipeline.llm.offline.answering import answer
from notes_pipeline.llm.offline.completions import completion, tokens
from notes_pipeline.llm.offline.control import ServerState, control, error_response, state_of
from notes_pipeline.llm.offline.faults import Choice, FaultPlan, Rule, of_model_name
from notes_pipeline.llm.offline.misbehaving import deliver, misbehave
from notes_pipeline.llm.offline.prompts import DraftPrompt, read_draft_prompt
from notes_pipeline.llm.offline.protocol import ChatRequest
from notes_pipeline.llm.offline.wrong_answers import spoil

MAX_TOKENS = 128_000  # as a large model's; a chunk and a guide are 3,000
MAX_BODY_BYTES = 4_000_000
MAX_CHARACTERS_AT_ONCE = 50_000
RELEASED = 1_767_225_600  # 2026-01-01, seconds since 1970: `/v1/models` wants a time

GREETING = (
    f"I am {OFFLINE_MODEL}. I cannot chat: I pick passages from an interview that fit the questions and themes of a "
    "guide, and I quote them word for word."
)


def create_app(
    *,
    rules: Sequence[Rule] = (),
    seed: int = 0,
    latency_s: float = 0.0,
    api_key: str | None = None,
    with_control: bool = False,
) -> Starlette:
    """Build the server.

    `rules`, `seed`: see `FaultPlan`. `latency_s`: every answer takes that much longer. `api_key`: None takes any.
    `with_control`: adds `/control`, where tests read the log (GET), change rules and latency (POST) and clear the log
    (DELETE).
    """
    routes = [
        Route("/v1/chat/completions", _complete, methods=["POST"]),
        Route("/v1/models", _list_models, methods=["GET"]),
        Route("/v1/models/{model}", _show_model, methods=["GET"]),
    ]
    if with_control:
        routes.append(Route("/control", control, methods=["GET", "POST", "DELETE"]))
    app = Starlette(routes=routes, exception_handlers={404: _no_such_page, 405: _no_such_page})
    app.state.server = ServerState(FaultPlan(rules, seed), latency_s, api_key)
    return app


async def _complete(request: Request) -> Response:
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
    text = "\n".join(message.text for message in asked.messages)
    choice = wish if wish.fault else state.plan.choose(text)
    record = state.log(asked.model, text, choice)
    if state.latency_s:
        await asyncio.sleep(state.latency_s)
    response = await _answer(request, asked, model, choice)
    record.status = response.status_code
    response.headers["x-request-id"] = f"req_{record.number:06}"
    return response


async def _answer(request: Request, asked: ChatRequest, model: str, choice: Choice) -> Response:
    if (refused := _unauthorised(request)) is not None:
        return refused
    if model != OFFLINE_MODEL:
        return _unknown_model(model)
    if (bad := await misbehave(request, asked, choice)) is not None:
        return bad
    if (unsuitable := _unsuitable(asked)) is not None:
        return unsuitable
    prompt = read_draft_prompt(message.text for message in asked.messages)
    if prompt is None:
        if asked.response_format is not None and asked.response_format.type != "text":
            return error_response(400, "the messages hold no guide and transcript, which is all that this model reads")
        return deliver(request, completion(asked, asked.model, GREETING), choice)
    # A long prompt goes to a thread, so that others are served meanwhile. A chunk's 10 ms are over before a thread is.
    is_long = asked.characters > MAX_CHARACTERS_AT_ONCE
    content = await run_in_threadpool(_content, prompt, choice) if is_long else _content(prompt, choice)
    return deliver(request, completion(asked, asked.model, content), choice)


def _content(prompt: DraftPrompt, choice: Choice) -> str:
    drafted = answer(prompt)
    return (spoil(choice.fault, drafted, prompt) if choice.fault else drafted).model_dump_json()


def _unsuitable(asked: ChatRequest) -> Response | None:
    """Turn away what this model cannot do, rather than answer something else than was asked for."""
    if asked.stream:
        return error_response(400, "this model does not stream", param="stream")
    if (asked.n or 1) != 1:
        return error_response(400, "this model gives one answer", param="n")
    wanted = asked.response_format
    schema = wanted.json_schema.name if wanted and wanted.json_schema else None
    if wanted and wanted.type == "json_schema" and schema != DRAFT_SCHEMA_NAME:
        return error_response(400, f"this model answers the schema {DRAFT_SCHEMA_NAME!r} only", param="response_format")
    length = tokens([message.text for message in asked.messages])
    if length > MAX_TOKENS:
        return error_response(
            400,
            f"This model's maximum context length is {MAX_TOKENS} tokens; your messages have about {length}.",
            code="context_length_exceeded",
            param="messages",
        )
    return None


async def _list_models(request: Request) -> Response:
    return _unauthorised(request) or JSONResponse({"object": "list", "data": [_model_card()]})


async def _show_model(request: Request) -> Response:
    name = request.path_params["model"]
    return _unauthorised(request) or (JSONResponse(_model_card()) if name == OFFLINE_MODEL else _unknown_model(name))


async def _no_such_page(request: Request, _: Exception) -> Response:
    return error_response(404, f"there is no {request.method} {request.url.path}")


def _unauthorised(request: Request) -> Response | None:
    key = state_of(request).api_key
    if key is None or request.headers.get("authorization") == f"Bearer {key}":
        return None
    return error_response(401, "Incorrect API key provided.", code="invalid_api_key")


def _unknown_model(name: str) -> Response:
    message = f"The model {name!r} does not exist; there is {OFFLINE_MODEL!r}."
    return error_response(404, message, code="model_not_found", param="model")


def _model_card() -> dict[str, str | int]:
    return {"id": OFFLINE_MODEL, "object": "model", "created": RELEASED, "owned_by": "notes_pipeline"}
