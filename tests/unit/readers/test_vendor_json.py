"""JSON of the vendors of speech recognition: what each shape means, and what is said about doubtful values."""

import json

import pytest

from notes_pipeline.core.errors import UnreadableTranscriptError
from notes_pipeline.core.transcript import Transcript, Utterance
from notes_pipeline.readers import read_transcript

Json = dict[str, object]


def read(value: object) -> Transcript:
    return read_transcript(json.dumps(value).encode(), "talk.json")


def lines_of(transcript: Transcript) -> list[tuple[str | None, int | None, int | None, str]]:
    return [(one.speaker, one.start_ms, one.end_ms, one.text) for one in transcript.utterances]


def words_of(utterance: Utterance) -> list[tuple[str, int, int]]:
    return [(utterance.text[w.span.start : w.span.end], w.start_ms, w.end_ms) for w in utterance.words]


def aws_item(text: str, start: str, end: str, **more: object) -> Json:
    return {"type": "pronunciation", "alternatives": [{"content": text}], "start_time": start, "end_time": end, **more}


AWS_COMMA: Json = {"type": "punctuation", "alternatives": [{"content": ","}]}


@pytest.mark.parametrize("utterances", [None, []], ids=["null", "empty"])
def test_assemblyai_without_utterances_is_read_from_its_words(utterances: list[Json] | None) -> None:
    words = [
        {"text": t, "start": s, "end": s + 90, "confidence": 1, "speaker": None} for t, s in (("Hi", 5), ("you.", 100))
    ]
    transcript = read({"utterances": utterances, "words": words, "language_code": "en_us"})
    assert transcript.source_format == "assemblyai-json"
    assert lines_of(transcript) == [(None, 5, 190, "Hi you.")]


def test_deepgram_channels_are_speakers_in_the_order_of_time() -> None:
    def channel(*words: tuple[str, float]) -> Json:
        return {"alternatives": [{"words": [{"word": w, "start": s, "end": s + 0.5} for w, s in words]}]}

    transcript = read({"results": {"channels": [channel(("hello.", 0), ("fine.", 5)), channel(("hi.", 2))]}})
    assert lines_of(transcript) == [
        ("channel 0", 0, 500, "hello."),
        ("channel 1", 2000, 2500, "hi."),
        ("channel 0", 5000, 5500, "fine."),
    ]


def test_deepgram_without_words_is_read_from_its_paragraphs() -> None:
    paragraphs = [
        {"speaker": 1, "sentences": [{"text": "One.", "start": 0, "end": 1}, {"text": "Two.", "start": 1, "end": 2}]}
    ]
    best = {"transcript": "One. Two.", "paragraphs": {"paragraphs": paragraphs}}
    transcript = read({"results": {"channels": [{"alternatives": [best]}]}})
    assert lines_of(transcript) == [("1", 0, 1000, "One."), ("1", 1000, 2000, "Two.")]


def test_aws_marks_stand_at_the_word_before_them_and_speakers_are_found_by_time() -> None:
    items = [aws_item("Well", "0.1", "0.3"), AWS_COMMA, aws_item("no", "0.4", "0.6"), aws_item("Why", "1.0", "1.2")]
    segments = [
        {"speaker_label": "", "items": []},
        {
            "speaker_label": "spk_0",
            "items": [{"start_time": "0.1", "end_time": "0.3"}, {"start_time": "0.4", "end_time": "0.6"}],
        },
        {"speaker_label": "spk_1", "items": [{"start_time": "1.0", "end_time": "1.2", "speaker_label": "spk_1"}]},
    ]
    transcript = read({"results": {"items": items, "speaker_labels": {"segments": segments}}})
    assert lines_of(transcript) == [("spk_0", 100, 600, "Well, no"), ("spk_1", 1000, 1200, "Why")]
    assert words_of(transcript.utterances[0]) == [("Well", 100, 300), ("no", 400, 600)]


def test_aws_audio_segments_name_the_speakers_of_their_items() -> None:
    items = [aws_item("Yes", "0", "1", id=0), aws_item("No", "1", "2", id=1)]
    segments = [{"id": n, "speaker_label": f"spk_{n}", "items": [n], "transcript": "x"} for n in (0, 1)]
    transcript = read({"results": {"items": items, "audio_segments": segments}})
    assert lines_of(transcript) == [("spk_0", 0, 1000, "Yes"), ("spk_1", 1000, 2000, "No")]


