"""What a format is called, and why a file was taken for it, in words for people."""

from typing import NamedTuple

from notes_pipeline.readers.said import Reading


class Known(NamedTuple):
    """How people call a format, and what its reader knows it by: words that follow "because it"."""

    title: str
    by: str = ""


_KNOWN = {
    "contract-json": Known("our own JSON", "is JSON with `utterances` that have ids"),
    "deepgram-json": Known("Deepgram JSON", "is JSON with `results.channels`"),
    "aws-transcribe-json": Known("AWS Transcribe JSON", "is JSON with `results.items` or lists beside them"),
    "aws-call-analytics-json": Known("AWS Call Analytics JSON", "is JSON with turns in `Transcript`"),
    "speechmatics-json": Known("Speechmatics JSON", "is JSON whose `results` have a `content`, or `words` a `name`"),
    "google-speech-json": Known("Google Speech JSON", "is JSON whose `results` have `alternatives` with a transcript"),
    "azure-batch-json": Known("Azure Speech JSON", "is JSON with `recognizedPhrases`"),
    "azure-fast-json": Known("Azure Speech JSON", "is JSON with `phrases` that have a text and a time"),
    "revai-json": Known("Rev.ai JSON", "is JSON with `monologues`"),
    "rev-editor-json": Known("Rev editor JSON", "is JSON with `monologues`"),
    "whisper-json": Known("Whisper JSON", "is JSON with segments that have `start` and `text`"),
    "diarized-json": Known("Whisper JSON with speakers", "is JSON with segments that have `start`, `text`, `speaker`"),
    "whispercpp-json": Known("whisper.cpp JSON", "is JSON with `transcription` and times in each part"),
    "assemblyai-json": Known("AssemblyAI JSON", "is JSON whose utterances have `confidence` and times"),
    "gladia-json": Known("Gladia JSON", "is JSON with `transcription.utterances`"),
    "grain-json": Known("Grain JSON", "is JSON with a `participant_id` at each text"),
    "fireflies-json": Known("Fireflies JSON", "is JSON with a `speaker_name` at each sentence"),
    "podcast-json": Known("Podcasting 2.0 JSON", "is JSON with segments that have `body` and `startTime`"),
    "elevenlabs-json": Known("ElevenLabs JSON", "is JSON with `words` that have `type` and `speaker_id`"),
    "json-list": Known("a JSON list", "is JSON that lists `speaker` and `text`, or `start`, `end` and `text`"),
    "vtt": Known("WebVTT captions"),
    "srt": Known("SRT captions"),
    "sbv": Known("SBV captions"),
    "ttml": Known("TTML captions", "is XML with the root `<tt>`"),
    "elan-eaf": Known("ELAN", "is XML with the root `<ANNOTATION_DOCUMENT>`"),
    "tei-xml": Known("TEI XML", "is XML with the root `<TEI>`"),
    "praat-textgrid": Known("Praat TextGrid"),
    "chat-cha": Known("CHAT of CHILDES"),
    "csv": Known("a table"),
    "noscribe": Known("noScribe HTML"),
    "docx": Known("a Word file", "begins as a Word package (.docx) does"),
    "otter": Known("Otter text"),
    "rev": Known("Rev text"),
    "riverside": Known("Riverside text"),
    "markdown": Known("Markdown dialogue"),
    "plain-dialogue": Known("dialogue as text"),
    "stamped-text": Known("text with times"),
    "zoom-chat": Known("the chat of a meeting"),
    "google-meet": Known("Google Meet text"),
    "plain-text": Known("plain text", "has no speaker and no time in it"),
}


def name_format(source_format: str) -> str:
    """Give the name that people know a format by."""
    known = _KNOWN.get(source_format)
    return known.title if known is not None else source_format


def explain(reading: Reading, detected: str) -> str:
    """Say why a file was read so, in words that follow "because it": what detection saw, then what reading saw."""
    known = _KNOWN.get(reading.source_format, Known(""))
    return " and ".join(filter(None, (detected or known.by, reading.seen)))
