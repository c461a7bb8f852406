"""No word of a transcript may reach a log, whatever library prints it: tried with the libraries' own errors."""

import io
import json
import logging
import sys
from collections.abc import Callable, Iterator

import httpx2
import openai
import psycopg
import pytest
import structlog
from pydantic import BaseModel
from sqlalchemy import create_engine, text
from sqlalchemy.exc import IntegrityError, StatementError

from notes_pipeline.core.errors import ModelAnswerError, ModelRefusedError, ModelUnreachableError
from notes_pipeline.logs import configure_logging
from notes_pipeline.telemetry.redaction import MOST_CHARACTERS, describe, render, safe_text, safe_value

SAID = "we never signed the lease with Mister Aldermoor, it's a shame"
SECRET_WORD = "Aldermoor"


class Claim(BaseModel):
    statement: int
    quotes: list[int]


class PostgresRowError(psycopg.errors.UniqueViolation):
    """An error as the server sends it: primary line, then the row."""


def of_sqlalchemy() -> None:
    with create_engine("sqlite://").connect() as connection:
        connection.execute(text("INSERT INTO nothing VALUES (:quote)"), {"quote": SAID})


def of_sqlalchemy_over_psycopg() -> None:
    said = f'duplicate key value violates unique constraint "uq_note"\nDETAIL:  Key (quote)=({SAID}) already exists.'
    raise IntegrityError("INSERT INTO note VALUES (%(quote)s)", {"quote": SAID}, PostgresRowError(said))


def of_sqlalchemy_before_sending() -> None:
    raise StatementError(f"(builtins.ValueError) {SAID}", "SELECT :id", {"id": SAID}, ValueError(SAID))


def of_postgres_about_a_value() -> None:
    raise psycopg.errors.InvalidTextRepresentation(f'invalid input syntax for type uuid: "{SAID}"')


def of_pydantic() -> None:
    Claim.model_validate({"statement": SAID, "quotes": [SAID]})


def of_pydantic_over_json() -> None:
    Claim.model_validate_json(json.dumps({"statement": SAID}) + SAID)


def of_openai() -> None:
    body = {"error": {"message": f"I do not like {SAID!r}", "code": "bad_request", "type": SAID}}
    _ask(httpx2.MockTransport(lambda _: httpx2.Response(400, json=body)))


