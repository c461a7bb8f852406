"""AWS: Transcribe, where every number is a string and marks have no time, and Call Analytics."""

from collections.abc import Iterable

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
from notes_pipeline.readers.said import Reading, Said, clean_name
from notes_pipeline.readers.timed_words import TimedWord, place_words

Labels = dict[tuple[str, str], str]


def is_aws_transcribe(value: JsonValue) -> bool:
    """Tell by the lists under `results` that no other vendor has."""
    return any(
        isinstance(dig(value, "results", key), list) for key in ("items", "transcripts", "audio_segments")
    ) or isinstance(dig(value, "results", "channel_labels"), dict)


def read_aws_transcribe(value: JsonValue, remarks: Remarks) -> Reading:
    """Read the items; speakers come from the items, from `speaker_labels`, or from `audio_segments`."""
    results = dig(value, "results")
    labels = _find_labels(results, remarks)
    channels = entries(dig(results, "channel_labels", "channels"), remarks, "results.channel_labels")
    said: list[Said] = []
    if channels:
        said = by_time(
            join_pieces(
                _read_items(
                    entries(one.get("items"), remarks, f"channels[{number}]"),
                    labels,
                    remarks,
                    f"channels[{number}].items",
                    label_of(one.get("channel_label")) or f"channel {number}",
                ),
                remarks,
                f"channels[{number}].items",
                splits_sentences=len(channels) > 1,
            )
            for number, one in enumerate(channels)
        )
    if not said:
        items = entries(dig(results, "items"), remarks, "results.items")
        said = join_pieces(_read_items(items, labels, remarks, "results.items", ""), remarks, "results.items")
    if not said:
        said = _read_segments(results, remarks) or _read_text(results, remarks)
    return Reading("aws-transcribe-json", said, text_of(dig(results, "language_code")) or None)


def _find_labels(results: JsonValue, remarks: Remarks) -> Labels:
    """Map start and end, or ("", id), of each labelled item to its speaker; segments without a label say nothing."""
    labels: Labels = {}
    for segment in entries(dig(results, "speaker_labels", "segments"), remarks, "results.speaker_labels"):
        of_segment = label_of(segment.get("speaker_label"))
        for item in entries(segment.get("items"), remarks, "results.speaker_labels"):
            label = label_of(item.get("speaker_label")) or of_segment
            if label:
                labels[_key(item)] = label
    for segment in entries(dig(results, "audio_segments"), remarks, "results.audio_segments"):
        label, ids = label_of(segment.get("speaker_label")), segment.get("items")
        for one in ids if label and isinstance(ids, list) else []:
            labels["", label_of(one)] = label
    return labels


def _key(item: JsonObject) -> tuple[str, str]:
    return str(item.get("start_time")), str(item.get("end_time"))


def _read_items(
    items: Iterable[JsonObject], labels: Labels, remarks: Remarks, place: str, channel: str
) -> Iterable[Piece]:
    for number, item in enumerate(items):
        text, here = text_of(first_object(item.get("alternatives")).get("content")), f"{place}[{number}]"
        if not text:
            remarks.add("words without text, set aside", here)
            continue
        if item.get("type") == "punctuation":
            yield Piece(text, before="", is_mark=True)
            continue
        start_ms, end_ms = (milliseconds(item.get(key), remarks, here) for key in ("start_time", "end_time"))
        speaker = (
            channel
            or label_of(item.get("speaker_label"))
            or labels.get(_key(item))
            or labels.get(("", label_of(item.get("id"))), "")
        )
        yield Piece(text, start_ms, end_ms, speaker)


def _read_segments(results: JsonValue, remarks: Remarks) -> list[Said]:
    said = []
    for number, one in enumerate(objects(dig(results, "audio_segments")) or []):
        place = f"results.audio_segments[{number}]"
        start_ms, end_ms = (milliseconds(one.get(key), remarks, place) for key in ("start_time", "end_time"))
        speaker = label_of(one.get("channel_label")) or label_of(one.get("speaker_label"))
        text = text_of(one.get("transcript"))
        said.append(Said(text, clean_name(speaker, remarks, place), start_ms, end_ms, place=place))
    return said


def _read_text(results: JsonValue, remarks: Remarks) -> list[Said]:
    texts = entries(dig(results, "transcripts"), remarks, "results.transcripts")
    return [Said(text_of(one.get("transcript")), place=f"transcripts[{n}]") for n, one in enumerate(texts)]


def is_call_analytics(value: JsonValue) -> bool:
    """Tell by `Transcript` with its participants and milliseconds."""
    spoken = objects(dig(value, "Transcript"))
    return spoken is not None and all("Content" in one or "BeginOffsetMillis" in one for one in spoken)


def read_call_analytics(value: JsonValue, remarks: Remarks) -> Reading:
    """Read the turns: `Content`, with `Items` as words."""
    said = []
    for number, one in enumerate(objects(dig(value, "Transcript")) or []):
        place, text = f"Transcript[{number}]", text_of(one.get("Content"))
        start_ms, end_ms = _bounds(one, remarks, place)
        words = [
            TimedWord(text_of(item.get("Content")), *_bounds(item, remarks, place))
            for item in entries(one.get("Items"), remarks, place)
            if item.get("Type") != "punctuation"
        ]
        speaker = label_of(one.get("ParticipantRole")) or label_of(one.get("ParticipantId"))
        placed = place_words(text, words, start_ms, end_ms, remarks, place)
        said.append(Said(text, clean_name(speaker, remarks, place), start_ms, end_ms, placed, place))
    return Reading("aws-call-analytics-json", said, text_of(dig(value, "LanguageCode")) or None)


def _bounds(one: JsonObject, remarks: Remarks, place: str) -> tuple[int | None, int | None]:
    start, end = (
        milliseconds(one.get(key), remarks, place, per_unit=1) for key in ("BeginOffsetMillis", "EndOffsetMillis")
    )
    return start, end
