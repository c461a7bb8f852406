"""Does the API do what its OpenAPI description says? Requests made from it, right and wrong ones.

`SCHEMA_EXAMPLES`: requests of each route and kind; more than the few of every run are worth it now and then.
"""

import os
from collections import Counter
from typing import Any

import pytest
import schemathesis
import structlog
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.generation.modes import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from sqlalchemy import Engine
from starlette.types import ASGIApp, Receive, Scope, Send

from notes_pipeline.store.database import Transactions
from tests.integration.api import OneOfEach, one_of_each

log = structlog.get_logger()

EXAMPLES = int(os.environ.get("SCHEMA_EXAMPLES", "4"))
CONFORMS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
# A request made from the description alone is not right for these: it needs a state, or what only a person would write.
NEED_MORE = {
    ("POST", "/v1/notes/{note_id}/reviews"),
    ("POST", "/v1/guides"),
    ("POST", "/v1/runs"),
    ("POST", "/v1/runs/{run_id}/cancel"),
    ("POST", "/v1/runs/{run_id}/retry"),
    ("POST", "/v1/webhooks"),
    ("GET", "/v1/erasures/{erasure_id}"),
}
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)


@pytest.fixture
def world(engine: Engine, transactions: Transactions) -> OneOfEach:
    return one_of_each(engine, transactions)


def with_key(world: OneOfEach) -> ASGIApp:
    """The app as one that needs no key: each request gets one. Keys are attacked elsewhere."""
    description = world.api.app.openapi() | {"security": []}
    for methods in description["paths"].values():
        for operation in methods.values():
            operation.pop("security", None)
    key = world.owner.headers["Authorization"].encode()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            others = [(name, value) for name, value in scope["headers"] if name.lower() != b"authorization"]
            scope = {**scope, "headers": [*others, (b"authorization", key)]}
        await world.api.app(scope, receive, send)

    return app


@pytest.mark.timeout(1_800)
def test_every_route_answers_as_it_is_described(world: OneOfEach) -> None:
    schema = schemathesis.openapi.from_asgi("/v1/openapi.json", with_key(world))
    answered: Counter[tuple[str, str, int]] = Counter()
    failures: list[str] = []
    operations = [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]
    for operation in sorted(operations, key=lambda each: each.method.upper() == "DELETE"):
        for mode in MODES:
            try:
                _ask(operation, mode, world, answered)
            except BaseExceptionGroup as wrong:
                failures.append(f"{operation.label}, {mode.value}: {wrong.exceptions}")
    assert not failures, "\n\n".join(failures)
    by_status = Counter(status for _, _, status in answered.elements())
    log.info("asked", requests=answered.total(), routes=len({each[:2] for each in answered}), by_status=dict(by_status))
    never_right = {each[:2] for each in answered} - {each[:2] for each in answered if each[2] < 300}
    assert never_right <= NEED_MORE
    assert by_status[200] > EXAMPLES


def _ask(operation: Any, mode: GenerationMode, world: OneOfEach, answered: "Counter[tuple[str, str, int]]") -> None:
    checks = [*CONFORMS, negative_data_rejection] if mode is GenerationMode.NEGATIVE else CONFORMS

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def ask(case: Any) -> None:
        if mode is GenerationMode.POSITIVE:
            for name, id_ in world.ids.items():
                if name in (case.path_parameters or {}):
                    case.path_parameters[name] = id_
        answer = case.call_and_validate(checks=checks)
        answered[operation.method.upper(), operation.path, answer.status_code] += 1

    ask()
