"""JSON of Whisper and its kin, of whisper.cpp, and our own."""

import json
import re

import pytest

from notes_pipeline.core.errors import UnreadableTranscriptError
from notes_pipeline.core.transcript import Transcript, Utterance
from notes_pipeline.readers import read_transcript

Json = dict[str, object]
HELLO: Json = {"id": 0, "start": 0.0, "end": 1.5, "text": " Hello there."}


def read(value: object, name: str = "talk.json") -> Transcript:
    return read_transcript(json.dumps(value).encode(), name)


def words_of(utterance: Utterance) -> list[tuple[str, int, int]]:
    return [(utterance.text[w.span.start : w.span.end], w.start_ms, w.end_ms) for w in utterance.words]


@pytest.mark.parametrize(
    "value",
    [
        pytest.param({"text": " Hello there.", "segments": [HELLO], "language": "en"}, id="openai-whisper"),
        pytest.param({"segments": [HELLO | {"words": None}]}, id="segments only, words null"),
        pytest.param([HELLO], id="bare list"),
        pytest.param({"task": "transcribe", "duration": 1.5, "segments": [HELLO], "words": []}, id="verbose_json"),
    ],
)
def test_whisper_segments_are_utterances(value: object) -> None:
    transcript = read(value)
    assert transcript.source_format == "whisper-json"
    assert [(one.speaker, one.start_ms, one.end_ms, one.text) for one in transcript.utterances] == [
        (None, 0, 1500, "Hello there.")
    ]


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(
            [{"word": " Hello", "start": 0, "end": 0.5}, {"word": " there.", "start": 0.6, "end": 1.4}], id="whisper"
        ),
        pytest.param(
            [{"text": "Hello", "start": 0, "end": 0.5}, {"text": "there", "start": 0.6, "end": 1.4}], id="timestamped"
        ),
    ],
)
def test_word_times_are_kept(words: list[Json]) -> None:
    found = words_of(read({"segments": [HELLO | {"words": words}]}).utterances[0])
    assert [(text.strip("."), start, end) for text, start, end in found] == [("Hello", 0, 500), ("there", 600, 1400)]


def test_words_for_the_whole_file_are_shared_out_to_segments() -> None:
    segments = [{"start": 0, "end": 1, "text": "one two"}, {"start": 1, "end": 2, "text": "two"}]
    words = [{"word": w, "start": s, "end": s + 0.4} for w, s in (("one", 0), ("two", 0.5), ("two", 1.0))]
    transcript = read({"segments": segments, "words": words})
    assert [words_of(one) for one in transcript.utterances] == [
        [("one", 0, 400), ("two", 500, 900)],
        [("two", 1000, 1400)],
    ]


def test_a_word_without_times_gets_them_from_its_neighbours() -> None:
    words = [
        {"word": "in", "start": 1.0, "end": 1.2},
        {"word": "19"},
        {"word": "84"},
        {"word": "so", "start": 2.2, "end": 2.4},
    ]
    found = words_of(read([{"start": 1, "end": 3, "text": "in 19 84 so", "words": words}]).utterances[0])
    assert found == [("in", 1000, 1200), ("19", 1200, 1700), ("84", 1700, 2200), ("so", 2200, 2400)]


def test_a_word_that_does_not_stand_in_the_text_is_remarked_on() -> None:
    words = [{"word": "no", "start": 0, "end": 1}, {"word": "there.", "start": 1, "end": 1.5}]
    transcript = read([HELLO | {"words": words}])
    assert words_of(transcript.utterances[0]) == [("there.", 1000, 1500)]
    assert any(warning.startswith("words whose place or time is not clear") for warning in transcript.warnings)


def test_the_speaker_of_a_segment_is_its_own_or_that_of_most_of_its_words() -> None:
    words = [{"word": w, "start": 0, "end": 1, "speaker": s} for w, s in (("a", "S1"), ("b", "S0"), ("c", "S1"))]
    transcript = read(
        {
            "segments": [
                {"start": 0, "end": 1, "text": "a b c", "words": words},
                {"start": 1, "end": 2, "text": "d", "speaker": 0},
                {"start": 2, "end": 3, "text": "e"},
            ]
        }
    )
    assert transcript.source_format == "diarized-json"
    assert [one.speaker for one in transcript.utterances] == ["S1", "0", None]
    assert "words by another speaker than most of their segment, counted to that one: 1, first at segments[0]" in (
        transcript.warnings
    )


@pytest.mark.parametrize(
    "times",
    [
        pytest.param({"offsets": {"from": 1500, "to": 2500}}, id="offsets"),
        pytest.param({"timestamps": {"from": "00:00:01,500", "to": "00:00:02,500"}}, id="timestamps"),
    ],
)
def test_whispercpp_is_read_with_its_tokens_as_words(times: Json) -> None:
    tokens = [
        {"text": "[_BEG_]", "offsets": {"from": 1500, "to": 1500}},
        {"text": " Hel", "offsets": {"from": 1500, "to": 1700}},
        {"text": "lo", "offsets": {"from": 1700, "to": 2000}},
        {"text": ".", "offsets": {"from": 2000, "to": 2500}},
    ]
    transcript = read({"result": {"language": "en"}, "transcription": [{**times, "text": " Hello.", "tokens": tokens}]})
    only = transcript.utterances[0]
    assert (transcript.source_format, transcript.language) == ("whispercpp-json", "en")
    assert (only.start_ms, only.end_ms, only.text) == (1500, 2500, "Hello.")
    assert words_of(only) == [("Hello.", 1500, 2500)]


