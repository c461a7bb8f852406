"""Requests that are tried again where that is safe, and errors that say what happened."""

import json
import random
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx2

from notes_pipeline.client.errors import ApiError, UnavailableError, error_of

TRIED_AGAIN = frozenset({408, 429, 500, 502, 503, 504})
LONGEST_WAIT_S = 60.0


@dataclass(frozen=True, slots=True)
class Patience:
    """How often a request is tried, and how long between: seconds, doubled each time, or what the API says."""

    attempts: int = 5
    first_wait_s: float = 0.5

    def wait_s(self, attempt: int, said: str | None) -> float:
        if said is not None and said.isdecimal():
            return min(LONGEST_WAIT_S, float(said)) + random.uniform(0, 0.5)  # noqa: S311 (no secret depends on it)
        return min(LONGEST_WAIT_S, self.first_wait_s * 2.0**attempt) * random.uniform(0.5, 1.0)  # noqa: S311


@dataclass(frozen=True, slots=True)
class Transport:
    """Sends requests with a key. Safe for threads."""

    http: httpx2.Client
    patience: Patience = field(default_factory=Patience)

    def send(self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **content: Any) -> Any:
        """Send a request and give what was answered, as JSON; None: nothing.

        A POST carries an `Idempotency-Key`, so that one whose answer was lost is not done twice.

        Raises:
            ApiError: a problem was answered, or nothing, as often as it was tried.
        """
        sent = dict(headers or {})
        if method == "POST":
            sent.setdefault("Idempotency-Key", str(uuid4()))
        last: ApiError = UnavailableError("no attempt was made")
        for attempt in range(self.patience.attempts):
            said = None
            try:
                answer = self.http.request(method, path, headers=sent, **content)
            except httpx2.TransportError as error:
                last = UnavailableError(f"the API at {self.http.base_url} does not answer: {error}")
            else:
                if answer.is_success:
                    return json.loads(answer.content) if answer.content else None
                last = error_of(answer.status_code, _problem(answer), answer.headers.get("x-request-id"))
                if answer.status_code not in TRIED_AGAIN and last.type != "request-under-way":
                    raise last
                said = answer.headers.get("retry-after")
            if attempt + 1 < self.patience.attempts:
                time.sleep(self.patience.wait_s(attempt, said))
        raise last

    @contextmanager
    def stream(self, path: str, headers: Mapping[str, str]) -> Iterator[httpx2.Response]:
        """Open a stream, once.

        Raises:
            ApiError: a problem was answered.
            httpx2.TransportError: the API does not answer, or the stream broke.
        """
        with self.http.stream("GET", path, headers=headers) as answer:
            if not answer.is_success:
                answer.read()
                raise error_of(answer.status_code, _problem(answer), answer.headers.get("x-request-id"))
            yield answer


def _problem(answer: httpx2.Response) -> dict[str, Any]:
    try:
        problem = json.loads(answer.content)
    except ValueError:
        return {}
    return problem if isinstance(problem, dict) else {}
