"""Deepgram: words of each channel, times in seconds, speakers counted from 0."""

from notes_pipeline.readers.json_values import (
    JsonObject,
    JsonValue,
    dig,
    entries,
    first_object,
    label_of,
    milliseconds,
    text_of,
)
from notes_pipeline.readers.pieces import Piece, by_time, join_pieces
from notes_pipeline.readers.remarks import Remarks
from notes_pipeline.readers.said import Reading, Said, clean_name


def is_deepgram(value: JsonValue) -> bool:
    """Tell by `results.channels`."""
    return isinstance(dig(value, "results", "channels"), list)


def read_deepgram(value: JsonValue, remarks: Remarks) -> Reading:
    """Read the best guess of each channel from its words, else from its paragraphs, else as one text.

    `results.utterances` holds the same words cut at every breath, so it is read only where channels have none.
    Several channels are several speakers.
    """
    channels = entries(dig(value, "results", "channels"), remarks, "results.channels")
    several = len(channels) > 1
    said = [_read_channel(one, number, remarks, several=several) for number, one in enumerate(channels)]
    merged = by_time(said) if several else [one for channel in said for one in channel]
    if not merged:
        utterances = entries(dig(value, "results", "utterances"), remarks, "results.utterances")
        merged = [_whole(one, remarks, f"results.utterances[{number}]") for number, one in enumerate(utterances)]
    languages = {text_of(one.get("detected_language")) for one in channels}
    return Reading("deepgram-json", merged, languages.pop() or None if len(languages) == 1 else None)


def _read_channel(channel: JsonObject, number: int, remarks: Remarks, *, several: bool) -> list[Said]:
    best = first_object(channel.get("alternatives"))
    place, of_channel = f"results.channels[{number}]", f"channel {number}" if several else ""
    pieces = []
    for index, word in enumerate(entries(best.get("words"), remarks, f"{place}.words")):
        text = text_of(word.get("punctuated_word")) or text_of(word.get("word"))
        start_ms, end_ms = (milliseconds(word.get(key), remarks, f"{place}.words[{index}]") for key in ("start", "end"))
        if text:
            pieces.append(Piece(text, start_ms, end_ms, _named(label_of(word.get("speaker")), of_channel)))
        else:
            remarks.add("words without text, set aside", f"{place}.words[{index}]")
    if pieces:
        return join_pieces(pieces, remarks, f"{place}.words", splits_sentences=several)
    return _read_paragraphs(best, remarks, place, of_channel) or _read_text(best, place, of_channel)


def _read_paragraphs(best: JsonObject, remarks: Remarks, place: str, of_channel: str) -> list[Said]:
    said = []
    for number, paragraph in enumerate(entries(dig(best, "paragraphs", "paragraphs"), remarks, f"{place}.paragraphs")):
        here = f"{place}.paragraphs[{number}]"
        for sentence in entries(paragraph.get("sentences"), remarks, here):
            one = _whole(sentence, remarks, here)
            one.speaker = clean_name(_named(label_of(paragraph.get("speaker")), of_channel), remarks, here)
            said.append(one)
    return said


def _read_text(best: JsonObject, place: str, of_channel: str) -> list[Said]:
    text = text_of(best.get("transcript"))
    return [Said(text, of_channel or None, place=place)] if text else []


def _whole(one: JsonObject, remarks: Remarks, place: str) -> Said:
    start_ms, end_ms = (milliseconds(one.get(key), remarks, place) for key in ("start", "end"))
    text = text_of(one.get("transcript")) or text_of(one.get("text"))
    return Said(text, clean_name(label_of(one.get("speaker")), remarks, place), start_ms, end_ms, place=place)


def _named(speaker: str, of_channel: str) -> str:
    return ", speaker ".join(part for part in (of_channel, speaker) if part)