def test_aws_channels_are_speakers() -> None:
    channels = [
        {"channel_label": "ch_0", "items": [aws_item("Yes", "3", "4")]},
        {"channel_label": "ch_1", "items": [aws_item("Ready", "1", "2")]},
    ]
    transcript = read({"results": {"items": [], "channel_labels": {"channels": channels}}})
    assert lines_of(transcript) == [("ch_1", 1000, 2000, "Ready"), ("ch_0", 3000, 4000, "Yes")]


@pytest.mark.parametrize("is_wrapped", [False, True], ids=["plain", "in response"])
@pytest.mark.parametrize(
    "times", [("0.500s", "1s"), ({"nanos": 500_000_000}, {"seconds": "1"})], ids=["text", "seconds and nanos"]
)
def test_google_results_are_utterances(is_wrapped: bool, times: tuple[object, object]) -> None:
    words = [{"word": "Hello.", "startTime": times[0], "endTime": times[1]}]
    results = {"results": [{"languageCode": "en-us", "alternatives": [{"transcript": "Hello.", "words": words}]}]}
    transcript = read({"response": results} if is_wrapped else results)
    assert (transcript.source_format, transcript.language) == ("google-speech-json", "en-us")
    assert words_of(transcript.utterances[0]) == [("Hello.", 500, 1000)]


def test_google_words_that_the_last_result_repeats_are_read_once() -> None:
    plain = [{"word": w, "startTime": f"{n}s", "endTime": f"{n + 1}s"} for n, w in enumerate(["one", "two"])]
    tagged = [{**word, "speakerTag": n + 1} for n, word in enumerate(plain)]
    results = [
        {"alternatives": [{"transcript": "one two", "words": plain}]},
        {"alternatives": [{"words": tagged}]},
    ]
    assert lines_of(read({"results": results})) == [("1", 0, 1000, "one"), ("2", 1000, 2000, "two")]


def test_google_words_that_the_last_result_repeats_otherwise_are_read_once_with_a_remark() -> None:
    plain = [{"word": "fourty", "startTime": "1s", "endTime": "2s"}]
    tagged = [{"word": "forty", "startTime": "1s", "endTime": "2s", "speakerTag": 1}]
    transcript = read(
        {
            "results": [
                {"alternatives": [{"transcript": "fourty", "words": plain}]},
                {"alternatives": [{"words": tagged}]},
            ]
        }
    )
    assert lines_of(transcript) == [("1", 1000, 2000, "forty")]
    assert any(warning.startswith("results that the last one repeats") for warning in transcript.warnings)


def test_azure_phrases_that_failed_are_set_aside_and_channels_sorted() -> None:
    def phrase(channel: int, ticks: float, text: str, status: str = "Success") -> Json:
        best = [{"display": text, "words": [{"word": text.lower(), "offsetInTicks": ticks, "durationInTicks": 1e7}]}]
        return {
            "recognitionStatus": status,
            "channel": channel,
            "offsetInTicks": ticks,
            "duration": "PT1S",
            "nBest": best,
        }

    transcript = read(
        {"recognizedPhrases": [phrase(0, 5e7, "Late"), phrase(1, 1e7, "Soon"), phrase(1, 2e7, "", "NoMatch")]}
    )
    assert [(one.speaker, one.start_ms, one.text) for one in transcript.utterances] == [
        ("channel 1", 1000, "Soon"),
        ("channel 0", 5000, "Late"),
    ]
    assert words_of(transcript.utterances[0]) == [("Soon", 1000, 2000)]
    assert "phrases that were not recognised, set aside: 1, first at recognizedPhrases[2]" in transcript.warnings


def test_speechmatics_marks_attach_as_they_say_and_uu_is_unknown() -> None:
    def result(kind: str, text: str, start: float, **more: str) -> Json:
        best = {"content": text, "speaker": "UU"}
        return {"type": kind, "start_time": start, "end_time": start + 1, "alternatives": [best], **more}

    transcript = read(
        {
            "results": [
                result("punctuation", "¿", 0, attaches_to="next"),
                result("word", "Qué", 0),
                result("punctuation", "?", 1),
                result("entity", "19", 2),
            ]
        }
    )
    assert [(one.speaker, one.text) for one in transcript.utterances] == [(None, "¿Qué? 19")]


def test_rev_elements_are_joined_as_they_stand() -> None:
    elements = [
        {"type": "text", "value": "Hi", "ts": 0.3, "end_ts": 0.5},
        {"type": "punct", "value": ", "},
        {"type": "text", "value": "self", "ts": 0.6, "end_ts": 0.8},
        {"type": "punct", "value": "-"},
        {"type": "text", "value": "made", "ts": 0.8, "end_ts": 0.9},
    ]
    transcript = read({"monologues": [{"speaker": 0, "elements": elements}]})
    assert lines_of(transcript) == [("0", 300, 900, "Hi, self-made")]
    assert len(transcript.utterances[0].words) == 3


