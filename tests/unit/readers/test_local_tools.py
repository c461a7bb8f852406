"""Texts of tools that researchers run themselves: aTrain, f4, noScribe, MAXQDA; and of sites that name below times."""

import pytest

from notes_pipeline.core.transcript import Transcript
from notes_pipeline.readers import read_transcript

Found = list[tuple[str | None, int | None, int | None, str]]


def read(text: str) -> Transcript:
    return read_transcript(text.encode(), "talk.txt")


def found(transcript: Transcript) -> Found:
    return [(one.speaker, one.start_ms, one.end_ms, one.text) for one in transcript.utterances]


SAID: Found = [
    ("SPEAKER_00", 1000, None, "Hello there, welcome."),
    ("SPEAKER_00", 4000, None, "How are you?"),
    ("SPEAKER_01", 6000, None, "Fine - thanks."),
    ("SPEAKER_01", 9000, None, "And you?"),
    ("SPEAKER_00", 66000, None, "Good."),
]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            "SPEAKER_00\n[00:00:01] - Hello there, welcome.\n[00:00:04] - How are you?\n\n"
            "SPEAKER_01\n[00:00:06] - Fine - thanks.\n[00:00:09] - And you?\n\nSPEAKER_00\n[00:01:06] - Good.\n",
            id="with times",
        ),
        pytest.param(
            "SPEAKER_00\n[00:00:01] - Hello there, welcome. [00:00:04] - How are you? \n\n"
            "SPEAKER_01\n[00:00:06] - Fine - thanks. [00:00:09] - And you? \n\nSPEAKER_00\n[00:01:06] - Good. ",
            id="for MAXQDA",
        ),
        pytest.param(
            "SPEAKER_00\n00:00:01 - Hello there, welcome.\n00:00:04 - How are you?\n\n"
            "SPEAKER_01\n00:00:06 - Fine - thanks.\n00:00:09 - And you?\n\nSPEAKER_00\n00:01:06 - Good.\n",
            id="for NVivo",
        ),
    ],
)
def test_atrain_names_speakers_on_lines_of_their_own(text: str) -> None:
    transcript = read(f"Transcription for talk\n\n{text}")
    assert found(transcript) == SAID
    assert transcript.warnings == ("lines above the first speaker set aside: 1, first at line 1",)


def test_atrain_without_times_and_with_a_speaker_that_it_does_not_know() -> None:
    text = (
        "SPEAKER_00\nHello there.\nHow are you?\n\nSPEAKER_01\nFine.\n\nSpeaker undefined\nHm.\n\nSPEAKER_00\nGood.\n"
    )
    assert [(one.speaker, one.text) for one in read(f"Transcription for talk\n\n{text}").utterances] == [
        ("SPEAKER_00", "Hello there. How are you?"),
        ("SPEAKER_01", "Fine."),
        ("Speaker undefined", "Hm."),
        ("SPEAKER_00", "Good."),
    ]


def test_atrain_without_speakers() -> None:
    text = "Transcription for talk\n\n\n[00:00:01] - Hello there.\n[00:00:04] - How are you?\n"
    assert found(read(text)) == [(None, 1000, None, "Hello there."), (None, 4000, None, "How are you?")]


def test_a_label_alone_on_its_line_is_speech_where_nobody_else_is_named_so() -> None:
    assert found(read("We had a\n\nSpeaker\n\nin every room.\n"))[1] == (None, None, None, "Speaker")


def test_f4_says_when_words_end() -> None:
    text = (
        "I: What is it? #00:00:05-1#\nB: Bread. #00:00:12-2#\nAnd cake. #00:00:20-0# Both.\n"
        "I: Good. #00:00:25#\nB:  #00:00:26-0#\nB: Yes. #00:00:30-05#\n"
    )
    transcript = read(text)
    assert found(transcript) == [
        ("I", 0, 5100, "What is it?"),
        ("B", 5100, 12200, "Bread."),
        ("B", 12200, 20000, "And cake."),
        ("B", 20000, None, "Both."),
        ("I", None, 25000, "Good."),
        ("B", 26000, 30050, "Yes."),
    ]
    assert transcript.warnings == ("utterances without text, set aside: 1, first at line 5",)


def test_f4_may_say_when_words_begin() -> None:
    text = "#00:00:01-0# I: What is it? #00:00:05-0#\n#00:00:12-2# B: Bread. #00:00:15-0#\n#00:00:25-4# I: Good.\n"
    assert found(read(text)) == [
        ("I", 1000, 5000, "What is it?"),
        ("B", 12200, 15000, "Bread."),
        ("I", 25400, None, "Good."),
    ]


def test_two_recordings_in_one_text_of_f4() -> None:
    text = "I: One. #00:10:00-0#\nB: Two. #00:20:00-0#\nI: Three. #00:00:10-0#\nB: Four. #00:00:20-0#\n"
    assert [one[1:3] for one in found(read(text))] == [(0, 600000), (600000, 1200000), (None, 10000), (10000, 20000)]


def test_a_number_between_hashes_said_once_is_speech() -> None:
    transcript = read("I: Which?\nB: Number #00:00:20-1# one.\nI: Good.\nB: Yes.\n")
    assert transcript.utterances[1].text == "Number #00:00:20-1# one."


def test_a_label_and_a_time_in_its_middle_are_a_speaker_also_where_they_stand_once() -> None:
    text = "Speaker 1 [00:00:01] Hello.\n\nSpeaker 2 [00:00:05] Hi.\n\nSpeaker 1 [00:00:09] Bye.\n"
    assert [one.speaker for one in read(text).utterances] == ["Speaker 1", "Speaker 2", "Speaker 1"]


NAMES = ("Ann Lee", "Ben", "Ann Lee", "Ben", "Cleo K", "Ann Lee")


def test_names_between_times_and_text() -> None:
    text = "".join(f"00:{at:02}\n{name}\nHello {at}.\nAnd more.\n\n" for at, name in enumerate(NAMES))
    assert found(read(text)) == [(name, at * 1000, None, f"Hello {at}. And more.") for at, name in enumerate(NAMES)]


def test_lines_below_times_that_do_not_come_back_are_speech() -> None:
    text = "".join(
        f"00:{at:02}\nHello {word}\nand more of it.\n\n" for at, word in enumerate(["One", "Two", "Six", "Ten"])
    )
    transcript = read(text)
    assert transcript.speakers == ()
    assert transcript.utterances[0].text == "Hello One and more of it."


def test_zoom_chat_without_a_receiver() -> None:
    transcript = read("00:12:01\t From Ann Lee : hello\n00:12:05\t From Ben to Everyone : hi there\n")
    assert [(one.speaker, one.text) for one in transcript.utterances] == [("Ann Lee", "hello"), ("Ben", "hi there")]
