"""One request to an OpenAI-compatible endpoint: bounded in time, every outcome a typed one, every call recorded.

The `openai` client's own retries are off: what is tried again, and when, is decided where the work is known.
"""

import time
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import httpx2
import openai
from pydantic import ValidationError

from notes_pipeline.core.endpoints import AnswerMode, EndpointProfile
from notes_pipeline.core.errors import ModelUnreachableError, NotesPipelineError
from notes_pipeline.core.model_calls import CallOutcome, ModelCall
from notes_pipeline.llm.completion import Completion, Usage, text_of
from notes_pipeline.llm.failures import outcome_of, translate
from notes_pipeline.llm.forms import A
from notes_pipeline.llm.modes import with_schema
from notes_pipeline.llm.prices import PriceList
from notes_pipeline.llm.rendering import Message
from notes_pipeline.llm.requests import MAX_READ_TIMEOUT_S, TEMPERATURE, ModelRequest, Record
from notes_pipeline.telemetry.tracing import attributes_of, span

CONNECT_TIMEOUT_S = 5.0
# A connection that was idle for longer is not used again: servers close them after 5 s (uvicorn), and a request that
# crosses with the closing is lost. As many as a process can have slots.
LIMITS = httpx2.Limits(max_connections=1_000, max_keepalive_connections=400, keepalive_expiry=3.0)
MAX_ANSWER_BYTES = 4_000_000

_CHARGED = frozenset({CallOutcome.TRUNCATED, CallOutcome.REFUSED, CallOutcome.INVALID})


class _HttpClient(openai.DefaultHttpxClient):
    """Closes its connections when nobody holds it any more, as the one does that `openai` makes by itself."""

    def __del__(self) -> None:
        with suppress(Exception):
            if not self.is_closed:
                self.close()