def test_our_own_form_is_kept_as_it_is() -> None:
    text = "  We\nbroke\tthe   line <b>here</b> &amp; kept it. "
    transcript = read(
        {
            "id": "x",
            "utterances": [
                {"id": 0, "speaker": "Zoë", "start": 0.0, "end": 4.0, "text": text},
                {"id": 1, "speaker": None, "start": None, "end": None, "text": ""},
                {"id": 2, "speaker": "Zoë", "start": 4.0, "end": 4.0, "text": "one two", "words": [
                    {"text": "one", "start": 4.0, "end": 4.1}, {"word": "two", "start": 4.1, "end": 4.2}]},
            ],
        }
    )  # fmt: skip
    assert transcript.source_format == "contract-json"
    assert [one.text for one in transcript.utterances] == [text, "", "one two"]
    assert (transcript.utterances[2].start_ms, transcript.utterances[2].end_ms) == (4000, 4000)
    assert words_of(transcript.utterances[2]) == [("one", 4000, 4100), ("two", 4100, 4200)]
    assert transcript.warnings == ()


@pytest.mark.parametrize(
    ("utterance", "message"),
    [
        pytest.param({"id": 3, "text": "x"}, "utterances[0]: its id is 3; ids must count 0, 1, 2", id="id"),
        pytest.param({"id": False, "text": "x"}, "utterances[0]: its id is False", id="id of another kind"),
        pytest.param({"id": 0, "text": 1}, "utterances[0]: text must be a string", id="text"),
        pytest.param(
            {"id": 0, "text": "x", "speaker": 1}, "utterances[0]: speaker must be a string or null", id="speaker"
        ),
    ],
)
def test_our_own_form_is_refused_where_it_is_broken(utterance: Json, message: str) -> None:
    with pytest.raises(UnreadableTranscriptError, match=re.escape(message)):
        read({"id": "x", "utterances": [utterance]})


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        pytest.param('{"segments": [{"start": 0, "te', "the JSON ends early, at line 1", id="ends in a string"),
        pytest.param('{"segments": [\n{"start": 0},\n', "the JSON ends early, at line 2", id="ends in a list"),
        pytest.param('{"segments": [\n{"start": 0 "end": 1}]}', "line 2, column 13: broken JSON", id="comma missing"),
        pytest.param("[" * 200_000, "nested too deep", id="deep lists"),
        pytest.param('{"a":' * 200_000, "nested too deep", id="deep objects"),
        pytest.param(
            '[{"start": ' + "9" * 5000 + ', "text": "x"}]', "a number of thousands of digits", id="huge number"
        ),
        pytest.param('{"name": "package", "version": "1.0"}', "no transcript that we know", id="another kind"),
        pytest.param('{"utterances": [{"text": "x", "start": 1}]}', "no transcript that we know", id="nobody's keys"),
        pytest.param("hello", "broken JSON", id="no JSON"),
        pytest.param('{"segments": []}', "no speech found", id="no segments"),
        pytest.param('{"id": "x", "utterances": []}', "no speech found", id="no utterances"),
    ],
)
def test_json_is_refused_with_one_message(raw: str, message: str) -> None:
    with pytest.raises(UnreadableTranscriptError, match=re.escape(message)) as caught:
        read_transcript(raw.encode(), "talk.json")
    assert str(caught.value).startswith("talk.json")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("time", "start_ms", "warning"),
    [
        pytest.param("NaN", None, "numbers that are NaN, read as missing", id="NaN"),
        pytest.param("-Infinity", None, "numbers that are -Infinity, read as missing", id="infinity"),
        pytest.param("1e400", None, "times that are no numbers, left out: 1, first at segments[0]", id="overflow"),
        pytest.param("9" * 400, None, "times that are no numbers, left out: 1, first at segments[0]", id="400 digits"),
        pytest.param('"abc"', None, "times that are no numbers, left out: 1, first at segments[0]", id="text"),
        pytest.param("true", None, "times that are no numbers, left out: 1, first at segments[0]", id="true"),
        pytest.param("{}", None, "times that are no numbers, left out: 1, first at segments[0]", id="object"),
        pytest.param("-0.5", 0, "negative times, read as 0: 1, first at segments[0]", id="negative"),
        pytest.param(
            "1e9", None, "times of more than a thousand hours, left out: 1, first at segments[0]", id="too late"
        ),
        pytest.param('"0.25"', 250, None, id="number as text"),
    ],
)
def test_a_time_is_finite_and_not_negative(time: str, start_ms: int | None, warning: str | None) -> None:
    raw = f'[{{"start": {time}, "end": 2, "text": "x"}}]'
    transcript = read_transcript(raw.encode(), "talk.json")
    assert transcript.utterances[0].start_ms == start_ms
    assert warning is None or warning in transcript.warnings


def test_a_key_twice_counts_last_with_a_warning() -> None:
    transcript = read_transcript(b'[{"start": 0, "text": "a", "text": "b"}]', "talk.json")
    assert transcript.text == "b"
    assert 'JSON objects with a key twice; the last one counts: 1, first at the key "text"' in transcript.warnings


def test_half_characters_and_nul_do_not_reach_the_transcript() -> None:
    transcript = read_transcript(b'{"utterances": [{"id": 0, "text": "a\\ud800\\u0000b"}]}', "talk.json")
    assert transcript.text == "a\ufffd\ufffdb"
