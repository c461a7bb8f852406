"""The app of the pages, and its errors as pages."""

from http import HTTPStatus
from typing import Annotated

import structlog
from fastapi import FastAPI, Path, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from notes_pipeline.api.access import Parts
from notes_pipeline.api.problems import ProblemError, problem_of
from notes_pipeline.api.review import queue_pages, run_pages, sign_in
from notes_pipeline.api.review.access import PATH, SignedOutError
from notes_pipeline.api.review.rendering import STATIC, digest_of, file_answer, page
from notes_pipeline.api.review.sessions import Sessions
from notes_pipeline.core.errors import NotesPipelineError
from notes_pipeline.steps.patience import is_passing

log = structlog.get_logger()


def review_app(parts: Parts) -> FastAPI:
    """Build the app; it is to be mounted at `/review`."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    secret = parts.services.settings.notes_session_secret
    app.state.parts = parts
    app.state.sessions = Sessions(None if secret is None else secret.get_secret_value())
    for router in (sign_in.router, run_pages.router, queue_pages.router):
        app.include_router(router)
    app.add_api_route("/static/{digest}/{name}", _static, include_in_schema=False)
    _answer_with_pages(app)
    return app


def to_pages() -> Response:
    """Lead whoever opens the bare address to the pages."""
    return RedirectResponse(f"{PATH}/", HTTPStatus.SEE_OTHER)


def _static(digest: str, name: Annotated[str, Path(max_length=50)]) -> Response:
    if name not in STATIC or digest != digest_of(name):
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return file_answer(name)


def _answer_with_pages(app: FastAPI) -> None:
    @app.exception_handler(SignedOutError)
    async def signed_out(request: Request, error: SignedOutError) -> Response:
        if request.headers.get("sec-fetch-mode", "navigate") == "navigate":
            return RedirectResponse(error.sign_in, HTTPStatus.SEE_OTHER)
        return _page(HTTPStatus.UNAUTHORIZED, "You are signed out. Load the page again to sign in.")

    @app.exception_handler(ProblemError)
    async def of_ours(_request: Request, error: ProblemError) -> Response:
        return _page(error.status, error.detail)

    @app.exception_handler(NotesPipelineError)
    async def of_steps(_request: Request, error: NotesPipelineError) -> Response:
        problem = problem_of(error)
        return _page(problem.status, f"{problem.detail[:1].upper()}{problem.detail[1:]}.")

    @app.exception_handler(RequestValidationError)
    async def of_requests(_request: Request, error: RequestValidationError) -> Response:
        named = "; ".join(f"{each['loc'][-1]}: {each['msg']}" for each in error.errors())
        return _page(HTTPStatus.UNPROCESSABLE_ENTITY, f"What was sent cannot be used ({named}). Nothing was done.")

    @app.exception_handler(HTTPException)
    async def of_framework(_request: Request, error: HTTPException) -> Response:
        status = HTTPStatus(error.status_code)
        return _page(status, "There is no such page." if status is HTTPStatus.NOT_FOUND else str(error.detail))

    @app.exception_handler(SQLAlchemyError)
    async def of_database(_request: Request, error: SQLAlchemyError) -> Response:
        if is_passing(error):
            log.warning("database_away", error=error)
            return _page(HTTPStatus.SERVICE_UNAVAILABLE, "The database does not answer. Try again in a moment.")
        return _broken(error)

    @app.exception_handler(Exception)
    async def of_anything(_request: Request, error: Exception) -> Response:
        return _broken(error)


def _broken(error: Exception) -> Response:
    log.error("request_broken", error=error, exc_info=error)
    return _page(HTTPStatus.INTERNAL_SERVER_ERROR, "A fault of ours; the log has more. Nothing was stored.")


def _page(status: HTTPStatus, message: str) -> Response:
    return page("error.html", None, status, title=status.phrase, message=message)
