"""JSON of Whisper and its kin: openai-whisper, faster-whisper, WhisperX and other diarised forms, whisper.cpp."""

from collections import Counter, deque
from collections.abc import Sequence

from notes_pipeline.readers.json_values import JsonObject, JsonValue, label_of, milliseconds, objects, text_of, unit_of
from notes_pipeline.readers.remarks import Remarks
from notes_pipeline.readers.said import Reading, Said, clean_name
from notes_pipeline.readers.timed_words import TimedWord, place_words
from notes_pipeline.readers.times import parse_clock


def find_segments(value: JsonValue) -> list[JsonObject] | None:
    """Find Whisper's segments: under `segments`, or a bare list; None where the JSON is of another kind."""
    segments = objects(value.get("segments") if isinstance(value, dict) else value)
    if segments is None or not all(isinstance(one.get("text"), str) and "start" in one for one in segments):
        return None
    if any("participant_id" in one for one in segments):  # Grain: the same keys, but milliseconds
        return None
    if any(isinstance(one["start"], str) and ":" in one["start"] for one in segments):  # nobody's: see listed.py
        return None
    return segments


def read_whisper(value: JsonValue, segments: Sequence[JsonObject], remarks: Remarks) -> Reading:
    """Read segments with times in seconds. Speakers may stand on segments, on words, or nowhere."""
    top = value if isinstance(value, dict) else {}
    loose = deque([] if any(objects(one.get("words")) for one in segments) else objects(top.get("words")) or [])
    unit = unit_of(segments, ("start",), ("end",), remarks)
    said = []
    for index, segment in enumerate(segments):
        place = f"segments[{index}]"
        start_ms, end_ms = (milliseconds(segment.get(key), remarks, place, per_unit=unit) for key in ("start", "end"))
        if end_ms is None and start_ms is not None and "duration" in segment:  # as youtube-transcript-api writes it
            length = milliseconds(segment["duration"], remarks, place, per_unit=unit)
            end_ms = None if length is None else start_ms + length
        words = objects(segment.get("words")) or _take_until(loose, end_ms, unit, remarks, place)
        text = text_of(segment["text"])
        timed = [_read_word(word, unit, remarks, place) for word in words]
        said.append(
            Said(
                text,
                clean_name(_speaker_of(segment, words, remarks, place), remarks, place),
                start_ms,
                end_ms,
                place_words(text, timed, start_ms, end_ms, remarks, place),
                place,
            )
        )
    is_diarised = any(one.speaker is not None for one in said)
    return Reading("diarized-json" if is_diarised else "whisper-json", said, text_of(top.get("language")) or None)


def _speaker_of(segment: JsonObject, words: Sequence[JsonObject], remarks: Remarks, place: str) -> str:
    """Give the segment's speaker, else that of most of its words."""
    by_word = Counter(label for word in words if (label := label_of(word.get("speaker"))))
    speaker = label_of(segment.get("speaker")) or (by_word.most_common(1)[0][0] if by_word else "")
    others = by_word.total() - by_word[speaker]
    if others:
        remarks.add("words by another speaker than most of their segment, counted to that one", place, times=others)
    return speaker


def _read_word(word: JsonObject, unit: int, remarks: Remarks, place: str) -> TimedWord:
    text = text_of(word.get("word")) or text_of(word.get("text"))
    return TimedWord(text, *(milliseconds(word.get(key), remarks, place, per_unit=unit) for key in ("start", "end")))


def _take_until(
    loose: deque[JsonObject], end_ms: int | None, unit: int, remarks: Remarks, place: str
) -> list[JsonObject]:
    """Take from a list of words for the whole file (OpenAI's verbose_json) those that start before `end_ms`."""
    taken = []
    while loose and end_ms is not None:
        start_ms = milliseconds(loose[0].get("start"), remarks, place, per_unit=unit)
        if start_ms is not None and start_ms >= end_ms:
            break
        taken.append(loose.popleft())
    return taken


def find_whispercpp(value: JsonValue) -> list[JsonObject] | None:
    """Find the segments of whisper.cpp; None where the JSON is of another kind."""
    segments = objects(value.get("transcription")) if isinstance(value, dict) else None
    if segments is None or not all(isinstance(one.get("text"), str) for one in segments):
        return None
    return segments if any("offsets" in one or "timestamps" in one for one in segments) else None


def read_whispercpp(value: JsonValue, segments: Sequence[JsonObject], remarks: Remarks) -> Reading:
    """Read whisper.cpp's segments: `offsets` in milliseconds, or `timestamps` as clock times; tokens as words."""
    said = []
    for index, segment in enumerate(segments):
        place = f"transcription[{index}]"
        start_ms, end_ms = _bounds(segment, remarks, place)
        text = text_of(segment["text"])
        timed = _join_tokens(objects(segment.get("tokens")) or [], remarks, place)
        words = place_words(text, timed, start_ms, end_ms, remarks, place)
        speaker = clean_name(label_of(segment.get("speaker")), remarks, place)
        said.append(Said(text, speaker, start_ms, end_ms, words, place))
    result = value.get("result") if isinstance(value, dict) else None
    language = text_of(result.get("language")) if isinstance(result, dict) else ""
    return Reading("whispercpp-json", said, language or None)


def _bounds(segment: JsonObject, remarks: Remarks, place: str) -> tuple[int | None, int | None]:
    offsets, stamps = segment.get("offsets"), segment.get("timestamps")
    if isinstance(offsets, dict):
        start, end = (milliseconds(offsets.get(key), remarks, place, per_unit=1) for key in ("from", "to"))
        return start, end
    if isinstance(stamps, dict):
        return parse_clock(text_of(stamps.get("from"))), parse_clock(text_of(stamps.get("to")))
    return None, None


def _join_tokens(tokens: Sequence[JsonObject], remarks: Remarks, place: str) -> list[TimedWord]:
    """Join whisper.cpp's tokens to words: a token that starts with a space starts one. `[_BEG_]` is no speech."""
    words: list[list[str]] = []
    times: list[tuple[int | None, int | None]] = []
    for token in tokens:
        raw = token.get("text")
        if not isinstance(raw, str) or raw.startswith("[_") or not raw.strip():
            continue
        start_ms, end_ms = _bounds(token, remarks, place)
        if words and not raw.startswith(" "):
            words[-1].append(text_of(raw))
            times[-1] = times[-1][0], end_ms
        else:
            words.append([text_of(raw)])
            times.append((start_ms, end_ms))
    return [TimedWord("".join(parts), *bounds) for parts, bounds in zip(words, times, strict=True)]
