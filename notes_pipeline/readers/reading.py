"""The way in: bytes of a file to a transcript."""

from collections.abc import Sequence
from dataclasses import replace

from notes_pipeline.core.errors import UnreadableTranscriptError
from notes_pipeline.core.transcript import Transcript
from notes_pipeline.readers.chat import read_chat
from notes_pipeline.readers.decoding import decode, refuse_by_size
from notes_pipeline.readers.detection import Family, detect, named_family
from notes_pipeline.readers.dialogue import PLAIN_TEXT, read_dialogue
from notes_pipeline.readers.json_files import read_json
from notes_pipeline.readers.limits import refuse_by_pieces
from notes_pipeline.readers.noscribe import read_noscribe
from notes_pipeline.readers.reasons import explain
from notes_pipeline.readers.remarks import Remarks, safe_name
from notes_pipeline.readers.said import to_transcript
from notes_pipeline.readers.srt import read_sbv, read_srt
from notes_pipeline.readers.tables import read_table
from notes_pipeline.readers.textgrid import read_textgrid
from notes_pipeline.readers.webvtt import read_webvtt
from notes_pipeline.readers.word import read_word
from notes_pipeline.readers.word_package import is_word
from notes_pipeline.readers.xml_files import read_xml

_READERS = {
    Family.WEBVTT: read_webvtt,
    Family.SRT: read_srt,
    Family.SBV: read_sbv,
    Family.JSON: read_json,
    Family.XML: read_xml,
    Family.NOSCRIBE: read_noscribe,
    Family.TEXTGRID: read_textgrid,
    Family.CHAT: read_chat,
    Family.TABLE: read_table,
    Family.TEXT: read_dialogue,
}


def read_transcript(
    data: bytes, filename: str, *, present: Sequence[str] = (), encoding: str | None = None
) -> Transcript:
    """Read a transcript of any format that we know; the format is found by content, `filename` is a hint.

    `present`: names that are known to be of speakers, also where they stand before a colon only once. `encoding`: of a
    text file, where it is known; else it is found out.

    Raises:
        InputError: there is no such encoding.
        UnreadableTranscriptError: with one message that names the file, the place, and what to do.
    """
    remarks = Remarks()
    if is_word(data):
        return _read_word(data, filename, present, remarks)
    source = replace(decode(data, filename, remarks, encoding), present=tuple(present))
    family, because = detect(source, remarks)
    refuse_by_pieces(source, family)
    reading = _READERS[family](source, remarks)
    named = named_family(source)
    if reading.source_format == PLAIN_TEXT and named not in (None, Family.TEXT):
        raise UnreadableTranscriptError(
            f"{source.name}: the name says {named.value}, but there is no time and no speaker in it. "
            "Export it again, or name it .txt to have it read as plain paragraphs."
        )
    return to_transcript(reading, source.name, remarks, explain(reading, because))


def _read_word(data: bytes, filename: str, present: Sequence[str], remarks: Remarks) -> Transcript:
    name = safe_name(filename)
    refuse_by_size(data, name)
    if "." in name and not name.lower().endswith(".docx"):
        remarks.add(f"named .{name.rpartition('.')[2].lower()}, but the content is a Word file: read as that")
    reading = read_word(data, name, present, remarks)
    return to_transcript(reading, name, remarks, explain(reading, ""))
