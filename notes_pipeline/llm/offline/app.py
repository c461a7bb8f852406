"""The offline model over HTTP, spoken to like the OpenAI API."""

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from notes_pipeline.llm.offline.capability import DEFAULT, Capability
from notes_pipeline.llm.offline.chatting import complete
from notes_pipeline.llm.offline.control import ServerState, control, error_response, state_of
from notes_pipeline.llm.offline.declining import decline_caller, decline_model
from notes_pipeline.llm.offline.faults import FaultPlan, Rule

RELEASED = 1_767_225_600  # 2026-01-01, seconds since 1970: `/v1/models` wants a time


def create_app(
    *,
    rules: Sequence[Rule] = (),
    seed: int = 0,
    latency_s: float = 0.0,
    api_key: str | None = None,
    capability: Capability = DEFAULT,
    with_control: bool = False,
) -> Starlette:
    """Build the server.

    `rules`, `seed`: see `FaultPlan`. `latency_s`: every answer takes that much longer. `api_key`: None takes any.
    `capability`: what it refuses, ignores and cuts. `with_control`: adds `/control`, where tests read the log (GET),
    change rules and latency (POST) and clear the log (DELETE).
    """
    routes = [
        Route("/v1/chat/completions", complete, methods=["POST"]),
        Route("/v1/models", _list_models, methods=["GET"]),
        Route("/v1/models/{model:path}", _show_model, methods=["GET"]),  # "owner/model" is one name
    ]
    if with_control:
        routes.append(Route("/control", control, methods=["GET", "POST", "DELETE"]))
    app = Starlette(routes=routes, exception_handlers={404: _no_such_page, 405: _no_such_page})
    app.state.server = ServerState(FaultPlan(rules, seed), latency_s, api_key, capability)
    return app


async def _list_models(request: Request) -> Response:
    cards = [_model_card(name) for name in state_of(request).capability.models]
    return decline_caller(request) or JSONResponse({"object": "list", "data": cards})


async def _show_model(request: Request) -> Response:
    name, capability = request.path_params["model"], state_of(request).capability
    return decline_caller(request) or decline_model(name, capability) or JSONResponse(_model_card(name))


async def _no_such_page(request: Request, _: Exception) -> Response:
    return error_response(404, f"there is no {request.method} {request.url.path}")


def _model_card(name: str) -> dict[str, str | int]:
    return {"id": name, "object": "model", "created": RELEASED, "owned_by": "notes_pipeline"}
