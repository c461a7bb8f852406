"""Transcripts as running text: who speaks is found by recurrence, what nobody said is set aside."""

import pytest

from notes_pipeline.core.transcript import Transcript
from notes_pipeline.readers import read_transcript

Found = list[tuple[str | None, int | None, str]]


def read(text: str, name: str = "talk.txt") -> Transcript:
    return read_transcript(text.encode(), name)


def found(transcript: Transcript) -> Found:
    return [(one.speaker, one.start_ms, one.text) for one in transcript.utterances]


TWO: Found = [("Ann", 22000, "Hello there."), ("Ben Lee", 3605000, "Hi.")]
UNTIMED: Found = [
    ("Ann", None, "Hello there."),
    ("Ben Lee", None, "Hi."),
    ("Ann", None, "So?"),
    ("Ben Lee", None, "No."),
]

SMALL = "Ann: Hi.\nBen: Hi.\nAnn: So.\nBen: No.\n"


@pytest.mark.parametrize(
    ("text", "source_format"),
    [
        pytest.param("Ann  0:22  \nHello there.\n\nBen Lee  1:00:05  \nHi.\n", "otter", id="Otter"),
        pytest.param("**Ann**  0:22  \nHello there.\n\n**Ben Lee**  1:00:05  \nHi.\n", "otter", id="Otter made bold"),
        pytest.param("Ann (00:00:22):\nHello there.\n\nBen Lee (01:00:05):\nHi.\n", "rev", id="Rev"),
        pytest.param("Ann: 00:22\nHello there.\nBen Lee: 01:00:05\nHi.\n", "rev", id="older Rev"),
        pytest.param("Ann (00:22.000)\nHello there.\n\nBen Lee (01:00:05.0)\nHi.\n", "riverside", id="Riverside"),
        pytest.param("**Ann** [0:22] Hello there.\n\n**Ben Lee** [1:00:05]Hi.\n", "markdown", id="bold and stamp"),
        pytest.param("**Ann:** 00:00:22\n\nHello there.\n\n**Ben Lee::** 01:00:05\n\nHi.\n", "markdown", id="heading"),
        pytest.param("[00:22] Ann: Hello there.\n[01:00:05] Ben Lee: Hi.\n", "stamped-text", id="stamp before name"),
        pytest.param("[Ann] [00:22] Hello there.\n[Ben Lee] [01:00:05] Hi.\n", "stamped-text", id="name in brackets"),
        pytest.param(
            "[00:22] - Ann\nHello there.\n[01:00:05] - Ben Lee\nHi.\n", "stamped-text", id="name without colon"
        ),
        pytest.param("Ann - 00:22\nHello there.\nBen Lee - 01:00:05\nHi.\n", "otter", id="dash before time"),
        pytest.param("00:00:22\tAnn:\tHello there.\n01:00:05\tBen Lee:\tHi.\n", "zoom-chat", id="Zoom chat"),
    ],
)
def test_names_with_times_are_read_in_every_style(text: str, source_format: str) -> None:
    transcript = read(text)
    assert found(transcript) == TWO
    assert transcript.source_format == source_format


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Ann: Hello there.\nBen Lee: Hi.\nAnn: So?\nBen Lee: No.\n", id="one line each"),
        pytest.param("Ann:\nHello\nthere.\n\nBen Lee:\nHi.\n\nAnn:\nSo?\n\nBen Lee:\nNo.\n", id="label alone"),
        pytest.param("**Ann:** Hello there.\n\n**Ben Lee**: Hi.\n\n**Ann:** So?\n\n**Ben Lee:** No.\n", id="bold"),
        pytest.param("*Ann:* Hello there.\n\n*Ben Lee*: Hi.\n\n*Ann:* So?\n\n_Ben Lee:_ No.\n", id="italic"),
        pytest.param(
            "> **Ann**: Hello there.\n>\n> **Ben Lee**: Hi.\n>\n> **Ann**: So?\n>\n> **Ben Lee**: No.\n", id="quoted"
        ),
        pytest.param(
            "<u>Ann:</u>\tHello there.\n\n<b>Ben Lee</b>: Hi.\n\n"
            "<p><strong>Ann:</strong> So?</p>\n\n<em>Ben Lee:</em> No.\n",
            id="tags",
        ),
        pytest.param("Ann  \nHello there.\n\nBen Lee  \nHi.\n\nAnn  \nSo?\n\nBen Lee  \nNo.\n", id="bare"),
        pytest.param("- Ann: Hello there.\n- Ben Lee: Hi.\n- Ann: So?\n- Ben Lee: No.\n", id="list"),
        pytest.param("[Ann]: Hello there.\n[Ben Lee]: Hi.\n[Ann]: So?\n[Ben Lee]: No.\n", id="brackets"),
        pytest.param("Ann： Hello there.\nBen Lee： Hi.\nAnn： So?\nBen Lee： No.\n", id="wide colon"),
    ],
)
def test_names_without_times_are_found_by_recurrence(text: str) -> None:
    transcript = read(text)
    assert found(transcript) == UNTIMED
    assert "no times in the file: quotes are tied to their text only" in transcript.warnings