class ModelClient:
    """Asks one model at one endpoint. Safe for threads; make one per process: a new one costs 28 ms of CPU."""

    def __init__(self, *, base_url: str, api_key: str | None, model: str, timeout_s: float, prices: PriceList) -> None:
        self.model = model
        self.base_url = base_url
        self._timeout_s = timeout_s
        self._prices = prices
        read_timeout_s = min(MAX_READ_TIMEOUT_S, timeout_s)
        self._client = openai.OpenAI(
            base_url=base_url,
            api_key=api_key or "none",  # local servers want a header, whatever it says
            max_retries=0,
            http_client=_HttpClient(limits=LIMITS),
            timeout=httpx2.Timeout(read_timeout_s, connect=min(CONNECT_TIMEOUT_S, timeout_s)),
        )

    def close(self) -> None:
        self._client.close()

    def warm_up(self) -> None:
        """Load what the first call needs; `openai` loads it when it is first used."""
        _ = self._client.chat.completions.with_streaming_response

    def list_models(self) -> list[str]:
        """Ask the endpoint which models it has.

        Raises:
            NotesPipelineError: it does not answer, or the key is wrong.
        """
        try:
            return [model.id for model in self._client.models.list()]
        except openai.APIError as error:
            raise translate(error, self.model, self.base_url) from error

    def complete(self, request: ModelRequest[A], profile: EndpointProfile, *, record: Record, retries: int = 0) -> str:
        """Ask once; see `_complete`. Traced by the GenAI semantic conventions."""
        with span(
            f"chat {self.model}",
            is_client=True,
            gen_ai__operation__name="chat",
            gen_ai__provider__name="openai",
            gen_ai__request__model=self.model,
            gen_ai__request__max_tokens=request.most_tokens_out,
            server__address=urlsplit(self.base_url).hostname,
            server__port=urlsplit(self.base_url).port,
            notes__purpose=request.purpose.value,
        ) as traced:

            def note(call: ModelCall) -> None:
                traced.set(**attributes_of(call))
                record(call)

            return self._complete(request, profile, note, retries)

    def _complete(self, request: ModelRequest[A], profile: EndpointProfile, record: Record, retries: int) -> str:
        """Ask once; returns the text of the answer, of whatever form. `record` gets the call, also when it fails.

        Raises:
            ModelBusyError, ModelUnreachableError: may succeed later.
            ModelConfigurationError: no call can succeed before a setting is changed.
            ModelRefusedError, TooLongError: this question has no answer as it is.
        """
        call = ModelCall(
            purpose=request.purpose,
            model_asked=self.model,
            prompt_hash=request.prompt_hash,
            started_at=datetime.now(UTC),
            latency_ms=0,
            outcome=CallOutcome.UNREACHABLE,
            retries=retries,
        )
        began = time.monotonic()
        try:
            messages = request.messages
            if profile.mode is not AnswerMode.JSON_SCHEMA:
                messages = with_schema(messages, request.form)
            body, request_id = self._send(messages, request, profile, deadline=began + self._timeout_s)
            call = self._with_usage(replace(call, request_id=request_id), body)
            text = text_of(body, bytes_sent=sum(len(message["content"].encode()) for message in messages))
        except (NotesPipelineError, openai.APIError) as caught:
            error = translate(caught, self.model, self.base_url) if isinstance(caught, openai.APIError) else caught
            outcome = outcome_of(error)
            charged = outcome in _CHARGED or (isinstance(error, ModelUnreachableError) and error.may_be_charged)
            record(
                replace(
                    call, latency_ms=_since(began), outcome=outcome, error=_storable(str(error)), may_be_charged=charged
                )
            )
            raise error from caught
        outcome = CallOutcome.ANSWERED if request.form.fits(text) else CallOutcome.INVALID
        record(replace(call, latency_ms=_since(began), outcome=outcome, may_be_charged=True))
        return text

    def _send(
        self, messages: tuple[Message, ...], request: ModelRequest[A], profile: EndpointProfile, *, deadline: float
    ) -> tuple[Completion, str | None]:
        """Send and read until the deadline. The client's own timeout holds only between two bytes."""
        with self._client.chat.completions.with_streaming_response.create(
            model=self.model,
            messages=[],  # those of the extra body
            extra_body={"messages": messages} | _form_of_answer(request, profile),
            **_parameters(request, profile),
        ) as response:
            content = bytearray()
            try:
                for part in response.iter_bytes():
                    content += part
                    if time.monotonic() > deadline:
                        raise ModelUnreachableError(
                            f"no whole answer within {self._timeout_s:g} s", may_be_charged=True
                        )
                    if len(content) > MAX_ANSWER_BYTES:
                        raise ModelUnreachableError(
                            f"the answer is longer than {MAX_ANSWER_BYTES:,} bytes", may_be_charged=True
                        )
            except httpx2.HTTPError as error:
                said = f"the connection broke while answering: {type(error).__name__}"
                raise ModelUnreachableError(said, may_be_charged=True) from error
            try:
                return Completion.model_validate_json(_storable(content.decode(errors="replace"))), response.request_id
            except ValidationError as error:
                raise ModelUnreachableError(
                    f"{self.base_url} answered with something else than a chat completion: {bytes(content[:80])!r}",
                    is_failure_of_theirs=True,
                ) from error

    def _with_usage(self, call: ModelCall, body: Completion) -> ModelCall:
        usage = body.usage or Usage()
        price = self._prices.of(body.model or self.model) or self._prices.of(self.model)
        tokens_in, tokens_out = usage.prompt_tokens, usage.completion_tokens
        is_known = price is not None and tokens_in is not None and tokens_out is not None
        return replace(
            call,
            model_served=body.model,
            fingerprint=body.system_fingerprint,
            tokens_in=tokens_in,
            tokens_cached=usage.cached_tokens,
            tokens_out=tokens_out,
            cost_micro_usd=price.micro_usd(
                tokens_in=tokens_in or 0, tokens_cached=usage.cached_tokens or 0, tokens_out=tokens_out or 0
            )
            if is_known and price is not None
            else None,
        )


def _parameters(request: ModelRequest[A], profile: EndpointProfile) -> dict[str, Any]:
    """Send nothing that the endpoint is not known to take."""
    limit = "max_completion_tokens" if profile.has_new_limit_name else "max_tokens"
    temperature = {"temperature": TEMPERATURE} if profile.takes_temperature else {}
    return {limit: request.most_tokens_out} | temperature


def _form_of_answer(request: ModelRequest[A], profile: EndpointProfile) -> dict[str, object]:
    """Give `response_format`, for the extra body: the client copies its own arguments key by key, for milliseconds."""
    match profile.mode:
        case AnswerMode.JSON_SCHEMA:
            schema = {"name": request.form.name, "schema": request.form.schema, "strict": True}
            return {"response_format": {"type": "json_schema", "json_schema": schema}}
        case AnswerMode.JSON_OBJECT:
            return {"response_format": {"type": "json_object"}}
        case AnswerMode.TEXT:
            return {}


def _storable(text: str) -> str:
    """PostgreSQL stores no NUL, and nobody says one."""
    return text.replace("\\u0000", "\\ufffd").replace("\0", "\ufffd")


def _since(began: float) -> int:
    return round(1000 * (time.monotonic() - began))
