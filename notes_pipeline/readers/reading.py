"""The way in: bytes of a file to a transcript."""

from notes_pipeline.core.errors import UnreadableTranscriptError
from notes_pipeline.core.transcript import Transcript
from notes_pipeline.readers.decoding import decode
from notes_pipeline.readers.detection import Family, detect, named_family
from notes_pipeline.readers.dialogue import PLAIN_TEXT, read_dialogue
from notes_pipeline.readers.json_files import read_json
from notes_pipeline.readers.remarks import Remarks
from notes_pipeline.readers.said import to_transcript
from notes_pipeline.readers.srt import read_sbv, read_srt
from notes_pipeline.readers.webvtt import read_webvtt

_READERS = {
    Family.WEBVTT: read_webvtt,
    Family.SRT: read_srt,
    Family.SBV: read_sbv,
    Family.JSON: read_json,
    Family.TEXT: read_dialogue,
}


def read_transcript(data: bytes, filename: str) -> Transcript:
    """Read a transcript of any format that we know; the format is found by content, `filename` is a hint.

    Raises:
        UnreadableTranscriptError: with one message that names the file, the place, and what to do.
    """
    remarks = Remarks()
    source = decode(data, filename, remarks)
    family = detect(source, remarks)
    reading = _READERS[family](source, remarks)
    named = named_family(source)
    if reading.source_format == PLAIN_TEXT and named not in (None, Family.TEXT):
        raise UnreadableTranscriptError(
            f"{source.name}: the name says {named.value}, but there is no time and no speaker in it. "
            "Export it again, or name it .txt to have it read as plain paragraphs."
        )
    return to_transcript(reading, source.name, remarks)