@pytest.mark.parametrize(
    ("text", "speakers"),
    [
        pytest.param("Interviewer: How?\nP1: So.\n", ("Interviewer", "P1"), id="known labels, once"),
        pytest.param(
            "**Interviewer (I):** Hi.\n**I:** How?\n**R:** So.\n", ("Interviewer (I)", "I", "R"), id="I and R"
        ),
        pytest.param("Ann: Hi.\nBen: Hi.\n", ("Ann", "Ben"), id="every line named, each once"),
        pytest.param("Q: How?\nA: So.\nQ: Why?\nA: No.\n", ("Q", "A"), id="Q and A"),
        pytest.param("Question: How?\nAnswer: So.\nQuestion: Why?\nAnswer: No.\n", ("Question", "Answer"), id="words"),
        pytest.param("Eve Day: Hi.\nED: So?\nKM: Yes.\nED: And?\nKM: No.\n", ("Eve Day", "ED", "KM"), id="initials"),
        pytest.param("[id1] Yes.\n[id2] No. [laughter]\n[id1] So.\n", ("id1", "id2"), id="focus group"),
        pytest.param(
            "Dr. J. Smith: Hi.\nMx. O'Dea-Li: So?\nDr. J. Smith: Yes.\nMx. O'Dea-Li: No.\n",
            ("Dr. J. Smith", "Mx. O'Dea-Li"),
            id="titles",
        ),
        pytest.param("王芳：你好。\n李雷：嗯。\n王芳：好。\n李雷：好的。\n", ("王芳", "李雷"), id="no capitals"),
    ],
)
def test_labels_are_speakers(text: str, speakers: tuple[str, ...]) -> None:
    assert read(text).speakers == speakers


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Note: the price is high.\nNote: it is.\nWell, so it goes.\n", id="note"),
        pytest.param("He came at 10:30 and said: no.\n\nWe met: the three of us.\n\nIt was late.\n", id="prose"),
        pytest.param("10:30 was too late.\n\nSo we left.\n\nAnd slept.\n\nAnd ate.\n\nYes.\n", id="time of day"),
        pytest.param("See https://example.org/a: there.\nSee https://example.org/b: here.\n", id="addresses"),
    ],
)
def test_a_colon_makes_no_speaker(text: str) -> None:
    transcript = read(text)
    assert transcript.speakers == ()
    assert transcript.source_format == "plain-text"
    assert "no speakers and no times found: read as plain paragraphs" in transcript.warnings


def test_a_turn_goes_on_over_paragraphs_and_nameless_times() -> None:
    transcript = read("Ann (00:00:33):\nOne.\n\nTwo.\n\n(00:24:10):\nThree.\n\nBen (00:25:00):\nFour.\n")
    assert found(transcript) == [
        ("Ann", 33000, "One. Two."),
        ("Ann", 1450000, "Three."),
        ("Ben", 1500000, "Four."),
    ]