def test_a_long_turn_is_cut_where_a_sentence_ends() -> None:
    words = [{"word": "so." if n % 50 == 49 else "so", "start": n, "end": n + 1, "speaker": 0} for n in range(150)]
    transcript = read({"results": {"channels": [{"alternatives": [{"words": words}]}]}})
    assert [len(one.words) for one in transcript.utterances] == [100, 50]


@pytest.mark.parametrize(
    ("value", "warning"),
    [
        pytest.param({"start": "abc"}, "times that are no numbers, left out: 1", id="time"),
        pytest.param({"start": -5}, "negative times, read as 0: 1", id="negative"),
        pytest.param({"words": {}}, "values that should be lists, set aside: 1", id="no list"),
        pytest.param({"words": [1, None]}, "list entries that are no objects, set aside: 2", id="no objects"),
        pytest.param({"text": ""}, "utterances without text, set aside: 1", id="no text"),
    ],
)
def test_doubtful_values_are_remarked_on(value: Json, warning: str) -> None:
    good = {"text": "Hello there.", "start": 100, "end": 200, "confidence": 1, "speaker": "A"}
    transcript = read({"utterances": [good, good | value]})
    assert transcript.utterances[0].text == "Hello there."
    assert any(found.startswith(warning) for found in transcript.warnings), transcript.warnings


def test_elevenlabs_words_are_joined_by_speaker() -> None:
    texts = [("Hello", "word", 0), (" ", "spacing", 0), ("there.", "word", 0), ("(laughs)", "audio_event", 1)]
    words = [
        {"text": text, "type": kind, "start": at / 2, "end": at / 2 + 0.4, "speaker_id": f"speaker_{who}"}
        for at, (text, kind, who) in enumerate(texts)
    ]
    transcript = read({"language_code": "eng", "text": "Hello there. (laughs)", "words": words})
    assert (transcript.source_format, transcript.language) == ("elevenlabs-json", "eng")
    assert lines_of(transcript) == [
        ("speaker_0", 0, 1400, "Hello there."),
        ("speaker_1", 1500, 1900, "(laughs)"),
    ]


@pytest.mark.parametrize("key", [None, "segments", "transcript", "utterances", "subtitles"])
def test_lists_of_nobodys_format_are_read_where_they_name_text_and_speaker(key: str | None) -> None:
    said = [
        {"speaker": "Ann", "timestamp": "0:01", "text": "Hello."},
        {"speaker": "Ben", "text": "Hi.", "time": "1:02"},
    ]
    transcript = read(said if key is None else {"title": "x", key: said})
    assert transcript.source_format == "json-list"
    assert lines_of(transcript) == [("Ann", 1000, None, "Hello."), ("Ben", 62000, None, "Hi.")]


def test_clock_times_in_segments_are_read() -> None:
    transcript = read({"segments": [{"start": "00:00:01.500", "end": "00:00:02,000", "text": "Hello."}]})
    assert lines_of(transcript) == [(None, 1500, 2000, "Hello.")]


def test_a_chat_with_a_machine_is_no_transcript() -> None:
    with pytest.raises(UnreadableTranscriptError, match="no transcript that we know"):
        read([{"role": "user", "content": "hello"}, {"role": "assistant", "content": "hi"}])


@pytest.mark.parametrize("keys", [("start", "end"), ("start_time", "end_time")])
def test_whole_numbers_that_are_no_seconds_are_milliseconds(keys: tuple[str, str]) -> None:
    times = [(1200, 3400), (3500, 5000), (5100, 9000)]
    said = [{keys[0]: start, keys[1]: end, "text": "Hello to you.", "speaker": "Ann"} for start, end in times]
    transcript = read(said)
    assert [one[1:3] for one in lines_of(transcript)] == times
    assert any("read as milliseconds" in warning for warning in transcript.warnings)


def test_whole_seconds_stay_seconds() -> None:
    said = [{"start": at, "end": at + 60, "text": "Two words"} for at in (0, 60)]
    assert [one[1:3] for one in lines_of(read(said))] == [(0, 60000), (60000, 120000)]


def test_lengths_in_place_of_ends() -> None:
    transcript = read([{"text": "Hello.", "start": 0.5, "duration": 2.5}])
    assert lines_of(transcript) == [(None, 500, 3000, "Hello.")]
