"""Turn away what this endpoint cannot do, rather than answer something else than was asked for."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from notes_pipeline.core.endpoints import AnswerMode
from notes_pipeline.llm.offline.capability import Capability
from notes_pipeline.llm.offline.completions import error_body, tokens
from notes_pipeline.llm.offline.control import error_response, state_of
from notes_pipeline.llm.offline.protocol import ChatRequest


def decline_caller(request: Request) -> Response | None:
    key = state_of(request).api_key
    if key is None or request.headers.get("authorization") == f"Bearer {key}":
        return None
    return error_response(401, "Incorrect API key provided.", code="invalid_api_key")


def decline_model(name: str, capability: Capability) -> Response | None:
    if name in capability.models:
        return None
    message = f"The model {name!r} does not exist; there is {', '.join(map(repr, capability.models))}."
    return error_response(404, message, code="model_not_found", param="model")


def decline_request(asked: ChatRequest, capability: Capability) -> Response | None:
    if asked.stream:
        return error_response(400, "this model does not stream", param="stream")
    if (asked.n or 1) != 1:
        return error_response(400, "this model gives one answer", param="n")
    return (
        _decline_parameters(asked, capability) or _decline_mode(asked.mode, capability) or _too_long(asked, capability)
    )


def _decline_parameters(asked: ChatRequest, capability: Capability) -> Response | None:
    """Word for word as the OpenAI API does for its reasoning models."""
    if asked.max_tokens is not None and not capability.takes_max_tokens:
        message = (
            "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
        )
        return error_response(400, message, code="unsupported_parameter", param="max_tokens")
    if asked.temperature not in (None, 1) and not capability.takes_temperature:
        message = (
            f"Unsupported value: 'temperature' does not support {asked.temperature:g} with this model. "
            "Only the default (1) value is supported."
        )
        return error_response(400, message, code="unsupported_value", param="temperature")
    return None


def _decline_mode(mode: AnswerMode, capability: Capability) -> Response | None:
    if mode is AnswerMode.TEXT or mode in capability.modes:
        return None
    message = f"Invalid parameter: 'response_format' of type '{mode}' is not supported with this model."
    if capability.refuses_with >= 500:  # a server that fails at it does not know which parameter it was
        return JSONResponse(error_body(message, "internal_server_error"), status_code=capability.refuses_with)
    return error_response(capability.refuses_with, message, param="response_format")


def _too_long(asked: ChatRequest, capability: Capability) -> Response | None:
    most, length = capability.context_tokens, tokens(asked.texts)
    if length <= most:
        return None
    message = f"This model's maximum context length is {most} tokens; your messages have about {length}."
    return error_response(400, message, code="context_length_exceeded", param="messages")