def test_google_meet_gives_only_the_speech() -> None:
    transcript = read(
        "# Call - 2025/01/16 15:52 GMT - Transcript\n### Attendees\nAnn, Ben, Ann's Presentation\n\n"
        "Ann: Welcome.\n\nBen: Thanks.\n\n00:05:00\n\nAnn: So \\[laughs\\] we go on.\n\nBen: Yes.\n\n"
        "Meeting ended after 00:18:42 👋\n\n"
        "_This editable transcript was computer generated and might contain errors. People can also change it._\n",
        "call.md",
    )
    assert transcript.source_format == "google-meet"
    assert found(transcript)[2:] == [("Ann", 300000, "So [laughs] we go on."), ("Ben", None, "Yes.")]
    assert "lines above the first speaker set aside: 1, first at line 3" in transcript.warnings
    assert "headings and notices of the tool set aside: 4, first at line 1" in transcript.warnings


def test_what_a_note_taker_wrote_above_the_transcript_is_set_aside() -> None:
    transcript = read(
        "Summary\nAnn: said much.\nAnn: all wrong.\n\n📖 Transcript\n\nAnn: Hi.\nBen: Hi.\nAnn: So.\nBen: No.\n"
    )
    assert transcript.text == "Hi. Hi. So. No."


def test_front_matter_and_a_header_are_set_aside_and_counted() -> None:
    transcript = read(
        "---\ntitle: x\n---\nDate: 3 May\nAge: 21\n\nAnn: " + "Well. " * 40 + "\nBen: Hi.\nAnn: So.\nBen: No.\n"
    )
    assert transcript.speakers == ("Ann", "Ben")
    assert transcript.warnings[:2] == (
        "lines above the transcript set aside: 3, first at line 1",
        "lines above the first speaker set aside: 2, first at line 4",
    )


def test_a_long_text_above_the_first_speaker_is_not_lost() -> None:
    transcript = read("We sat down at noon. " * 60 + "\n\n" + SMALL)
    assert transcript.utterances[0].speaker is None
    assert transcript.word_count == 304


def test_times_inside_the_text_cut_it_and_give_the_rest_a_start() -> None:
    transcript = read("**Ann:** One [00:01:00] two\n\n**Ben:** three [inaudible 00:01:30] [00:02:00]\n", "talk.md")
    assert found(transcript) == [
        ("Ann", None, "One"),
        ("Ann", 60000, "two"),
        ("Ben", None, "three [inaudible 00:01:30]"),
    ]


def test_a_profile_above_the_talk_is_no_talk() -> None:
    transcript = read("Interviewer: Jane Doe\nParticipant: P07\nDate: 3 May\n\nInterviewer: So?\nP07: Yes.\n")
    assert found(transcript) == [("Interviewer", None, "So?"), ("P07", None, "Yes.")]
    assert "lines above the first speaker set aside: 3, first at line 1" in transcript.warnings


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("Exactly [00:45:10] and then we went.", id="time in the middle of a line"),
        pytest.param("So I left the meeting", id="like a notice"),
        pytest.param("Meeting ended after an hour or so", id="like a footer"),
        pytest.param("and then: nothing.", id="colon in a sentence"),
        pytest.param("42", id="number"),
    ],
)
def test_a_line_of_a_turn_stays_in_the_turn(line: str) -> None:
    transcript = read(f"Ann Lee:\nWell.\n{line}\n\nBen:\nHi.\n\nAnn Lee:\nSo.\n\nBen:\nNo.\n")
    assert transcript.speakers == ("Ann Lee", "Ben")
    assert transcript.utterances[0].text == f"Well. {line}"


def test_noscribe_labels_with_times_are_speakers() -> None:
    transcript = read("S01: [00:00:12] one (..)\nS02: [00:00:15] two\nS01: [00:00:19] three\n")
    assert found(transcript) == [("S01", 12000, "one (..)"), ("S02", 15000, "two"), ("S01", 19000, "three")]
    assert transcript.source_format == "stamped-text"


def test_stamps_without_speakers_are_read() -> None:
    assert found(read("00:00:07 one\n00:00:12 two\n")) == [(None, 7000, "one"), (None, 12000, "two")]


