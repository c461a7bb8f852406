"""What may stand in a log line: never words of a transcript, a quote, a prompt or an answer, and no secret.

Errors of libraries print what they were given: SQLAlchemy the parameters, PostgreSQL the row, pydantic the input, the
openai client the body, `int` and `dict` the value. So an error is told by its type; its message is kept only where its
type is known to hold none of that. A message that arrives as text, without its error, is searched for the same marks.
"""

import re
from collections.abc import Callable, Iterator
from types import TracebackType

from notes_pipeline.core.errors import NotesPipelineError

MOST_CHARACTERS = 300  # of a value
MOST_FRAMES = 12  # of an error, the innermost
MOST_ERRORS = 4  # of a chain of causes
GONE = "…"

# Where what follows is the input of a library, or a model's words.
_TAIL = re.compile(
    r"\[(?:SQL|parameters|generated in)\b|\(Background on this error|\b(?:DETAIL|CONTEXT|QUERY|STATEMENT|LINE \d+):\s"
    r"|(?<=\(builtins)\.\w+\) |\binput_value=|(?<=Error code: \d\d\d) - "
    r"|(?<=the model declined: )|(?<=of the form asked for, twice\. )"
)
_TRACE = re.compile(r'File "([^"]+)", line (\d+), in (\S+)')
_RAISED = re.compile(r"^([A-Za-z_][\w.]*(?:Error|Exception|Warning|Interrupt|Exit))\b", re.MULTILINE)
# Words between quotation marks; an apostrophe inside a word is none. One word may be the name of a column or a model.
_QUOTED = re.compile(
    r"b(?P<raw>['\"]).*(?P=raw)"
    r"|\"(?:[^\"\\]|\\.)*\s(?:[^\"\\]|\\.)*\"|“[^”]*\s[^”]*”|«[^»]*\s[^»]*»"
    r"|(?<!\w)'(?:[^'\n]|'(?=\w))*\s(?:[^'\n]|'(?=\w))*'(?!\w)",
    re.DOTALL,
)
_ADDRESS = re.compile(r"(?P<scheme>\b[\w+.-]+://)[^\s'\"<>]*@")
_ASKED = re.compile(r"(?P<place>\b[\w+.-]+://[^\s'\"<>?]*)\?[^\s'\"<>]+")
_SECRET = re.compile(
    r"(?P<name>Bearer |(?i:password|passwd|api_key|secret|token)=)\S+"
    r"|\b(?:sk|pk|rk|ghp|xox[bap]|AIza)[-_][-_A-Za-z0-9]{12,}"
    r"|\bwhsec_[A-Za-z0-9+/=]+"
)
# A line without any of these needs none of the above.
_SUSPECT = re.compile(r"[\"“«\n\[@]|'|://|: |sk-|whsec_|Bearer|(?i:password|secret|api_key|token)=")

# Values under these names are the words themselves; their length is told instead.
_WORDS = frozenset(
    {"answer", "args", "arguments", "body", "content", "detail", "excerpt", "input", "kwargs", "matched_text"}
    | {"messages", "output", "params", "parameters", "prompt", "quote", "quotes", "request", "response", "said"}
    | {"statement", "statements", "summary", "text", "transcript", "utterance", "words"}
)
_SECRETS = frozenset(
    {"api_key", "authorization", "cookie", "database_url", "key", "openai_api_key", "password", "redis_url", "secret"}
)
_OF_OURS = frozenset({"level", "timestamp", "logger", "task", "task_id", "run_id", "chunk_id", "request_id"})
_SMALL = frozenset({"uuid", "datetime", "decimal", "pathlib"})  # modules of values that are known to be small
# Their messages are the interpreter's own, of types and names.
_INTERPRETER = (TypeError, AttributeError, NameError, ImportError, RuntimeError, MemoryError)


def safe_value(name: str, value: object) -> object:
    """Give a value of a log line as it may be written: errors are described, texts searched and cut."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if name in _OF_OURS and isinstance(value, str) and len(value) <= MOST_CHARACTERS and value.isprintable():
        return value
    if name in _SECRETS:
        return GONE
    if isinstance(value, BaseException):
        return describe(value)
    if isinstance(value, str) and name not in _WORDS:
        return safe_text(value)
    if isinstance(value, str | bytes | bytearray):
        return f"({len(value):,} characters)"
    if isinstance(value, dict):
        return {safe_text(str(key)): safe_value(str(key), each) for key, each in list(value.items())[:20]}
    if isinstance(value, list | tuple | set | frozenset):
        return [safe_value(name, each) for each in list(value)[:20]]
    # What any other object says of itself may hold whatever it was made of.
    return safe_text(str(value)) if type(value).__module__.partition(".")[0] in _SMALL else f"({type(value).__name__})"


def safe_text(text: str) -> str:
    """Cut out of a text what libraries quote of their input, passwords and keys; at most 300 characters are kept."""
    if not _SUSPECT.search(text):
        return _short(text)
    if "Traceback (most recent call last)" in text:
        return _short_trace(text)
    text = _without_tail(text)
    if any(mark in text for mark in "\"'“«"):
        text = _QUOTED.sub(f'"{GONE}"', text)
    return _short(_without_secrets(text))


def describe(error: BaseException) -> str:
    """Name an error, with as much of its message as holds nothing of what it was about."""
    name = type(error).__name__
    said = _said(error)
    return f"{name}: {said}" if said else name


def render(error: BaseException) -> str:
    """Write an error with the places it went through, outermost first, and its causes; values of variables never."""
    return "\n".join(_lines(error))


def replace_errors(text: str, error: BaseException) -> str:
    """Put the descriptions of an error and its causes where a text repeats them, as Celery's and our own lines do."""
    for each in _chain(error):
        # An int that fails to parse is short, and may stand anywhere.
        for said in sorted({repr(each), str(each)}, key=len, reverse=True):
            if len(said) > 3:
                text = text.replace(said, describe(each) if said == repr(each) else _said(each))
    return text


