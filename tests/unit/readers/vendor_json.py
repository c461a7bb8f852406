"""A transcript as each vendor would write it, in JSON. Every utterance needs a speaker, times, and times of words."""

from collections.abc import Callable

from notes_pipeline.core.transcript import Transcript, Utterance

Json = dict[str, object]


def said_words(one: Utterance) -> list[tuple[str, int, int]]:
    return [(one.text[word.span.start : word.span.end], word.start_ms, word.end_ms) for word in one.words]


def seconds(time_ms: int | None) -> float:
    assert time_ms is not None
    return time_ms / 1000


def length_ms(one: Utterance) -> int:
    assert one.start_ms is not None
    assert one.end_ms is not None
    return one.end_ms - one.start_ms


def assemblyai(transcript: Transcript) -> Json:
    utterances = [
        {
            "confidence": 0.9,
            "start": one.start_ms,
            "end": one.end_ms,
            "speaker": one.speaker,
            "text": one.text,
            "words": [{"text": t, "start": s, "end": e, "confidence": 0.9} for t, s, e in said_words(one)],
        }
        for one in transcript.utterances
    ]
    return {"status": "completed", "audio_duration": 100, "utterances": utterances, "words": []}


def deepgram(transcript: Transcript) -> Json:
    words = [
        {"word": t.lower(), "punctuated_word": t, "start": s / 1000, "end": e / 1000, "speaker": one.speaker}
        for one in transcript.utterances
        for t, s, e in said_words(one)
    ]
    return {"results": {"channels": [{"alternatives": [{"transcript": transcript.text, "words": words}]}]}}


def aws_transcribe(transcript: Transcript) -> Json:
    items = [
        {
            "type": "pronunciation",
            "alternatives": [{"confidence": "1.0", "content": t}],
            "start_time": str(s / 1000),
            "end_time": str(e / 1000),
            "speaker_label": one.speaker,
        }
        for one in transcript.utterances
        for t, s, e in said_words(one)
    ]
    return {"jobName": "x", "results": {"transcripts": [{"transcript": transcript.text}], "items": items}}


def call_analytics(transcript: Transcript) -> Json:
    turns = [
        {
            "ParticipantRole": one.speaker,
            "BeginOffsetMillis": one.start_ms,
            "EndOffsetMillis": one.end_ms,
            "Content": one.text,
            "Items": [
                {"Type": "pronunciation", "Content": t, "BeginOffsetMillis": s, "EndOffsetMillis": e}
                for t, s, e in said_words(one)
            ],
        }
        for one in transcript.utterances
    ]
    return {"JobStatus": "COMPLETED", "Transcript": turns}


def google_speech(transcript: Transcript) -> Json:
    told = [{"alternatives": [{"transcript": one.text}], "resultEndTime": "9s"} for one in transcript.utterances]
    words = [
        {"word": t, "startTime": f"{s / 1000}s", "endTime": f"{e / 1000}s", "speakerTag": one.speaker}
        for one in transcript.utterances
        for t, s, e in said_words(one)
    ]
    return {"response": {"results": [*told, {"alternatives": [{"words": words}]}]}}


def azure_batch(transcript: Transcript) -> Json:
    phrases = [
        {
            "recognitionStatus": "Success",
            "channel": 0,
            "speaker": one.speaker,
            "offsetInTicks": seconds(one.start_ms) * 1e7,
            "durationInTicks": length_ms(one) * 1e4,
            "nBest": [
                {
                    "display": one.text,
                    "words": [
                        {"word": t, "offsetInTicks": s * 10_000, "durationInTicks": (e - s) * 10_000}
                        for t, s, e in said_words(one)
                    ],
                }
            ],
        }
        for one in transcript.utterances
    ]
    return {"source": "x", "recognizedPhrases": phrases}


def azure_fast(transcript: Transcript) -> Json:
    phrases = [
        {
            "speaker": one.speaker,
            "offsetMilliseconds": one.start_ms,
            "durationMilliseconds": length_ms(one),
            "text": one.text,
            "words": [
                {"text": t, "offsetMilliseconds": s, "durationMilliseconds": e - s} for t, s, e in said_words(one)
            ],
        }
        for one in transcript.utterances
    ]
    return {"durationMilliseconds": 1, "combinedPhrases": [{"text": transcript.text}], "phrases": phrases}


