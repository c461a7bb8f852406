"""How answers are made, and how the same request sent twice is answered once."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from fastapi import Header
from starlette.responses import Response

from notes_pipeline.api.access import Caller
from notes_pipeline.api.problems import ProblemError
from notes_pipeline.api.shapes.base import Shape
from notes_pipeline.store.sent_requests import (
    Answered,
    Claimed,
    Different,
    UnderWay,
    claim_request,
    give_back_request,
    keep_answer,
)

IdempotencyKey = Annotated[
    str | None,
    Header(
        min_length=1,
        max_length=128,
        pattern=r"^[!-~]+$",
        description="A name of your making for this request: sent again within a day it is not done again, and is "
        "answered as before, with `Idempotent-Replayed: true`.",
    ),
]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a route gives. `transcript_id`: whose words are in it, where an answer is kept; None: nobody's."""

    shape: Shape
    status: HTTPStatus = HTTPStatus.OK
    headers: Mapping[str, str] = field(default_factory=dict)
    transcript_id: UUID | None = None

    def sent(self) -> Response:
        return _json(self.status, self.headers, self.shape.model_dump_json())


def once(caller: Caller, key: str | None, asked: Mapping[str, Any], do: Callable[[], Answer]) -> Response:
    """Do what a creating request asks for, and answer it; where its key was sent before, only answer.

    `asked`: what makes it this request and no other, as JSON; of a file its hash. A request that is refused leaves no
    trace of its key.

    Raises:
        ProblemError: 409 while the first one is under way, 422 where the key was sent with another request.
    """
    if key is None:
        return do().sent()
    workspace_id = caller.key.workspace_id
    fingerprint = hashlib.sha256(json.dumps(asked, sort_keys=True, default=str).encode()).hexdigest()
    with caller.transactions.begin() as session:
        found = claim_request(session, workspace_id, key, fingerprint)
    match found:
        case Answered():
            return _json(found.status, {**found.headers, "Idempotent-Replayed": "true"}, found.body)
        case UnderWay():
            detail = "the request of this Idempotency-Key is under way: send it again in a second"
            raise ProblemError(HTTPStatus.CONFLICT, "request-under-way", detail, {"Retry-After": "1"})
        case Different():
            detail = "this Idempotency-Key was sent with another request: give each request a key of its own"
            raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, "idempotency-key-reused", detail)
        case Claimed(owner):
            return _done(caller, key, owner, do)


def _done(caller: Caller, key: str, owner: UUID, do: Callable[[], Answer]) -> Response:
    workspace_id = caller.key.workspace_id
    try:
        answer = do()
    except BaseException:
        with caller.transactions.begin() as session:
            give_back_request(session, workspace_id, key, owner)
        raise
    kept = Answered(answer.status, dict(answer.headers), answer.shape.model_dump_json())
    with caller.transactions.begin() as session:
        keep_answer(session, workspace_id, key, owner, kept, answer.transcript_id)
    return _json(kept.status, kept.headers, kept.body)


def _json(status: int, headers: Mapping[str, str], body: str) -> Response:
    return Response(body, status_code=status, headers=dict(headers), media_type="application/json")
