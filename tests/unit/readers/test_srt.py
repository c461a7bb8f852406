"""SRT and SBV, with names at changes of speaker."""

import pytest

from notes_pipeline.core.transcript import Transcript
from notes_pipeline.readers import read_transcript


def read(text: str, name: str = "talk.srt") -> Transcript:
    return read_transcript(text.encode(), name)


def cues(*texts: str) -> str:
    return "\n".join(f"{i}\n00:00:0{i},000 --> 00:00:0{i},900\n{text}\n" for i, text in enumerate(texts))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("1\n00:00:01,000 --> 00:00:02,000\nHello\nthere.\n", id="standard"),
        pytest.param("1\r\n00:00:01,000 --> 00:00:02,000\r\nHello\r\nthere.\r\n", id="CRLF"),
        pytest.param("1\r00:00:01,000 --> 00:00:02,000\rHello\rthere.\r", id="CR"),
        pytest.param("00:00:01,000 --> 00:00:02,000\nHello there.", id="no number"),
        pytest.param("7\n00:00:01 --> 00:00:02\nHello there.", id="no milliseconds"),
        pytest.param("1\n00:00:01.000 --> 00:00:02.000\nHello there.", id="decimal point"),
        pytest.param(
            "1\n0:0:1,0 --> 0:0:2,0 X1:100 X2:200 Y1:3 Y2:4\n{\\an8}<i>Hello</i> <font color='red'>there.</font>",
            id="codes",
        ),
    ],
)
def test_srt_is_read_as_tools_write_it(text: str) -> None:
    transcript = read(text)
    assert transcript.source_format == "srt"
    assert [(one.start_ms, one.end_ms, one.text) for one in transcript.utterances] == [(1000, 2000, "Hello there.")]


def test_a_name_stands_for_the_cues_below_until_the_next_name() -> None:
    transcript = read(cues("Ann: How was", "it then?", "Ben: Fine.", "Not: that bad.", "Ann: Good.", "Ben: Yes."))
    assert [one.speaker for one in transcript.utterances] == ["Ann", "Ann", "Ben", "Ben", "Ann", "Ben"]
    assert transcript.utterances[3].text == "Not: that bad."


def test_a_second_speaker_inside_a_cue_is_a_second_utterance_of_the_same_time() -> None:
    transcript = read(cues("Ann: Ready?\nBen: Yes.", "Ann: Go.\nBen: Now?"))
    assert [(one.speaker, one.start_ms, one.text) for one in transcript.utterances] == [
        ("Ann", 0, "Ready?"),
        ("Ben", 0, "Yes."),
        ("Ann", 1000, "Go."),
        ("Ben", 1000, "Now?"),
    ]


def test_broadcast_marks_change_the_speaker_with_and_without_a_name() -> None:
    transcript = read(cues(">> ANN LEE: Good evening.", "And welcome.", ">> Who is that?", ">> BEN: Me."))
    assert [(one.speaker, one.text) for one in transcript.utterances] == [
        ("ANN LEE", "Good evening."),
        ("ANN LEE", "And welcome."),
        (None, "Who is that?"),
        ("BEN", "Me."),
    ]


def test_a_missing_name_is_unknown_where_every_cue_is_named() -> None:
    texts = ["Ann: a", "Ann: b", "Ben: c", "Ben: d", "Ann: e", "Ann: f", "f g", "Ben: h", "Ben: i"]
    assert read(cues(*texts)).utterances[6].speaker is None


def test_sounds_stay_in_the_text() -> None:
    assert read(cues("[Music] ♪♪♪", "(..) so")).text == "[Music] ♪♪♪ (..) so"


def test_rolling_srt_without_word_times_is_read_once() -> None:
    text = cues("one two", "one two\nthree four", "three four\nfive six", "five six\nseven", "seven\neight")
    assert read(text).text == "one two three four five six seven eight"


def test_sbv_is_read_and_an_end_before_its_start_is_left_out() -> None:
    transcript = read("0:00:00.599,0:00:04.160\nHello[br]there.\n\n0:00:17.484,0:00:16.543\nEnd.\n", "talk.sbv")
    assert transcript.source_format == "sbv"
    assert [(one.start_ms, one.end_ms, one.text) for one in transcript.utterances] == [
        (599, 4160, "Hello there."),
        (17484, None, "End."),
    ]
    assert "utterances that end before they start; the end is left out: 1, first at line 4" in transcript.warnings


def test_names_in_square_brackets_are_read_without_them() -> None:
    transcript = read(cues("[SPEAKER_00]: Hi.", "[SPEAKER_01]: Hello."))
    assert [(one.speaker, one.text) for one in transcript.utterances] == [
        ("SPEAKER_00", "Hi."),
        ("SPEAKER_01", "Hello."),
    ]


def test_names_in_bold_and_labels_in_brackets_are_speakers() -> None:
    lines = ["**Ann:** Hello **there** all", "**Ben**: Hi", "[Speaker 1] So", "[laughs] No", "**Ann:** two<br>lines"]
    text = "\n".join(f"{at}\n00:00:0{at},000 --> 00:00:0{at},900\n{line}\n" for at, line in enumerate(lines))
    transcript = read_transcript(text.encode(), "a.srt")
    assert [(one.speaker, one.text) for one in transcript.utterances] == [
        ("Ann", "Hello **there** all"),
        ("Ben", "Hi"),
        ("Speaker 1", "So"),
        ("Speaker 1", "[laughs] No"),
        ("Ann", "two lines"),
    ]
