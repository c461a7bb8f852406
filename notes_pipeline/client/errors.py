"""What can go wrong between a program and the API."""

from collections.abc import Mapping
from typing import Any

URN = "urn:notes-pipeline:problem:"


class ApiError(Exception):
    """The API answered with a problem, or not at all. `str` of it says what was wrong and what to do.

    `status`: of the answer, None: none came. `type`: stable name of the problem, without its prefix, as `not-found`.
    `request_id`: under which the server's log has it. `problem`: all members that were sent.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        type_: str | None = None,
        request_id: str | None = None,
        problem: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.type = type_
        self.request_id = request_id
        self.problem = dict(problem or {})


class NotFoundError(ApiError):
    """404: it does not exist, or not in the key's workspace."""


class NotAllowedError(ApiError):
    """401 or 403: the key is unknown, revoked, or has not the scope."""


class ConflictError(ApiError):
    """409 or 412: it was changed meanwhile, or has ended. Read it again and decide on that."""


class RefusedError(ApiError):
    """Another 4xx: what was sent cannot be taken; the message says why and what to do."""


class UnavailableError(ApiError):
    """The API did not answer, was busy (429) or away (5xx), as often as it was tried."""


def error_of(status: int, problem: Mapping[str, Any], request_id: str | None) -> ApiError:
    """Give the error that an answer is."""
    detail = str(problem.get("detail") or problem.get("title") or f"the API answered {status}")
    kind: type[ApiError]
    match status:
        case 401 | 403:
            kind = NotAllowedError
        case 404:
            kind = NotFoundError
        case 409 | 412:
            kind = ConflictError
        case 429:
            kind = UnavailableError
        case _:
            kind = RefusedError if status < 500 else UnavailableError
    name = str(problem.get("type", "")).removeprefix(URN) or None
    return kind(detail, status=status, type_=name, request_id=request_id, problem=problem)
