"""Our own JSON: `{"id", "utterances": [{"id", "speaker", "start", "end", "text", "words"?}]}`, text kept as it is.

Claims and verdicts count utterances and characters in it, so nothing is moved, joined or trimmed.
"""

from notes_pipeline.core.errors import UnreadableTranscriptError
from notes_pipeline.readers.json_values import JsonObject, JsonValue, milliseconds, objects, whole
from notes_pipeline.readers.remarks import Remarks, shown
from notes_pipeline.readers.said import MAX_NAME, Reading, Said
from notes_pipeline.readers.timed_words import TimedWord, place_words


def is_contract(value: JsonValue) -> bool:
    """Tell ours from AssemblyAI's `utterances`, which have no ids but confidences, and times in milliseconds."""
    if not isinstance(value, dict):
        return False
    utterances = objects(value.get("utterances"))
    if utterances == [] and "words" in value:  # AssemblyAI without speakers
        return False
    return utterances is not None and all("id" in one and "text" in one for one in utterances)


def read_contract(value: JsonValue, name: str, remarks: Remarks) -> Reading:
    """Read the contract's form.

    Raises:
        UnreadableTranscriptError: an utterance breaks it; names which and how.
    """
    utterances = objects(value.get("utterances")) if isinstance(value, dict) else None
    said = [_read_utterance(one, index, name, remarks) for index, one in enumerate(utterances or [])]
    return Reading("contract-json", said, is_exact=True)


def _read_utterance(one: JsonObject, index: int, name: str, remarks: Remarks) -> Said:
    place = f"utterances[{index}]"
    text, speaker = one.get("text"), one.get("speaker")
    if one.get("id") != index or isinstance(one.get("id"), bool):
        found = shown(repr(one.get("id")), 40)
        raise UnreadableTranscriptError(f"{name}, {place}: its id is {found}; ids must count 0, 1, 2, … without gaps.")
    if not isinstance(text, str):
        raise UnreadableTranscriptError(f"{name}, {place}: text must be a string.")
    if speaker is not None and not isinstance(speaker, str):
        raise UnreadableTranscriptError(f"{name}, {place}: speaker must be a string or null.")
    if speaker is not None and len(speaker) > MAX_NAME:
        remarks.add(f"speaker names longer than {MAX_NAME} characters, cut", place)
        speaker = speaker[:MAX_NAME]
    if whole(text) != text:
        remarks.add("texts with NUL or half characters, replaced one for one by \ufffd", place)
    start_ms, end_ms = (milliseconds(one.get(key), remarks, place) for key in ("start", "end"))
    words = [_read_word(word, place, remarks) for word in objects(one.get("words")) or []]
    return Said(
        whole(text),
        whole(speaker) if speaker and speaker.strip() else None,
        start_ms,
        end_ms,
        place_words(whole(text), words, start_ms, end_ms, remarks, place),
        place,
    )


def _read_word(word: JsonObject, place: str, remarks: Remarks) -> TimedWord:
    text = word.get("text", word.get("word"))
    start_ms, end_ms = (milliseconds(word.get(key), remarks, place) for key in ("start", "end"))
    return TimedWord(whole(text).strip() if isinstance(text, str) else "", start_ms, end_ms)
