"""JSON with guards: depth, broken numbers, doubled keys; and the few questions that all vendors' shapes need."""

import json
import math
import re
from collections import Counter
from collections.abc import Sequence
from statistics import median

from notes_pipeline.core.errors import UnreadableTranscriptError
from notes_pipeline.readers.decoding import Source, strip_controls
from notes_pipeline.readers.remarks import Remarks, shown

JsonValue = None | bool | int | float | str | list["JsonValue"] | dict[str, "JsonValue"]
JsonObject = dict[str, JsonValue]

MAX_NUMBER = 1e15  # in no unit of time a recording
LONGEST_WORD_S = 30.0  # half of the words of no recording last longer, silences between them included

_SURROGATE = re.compile(r"[\ud800-\udfff]")
_NUMBER = re.compile(r"-?\d{1,12}(?:\.\d{1,12})?(?:[eE]-?\d{1,2})?")
_CUT_WORD = re.compile(r"t(?:r(?:u)?)?|f(?:a(?:l(?:s)?)?)?|n(?:u(?:l)?)?|-")  # true, false, null, a number
_BLANKS = re.compile(r"[\r\n\t\x0b\x0c\x85\u2028\u2029]+")


def load_json(source: Source, remarks: Remarks) -> JsonValue:
    """Read one JSON document whole.

    Raises:
        UnreadableTranscriptError: broken, ended early, or nested too deep; never half of it.
    """

    def read_object(pairs: list[tuple[str, JsonValue]]) -> JsonObject:
        value = dict(pairs)
        if len(value) < len(pairs):
            twice = next(key for key, times in Counter(key for key, _ in pairs).items() if times > 1)
            remarks.add("JSON objects with a key twice; the last one counts", f'the key "{shown(twice, 40)}"')
        return value

    def read_constant(constant: str) -> None:
        remarks.add(f"numbers that are {constant}, read as missing")

    try:
        value: JsonValue = json.loads(source.text, object_pairs_hook=read_object, parse_constant=read_constant)
    except json.JSONDecodeError as error:
        raise UnreadableTranscriptError(_describe(error, source)) from None
    except RecursionError:
        raise too_deep(source) from None
    except ValueError:  # int() refuses more than 4,300 digits
        raise UnreadableTranscriptError(
            f"{source.name}: the JSON holds a number of thousands of digits, so it is no transcript. Export it again."
        ) from None
    return value


def too_deep(source: Source) -> UnreadableTranscriptError:
    return UnreadableTranscriptError(f"{source.name}: the JSON is nested too deep to be a transcript. Export it again.")


def _describe(error: json.JSONDecodeError, source: Source) -> str:
    whole_text = error.doc.rstrip()
    if (
        error.pos >= len(whole_text) - 1
        or error.msg.startswith("Unterminated string")
        or _CUT_WORD.fullmatch(whole_text, error.pos)
    ):
        last = whole_text.count("\n") + 1
        return f"{source.name}: the JSON ends early, at line {last}. Export or upload the file again."
    return f"{source.name}, line {error.lineno}, column {error.colno}: broken JSON: {error.msg}. Export the file again."


def objects(value: JsonValue) -> list[JsonObject] | None:
    """Give a list of objects, None when the value is anything else. An empty list counts."""
    if not isinstance(value, list):
        return None
    items = [item for item in value if isinstance(item, dict)]
    return items if len(items) == len(value) else None


def text_of(value: JsonValue) -> str:
    """Give text fit for a transcript: on one line, without control characters; anything else than text is empty."""
    if not isinstance(value, str):
        return ""
    return whole(strip_controls(_BLANKS.sub(" ", value))).strip()


def whole(text: str) -> str:
    """Replace what no database or UTF-8 can hold, one for one: half characters and NUL."""
    return _SURROGATE.sub("\ufffd", text).replace("\0", "\ufffd")


def label_of(value: JsonValue) -> str:
    """Give a speaker's label: text, or a number from 0 on; anything else is none."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return text_of(value)


def milliseconds(
    value: JsonValue, remarks: Remarks, place: str, *, per_unit: int = 1000, units_per_ms: int | None = None
) -> int | None:
    """Turn a time into milliseconds; `per_unit`: how many one unit of the value has, or `units_per_ms` the reverse.

    None, also for what is no finite number, which is remarked on. Numbers written as text count.
    """
    if value is None:
        return None
    number = math.nan
    if isinstance(value, str):
        number = float(value) if _NUMBER.fullmatch(value.strip()) else math.nan
    elif isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < MAX_NUMBER:
        number = float(value)
    if not math.isfinite(number):
        remarks.add("times that are no numbers, left out", place)
        return None
    return round(number / units_per_ms if units_per_ms else number * per_unit)


def unit_of(said: Sequence[JsonObject], start: Sequence[str], end: Sequence[str], remarks: Remarks) -> int:
    """Tell how many milliseconds a unit of the times has, where nothing says so: 1000, or 1 for those in milliseconds.

    Whole numbers are milliseconds where as seconds most words would last longer than anybody holds one.
    """
    lengths = []
    for one in said:
        first, last = (next((one[key] for key in keys if key in one), None) for keys in (start, end))
        if isinstance(first, bool) or isinstance(last, bool) or not (isinstance(first, int) and isinstance(last, int)):
            return 1000
        if max(abs(first), abs(last)) > MAX_NUMBER:
            return 1000
        lengths.append((last - first) / max(1, len(text_of(one.get("text")).split())))
    if not lengths or median(lengths) <= LONGEST_WORD_S:
        return 1000
    remarks.add("times in no unit that the file names, read as milliseconds: as seconds each word would last minutes")
    return 1


def dig(value: JsonValue, *keys: str) -> JsonValue:
    """Follow `keys` down through objects; None where one is missing."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def first_object(value: JsonValue) -> JsonObject:
    """Give the first entry of a list (the best of several guesses); empty where there is none."""
    first = value[0] if isinstance(value, list) and value else None
    return first if isinstance(first, dict) else {}


def entries(value: JsonValue, remarks: Remarks, place: str) -> list[JsonObject]:
    """Give the objects of a list; what else stands in it, or instead of it, is remarked on. Missing is empty."""
    if value is None:
        return []
    if not isinstance(value, list):
        remarks.add("values that should be lists, set aside", place)
        return []
    items = [item for item in value if isinstance(item, dict)]
    if len(items) < len(value):
        remarks.add("list entries that are no objects, set aside", place, times=len(value) - len(items))
    return items
