"""Who asks, and what they may: API keys, their scopes, and how often.

A route names the scope that it needs; what it gets is a caller whose transactions see one workspace and nothing else.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Annotated

import structlog
from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from notes_pipeline.api.events import Streams
from notes_pipeline.api.problems import ProblemError
from notes_pipeline.api.rates import RateLimit
from notes_pipeline.bootstrap import Services
from notes_pipeline.core.api_keys import ApiKey, Scope
from notes_pipeline.steps.checking import IndexCache
from notes_pipeline.steps.next_work import NextWork
from notes_pipeline.store.api_keys import find_key
from notes_pipeline.store.database import Transactions
from notes_pipeline.store.tenancy import OfWorkspace

_PLAIN_NAME = re.compile(r"\w{1,40}", re.ASCII)
_bearer = HTTPBearer(
    auto_error=False, bearerFormat="npk_...", description="A key that `notes-pipeline keys create` made."
)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks. `transactions`: of the key's workspace only. `workspace`: its name."""

    key: ApiKey
    workspace: str
    transactions: Transactions


@dataclass(frozen=True, slots=True)
class Parts:
    """What routes work with, made once for an app.

    `rate`: how often a key may ask. `ring`: announces work, and tells whether anybody heard; what nobody heard of, the
    sweeper finds. `indexes`: of transcripts that are reviewed. `streams`: those that watch runs.
    """

    services: Services
    rate: RateLimit
    ring: Callable[[NextWork], bool]
    most_body_bytes: int
    indexes: IndexCache = field(default_factory=IndexCache)
    streams: Streams = field(default_factory=Streams)


def parts_of(request: Request) -> Parts:
    parts = request.app.state.parts
    if not isinstance(parts, Parts):
        raise TypeError("the app was made without its parts")
    return parts


def caller_with(scope: Scope) -> Callable[..., Caller]:
    """Give the dependency of a route that needs a scope.

    Raises:
        ProblemError: 401 without a key that is known, 403 without the scope, 429 when it asks too often.
    """

    def authorised(
        request: Request,
        sent: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
        parts: Annotated[Parts, Depends(parts_of)],
    ) -> Caller:
        transactions = parts.services.transactions
        if sent is None:
            raise _unknown("no key was sent: send `Authorization: Bearer npk_...`")
        with transactions.direct() as statements:
            found = find_key(statements, sent.credentials)
        if found is None:
            raise _unknown("the key is unknown or revoked: make one with `notes-pipeline keys create`")
        key, workspace = found
        structlog.contextvars.bind_contextvars(key=key.hint, workspace=str(key.workspace_id))
        if not key.may(scope):
            detail = f"the key {key.hint} may not do this: it needs the scope {scope.value}"
            raise ProblemError(HTTPStatus.FORBIDDEN, "scope-missing", detail, more={"scope": scope.value})
        if (wait_s := parts.rate.wait_s(str(key.id))) > 0:
            detail = (
                f"the key {key.hint} asks more than {parts.rate.per_minute} times a minute: ask again in {wait_s} s"
            )
            raise ProblemError(HTTPStatus.TOO_MANY_REQUESTS, "too-often", detail, {"Retry-After": str(wait_s)})
        _require_known_parameters(request)
        return Caller(key, workspace, OfWorkspace(transactions, key.workspace_id))

    return authorised


def _require_known_parameters(request: Request) -> None:
    """Refuse a query parameter that the route does not have: a misspelt filter would give what nobody asked for.

    Raises:
        ProblemError: 422, with the names that there are.
    """
    if not request.query_params:
        return
    operation = request.app.openapi()["paths"][request.scope["route"].path][request.method.lower()]
    known = [each["name"] for each in operation.get("parameters", ()) if each["in"] == "query"]
    if unknown := [name for name in request.query_params if name not in known]:
        named = ", ".join(name for name in unknown[:5] if _PLAIN_NAME.fullmatch(name)) or "its name"
        detail = f"{named}: is no query parameter here; there are: {', '.join(known) or 'none'}"
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, "unknown-parameter", detail)


def _unknown(detail: str) -> ProblemError:
    return ProblemError(HTTPStatus.UNAUTHORIZED, "key-unknown", detail, {"WWW-Authenticate": "Bearer"})


Uploader = Annotated[Caller, Depends(caller_with(Scope.UPLOAD))]
Reader = Annotated[Caller, Depends(caller_with(Scope.READ))]
Reviewer = Annotated[Caller, Depends(caller_with(Scope.REVIEW))]
Admin = Annotated[Caller, Depends(caller_with(Scope.ADMIN))]
