import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from notes_pipeline.core.errors import (
    InputError,
    ModelBusyError,
    ModelConfigurationError,
    ModelRefusedError,
    ModelUnreachableError,
    NotesPipelineError,
    QuestionTooLongError,
)
from notes_pipeline.core.model_calls import CallOutcome, ModelCall, Purpose
from notes_pipeline.llm.answers import DRAFT, DraftAnswer
from notes_pipeline.llm.forms import A
from notes_pipeline.llm.recording import Recording, RecordingModel, ReplayedModel, read_recording
from notes_pipeline.llm.requests import ModelRequest, Record
from tests.making import ScriptedModel

ANSWER = json.dumps({"notes": [], "coverage": []})


def make_request(words: str = "Which notes?", prompt: str = "p") -> ModelRequest[DraftAnswer]:
    return ModelRequest(Purpose.DRAFT, prompt, ({"role": "user", "content": words},), DRAFT)


def record(file: Path, *answers: str | BaseException, words: str = "Which notes?") -> list[ModelCall]:
    """Ask once for each answer; gives the calls. An error is swallowed, once it is recorded."""
    calls: list[ModelCall] = []
    recording = Recording(file)
    model = RecordingModel(ScriptedModel(*answers), "scripted", recording)
    for answer in answers:
        if isinstance(answer, BaseException):
            with pytest.raises(type(answer)):
                model.complete(make_request(words), record=calls.append, retries=0)
        else:
            assert model.complete(make_request(words), record=calls.append, retries=0) == answer
    recording.close()
    return calls


def replay(file: Path, request: ModelRequest[DraftAnswer] | None = None) -> tuple[str, list[ModelCall]]:
    calls: list[ModelCall] = []
    model = ReplayedModel("scripted", read_recording(file))
    return model.complete(request or make_request(), record=calls.append, retries=2), calls


def figures(call: ModelCall) -> list[object]:
    return [call.outcome, call.latency_ms, call.model_served, call.tokens_in, call.tokens_out, call.cost_micro_usd]


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        pytest.param(ANSWER, CallOutcome.ANSWERED, id="of the form asked for"),
        pytest.param("no JSON – „ñ“\n", CallOutcome.INVALID, id="of another form"),
        pytest.param("", CallOutcome.INVALID, id="empty"),
    ],
)
def test_a_replayed_answer_is_the_recorded_one_with_its_figures(
    tmp_path: Path, answer: str, outcome: CallOutcome
) -> None:
    (recorded,) = record(tmp_path / "r", answer)
    text, (replayed,) = replay(tmp_path / "r")
    assert text == answer
    assert figures(replayed) == figures(recorded)
    assert (replayed.outcome, replayed.retries) == (outcome, 2)


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        pytest.param(ModelRefusedError("declined"), CallOutcome.REFUSED, id="refused"),
        pytest.param(ModelBusyError("busy", retry_after_s=7), CallOutcome.BUSY, id="busy"),
        pytest.param(QuestionTooLongError("too long"), CallOutcome.TOO_LONG, id="too long"),
        pytest.param(ModelUnreachableError("gone"), CallOutcome.UNREACHABLE, id="unreachable"),
        pytest.param(ModelConfigurationError("wrong key"), CallOutcome.REJECTED, id="wrong key"),
    ],
)
def test_a_recorded_error_is_raised_again(tmp_path: Path, error: NotesPipelineError, outcome: CallOutcome) -> None:
    record(tmp_path / "r", error)
    calls: list[ModelCall] = []
    model = ReplayedModel("scripted", read_recording(tmp_path / "r"))
    with pytest.raises(type(error), match=str(error)):
        model.complete(make_request(), record=calls.append, retries=0)
    assert [(call.outcome, call.error) for call in calls] == [(outcome, str(error))]


def test_an_answer_after_an_error_is_the_one_that_counts(tmp_path: Path) -> None:
    record(tmp_path / "r", ModelBusyError("busy"), ANSWER)
    assert replay(tmp_path / "r")[0] == ANSWER


def test_a_recording_goes_on_where_an_earlier_one_ended(tmp_path: Path) -> None:
    record(tmp_path / "r", ANSWER)
    record(tmp_path / "r", ANSWER, words="Others?")
    assert replay(tmp_path / "r")[0] == replay(tmp_path / "r", make_request("Others?"))[0] == ANSWER


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(make_request("Other words?"), id="other words"),
        pytest.param(make_request(prompt="q"), id="another prompt"),
    ],
)
def test_a_request_that_was_never_recorded_says_what_to_do(tmp_path: Path, request_: ModelRequest[DraftAnswer]) -> None:
    record(tmp_path / "r", ANSWER)
    with pytest.raises(ModelConfigurationError, match=r"recording of scripted has no answer.*record again"):
        replay(tmp_path / "r", request_)


def test_answers_of_many_threads_are_whole_lines(tmp_path: Path) -> None:
    recording = Recording(tmp_path / "r")
    with ThreadPoolExecutor(8) as pool:
        for number in range(200):
            model = RecordingModel(ScriptedModel(ANSWER), "scripted", recording)
            pool.submit(model.complete, make_request(f"{number}"), record=lambda _: None, retries=0)
    recording.close()
    assert len(read_recording(tmp_path / "r")) == 200


def test_the_recorded_figures_are_those_of_the_answer_and_not_of_a_probe_before_it(tmp_path: Path) -> None:
    class Probing(ScriptedModel):
        def complete(self, request: ModelRequest[A], *, record: Record, retries: int) -> str:
            ScriptedModel("probed", name="other").complete(make_request(), record=record, retries=0)
            return super().complete(request, record=record, retries=retries)

    recording = Recording(tmp_path / "r")
    RecordingModel(Probing(ANSWER), "scripted", recording).complete(make_request(), record=lambda _: None, retries=0)
    recording.close()
    assert replay(tmp_path / "r")[1][0].model_served == "scripted"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b'{"key": "k"}\n', "line 1: is no recorded answer", id="a field is missing"),
        pytest.param(b"\nno JSON\n", "line 2: is no recorded answer", id="no JSON"),
        pytest.param(b"\xff\xfe", "is not UTF-8", id="no text"),
    ],
)
def test_what_is_no_recording_is_refused_with_its_line(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "r").write_bytes(content)
    with pytest.raises(InputError, match=message):
        read_recording(tmp_path / "r")


def test_a_recording_that_is_not_there_or_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_recording(tmp_path / "none")
    with pytest.raises(InputError, match="is a directory"):
        Recording(tmp_path)
