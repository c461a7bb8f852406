"""Errors as `application/problem+json` (RFC 9457), one type for each kind of error, stable over versions.

`type` is `urn:notes-pipeline:problem:` and the name; `detail` says what was wrong and what to do. No value that was
sent is said back but names of fields: it may be a secret, or somebody's words.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException

from notes_pipeline.core.errors import (
    InputError,
    InvalidGuideError,
    NotesPipelineError,
    NotFoundError,
    RevisionConflictError,
    ServiceUnavailableError,
    TooMuchWorkError,
    UnreadableTranscriptError,
)
from notes_pipeline.steps.patience import is_passing

log = structlog.get_logger()

MEDIA_TYPE = "application/problem+json"
URN = "urn:notes-pipeline:problem:"
_NAMES = {404: "not-found", 405: "method-not-allowed", 408: "too-slow", 413: "too-large"}  # of the framework's errors
AWAY_S, BUSY_S = 5, 30  # after which it is worth asking again


@dataclass(eq=False)  # Python sets the traceback of what is raised, which a frozen one refuses
class ProblemError(Exception):
    """An answer that says why there is none. `name`: of its type. `more`: further members."""

    status: HTTPStatus
    name: str
    detail: str
    headers: Mapping[str, str] = field(default_factory=dict)
    more: Mapping[str, Any] = field(default_factory=dict)


class ProblemBody(BaseModel):
    """A problem as it is sent (RFC 9457); some types have further members."""

    model_config = ConfigDict(title="Problem", extra="allow")

    type: str = Field(description="Stable: `urn:notes-pipeline:problem:` and a name.", examples=[URN + "not-found"])
    title: str
    status: int = Field(description="That of the answer.")
    detail: str = Field(description="What was wrong, and what to do. For people; may change.")


def answer_with_problems(app: FastAPI) -> None:
    """Have every error of an app answered as a problem, also those of the framework and those of our own making."""

    @app.exception_handler(ProblemError)
    async def of_ours(_request: Request, error: ProblemError) -> JSONResponse:
        return response(error)

    @app.exception_handler(NotesPipelineError)
    async def of_steps(_request: Request, error: NotesPipelineError) -> JSONResponse:
        return response(problem_of(error))

    @app.exception_handler(RequestValidationError)
    async def of_requests(_request: Request, error: RequestValidationError) -> JSONResponse:
        return response(_invalid(error.errors()))

    @app.exception_handler(HTTPException)
    async def of_framework(_request: Request, error: HTTPException) -> JSONResponse:
        status = HTTPStatus(error.status_code)
        name = _NAMES.get(error.status_code, "refused")
        detail = status.description if error.detail == status.phrase else str(error.detail)
        return response(ProblemError(status, name, detail or status.phrase, dict(error.headers or {})))

    @app.exception_handler(SQLAlchemyError)
    async def of_database(_request: Request, error: SQLAlchemyError) -> JSONResponse:
        if is_passing(error):
            log.warning("database_away", error=error)
            return response(_away("the database does not answer; nothing was stored"))
        return _broken(error)

    @app.exception_handler(Exception)
    async def of_anything(_request: Request, error: Exception) -> JSONResponse:
        return _broken(error)


def problem_of(error: NotesPipelineError) -> ProblemError:
    """Give the problem that an error of the steps is to whoever asked."""
    match error:
        case NotFoundError():
            return ProblemError(HTTPStatus.NOT_FOUND, "not-found", str(error))
        case UnreadableTranscriptError():
            return ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, "unreadable-transcript", str(error))
        case InvalidGuideError():
            return ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid-guide", str(error))
        case RevisionConflictError():
            detail, more = str(error), {"current_revision": error.current}
            tag = {"ETag": f'"r{error.current}"'}
            return ProblemError(HTTPStatus.PRECONDITION_FAILED, "changed-meanwhile", detail, tag, more)
        case InputError():
            return ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid-input", str(error))
        case TooMuchWorkError():
            return ProblemError(HTTPStatus.TOO_MANY_REQUESTS, "too-much-work", str(error), {"Retry-After": str(BUSY_S)})
        case ServiceUnavailableError():
            return _away(str(error))
        case _:
            return ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, "cannot-be-done", str(error))


def response(problem: ProblemError) -> JSONResponse:
    body = {
        "type": URN + problem.name,
        "title": problem.status.phrase,
        "status": problem.status.value,
        "detail": problem.detail,
        **problem.more,
    }
    return JSONResponse(body, status_code=problem.status, headers=dict(problem.headers), media_type=MEDIA_TYPE)


def _away(detail: str) -> ProblemError:
    return ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, "unavailable", detail, {"Retry-After": str(AWAY_S)})


def _broken(error: Exception) -> JSONResponse:
    log.error("request_broken", error=error, exc_info=error)
    detail = "a fault of ours; the log has more, under the X-Request-Id of this answer"
    return response(ProblemError(HTTPStatus.INTERNAL_SERVER_ERROR, "fault", detail))


def _invalid(errors: Sequence[Any]) -> ProblemError:
    """Name each field with what is wrong with it; not its value."""
    found = [{"field": ".".join(str(part) for part in each["loc"]), "reason": str(each["msg"])} for each in errors]
    detail = "; ".join(f"{each['field']}: {each['reason']}" for each in found)
    return ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid-request", detail, more={"errors": found})
