"""WebVTT as the standard says it, and as tools write it."""

import pytest

from notes_pipeline.core.transcript import Transcript
from notes_pipeline.readers import read_transcript

Found = list[tuple[str | None, int | None, int | None, str]]


def read(*blocks: str, name: str = "talk.vtt") -> Transcript:
    return read_transcript("\n\n".join(blocks).encode(), name)


def found(transcript: Transcript) -> Found:
    return [(one.speaker, one.start_ms, one.end_ms, one.text) for one in transcript.utterances]


@pytest.mark.parametrize(
    ("timing", "start_ms", "end_ms"),
    [
        pytest.param("00:00:01.000 --> 00:00:02.500", 1000, 2500, id="standard"),
        pytest.param("00:01.000 --> 00:02.500", 1000, 2500, id="no hours"),
        pytest.param("0.000 --> 3.480", 0, 3480, id="seconds only"),
        pytest.param("1:04.620 --> 10:09.620", 64620, 609620, id="minutes of one digit"),
        pytest.param("00:00:60.000 --> 00:01:60.5", 60000, 120500, id="sixty seconds"),
        pytest.param("100:00:00.1 --> 100:00:00.25", 360000100, 360000250, id="hundred hours, few decimals"),
        pytest.param("00:00:01 --> 00:00:02", 1000, 2000, id="no decimals"),
        pytest.param("00:00:01.0004 --> 00:00:02.0006", 1000, 2001, id="many decimals"),
        pytest.param("00:00:01.000-->00:00:02.000", 1000, 2000, id="no blanks"),
        pytest.param("00:00:01.000 --> 00:00:02.000 align:start position:0%", 1000, 2000, id="settings"),
    ],
)
def test_times_are_the_sum_of_their_parts(timing: str, start_ms: int, end_ms: int) -> None:
    assert found(read("WEBVTT", f"{timing}\nHello.")) == [(None, start_ms, end_ms, "Hello.")]


@pytest.mark.parametrize(
    ("cue", "expected"),
    [
        pytest.param("<v Ann>Hello.</v>", [("Ann", "Hello.")], id="closed"),
        pytest.param("<v Ann>Hello.\nHow are you?", [("Ann", "Hello. How are you?")], id="not closed"),
        pytest.param("<v.loud.first Ann Lee>Hello.", [("Ann Lee", "Hello.")], id="classes"),
        pytest.param("<v Lee, Ann>Hello.", [("Lee, Ann", "Hello.")], id="last name first"),
        pytest.param("<v Ann>Hi.</v> <v Ben>Hello.", [("Ann", "Hi."), ("Ben", "Hello.")], id="two voices"),
        pytest.param("<v >Hello.", [(None, "Hello.")], id="empty name"),
        pytest.param("<v A&amp;B>Tom &amp; Jerry &lt;3", [("A&B", "Tom & Jerry <3")], id="entities"),
        pytest.param("<v Ann><i>So</i> <c.red>good</c>", [("Ann", "So good")], id="other tags"),
        pytest.param("<v Ann>Is it <[?]> or <laughs> so", [("Ann", "Is it <[?]> or <laughs> so")], id="no tags"),
        pytest.param("<v Ann><bold>my</bold> <script>x</script>", [("Ann", "my <script>x</script>")], id="pasted HTML"),
    ],
)
def test_voices_are_speakers(cue: str, expected: list[tuple[str, str]]) -> None:
    transcript = read("WEBVTT", f"00:01.000 --> 00:02.000\n{cue}")
    assert [(one.speaker, one.text) for one in transcript.utterances] == expected


def test_a_voice_is_not_carried_on_to_the_next_cue() -> None:
    transcript = read("WEBVTT", "00:01.000 --> 00:02.000\n<v Ann>Hello.", "00:02.000 --> 00:03.000\nWho was that?")
    assert [one.speaker for one in transcript.utterances] == ["Ann", None]


def test_notes_styles_and_ids_are_not_speech() -> None:
    transcript = read(
        "\ufeffWEBVTT - a film\nKind: captions\nLanguage: de-AT",
        "STYLE\n::cue { color: red }",
        "NOTE\nlines of\na comment",
        "some id\n00:01.000 --> 00:02.000\nHello.",
        "NOTE Confidence: 0.99",
        "6f1f8d2e-aaaa-bbbb-cccc-0123456789ab/3-1\n00:02.000 --> 00:03.000\nWorld.",
    )
    assert transcript.text == "Hello. World."
    assert transcript.language == "de-AT"
    assert "comment and style blocks set aside: 3, first at line 5" in transcript.warnings
    assert "caption ids that are words, set aside: 1, first at line 12" in transcript.warnings


def test_the_language_of_stream_notes_is_read() -> None:
    transcript = read("WEBVTT", 'NOTE duration:"00:10"', "NOTE language:en-us", "00:01.000 --> 00:02.000\nHi there.")
    assert transcript.language == "en-us"
    assert transcript.text == "Hi there."


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("00:01.000 --> 00:02.000\nOne.\n00:02.000 --> 00:03.000\nTwo.", id="no empty line"),
        pytest.param("1\n00:01.000 --> 00:02.000\nOne.\n2\n00:02.000 --> 00:03.000\nTwo.", id="numbers, no empty line"),
        pytest.param("1\n\n00:01.000 --> 00:02.000\nOne.\n\n2\n\n00:02.000 --> 00:03.000\nTwo.", id="number apart"),
        pytest.param("00:01.000 --> 00:02.000\n One.\n \n00:02.000 --> 00:03.000\n\tTwo.", id="blank lines of spaces"),
        pytest.param("\n\n\n00:01.000 --> 00:02.000\nOne.\n\n\n\n00:02.000 --> 00:03.000\nTwo.", id="many empty lines"),
    ],
)
def test_cues_are_found_where_empty_lines_are_missing_or_too_many(body: str) -> None:
    assert found(read("WEBVTT", body)) == [(None, 1000, 2000, "One."), (None, 2000, 3000, "Two.")]


