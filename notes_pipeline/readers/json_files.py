"""JSON by its shape: sixteen tools write `.json`, and nothing but the keys tells them apart."""

from notes_pipeline.core.errors import UnreadableTranscriptError
from notes_pipeline.readers.aws import is_aws_transcribe, is_call_analytics, read_aws_transcribe, read_call_analytics
from notes_pipeline.readers.azure import is_azure_batch, is_azure_fast, read_azure_batch, read_azure_fast
from notes_pipeline.readers.contract import is_contract, read_contract
from notes_pipeline.readers.decoding import Source
from notes_pipeline.readers.deepgram import is_deepgram, read_deepgram
from notes_pipeline.readers.google_speech import is_google_speech, read_google_speech
from notes_pipeline.readers.json_values import JsonValue, load_json, too_deep
from notes_pipeline.readers.listed import find_listed, read_listed
from notes_pipeline.readers.remarks import Remarks
from notes_pipeline.readers.rev import is_rev, read_rev
from notes_pipeline.readers.said import Reading
from notes_pipeline.readers.speechmatics import is_speechmatics, read_speechmatics
from notes_pipeline.readers.whisper import find_segments, find_whispercpp, read_whisper, read_whispercpp

_VENDORS = (
    (is_deepgram, read_deepgram),
    (is_aws_transcribe, read_aws_transcribe),
    (is_call_analytics, read_call_analytics),
    (is_speechmatics, read_speechmatics),
    (is_google_speech, read_google_speech),
    (is_azure_batch, read_azure_batch),
    (is_azure_fast, read_azure_fast),
    (is_rev, read_rev),
)


def read_json(source: Source, remarks: Remarks) -> Reading:
    """Read JSON of a shape that we know.

    Raises:
        UnreadableTranscriptError: broken JSON, or JSON that is no transcript we know.
    """
    value = load_json(source, remarks)
    try:
        return _read_value(value, source, remarks)
    except RecursionError:  # nested nearly as deep as the parser goes, where a time or a name should be
        raise too_deep(source) from None


def _read_value(value: JsonValue, source: Source, remarks: Remarks) -> Reading:
    if is_contract(value):
        return read_contract(value, source.name, remarks)
    for is_of_vendor, read_vendor in _VENDORS:
        if is_of_vendor(value):
            return read_vendor(value, remarks)
    segments = find_segments(value)
    if segments is not None:
        return read_whisper(value, segments, remarks)
    segments = find_whispercpp(value)
    if segments is not None:
        return read_whispercpp(value, segments, remarks)
    listed = find_listed(value)
    if listed is not None:
        return read_listed(value, *listed, remarks)
    raise UnreadableTranscriptError(
        f"{source.name}: JSON, but no transcript that we know. Known are Whisper, WhisperX and other diarised forms, "
        "whisper.cpp, AssemblyAI, Deepgram, AWS Transcribe and Call Analytics, Google Speech-to-Text, Azure Speech, "
        "Speechmatics, Rev.ai, the Rev editor, Fireflies, Gladia, Grain, ElevenLabs, Podcasting 2.0, lists of "
        "speaker and text, and our own (utterances). Export it as .vtt, .srt or .txt."
    )