def _said(error: BaseException) -> str:
    try:
        for root, say in _SAY.items():
            if any(base.__module__.partition(".")[0] == root for base in type(error).__mro__):
                return say(error)
        if isinstance(error, NotesPipelineError):
            return safe_text(str(error))
        if isinstance(error, OSError):
            return error.strerror or ""
        if isinstance(error, _INTERPRETER):
            return safe_text(str(error))
    except Exception:  # noqa: BLE001 (an error whose message cannot be had is told by its type)
        return ""
    return ""


def _say_sqlalchemy(error: BaseException) -> str:
    orig = getattr(error, "orig", None)
    if isinstance(orig, BaseException):
        return describe(orig)
    return ""


def _say_psycopg(error: BaseException) -> str:
    """Keep PostgreSQL's first line; of a value that it could not take (class 22) only the code."""
    sqlstate = getattr(error, "sqlstate", None) or ""
    if sqlstate.startswith("22"):
        return f"sqlstate {sqlstate}"
    lines = str(error).strip().splitlines()
    return f"{safe_text(lines[0]) if lines else ''}{f' (sqlstate {sqlstate})' if sqlstate else ''}".strip()


def _say_pydantic(error: BaseException) -> str:
    """Name the kinds of the first problems and their places as far as these are numbers: keys may be the input's."""
    problems = getattr(error, "errors", None)
    if problems is None:
        return ""
    found = problems(include_input=False, include_context=False, include_url=False)
    kinds = [".".join([*(str(part) for part in each["loc"] if isinstance(part, int)), each["type"]]) for each in found]
    return f"{len(found)} problems: {', '.join(kinds[:3])}"


def _say_openai(error: BaseException) -> str:
    status = getattr(error, "status_code", None)
    if status is None:
        cause = error.__cause__
        return "" if cause is None else f"from {describe(cause)}"
    code = getattr(error, "code", None)
    known = f", {code}" if isinstance(code, str) and re.fullmatch(r"\w{1,40}", code) else ""
    return f"status {status}{known}"


def _say_type(_error: BaseException) -> str:
    return ""


def _say_first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return safe_text(lines[0]) if lines else ""


# By the package that defines the error or a base of it. None of them is imported here.
_SAY: dict[str, Callable[[BaseException], str]] = {
    "sqlalchemy": _say_sqlalchemy,
    "psycopg": _say_psycopg,
    "pydantic": _say_pydantic,
    "pydantic_core": _say_pydantic,
    "openai": _say_openai,
    "httpx2": _say_type,
    "httpcore2": _say_type,
    "redis": _say_first_line,
    "kombu": _say_first_line,
    "celery": _say_type,
}


def _lines(error: BaseException) -> Iterator[str]:
    for position, each in enumerate(_chain(error)):
        if position:
            yield "caused by"
        yield from _places(each.__traceback__)
        yield describe(each)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Give an error, its causes, and the errors of a group; each once."""
    waiting, seen = [error], set[int]()
    while waiting and len(seen) < MOST_ERRORS:
        each = waiting.pop(0)
        if id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        if isinstance(each, BaseExceptionGroup):
            waiting.extend(each.exceptions)
        cause = each.__cause__ or (None if each.__suppress_context__ else each.__context__)
        if cause is not None:
            waiting.append(cause)


def _places(trace: TracebackType | None) -> list[str]:
    places = []
    while trace is not None:
        code = trace.tb_frame.f_code
        places.append(f"  {_file(code.co_filename)}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return places[-MOST_FRAMES:]


def _short_trace(text: str) -> str:
    places = [f"{_file(file)}:{line} {function}" for file, line, function in _TRACE.findall(text)][-MOST_FRAMES:]
    return "\n".join([*places, *_RAISED.findall(text)[-1:]])


def _file(path: str) -> str:
    for folder in ("site-packages/", "/notes_pipeline/"):
        _before, found, rest = path.rpartition(folder)
        if found:
            return rest if folder == "site-packages/" else f"notes_pipeline/{rest}"
    return path.rpartition("/")[2]


def _without_tail(text: str) -> str:
    found = _TAIL.search(text)
    if found is None:
        return text
    # pydantic's first line tells how many problems; the field is in the next, before the input.
    end = text.find("\n") if found.group() == "input_value=" and "\n" in text else found.start()
    return f"{text[:end].rstrip(' [')} {GONE}"


def _without_secrets(text: str) -> str:
    if "://" in text:
        text = _ASKED.sub(rf"\g<place>?{GONE}", _ADDRESS.sub(rf"\g<scheme>{GONE}@", text))
    return _SECRET.sub(lambda found: f"{found['name'] or ''}{GONE}", text)


def _short(text: str) -> str:
    text = text if len(text) <= MOST_CHARACTERS else text[:MOST_CHARACTERS] + GONE
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() or char == "\n" else repr(char)[1:-1] for char in text)