def test_what_whisper_prints_keeps_both_times() -> None:
    transcript = read("[00:01.000 --> 00:02.500]  One\n[00:02.500 --> 00:04.000] [SPEAKER_01] two\n")
    assert [(one.speaker, one.start_ms, one.end_ms, one.text) for one in transcript.utterances] == [
        (None, 1000, 2500, "One"),
        ("SPEAKER_01", 2500, 4000, "two"),
    ]


def test_two_recordings_in_one_file_keep_their_order_with_a_warning() -> None:
    transcript = read("Ann  0:05\none\n\nBen  5:00\ntwo\n\nAnn  0:00\nthree\n\nBen  0:09\nfour\n")
    assert transcript.text == "one two three four"
    assert (
        "utterances that start before the one above them; the order is the file's: 1, first at line 7"
        in transcript.warnings
    )


def test_prose_is_read_as_paragraphs() -> None:
    transcript = read("First line\nof a paragraph.\n\nSecond one.\n")
    assert [one.text for one in transcript.utterances] == ["First line of a paragraph.", "Second one."]


MEET = """# **📖 Transcript**

## Round Up \\- Transcript

### 00:00:00

**Ann Lee:** Hello there.

**Ben:** Yes.

### 00:00:53

**Ann Lee's Presentation:** So it is.
**Ben:** Once more.

### Transcription ended after 00:49:58

*This editable transcript was computer generated and might contain errors.*
"""


def test_times_of_google_meet_may_be_headings() -> None:
    transcript = read(f"Notes\n\nAnn Lee: is in the summary.\n\n{MEET}", "talk.md")
    assert transcript.source_format == "google-meet"
    assert found(transcript) == [
        ("Ann Lee", 0, "Hello there."),
        ("Ben", None, "Yes."),
        ("Ann Lee's Presentation", 53000, "So it is."),
        ("Ben", None, "Once more."),
    ]


def test_a_title_with_a_colon_is_no_speaker() -> None:
    text = (
        "Talk #2: Build it, live - Transcript\n00:06:20\n\nAnn Lee: Hello.\nBen: Yes.\n00:07:20\nCleo: So.\nBen: No.\n"
    )
    transcript = read(text)
    assert transcript.speakers == ("Ann Lee", "Ben", "Cleo")
    assert transcript.warnings[0] == "headings and notices of the tool set aside: 1, first at line 1"


SPANS = [("Ann", 0, 5000, "Hello there."), ("Ben", 5000, 9000, "Hi."), ("Ann", 10000, 12500, "Bye.")]


@pytest.mark.parametrize(
    "one",
    [
        pytest.param("{start} - {end} {name}: {text}\n", id="before the name"),
        pytest.param("[{start} --> {end}] {name}: {text}\n", id="in brackets"),
        pytest.param("[{start} --> {end}]  [{name}]: {text}\n", id="name in brackets"),
        pytest.param("{name} [{start} - {end}]: {text}\n", id="behind the name"),
        pytest.param("{name} ({start} – {end})\n{text}\n\n", id="a heading"),
        pytest.param("{start}-{end}\n{name}: {text}\n\n", id="alone on a line"),
    ],
)
def test_stretches_of_time(one: str) -> None:
    clocks = [(name, f"00:{start // 1000:02}.0", f"00:{end / 1000:04.1f}", text) for name, start, end, text in SPANS]
    lines = [one.format(name=name, start=start, end=end, text=text) for name, start, end, text in clocks]
    assert [(one.speaker, one.start_ms, one.end_ms, one.text) for one in read("".join(lines)).utterances] == SPANS


def test_stretches_of_time_without_names() -> None:
    transcript = read("0:00 - 0:05\nHello there.\n\n0:05 - 0:09\nHi.\n")
    assert [(one.speaker, one.start_ms, one.end_ms, one.text) for one in transcript.utterances] == [
        (None, 0, 5000, "Hello there."),
        (None, 5000, 9000, "Hi."),
    ]
