"""The HTTP API, put together."""

from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.middleware.gzip import GZipMiddleware

from notes_pipeline.api.access import Parts
from notes_pipeline.api.around import Around, BodyLimits, Conditional
from notes_pipeline.api.deprecation import LEAVING
from notes_pipeline.api.operations import Checks, operations_router
from notes_pipeline.api.problems import MEDIA_TYPE, ProblemBody, answer_with_problems
from notes_pipeline.api.review.access import PATH as REVIEW
from notes_pipeline.api.review.app import review_app, to_pages
from notes_pipeline.api.routes import PREFIX, guides, notes, reviews, runs, transcripts, webhooks

GZIP_FROM_BYTES = 1_000
ROUTERS = (transcripts.router, guides.router, runs.router, notes.router, reviews.router, webhooks.router)

DESCRIPTION = """\
Interview notes with evidence. Every quote was looked up in the transcript before anybody reads it: by default only
notes that stand, or that a reviewer took, are given.

Errors are `application/problem+json` (RFC 9457); `type` is stable. Lists come in pages: `next` of one is `cursor` for
the next. Reads carry an `ETag` and answer 304 to `If-None-Match`. Times are UTC, ISO 8601; times in recordings are
milliseconds; places in a transcript are characters (code points) of its text, from 0, the end not included.
"""


def make_app(parts: Parts, checks: Checks | None = None) -> FastAPI:
    """Build the app; every route under /v1 asks for a key. `checks`: of health and numbers, None: without them."""
    app = FastAPI(
        title="notes_pipeline",
        version=version("notes-pipeline"),
        description=DESCRIPTION,
        openapi_url=f"{PREFIX}/openapi.json",
        docs_url=None,  # their pages load scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,
        separate_input_output_schemas=False,
    )
    app.state.parts = parts
    answer_with_problems(app)
    for router in ROUTERS:
        app.include_router(router, responses=_PROBLEMS)
    if checks is not None:
        app.include_router(operations_router(checks))
    app.mount(REVIEW, review_app(parts))
    for bare in ("/", REVIEW):
        app.add_api_route(bare, to_pages, include_in_schema=False)
    large_paths = frozenset({f"{PREFIX}/transcripts", f"{REVIEW}/upload"})
    app.add_middleware(BodyLimits, most_bytes=parts.most_body_bytes, large_paths=large_paths)
    app.add_middleware(Conditional)
    app.add_middleware(GZipMiddleware, minimum_size=GZIP_FROM_BYTES)
    app.add_middleware(Around)  # the outermost is added last
    app.openapi = lambda: _described(app)  # type: ignore[method-assign]
    return app


def _problem_response(description: str) -> dict[str, Any]:
    return {
        "description": description,
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }


_PROBLEMS: dict[int | str, dict[str, Any]] = {
    "4XX": _problem_response("It cannot be done as it was asked; `type` and `detail` say why and what to do."),
    "5XX": _problem_response("A part is away (503, with `Retry-After`), or the fault is ours (500)."),
}


def _described(app: FastAPI) -> dict[str, Any]:
    """Describe the app as OpenAPI, with the problems that the framework does not know of."""
    if app.openapi_schema is None:
        schema = get_openapi(
            title=app.title,
            version=app.version,
            openapi_version=app.openapi_version,
            description=app.description,
            routes=app.routes,
        )
        schema.setdefault("components", {}).setdefault("schemas", {})["Problem"] = ProblemBody.model_json_schema()
        for method, path in LEAVING:
            schema["paths"][path][method.lower()]["deprecated"] = True
        app.openapi_schema = schema
    return app.openapi_schema
