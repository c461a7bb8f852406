"""What the server remembers and how it is to behave: the log of requests, faults and latency, and `/control`."""

import hashlib
from collections import deque
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from notes_pipeline.llm.offline.capability import Capability
from notes_pipeline.llm.offline.completions import error_body
from notes_pipeline.llm.offline.faults import Choice, FaultPlan, Rule
from notes_pipeline.llm.offline.prefixes import PrefixCache

MAX_LOGGED = 100_000  # requests, 300 bytes each; the oldest are forgotten


class ControlRequest(BaseModel):
    """What a test may change while the server runs; what is left out stays as it is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rules: list[Rule] | None = None
    seed: int = 0
    latency_s: float | None = Field(default=None, ge=0)


@dataclass(slots=True)
class RequestRecord:
    """A request as the log shows it.

    `number`: counted from 1. `form`: the name of the form asked for, None: of none. `prompt`: hexadecimal SHA-256 of
    the messages, so a call that is paid twice shows. `status`: None while it runs, 0 where the connection was broken.
    `answered`: a whole chat completion was sent, also a refusal or an invalid content; a provider would charge for it,
    whether or not the client still listened.
    """

    number: int
    model: str
    form: str | None
    prompt: str
    fault: str | None
    arrived_at: str
    status: int | None = None
    answered: bool = False


@dataclass(slots=True)
class ServerState:
    """What the server knows of its past, and how it is to behave."""

    plan: FaultPlan
    latency_s: float
    api_key: str | None
    capability: Capability
    prefixes: PrefixCache = field(default_factory=PrefixCache)
    requests: deque[RequestRecord] = field(default_factory=lambda: deque(maxlen=MAX_LOGGED))
    arrived: int = 0

    def log(self, model: str, form: str | None, prompt: str, choice: Choice) -> RequestRecord:
        """Note that a request has arrived; what came of it is filled in later."""
        self.arrived += 1
        record = RequestRecord(
            number=self.arrived,
            model=model,
            form=form,
            prompt=hashlib.sha256(prompt.encode(errors="replace")).hexdigest(),
            fault=choice.fault,
            arrived_at=datetime.now(UTC).isoformat(),
        )
        self.requests.append(record)
        return record


def state_of(request: Request) -> ServerState:
    state: ServerState = request.app.state.server
    return state


async def control(request: Request) -> Response:
    """Show the log; POST changes what `ControlRequest` names, DELETE clears the log."""
    state = state_of(request)
    if request.method == "DELETE":
        state.requests.clear()
    elif request.method == "POST":
        try:
            wanted = ControlRequest.model_validate_json(await request.body())
        except ValidationError as error:
            return error_response(400, str(error))
        if wanted.rules is not None:
            state.plan = FaultPlan(wanted.rules, wanted.seed)
        if wanted.latency_s is not None:
            state.latency_s = wanted.latency_s
    return JSONResponse({"latency_s": state.latency_s, "requests": [asdict(record) for record in state.requests]})


def error_response(status: int, message: str, *, code: str | None = None, param: str | None = None) -> Response:
    return JSONResponse(error_body(message, "invalid_request_error", code=code, param=param), status_code=status)
