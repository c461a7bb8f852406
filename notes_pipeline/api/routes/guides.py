"""`/v1/guides`."""

from hashlib import sha256
from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from notes_pipeline.api.access import Caller, Reader, Uploader
from notes_pipeline.api.answers import Answer, IdempotencyKey, once
from notes_pipeline.api.described import CREATED, SAME_AGAIN
from notes_pipeline.api.paging import Cursor, Limit, Page, page_of, position_of
from notes_pipeline.api.problems import ProblemError
from notes_pipeline.api.routes import PREFIX
from notes_pipeline.api.shapes.guides import Guide, GuideInList, guide_shape, listed_shape
from notes_pipeline.steps.ingest import ingest_guide
from notes_pipeline.store.guides import describe_guide, list_guides

router = APIRouter(prefix=PREFIX, tags=["guides"])

JSON = "application/json"
YAMLS = ("application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml")  # the first by RFC 9512
_TOPIC: dict[str, Any] = {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}}
_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["title"],
    "properties": {
        "title": {"type": "string"},
        "goal": {"type": "string"},
        "questions": {"type": "array", "items": _TOPIC, "description": "Each: id, text, probes."},
        "themes": {"type": "array", "items": _TOPIC, "description": "Each: id, name, definition, include, exclude."},
        "interviewer": {"description": "A name of a speaker, or several."},
        "participant": {"description": "A name of a speaker, or several."},
    },
    "additionalProperties": False,
}
BODY: dict[str, Any] = {
    "required": True,
    "content": {JSON: {"schema": _SCHEMA}} | {yaml: {"schema": {"type": "string"}} for yaml in YAMLS},
}


async def sent_guide(request: Request, _: Uploader) -> tuple[bytes, str]:
    """Read the body of a guide, with a name for messages; only when the key is known to be allowed to.

    Raises:
        ProblemError: it is neither JSON nor YAML.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != JSON and kind not in YAMLS:
        detail = f"send the guide with the Content-Type {JSON} or {YAMLS[0]}"
        raise ProblemError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "unknown-media-type", detail)
    return await request.body(), "guide.json" if kind == JSON else "guide.yaml"


@router.post(
    "/guides",
    status_code=HTTPStatus.CREATED,
    response_model=Guide,
    responses={HTTPStatus.CREATED: CREATED, HTTPStatus.OK: SAME_AGAIN | {"model": Guide}},
    openapi_extra={"requestBody": BODY},
)
def add_guide(
    caller: Uploader,
    sent: Annotated[tuple[bytes, str], Depends(sent_guide)],
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Store a guide. Other content under the same title is its next version; the same content is stored once (200)."""
    data, name = sent
    asked = {"to": "guides", "sha256": sha256(data).hexdigest(), "name": name}
    return once(caller, idempotency_key, asked, lambda: _added(caller, data, name))


def _added(caller: Caller, data: bytes, name: str) -> Answer:
    stored = ingest_guide(caller.transactions, caller.workspace, data, name)
    with caller.transactions.begin() as session:
        shape = guide_shape(describe_guide(session, stored.id))
    status = HTTPStatus.CREATED if stored.is_new else HTTPStatus.OK
    return Answer(shape, status, {"Location": f"/v1/guides/{stored.id}"})


@router.get("/guides")
def list_all(caller: Reader, cursor: Cursor = None, limit: Limit = 50) -> Page[GuideInList]:
    """List guides, all versions, in the order in which they came."""
    after = position_of(cursor)
    with caller.transactions.begin() as session:
        found = list_guides(session, caller.key.workspace_id, after=after, limit=limit + 1)
    listed, following = page_of(found, limit, lambda each: each.id)
    return Page(items=[listed_shape(each) for each in listed], next=following)


@router.get("/guides/{guide_id}")
def read_guide(caller: Reader, guide_id: UUID) -> Guide:
    """Read a guide."""
    with caller.transactions.begin() as session:
        return guide_shape(describe_guide(session, guide_id))
