"""JSON that lists whole utterances, one shape for each tool: AssemblyAI, Gladia, Grain, Fireflies, Podcasting 2.0."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from notes_pipeline.readers.json_values import (
    JsonObject,
    JsonValue,
    dig,
    entries,
    label_of,
    milliseconds,
    objects,
    text_of,
    unit_of,
)
from notes_pipeline.readers.pieces import Piece, join_pieces
from notes_pipeline.readers.remarks import Remarks
from notes_pipeline.readers.said import Reading, Said, clean_name
from notes_pipeline.readers.timed_words import TimedWord, place_words
from notes_pipeline.readers.times import parse_clock


@dataclass(frozen=True, slots=True)
class Shape:
    """How a tool lists utterances. `keys`: those that each must have. `per_unit`: milliseconds in a unit of its times;
    None where only they themselves tell.

    `lists_words`: the entries may be single words, which are joined to utterances where most of them are.
    `text`, `speaker`, `start` and `end` are keys in the order of preference; so are `paths` to the list.
    """

    source_format: str
    paths: Sequence[tuple[str, ...]]
    keys: Sequence[frozenset[str]]
    text: Sequence[str] = ("text",)
    speaker: Sequence[str] = ("speaker",)
    start: Sequence[str] = ("start",)
    end: Sequence[str] = ("end",)
    per_unit: int | None = 1000
    lists_words: bool = False
    language: Sequence[tuple[str, ...]] = ()


_ASSEMBLYAI = Shape(
    "assemblyai-json",
    [("utterances",), ("words",)],  # utterances are missing without labels of speakers
    [frozenset({"text", "start", "confidence"})],
    speaker=("speaker", "channel"),
    per_unit=1,
    lists_words=True,
    language=[("language_code",)],
)
_GLADIA = Shape(
    "gladia-json",
    [("result", "transcription", "utterances"), ("transcription", "utterances")],
    [frozenset({"text", "start"})],
    speaker=("speaker", "channel"),
)
_GRAIN = Shape("grain-json", [()], [frozenset({"text", "start", "participant_id"})], per_unit=1)
_FIREFLIES = Shape(
    "fireflies-json",
    [("data", "transcript", "sentences"), ("transcript", "sentences"), ("meeting", "sentences"), ("sentences",), ()],
    [
        frozenset({"speaker_name", "text"}),
        frozenset({"speaker_name", "raw_text"}),
        frozenset({"speaker_name", "sentence"}),
    ],
    text=("text", "raw_text", "sentence"),
    speaker=("speaker_name", "speaker_id"),
    start=("start_time", "startTime"),
    end=("end_time", "endTime"),
)
_PODCAST = Shape(
    "podcast-json",
    [("segments",)],
    [frozenset({"body", "startTime"})],
    text=("body",),
    start=("startTime",),
    end=("endTime",),
    lists_words=True,
)
_ELEVENLABS = Shape(
    "elevenlabs-json",
    [("words",)],
    [frozenset({"text", "type", "start", "speaker_id"}), frozenset({"text", "type", "start", "logprob"})],
    speaker=("speaker_id",),
    lists_words=True,
    language=[("language_code",)],
)
# No tool's: what people write with a script of their own, or ask a language model for.
_HOMEMADE = Shape(
    "json-list",
    [
        (),
        ("segments",),
        ("transcript",),
        ("utterances",),
        ("subtitles",),
        ("captions",),
        ("turns",),
        ("transcription",),
    ],
    [frozenset({"speaker", "text"}), frozenset({"start", "end", "text"})],
    start=("start", "start_time", "startTime", "start_seconds", "timestamp", "time"),
    end=("end", "end_time", "endTime", "end_seconds"),
    per_unit=None,
)
SHAPES = (_ASSEMBLYAI, _GLADIA, _GRAIN, _FIREFLIES, _PODCAST, _ELEVENLABS, _HOMEMADE)


def find_listed(value: JsonValue) -> tuple[Shape, list[JsonObject]] | None:
    """Find the shape that the JSON has, with its utterances; None where it has none of these."""
    for shape in SHAPES:
        for path in shape.paths:
            found = objects(dig(value, *path))
            if found and all(any(keys <= one.keys() for keys in shape.keys) for one in found):
                return shape, found
    return None


def read_listed(value: JsonValue, shape: Shape, spoken: Sequence[JsonObject], remarks: Remarks) -> Reading:
    """Read utterances, each with its words; single words in place of utterances are joined."""
    languages = {text_of(dig(value, *path)) for path in shape.language} - {""}
    languages |= {text_of(one.get("language")) for one in spoken} - {""}
    language = languages.pop() if len(languages) == 1 else None
    if shape.per_unit is None:
        shape = replace(shape, per_unit=unit_of(spoken, shape.start, shape.end, remarks))
    said = [_read_one(one, shape, remarks, f"utterances[{number}]") for number, one in enumerate(spoken)]
    has_utterances = any("words" in one for one in spoken) or 4 * sum(" " in one.text for one in said) >= len(said)
    if shape.lists_words and not has_utterances:
        pieces = [Piece(one.text, one.start_ms, one.end_ms, one.speaker or "") for one in said if one.text]
        return Reading(shape.source_format, join_pieces(pieces, remarks, "words"), language)
    return Reading(shape.source_format, said, language)


def _read_one(one: JsonObject, shape: Shape, remarks: Remarks, place: str) -> Said:
    text = next((found for key in shape.text if (found := text_of(one.get(key)))), "")
    speaker = next((found for key in shape.speaker if (found := label_of(one.get(key)))), "")
    start_ms, end_ms = (_time(one, keys, shape, remarks, place) for keys in (shape.start, shape.end))
    words = [
        TimedWord(
            text_of(word.get("text")) or text_of(word.get("word")),
            *(_time(word, keys, shape, remarks, place) for keys in (shape.start, shape.end)),
        )
        for word in entries(one.get("words"), remarks, place)
    ]
    placed = place_words(text, words, start_ms, end_ms, remarks, place)
    return Said(text, clean_name(speaker, remarks, place), start_ms, end_ms, placed, place)


def _time(one: JsonObject, keys: Sequence[str], shape: Shape, remarks: Remarks, place: str) -> int | None:
    value = next((one[key] for key in keys if key in one), None)
    if isinstance(value, str) and ":" in value:
        return parse_clock(value)
    return milliseconds(value, remarks, place, per_unit=shape.per_unit or 1000)
