"""Azure Speech: batch, in ticks of 100 ns, and the fast API, in milliseconds."""

import re

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
from notes_pipeline.readers.pieces import by_time
from notes_pipeline.readers.remarks import Remarks
from notes_pipeline.readers.said import Reading, Said, clean_name
from notes_pipeline.readers.timed_words import TimedWord, place_words

TICKS_PER_MS = 10_000

_ISO = re.compile(r"PT(?:(\d{1,6})H)?(?:(\d{1,8})M)?(?:(\d{1,10}(?:\.\d{1,12})?)S)?")


def is_azure_batch(value: JsonValue) -> bool:
    """Tell by `recognizedPhrases`."""
    return objects(dig(value, "recognizedPhrases")) is not None


def read_azure_batch(value: JsonValue, remarks: Remarks) -> Reading:
    """Read the best guess of each phrase that was recognised."""
    return _read(value, "recognizedPhrases", "azure-batch-json", remarks)


def is_azure_fast(value: JsonValue) -> bool:
    """Tell by `phrases` with a text."""
    phrases = objects(dig(value, "phrases"))
    return phrases is not None and all("text" in one and _has_time(one) for one in phrases)


def read_azure_fast(value: JsonValue, remarks: Remarks) -> Reading:
    """Read the phrases."""
    return _read(value, "phrases", "azure-fast-json", remarks)


def _read(value: JsonValue, key: str, source_format: str, remarks: Remarks) -> Reading:
    phrases = objects(dig(value, key)) or []
    several = len({label_of(one.get("channel")) for one in phrases}) > 1
    channels: dict[str, list[Said]] = {}
    for number, one in enumerate(phrases):
        place = f"{key}[{number}]"
        if text_of(one.get("recognitionStatus")) not in ("", "Success"):
            remarks.add("phrases that were not recognised, set aside", place)
            continue
        channel = label_of(one.get("channel")) if several else ""
        channels.setdefault(channel, []).append(_read_phrase(one, channel, remarks, place))
    locales = {text_of(one.get("locale")) for one in phrases} - {""}
    said = by_time(channels.values()) if several else [one for group in channels.values() for one in group]
    return Reading(source_format, said, locales.pop() if len(locales) == 1 else None)


def _read_phrase(phrase: JsonObject, channel: str, remarks: Remarks, place: str) -> Said:
    best = first_object(phrase.get("nBest")) or phrase
    text = text_of(best.get("display")) or text_of(best.get("text")) or text_of(best.get("lexical"))
    start_ms, end_ms = _bounds(phrase, remarks, place)
    words = [
        TimedWord(
            text_of(word.get("displayText")) or text_of(word.get("word")) or text_of(word.get("text")),
            *_bounds(word, remarks, place),
        )
        for word in entries(best.get("displayWords") or best.get("words"), remarks, place)
    ]
    parts = (f"channel {channel}" if channel else "", label_of(phrase.get("speaker")))
    speaker = clean_name(", speaker ".join(part for part in parts if part), remarks, place)
    return Said(text, speaker, start_ms, end_ms, place_words(text, words, start_ms, end_ms, remarks, place), place)


def _has_time(one: JsonObject) -> bool:
    return any(key in one for key in ("offsetMilliseconds", "offset", "offsetInTicks"))


def _bounds(one: JsonObject, remarks: Remarks, place: str) -> tuple[int | None, int | None]:
    start_ms, length_ms = _time(one, "offset", remarks, place), _time(one, "duration", remarks, place)
    return start_ms, start_ms + length_ms if start_ms is not None and length_ms is not None else None


def _time(one: JsonObject, key: str, remarks: Remarks, place: str) -> int | None:
    if f"{key}InTicks" in one:
        return milliseconds(one[f"{key}InTicks"], remarks, place, units_per_ms=TICKS_PER_MS)
    value = one.get(f"{key}Milliseconds", one.get(key))
    iso = _ISO.fullmatch(value) if isinstance(value, str) else None
    if iso is None:
        return milliseconds(value, remarks, place, per_unit=1)
    hours, minutes, seconds = iso.groups()
    return (int(hours or 0) * 60 + int(minutes or 0)) * 60_000 + round(float(seconds or 0) * 1000)
