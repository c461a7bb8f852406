"""Who is signed in, and what the key behind them may."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated
from urllib.parse import quote

import structlog
from fastapi import Depends, Form, Header, Request

from notes_pipeline.api.access import Caller, Parts, parts_of
from notes_pipeline.api.problems import ProblemError
from notes_pipeline.api.review.sessions import COOKIE, Session, Sessions
from notes_pipeline.core.api_keys import Scope
from notes_pipeline.steps.review_queue import Who
from notes_pipeline.store.api_keys import load_key
from notes_pipeline.store.tenancy import OfWorkspace

PATH = "/review"
MAX_TOKEN_CHARS = 200


class SignedOutError(Exception):
    """Nobody is signed in. `back`: where whoever signs in wants to go."""

    def __init__(self, back: str) -> None:
        super().__init__(back)
        self.back = back

    @property
    def sign_in(self) -> str:
        return f"{PATH}/sign-in?back={quote(self.back, safe='')}"


@dataclass(frozen=True, slots=True)
class Reviewing:
    """A reviewer who is signed in. `token`: for the forms of a page."""

    caller: Caller
    session: Session
    token: str
    parts: Parts

    @property
    def who(self) -> Who:
        key = self.caller.key
        return Who(
            key.workspace_id, self.session.reviewer, f"{key.id} {self.session.reviewer}", f"{key.name} {key.hint}"
        )


def sessions_of(request: Request) -> Sessions:
    sessions = request.app.state.sessions
    if not isinstance(sessions, Sessions):
        raise TypeError("the app was made without its sessions")
    return sessions


def signed_in(scope: Scope) -> Callable[..., Reviewing]:
    """Give the dependency of a page that needs a scope.

    Raises:
        SignedOutError: nobody is signed in, or no longer.
        ProblemError: 403 without the scope, 429 when it asks too often.
    """

    def reviewing(
        request: Request,
        sessions: Annotated[Sessions, Depends(sessions_of)],
        parts: Annotated[Parts, Depends(parts_of)],
    ) -> Reviewing:
        session = sessions.read(request.cookies.get(COOKIE, ""))
        if session is None:
            raise SignedOutError(_here(request))
        transactions = parts.services.transactions
        with transactions.direct() as statements:
            found = load_key(statements, session.key_id)
        if found is None:
            raise SignedOutError(_here(request))
        key, workspace = found
        structlog.contextvars.bind_contextvars(key=key.hint, workspace=str(key.workspace_id))
        if not key.may(scope):
            detail = f"The key “{key.name}” may not do this: it needs the scope {scope.value}. Ask for another key."
            raise ProblemError(HTTPStatus.FORBIDDEN, "scope-missing", detail)
        if (wait_s := parts.rate.wait_s(str(key.id))) > 0:
            detail = f"This key asks more than {parts.rate.per_minute} times a minute. Go on in {wait_s} seconds."
            raise ProblemError(HTTPStatus.TOO_MANY_REQUESTS, "too-often", detail, {"Retry-After": str(wait_s)})
        caller = Caller(key, workspace, OfWorkspace(transactions, key.workspace_id))
        return Reviewing(caller, session, sessions.form_token(session), parts)

    return reviewing


def of_ours(
    request: Request,
    origin: Annotated[str | None, Header(max_length=500)] = None,
    sec_fetch_site: Annotated[str | None, Header(max_length=50)] = None,
) -> None:
    """Refuse what a page of somebody else sends in the name of whoever is signed in here.

    Raises:
        ProblemError: 403.
    """
    host = request.headers.get("host", "")
    is_foreign = sec_fetch_site not in (None, "same-origin", "none") or (
        origin is not None and origin.partition("://")[2] != host
    )
    if is_foreign:
        raise ProblemError(HTTPStatus.FORBIDDEN, "foreign-form", "This was sent by another site. Nothing was done.")


def _changing(scope: Scope) -> Callable[..., Reviewing]:
    """Give the dependency of what changes something: with the token that only pages of this session have."""

    def reviewing(
        request: Request,
        reviewing: Annotated[Reviewing, Depends(signed_in(scope))],
        _: Annotated[None, Depends(of_ours)],
        token: Annotated[str, Form(max_length=MAX_TOKEN_CHARS)] = "",
    ) -> Reviewing:
        if not sessions_of(request).is_form_token(reviewing.session, token):
            detail = "The page is from another sign-in. Load it again and repeat what you did; nothing was done."
            raise ProblemError(HTTPStatus.FORBIDDEN, "foreign-form", detail)
        return reviewing

    return reviewing


def _here(request: Request) -> str:
    """Give where to go after signing in: the page that was asked for, not what a form had sent."""
    if request.method != "GET":
        return f"{PATH}/"
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


SeesNotes = Annotated[Reviewing, Depends(signed_in(Scope.REVIEW))]
Decides = Annotated[Reviewing, Depends(_changing(Scope.REVIEW))]
SeesUpload = Annotated[Reviewing, Depends(signed_in(Scope.UPLOAD))]
Uploads = Annotated[Reviewing, Depends(_changing(Scope.UPLOAD))]
