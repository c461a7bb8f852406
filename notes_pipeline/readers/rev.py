"""Rev: Rev.ai's monologues of elements, and the editor's monologues of spans with a list of speakers."""

from collections.abc import Iterable

from notes_pipeline.readers.json_values import JsonObject, JsonValue, dig, entries, label_of, milliseconds, objects
from notes_pipeline.readers.json_values import text_of as one_line
from notes_pipeline.readers.pieces import Piece, join_pieces
from notes_pipeline.readers.remarks import Remarks
from notes_pipeline.readers.said import Reading, Said
from notes_pipeline.readers.times import parse_clock


def is_rev(value: JsonValue) -> bool:
    """Tell by `monologues`."""
    monologues = objects(dig(value, "monologues"))
    return monologues is not None and all("elements" in one or "spans" in one for one in monologues)


def read_rev(value: JsonValue, remarks: Remarks) -> Reading:
    """Read monologues; spaces and marks are elements of their own, `speakers` holds the names where there are any."""
    monologues = objects(dig(value, "monologues")) or []
    names = {
        label_of(one.get("id")) or str(number): one_line(one.get("name"))
        for number, one in enumerate(entries(dig(value, "speakers"), remarks, "speakers"))
    }
    said: list[Said] = []
    for number, one in enumerate(monologues):
        label = label_of(one.get("speaker")) or label_of(one.get("speakerId"))
        speaker = one_line(one.get("speakerName")) or names.get(label) or label
        place = f"monologues[{number}]"
        elements = entries(one.get("elements") or one.get("spans"), remarks, place)
        said += join_pieces(_read_elements(elements, speaker, remarks, place), remarks, place)
    is_editor = any("spans" in one for one in monologues)
    return Reading("rev-editor-json" if is_editor else "revai-json", said, one_line(dig(value, "language")) or None)


def _read_elements(elements: list[JsonObject], speaker: str, remarks: Remarks, place: str) -> Iterable[Piece]:
    raws = [one.get("value") if "value" in one else one.get("text") for one in elements]
    has_spaces = any(isinstance(raw, str) and raw != raw.strip() for raw in raws)
    before = ""
    for number, (one, raw) in enumerate(zip(elements, raws, strict=True)):
        if not isinstance(raw, str):
            remarks.add("words without text, set aside", f"{place}[{number}]")
            continue
        text = one_line(raw)
        if raw[:1].isspace():
            before = " "
        if not text:
            continue
        is_mark = one["type"] == "punct" if "type" in one else not any(character.isalnum() for character in text)
        if not has_spaces:
            before = "" if is_mark else " "
        start_ms, end_ms = (_time(one, keys, remarks, f"{place}[{number}]") for keys in _TIME_KEYS)
        yield Piece(text, start_ms, end_ms, speaker, before, is_mark)
        before = " " if raw[-1:].isspace() else ""


_TIME_KEYS = (("ts", "startTs"), ("end_ts", "endTs"))


def _time(one: JsonObject, keys: tuple[str, str], remarks: Remarks, place: str) -> int | None:
    value = next((one[key] for key in keys if key in one), None)
    if isinstance(value, str) and ":" in value:
        return parse_clock(value)
    return milliseconds(value, remarks, place)
