"""Speechmatics: v2 with typed results, v1 with words and speakers in two lists of strings."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence

from notes_pipeline.readers.json_values import (
    JsonObject,
    JsonValue,
    dig,
    entries,
    first_object,
    label_of,
    milliseconds,
    objects,
    text_of,
)
from notes_pipeline.readers.pieces import Piece, by_time, join_pieces
from notes_pipeline.readers.remarks import Remarks
from notes_pipeline.readers.said import Reading

NO_SPACES = ("cmn", "ja", "yue", "zh", "th")  # languages written without; a delimiter of "" elsewhere is a fault
_UNKNOWN = "UU"


def is_speechmatics(value: JsonValue) -> bool:
    """Tell v2 by its typed results, v1 by words with a name and a time."""
    results, words = objects(dig(value, "results")), objects(dig(value, "words"))
    if results:
        return any("content" in first_object(one.get("alternatives")) for one in results)
    return bool(words) and all("name" in one and "time" in one for one in words or [])


def read_speechmatics(value: JsonValue, remarks: Remarks) -> Reading:
    """Read either version. The speaker "UU" is unknown."""
    results = objects(dig(value, "results"))
    language = text_of(dig(value, "metadata", "transcription_config", "language")) or text_of(dig(value, "job", "lang"))
    if not results:
        pieces = _read_old_words(value, remarks)
        return Reading("speechmatics-json", join_pieces(pieces, remarks, "words"), language or None)
    language = language or text_of(first_object(results[0].get("alternatives")).get("language"))
    delimiter = " " if not language.startswith(NO_SPACES) else ""
    channels: dict[str, list[JsonObject]] = {}
    for one in results:
        channels.setdefault(label_of(one.get("channel")), []).append(one)
    several = len(channels) > 1
    said = [
        join_pieces(
            _read_results(items, delimiter, channel if several else "", remarks),
            remarks,
            "results",
            splits_sentences=several,
        )
        for channel, items in channels.items()
    ]
    return Reading("speechmatics-json", by_time(said) if several else said[0], language or None)


def _read_results(results: Sequence[JsonObject], delimiter: str, channel: str, remarks: Remarks) -> Iterable[Piece]:
    glued = True
    for number, one in enumerate(results):
        best, place = first_object(one.get("alternatives")), f"results[{number}]"
        text = text_of(best.get("content"))
        if not text:
            if one.get("type") not in ("speaker_change", "channel_change"):
                remarks.add("words without text, set aside", place)
            continue
        is_mark = one.get("type") == "punctuation"
        attaches = text_of(one.get("attaches_to")) or ("previous" if is_mark else "")
        before = "" if glued or attaches in ("previous", "both") else delimiter
        glued = attaches in ("next", "both")
        speaker = label_of(best.get("speaker"))
        speaker = ", speaker ".join(part for part in (channel, speaker) if part and part != _UNKNOWN)
        start_ms, end_ms = (milliseconds(one.get(key), remarks, place) for key in ("start_time", "end_time"))
        yield Piece(text, start_ms, end_ms, speaker, before, is_mark and attaches != "next")


def _read_old_words(value: JsonValue, remarks: Remarks) -> Iterable[Piece]:
    """Read v1: the speaker of a word is the one whose stretch began last before it."""
    turns = []
    for number, one in enumerate(entries(dig(value, "speakers"), remarks, "speakers")):
        start_ms = milliseconds(one.get("time"), remarks, f"speakers[{number}]")
        if start_ms is not None:
            turns.append((start_ms, label_of(one.get("name"))))
    turns.sort()
    starts = [start_ms for start_ms, _ in turns]
    for number, word in enumerate(entries(dig(value, "words"), remarks, "words")):
        text, place = text_of(word.get("name")), f"words[{number}]"
        start_ms, length_ms = (milliseconds(word.get(key), remarks, place) for key in ("time", "duration"))
        if not text:
            remarks.add("words without text, set aside", place)
            continue
        if not length_ms and not any(character.isalnum() for character in text):
            yield Piece(text, before="", is_mark=True)
            continue
        at = bisect_right(starts, start_ms) - 1 if start_ms is not None else -1
        speaker = turns[at][1] if at >= 0 else ""
        end_ms = start_ms + length_ms if start_ms is not None and length_ms is not None else None
        yield Piece(text, start_ms, end_ms, "" if speaker == _UNKNOWN else speaker)