def test_text_after_an_empty_line_is_kept_and_remarked_on() -> None:
    transcript = read("WEBVTT", "00:01.000 --> 00:02.000\nOne,", "and two.", "00:02.000 --> 00:03.000\nThree.")
    assert transcript.text == "One, and two. Three."
    assert "lines after an empty line, read as speech of the caption above: 1, first at line 6" in transcript.warnings


def test_an_arrow_without_times_is_text() -> None:
    assert read("WEBVTT", "00:01.000 --> 00:02.000\nfrom a --> to b").text == "from a --> to b"


def test_a_file_without_its_first_line_is_read_with_a_warning() -> None:
    transcript = read("00:01.000 --> 00:02.000\nHello.")
    assert transcript.source_format == "vtt"
    assert "the first line is not WEBVTT" in transcript.warnings


def test_zoom_names_are_speakers_and_a_missing_name_is_unknown() -> None:
    names = ["ethDreamer (Mark)", "Ann-Marie d'Arc", "ethDreamer (Mark)", "", "Ann-Marie d'Arc", "Zoë Ó Briain (SL)"]
    cues = [f"{i}\n00:0{i}.000 --> 00:0{i}.500\n{name}{': ' * bool(name)}at 10:30: so" for i, name in enumerate(names)]
    transcript = read("WEBVTT", *cues)
    assert [one.speaker for one in transcript.utterances] == [name or None for name in names]
    assert {one.text for one in transcript.utterances} == {"at 10:30: so"}


def test_a_colon_in_speech_makes_no_speaker() -> None:
    cues = [
        f"00:0{i}.000 --> 00:0{i}.500\n{text}" for i, text in enumerate(["Note: it rains.", "And he said: no.", "So."])
    ]
    assert read("WEBVTT", *cues).speakers == ()


def test_youtubes_doubled_lines_are_read_once_with_the_times_of_their_words() -> None:
    settings = "align:start position:0%"
    transcript = read(
        "WEBVTT\nKind: captions\nLanguage: en",
        f"00:00.000 --> 00:01.829 {settings}\n \nmy<00:00.160><c> career</c><00:00.480><c.colorE5E5E5> in</c>",
        f"00:01.829 --> 00:01.839 {settings}\nmy career in\n ",
        f"00:01.839 --> 00:04.550 {settings}\nmy career in\nopen<00:02.240><c> source</c>",
        f"00:04.550 --> 00:04.560 {settings}\nopen source\n ",
        f"00:04.560 --> 00:06.000 {settings}\nopen source\n[Music]",
    )
    assert found(transcript) == [
        (None, 0, 1829, "my career in"),
        (None, 1839, 4550, "open source"),
        (None, 4560, 6000, "[Music]"),
    ]
    first = transcript.utterances[0]
    assert [(first.text[w.span.start : w.span.end], w.start_ms, w.end_ms) for w in first.words] == [
        ("my", 0, 160),
        ("career", 160, 480),
        ("in", 480, 1829),
    ]


def test_a_line_said_again_is_kept_when_captions_do_not_roll() -> None:
    cues = [f"00:0{i}.000 --> 00:0{i + 1}.000\nThank you." for i in range(6)]
    assert len(read("WEBVTT", *cues).utterances) == 6


def test_short_cues_of_the_same_words_are_all_kept() -> None:
    cues = [f"00:00.{i}00 --> 00:00.{i}10\n<v Ann>No." for i in range(8)]
    assert len(read("WEBVTT", *cues).utterances) == 8


def test_a_number_that_was_said_is_no_id() -> None:
    transcript = read("WEBVTT", "00:01.000 --> 00:02.000\nHow old?\n42\n00:02.000 --> 00:03.000\nReally?")
    assert transcript.text == "How old? 42 Really?"


NAMES = ("ethDreamer (Mark)", "danny", "Ann Lee (she/her)", "José María | ACME", "ann.lee@example.org", "Dr. K. Vale")


def test_zoom_names_are_whatever_people_type() -> None:
    said = [(name, f"words of {at}: so") for at, name in enumerate((*NAMES, *NAMES))]
    cues = [
        f"{at}\r\n00:00:{at:02}.000 --> 00:00:{at:02}.900\r\n{name}: {text}\r\n" for at, (name, text) in enumerate(said)
    ]
    cues.append("13\r\n00:00:13.000 --> 00:00:13.900\r\nThe point is this: nobody said who speaks.\r\n")
    transcript = read_transcript("\r\n".join(["WEBVTT\r\n", *cues]).encode(), "a.vtt")
    assert [(one.speaker, one.text) for one in transcript.utterances] == [
        *said,
        (None, "The point is this: nobody said who speaks."),
    ]