def speechmatics(transcript: Transcript) -> Json:
    results = [
        {
            "type": "word",
            "start_time": s / 1000,
            "end_time": e / 1000,
            "alternatives": [{"content": t, "confidence": 1.0, "speaker": one.speaker}],
        }
        for one in transcript.utterances
        for t, s, e in said_words(one)
    ]
    return {"format": "2.9", "metadata": {"type": "transcription"}, "results": results}


def speechmatics_v1(transcript: Transcript) -> Json:
    words = [
        {"name": t, "time": str(s / 1000), "duration": str((e - s) / 1000), "confidence": "1.000"}
        for one in transcript.utterances
        for t, s, e in said_words(one)
    ]
    speakers = [
        {"name": one.speaker, "time": str(seconds(one.start_ms)), "duration": str(length_ms(one) / 1000)}
        for one in transcript.utterances
    ]
    return {"format": "1.0", "job": {"lang": ""}, "speakers": speakers, "words": words}


def revai(transcript: Transcript) -> Json:
    space = {"type": "punct", "value": " "}
    monologues = []
    for one in transcript.utterances:
        words = [{"type": "text", "value": t, "ts": s / 1000, "end_ts": e / 1000} for t, s, e in said_words(one)]
        monologues.append({"speaker": one.speaker, "elements": [part for word in words for part in (word, space)]})
    return {"monologues": monologues}


def rev_editor(transcript: Transcript) -> Json:
    names = list(transcript.speakers)
    monologues = [
        {
            "speaker": names.index(one.speaker or ""),
            "spans": [
                {"type": "text", "text": f"{t} ", "ts": s / 1000, "endTs": e / 1000} for t, s, e in said_words(one)
            ],
        }
        for one in transcript.utterances
    ]
    return {"speakers": [{"id": number, "name": name} for number, name in enumerate(names)], "monologues": monologues}


def gladia(transcript: Transcript) -> Json:
    utterances = [
        {
            "start": seconds(one.start_ms),
            "end": seconds(one.end_ms),
            "speaker": one.speaker,
            "channel": 0,
            "text": one.text,
            "words": [{"word": f" {t}", "start": s / 1000, "end": e / 1000} for t, s, e in said_words(one)],
        }
        for one in transcript.utterances
    ]
    return {"result": {"transcription": {"full_transcript": transcript.text, "utterances": utterances}}}


def podcast(transcript: Transcript) -> Json:
    segments = [
        {"speaker": one.speaker, "startTime": s / 1000, "endTime": e / 1000, "body": t}
        for one in transcript.utterances
        for t, s, e in said_words(one)
    ]
    return {"version": "1.0.0", "segments": segments}


def fireflies(transcript: Transcript) -> Json:
    sentences = [
        {
            "index": one.index,
            "speaker_name": one.speaker,
            "start_time": seconds(one.start_ms),
            "end_time": seconds(one.end_ms),
            "text": one.text,
            "raw_text": one.text,
        }
        for one in transcript.utterances
    ]
    return {"data": {"transcript": {"title": "x", "sentences": sentences}}}


def grain(transcript: Transcript) -> list[Json]:
    return [
        {"speaker": one.speaker, "participant_id": "p", "start": one.start_ms, "end": one.end_ms, "text": one.text}
        for one in transcript.utterances
    ]


WITH_WORDS: dict[str, Callable[[Transcript], Json]] = {
    "assemblyai-json": assemblyai,
    "deepgram-json": deepgram,
    "aws-transcribe-json": aws_transcribe,
    "aws-call-analytics-json": call_analytics,
    "google-speech-json": google_speech,
    "azure-batch-json": azure_batch,
    "azure-fast-json": azure_fast,
    "speechmatics-json": speechmatics,
    "revai-json": revai,
    "rev-editor-json": rev_editor,
    "gladia-json": gladia,
    "podcast-json": podcast,
}
WITHOUT_WORDS: dict[str, Callable[[Transcript], object]] = {"fireflies-json": fireflies, "grain-json": grain}
