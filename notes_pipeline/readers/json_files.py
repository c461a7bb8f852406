"""JSON by its shape: sixteen tools write `.json`, and nothing but the keys tells them apart."""

from notes_pipeline.core.errors import UnreadableTranscriptError
from notes_pipeline.readers.contract import is_contract, read_contract
from notes_pipeline.readers.decoding import Source
from notes_pipeline.readers.json_values import load_json
from notes_pipeline.readers.remarks import Remarks
from notes_pipeline.readers.said import Reading
from notes_pipeline.readers.whisper import find_segments, find_whispercpp, read_whisper, read_whispercpp


def read_json(source: Source, remarks: Remarks) -> Reading:
    """Read JSON of a shape that we know.

    Raises:
        UnreadableTranscriptError: broken JSON, or JSON that is no transcript we know.
    """
    value = load_json(source, remarks)
    if is_contract(value):
        return read_contract(value, source.name, remarks)
    segments = find_segments(value)
    if segments is not None:
        return read_whisper(value, segments, remarks)
    segments = find_whispercpp(value)
    if segments is not None:
        return read_whispercpp(value, segments, remarks)
    raise UnreadableTranscriptError(
        f"{source.name}: JSON, but no transcript that we know. Known are Whisper, WhisperX and other diarised forms, "
        "whisper.cpp, and our own (utterances). Export it as .vtt, .srt or .txt."
    )
