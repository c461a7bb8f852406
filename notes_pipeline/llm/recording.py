"""Answers of a model kept in a file, and a model that answers from such a file: the same figures without a call.

One line of JSON for each answer. Where a request stands in it twice, the last line counts: a request that was turned
away and answered later is an answer.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Protocol

from pydantic import BaseModel, ConfigDict, ValidationError

from notes_pipeline.core.errors import (
    AnswerTruncatedError,
    InputError,
    ModelBusyError,
    ModelConfigurationError,
    ModelRefusedError,
    ModelUnreachableError,
    NotesPipelineError,
    QuestionTooLongError,
    RequestNotTakenError,
)
from notes_pipeline.core.model_calls import CallOutcome, ModelCall, Purpose
from notes_pipeline.llm.failures import outcome_of
from notes_pipeline.llm.forms import A
from notes_pipeline.llm.requests import ModelRequest, Record

_ERRORS: Mapping[str, Callable[[str], NotesPipelineError]] = {
    kind.__name__: kind
    for kind in (
        ModelBusyError,
        ModelUnreachableError,
        ModelConfigurationError,
        RequestNotTakenError,
        ModelRefusedError,
        AnswerTruncatedError,
        QuestionTooLongError,
    )
}


class Model(Protocol):
    """A model as `steps.asking` asks it."""

    @property
    def endpoint(self) -> str: ...

    def complete(self, request: ModelRequest[A], *, record: Record, retries: int) -> str: ...


class RecordedError(BaseModel):
    """`kind`: the name of one of our errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str
    message: str


class RecordedAnswer(BaseModel):
    """A line of a recording: an answer, or the error that came instead. `key`: of the request, for `model`.

    `latency_ms`, tokens and cost: those of the call, None where it had none.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str
    purpose: Purpose
    model: str
    text: str | None = None
    error: RecordedError | None = None
    model_served: str | None = None
    fingerprint: str | None = None
    tokens_in: int | None = None
    tokens_cached: int | None = None
    tokens_out: int | None = None
    cost_micro_usd: int | None = None
    latency_ms: int = 0


class Recording:
    """A file that answers are added to, line by line, each at once. Safe for threads.

    Raises:
        InputError: the file cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._lock = Lock()
        try:
            self._file = path.open("a", encoding="utf-8")
        except OSError as error:
            raise InputError(f"{path}: {(error.strerror or str(error)).lower()}") from error

    def add(self, answer: RecordedAnswer) -> None:
        with self._lock:
            self._file.write(answer.model_dump_json(exclude_none=True) + "\n")
            self._file.flush()

    def close(self) -> None:
        self._file.close()


class RecordingModel:
    """Asks another model and keeps what it answers. `name`: as it is asked for."""

    def __init__(self, model: Model, name: str, recording: Recording) -> None:
        self._model = model
        self._name = name
        self._recording = recording

    @property
    def endpoint(self) -> str:
        return self._model.endpoint

    def complete(self, request: ModelRequest[A], *, record: Record, retries: int) -> str:
        calls: list[ModelCall] = []

        def record_both(call: ModelCall) -> None:
            calls.append(call)
            record(call)

        answer = RecordedAnswer(key=request.key(self._name), purpose=request.purpose, model=self._name)
        try:
            text = self._model.complete(request, record=record_both, retries=retries)
        except NotesPipelineError as error:
            if type(error).__name__ in _ERRORS:
                said = RecordedError(kind=type(error).__name__, message=str(error))
                self._recording.add(_with_figures(answer.model_copy(update={"error": said}), calls))
            raise
        self._recording.add(_with_figures(answer.model_copy(update={"text": text}), calls))
        return text


def _with_figures(answer: RecordedAnswer, calls: list[ModelCall]) -> RecordedAnswer:
    """Add the figures of the last call: those before it found out how to ask."""
    if not calls:
        return answer
    names = ("model_served", "fingerprint", "tokens_in", "tokens_cached", "tokens_out", "cost_micro_usd", "latency_ms")
    return answer.model_copy(update={name: getattr(calls[-1], name) for name in names})


class ReplayedModel:
    """Answers from a recording and never asks anybody. `name`: as it is asked for."""

    endpoint = "recording"

    def __init__(self, name: str, answers: Mapping[str, RecordedAnswer]) -> None:
        self._name = name
        self._answers = answers

    def complete(self, request: ModelRequest[A], *, record: Record, retries: int) -> str:
        """Give the recorded answer, or raise the recorded error.

        Raises:
            ModelConfigurationError: the recording has no answer to this request.
        """
        call = ModelCall(
            purpose=request.purpose,
            model_asked=self._name,
            prompt_hash=request.prompt_hash,
            started_at=datetime.now(UTC),
            latency_ms=0,
            outcome=CallOutcome.REJECTED,
            retries=retries,
        )
        answer = self._answers.get(request.key(self._name))
        if answer is None:
            missing = ModelConfigurationError(
                f"the recording of {self._name} has no answer to this request: the set, the prompt, the schema or the "
                "model has changed; record again"
            )
            record(replace(call, error=str(missing)))
            raise missing
        call = replace(
            call,
            latency_ms=answer.latency_ms,
            model_served=answer.model_served,
            fingerprint=answer.fingerprint,
            tokens_in=answer.tokens_in,
            tokens_cached=answer.tokens_cached,
            tokens_out=answer.tokens_out,
            cost_micro_usd=answer.cost_micro_usd,
        )
        if answer.text is None:
            said = answer.error or RecordedError(kind="", message="no answer")
            error = _ERRORS.get(said.kind, ModelUnreachableError)(said.message)
            record(replace(call, outcome=outcome_of(error), error=str(error)))
            raise error
        outcome = CallOutcome.ANSWERED if request.form.fits(answer.text) else CallOutcome.INVALID
        record(replace(call, outcome=outcome))
        return answer.text


def read_recording(path: Path) -> dict[str, RecordedAnswer]:
    """Read a recording: answers by the key of their request.

    Raises:
        InputError: it cannot be read, or a line is no answer; the message names the line.
    """
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except OSError as error:
        raise InputError(f"{path}: {(error.strerror or str(error)).lower()}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: is not UTF-8, so it is no recording of `eval --record`") from error
    read = [_read_line(path, number, line) for number, line in enumerate(lines, start=1) if line.strip()]
    return {answer.key: answer for answer in read}


def _read_line(path: Path, number: int, line: str) -> RecordedAnswer:
    try:
        return RecordedAnswer.model_validate_json(line)
    except ValidationError as error:
        said = error.errors(include_url=False, include_input=False)[0]["msg"]
        raise InputError(f"{path}, line {number}: is no recorded answer ({said}); take the line out") from error
