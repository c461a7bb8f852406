"""Google Speech-to-Text: plain or wrapped in `response`; diarised, its last result repeats all words."""

from collections.abc import Sequence

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
from notes_pipeline.readers.said import Reading, Said
from notes_pipeline.readers.timed_words import TimedWord, place_words

_START = ("startTime", "startOffset", "start_time", "start_offset")
_END = ("endTime", "endOffset", "end_time", "end_offset")
_SPEAKER = ("speakerLabel", "speaker_label", "speakerTag", "speaker_tag")
_CHANNEL = ("channelTag", "channel_tag")
_LANGUAGE = ("languageCode", "language_code")


def is_google_speech(value: JsonValue) -> bool:
    """Tell by results whose alternatives have a transcript or words."""
    results = _find_results(value)
    bests = [first_object(one.get("alternatives")) for one in results or []]
    return any("transcript" in best or "words" in best for best in bests)


def _find_results(value: JsonValue) -> list[JsonObject] | None:
    return objects(dig(value, "results")) or objects(dig(value, "response", "results"))


def read_google_speech(value: JsonValue, remarks: Remarks) -> Reading:
    """Read each word once: where the last result repeats those before it with speakers, only that one is read."""
    results = _find_results(value) or []
    languages = {text_of(_pick(one, _LANGUAGE)) for one in results} - {""}
    language = languages.pop() if len(languages) == 1 else None
    words = entries(first_object(results[-1].get("alternatives")).get("words"), remarks, "the last result")
    if words and any(_label(word) for word in words) and _repeats(results[:-1], words, remarks):
        pieces = _read_words(words, remarks, "the last result")
        return Reading("google-speech-json", join_pieces(pieces, remarks, "the last result, words"), language)
    channels: dict[str, list[Said]] = {}
    for number, one in enumerate(results):
        channel = label_of(_pick(one, _CHANNEL))
        channels.setdefault(channel, []).extend(_read_result(one, remarks, f"results[{number}]"))
    if len(channels) < 2:
        return Reading("google-speech-json", [one for said in channels.values() for one in said], language)
    for channel, said in channels.items():
        for utterance in said:
            parts = (f"channel {channel}" if channel else "", utterance.speaker)
            utterance.speaker = ", speaker ".join(part for part in parts if part) or None
    return Reading("google-speech-json", by_time(channels.values()), language)


def _repeats(before: Sequence[JsonObject], words: Sequence[JsonObject], remarks: Remarks) -> bool:
    """Tell whether `words` say what all results before them say; else whether they begin at the same time again."""
    bests = [first_object(one.get("alternatives")) for one in before]
    told = "".join(text_of(best.get("transcript")) for best in bests)
    if _letters(told) == _letters("".join(text_of(word.get("word")) for word in words)):
        return True
    earlier = [word for best in bests for word in objects(best.get("words")) or []]
    if not earlier or any(_label(word) for word in earlier) or _pick(earlier[0], _START) != _pick(words[0], _START):
        return False
    remarks.add("results that the last one repeats in other words; the last one is read", "the last result")
    return True


def _read_result(result: JsonObject, remarks: Remarks, place: str) -> list[Said]:
    best = first_object(result.get("alternatives"))
    words = entries(best.get("words"), remarks, place)
    text = text_of(best.get("transcript"))
    pieces = _read_words(words, remarks, place)
    if pieces and (not text or any(piece.speaker for piece in pieces)):
        return join_pieces(pieces, remarks, f"{place}.words")
    start_ms = pieces[0].start_ms if pieces else None
    end_ms = pieces[-1].end_ms if pieces else _time(_pick(result, ("resultEndTime", "resultEndOffset")), remarks, place)
    timed = [TimedWord(piece.text, piece.start_ms, piece.end_ms) for piece in pieces]
    return [Said(text, None, start_ms, end_ms, place_words(text, timed, start_ms, end_ms, remarks, place), place)]


def _read_words(words: Sequence[JsonObject], remarks: Remarks, place: str) -> list[Piece]:
    pieces = [_read_word(word, remarks, f"{place}, words[{number}]") for number, word in enumerate(words)]
    spoken = [piece for piece in pieces if piece.text]
    if len(spoken) < len(pieces):
        remarks.add("words without text, set aside", place, times=len(pieces) - len(spoken))
    return spoken


def _read_word(word: JsonObject, remarks: Remarks, place: str) -> Piece:
    start_ms = _time(_pick(word, _START), remarks, place)
    end_ms = _time(_pick(word, _END), remarks, place)
    if start_ms is None and end_ms is not None and not any(key in word for key in _START):
        start_ms = 0  # protobuf leaves out what is zero
    return Piece(text_of(word.get("word")), start_ms, end_ms, _label(word))


def _label(word: JsonObject) -> str:
    label = label_of(_pick(word, _SPEAKER))
    return "" if label == "0" else label  # 0: not diarised


def _pick(one: JsonObject, keys: Sequence[str]) -> JsonValue:
    return next((one[key] for key in keys if key in one), None)


def _time(value: JsonValue, remarks: Remarks, place: str) -> int | None:
    """Read "0.500s" or seconds and nanos as milliseconds."""
    if isinstance(value, dict):
        parts = (
            milliseconds(value.get("seconds", 0), remarks, place),
            milliseconds(value.get("nanos", 0), remarks, place, units_per_ms=1_000_000),
        )
        return parts[0] + parts[1] if parts[0] is not None and parts[1] is not None else None
    if isinstance(value, str) and value.endswith("s"):
        return milliseconds(value[:-1], remarks, place)
    return milliseconds(value, remarks, place)


def _letters(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())