def of_openai_without_a_connection() -> None:
    def refuse(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError(f"no way to {SAID}", request=request)

    _ask(httpx2.MockTransport(refuse))


def _ask(transport: httpx2.MockTransport) -> None:
    with httpx2.Client(transport=transport) as http_client:
        client = openai.OpenAI(
            api_key="sk-abcdefghijklmnopqrst", base_url="http://model/v1", max_retries=0, http_client=http_client
        )
        client.chat.completions.create(model="m", messages=[{"role": "user", "content": SAID}])


def of_json() -> None:
    json.loads(f"{{{SAID}")


def of_python_about_a_value() -> None:
    int(SAID)


def of_python_about_a_key() -> None:
    dict[str, str]()[SAID]


def of_ours_with_a_refusal() -> None:
    raise ModelRefusedError(f"the model declined: {SAID}")


def of_ours_with_a_bad_answer() -> None:
    raise ModelAnswerError(f"the answer is not of the form asked for, twice. {SAID}: Input should be a number.")


def of_ours_with_the_start_of_an_answer() -> None:
    raise ModelUnreachableError(f"http://m answered with something else than a chat completion: {SAID.encode()!r}")


def of_a_cause() -> None:
    try:
        of_sqlalchemy()
    except Exception as error:
        raise RuntimeError("the notes could not be stored") from error


def of_a_group() -> None:
    raise ExceptionGroup("two threads failed", [ValueError(SAID), KeyError(SAID)])


def of_a_note() -> None:
    error = ValueError("too long")
    error.add_note(SAID)
    raise error


ERRORS = [value for name, value in list(globals().items()) if name.startswith("of_")]


@pytest.fixture(params=[True, False], ids=["json", "console"])
def lines(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """Logs as a worker writes them."""
    before = logging.root.handlers[:], logging.root.level, structlog.get_config()
    hook, stream = sys.excepthook, io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    configure_logging(as_json=request.param)
    yield stream
    logging.captureWarnings(False)
    sys.excepthook = hook
    logging.root.handlers[:], logging.root.level = before[0], before[1]
    structlog.configure(**before[2])


def raised_by(fail: Callable[[], None]) -> Exception:
    try:
        fail()
    except Exception as error:  # noqa: BLE001 (of all kinds: that is the point)
        return error
    raise AssertionError("nothing was raised")


@pytest.mark.parametrize("fail", ERRORS, ids=[each.__name__ for each in ERRORS])
def test_an_error_is_logged_without_what_it_was_about(lines: io.StringIO, fail: Callable[[], None]) -> None:
    error = raised_by(fail)
    log = structlog.get_logger()
    log.error("as_itself", error=error)
    log.error("as_text", error=str(error))
    log.error("as_repr", error=repr(error))
    log.error("with_its_type", error=f"{type(error).__name__}: {error}", exc_info=error)
    log.error("in_a_list", reasons=[str(error)], found={"error": error})
    try:
        raise error
    except Exception:
        log.exception("caught")
    logging.getLogger("celery.app.trace").error("Task %s raised unexpected: %r", "notes.plan", error, exc_info=error)
    logging.getLogger("kombu").warning("it says: %s", error)

    written = lines.getvalue()

    assert written.count("as_itself") == 1
    assert type(error).__name__ in written
    assert SECRET_WORD not in written
    assert "never signed" not in written


def test_an_error_of_a_thread_that_nobody_caught_is_told_without_its_words(lines: io.StringIO) -> None:
    error = raised_by(of_pydantic)
    from notes_pipeline.logs import _uncaught

    _uncaught(type(error), error, error.__traceback__)

    assert "uncaught" in lines.getvalue()
    assert SECRET_WORD not in lines.getvalue()


@pytest.mark.parametrize("name", ["text", "quote", "statement", "prompt", "answer", "messages", "content", "body"])
def test_a_value_that_is_words_is_told_by_its_length(name: str) -> None:
    assert safe_value(name, SAID) == f"({len(SAID)} characters)"


@pytest.mark.parametrize("value", [SAID.encode(), bytearray(SAID, "utf-8"), object(), Claim(statement=1, quotes=[])])
def test_an_object_never_says_what_it_holds(value: object) -> None:
    assert SECRET_WORD not in str(safe_value("found", value))
    assert str(safe_value("found", value)).startswith("(")


SECRETS = {
    "password in a URL": "no answer from postgresql://notes:hunter2@db.example:5432/notes",
    "password with an at": "no answer from redis://:hunter2@x@db.example:6379/0",
    "key in a query": "POST https://hooks.example/in?key=hunter2 failed",
    "bearer": "sent Authorization: Bearer hunter2.abc.def",
    "key of an API": "Incorrect API key provided: sk-proj-hunter2hunter2hunter2",
    "setting": "connection failed: host=db password=hunter2 user=notes",
}


@pytest.mark.parametrize("line", SECRETS.values(), ids=SECRETS)
def test_a_secret_is_cut_out_of_a_text(line: str) -> None:
    assert "hunter2" not in safe_text(line)
    assert safe_text(line).split()[0] == line.split()[0]


@pytest.mark.parametrize(
    "line",
    [
        "http://localhost:8089/v1 is busy (429)",
        "gpt-4.1-mini at https://api.openai.com/v1 has no room for another call for 2.5 s",
        "the budget of the day is $5.00: $4.99 is spent, the next call may cost $0.02; other calls hold the rest",
        "Error 111 connecting to localhost:6379. Connection refused.",
        'FATAL:  password authentication failed for user "notes"',
        "the model's key isn't set",
    ],
)
def test_what_an_operator_needs_stays(line: str) -> None:
    assert safe_text(line) == line


def test_an_error_of_the_database_keeps_its_first_line_and_its_code() -> None:
    error = raised_by(of_sqlalchemy_over_psycopg)
    assert describe(error) == (
        'IntegrityError: PostgresRowError: duplicate key value violates unique constraint "uq_note" (sqlstate 23505)'
    )


def test_an_error_of_the_model_keeps_status_and_code() -> None:
    assert describe(raised_by(of_openai)) == "BadRequestError: status 400, bad_request"


def test_an_error_of_pydantic_keeps_the_kinds_of_its_problems() -> None:
    assert describe(raised_by(of_pydantic)) == "ValidationError: 2 problems: int_parsing, 0.int_parsing"


def test_an_error_is_written_with_the_places_it_went_through() -> None:
    written = render(raised_by(of_a_cause)).splitlines()
    assert written[0].endswith(" raised_by")
    assert "test_redaction.py" in written[0]
    assert "RuntimeError: the notes could not be stored" in written
    assert "caused by" in written
    assert any(line.startswith("  sqlalchemy/") for line in written)


def test_a_text_is_cut_at_three_hundred_characters_and_shows_control_characters() -> None:
    assert len(safe_text("a" * 10_000)) == MOST_CHARACTERS + 1
    assert safe_text("a\x1b[31mb") == "a\\x1b[31mb"
