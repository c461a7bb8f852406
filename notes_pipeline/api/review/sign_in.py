"""Signing in with a key, and out."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from starlette.responses import RedirectResponse, Response

from notes_pipeline.api.access import Parts, parts_of
from notes_pipeline.api.review.access import PATH, of_ours, sessions_of
from notes_pipeline.api.review.rendering import page
from notes_pipeline.api.review.sessions import COOKIE, LASTS, Sessions
from notes_pipeline.core.api_keys import Scope
from notes_pipeline.core.errors import InvalidReviewError
from notes_pipeline.core.reviewing import MAX_REVIEWER_CHARS, require_reviewer
from notes_pipeline.store.api_keys import find_key

router = APIRouter(include_in_schema=False)

HOME = f"{PATH}/"
MAX_BACK_CHARS = 2_000
Back = Annotated[str, Query(max_length=MAX_BACK_CHARS)]


@router.get("/sign-in")
def ask(back: Back = HOME) -> Response:
    return page("sign_in.html", None, back=_inside(back), notice=None, reviewer="")


@router.post("/sign-in")
def sign_in(
    request: Request,
    sessions: Annotated[Sessions, Depends(sessions_of)],
    parts: Annotated[Parts, Depends(parts_of)],
    _: Annotated[None, Depends(of_ours)],
    key: Annotated[str, Form(max_length=500)] = "",
    reviewer: Annotated[str, Form(max_length=MAX_REVIEWER_CHARS)] = "",
    back: Annotated[str, Form(max_length=MAX_BACK_CHARS)] = HOME,
) -> Response:
    """Take a key for a session: it is never stored, and the page never has it again."""
    reviewer, back = " ".join(reviewer.split()), _inside(back)

    def refuse(notice: str, status: HTTPStatus) -> Response:
        return page("sign_in.html", None, status, back=back, notice=notice, reviewer=reviewer)

    try:
        require_reviewer(reviewer)
    except InvalidReviewError:
        return refuse("Say who you are: your name stands on each of your decisions.", HTTPStatus.UNPROCESSABLE_ENTITY)
    with parts.services.transactions.direct() as statements:
        found = find_key(statements, key.strip())
    if found is None:
        return refuse("The key is unknown or revoked. Ask whoever runs this for another one.", HTTPStatus.UNAUTHORIZED)
    if not found[0].may(Scope.REVIEW):
        return refuse("This key may not review. Ask for one with the scope review.", HTTPStatus.FORBIDDEN)
    answer = RedirectResponse(back, HTTPStatus.SEE_OTHER)
    # What a proxy says of itself can only make the cookie stricter.
    is_secure = "https" in (request.url.scheme, request.headers.get("x-forwarded-proto", ""))
    answer.set_cookie(
        COOKIE,
        sessions.begin(found[0].id, reviewer),
        max_age=int(LASTS.total_seconds()),
        path=PATH,
        secure=is_secure,
        httponly=True,
        samesite="lax",
    )
    return answer


@router.post("/sign-out")
def sign_out(_: Annotated[None, Depends(of_ours)]) -> Response:
    answer = RedirectResponse(f"{PATH}/sign-in", HTTPStatus.SEE_OTHER)
    answer.delete_cookie(COOKIE, path=PATH, httponly=True, samesite="lax")
    return answer


def _inside(back: str) -> str:
    """Give the page to go back to, if it is one of ours: no link may lead elsewhere by way of signing in."""
    is_ours = back.startswith(HOME)
    is_plain = back.isascii() and back.isprintable() and "\\" not in back
    return back if is_ours and is_plain else HOME
