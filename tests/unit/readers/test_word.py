"""Word files: what Teams, Google Meet and people write, and what a document holds beside the words."""

import pytest

from notes_pipeline.core.transcript import Transcript
from notes_pipeline.readers import read_transcript
from tests.unit.readers.word_packages import word_file

Found = list[tuple[str | None, int | None, int | None, str]]


def p(*lines: str, style: str = "") -> str:
    """Write a paragraph; its lines stand apart by line breaks."""
    texts = "<w:br/>".join(f'<w:t xml:space="preserve">{line}</w:t>' for line in lines)
    properties = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{properties}<w:r>{texts}</w:r></w:p>"


def tbl(*rows: tuple[str, ...]) -> str:
    cells = ("".join(f"<w:tc>{p(cell)}</w:tc>" for cell in row) for row in rows)
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in cells)}</w:tbl>"


def read(*paragraphs: str) -> Transcript:
    return read_transcript(word_file("".join(paragraphs)), "talk.docx")


def found(transcript: Transcript) -> Found:
    return [(one.speaker, one.start_ms, one.end_ms, one.text) for one in transcript.utterances]


def test_teams_with_notices_guests_headings_without_text_and_hours() -> None:
    transcript = read(
        p("Weekly-20260301_101500-Meeting Recording"),
        p("1 March 2026, 10:15am"),
        p("16m 9s"),
        p("Lee, Ann (Guest) started transcription"),
        p("", "Lee, Ann (Guest)   0:03", "Hello there. ", "It is 10:30 now."),
        p("", "Ben Park   0:10"),
        p("", "Ben Park   0:12", "Fine."),
        p("Cleo left the meeting"),
        p("", "Lee, Ann (Guest)   1:02:03", "Bye."),
        p(" stopped transcription"),
    )
    assert found(transcript) == [
        ("Lee, Ann (Guest)", 3000, None, "Hello there. It is 10:30 now."),
        ("Ben Park", 12000, None, "Fine."),
        ("Lee, Ann (Guest)", 3723000, None, "Bye."),
    ]
    assert transcript.warnings == (
        "lines above the first speaker set aside: 3, first at paragraph 1",
        "headings and notices of the tool set aside: 3, first at paragraph 4",
        "utterances without text, set aside: 1, first at paragraph 6",
    )


@pytest.mark.parametrize("joined", [False, True], ids=["paragraphs", "line breaks"])
def test_the_oldest_form_of_teams_has_both_times(joined: bool) -> None:
    cues = [
        ("0:0:5.100 --&gt; 0:0:8.250", "Ann Lee", "Hello there."),
        ("0:0:9.40 --&gt; 0:0:10.500", "Ben Park", "Fine."),
        ("0:0:11.0 --&gt; 0:0:12.0", "Ann Lee", "Ok."),
    ]
    body = [p(*cue) for cue in cues] if joined else [p(line) for cue in cues for line in cue]
    assert found(read(*body)) == [
        ("Ann Lee", 5100, 8250, "Hello there."),
        ("Ben Park", 9040, 10500, "Fine."),  # 40 milliseconds: no number has zeros in front
        ("Ann Lee", 11000, 12000, "Ok."),
    ]


def test_a_summary_of_gemini_is_not_speech() -> None:
    transcript = read(
        p("📝 Notes"),
        p("Ann Lee: said in the summary."),
        p("📖 Transcript"),
        p("Sync - Transcript"),
        p("00:00:00"),
        p("Ann Lee: Hello there.", "Ben Park: Hi."),
        p("00:05:00"),
        p("Ann Lee: So."),
        p("Transcription ended after 00:10:00"),
    )
    assert found(transcript) == [
        ("Ann Lee", 0, None, "Hello there."),
        ("Ben Park", None, None, "Hi."),
        ("Ann Lee", 300000, None, "So."),
    ]
    assert transcript.warnings[0] == "lines above the transcript set aside: 6, first at paragraph 1"


QUESTIONS: Found = [("I", None, None, "What is it?"), ("P", None, None, "It is this."), ("I", None, None, "Why?")]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(p("I: What is it?", "P: It is this.") + p("I: Why?"), id="question and answer in a paragraph"),
        pytest.param(
            "<w:p><w:r><w:t>I</w:t></w:r><w:r><w:t>:</w:t><w:tab/><w:t>What is it?</w:t></w:r></w:p>"
            "<w:p><w:r><w:t>P:</w:t><w:tab/><w:t>It is </w:t></w:r>"
            "<w:hyperlink><w:r><w:t>this</w:t></w:r></w:hyperlink>"
            "<w:r><w:t>.</w:t></w:r></w:p><w:p><w:r><w:t>I:</w:t><w:tab/><w:t>Why?</w:t></w:r></w:p>",
            id="words in pieces, tabs, a link",
        ),
        pytest.param(
            p("I: What is it?")
            + "<w:p><w:del><w:r><w:delText>P: Nothing.</w:delText></w:r></w:del>"
            + "<w:ins><w:r><w:t>P: It is this.</w:t></w:r></w:ins></w:p>"
            + "<w:sdt><w:sdtContent>"
            + p("I: Why?")
            + "</w:sdtContent></w:sdt>",
            id="tracked changes, a content control",
        ),
        pytest.param(tbl(("I", "What is it?"), ("P", "It is this."), ("I", "Why?")), id="a table of two columns"),
        pytest.param(
            tbl(("Speaker", "Text"), ("I", "What is it?"), ("P", "It is this."), ("I", "Why?")), id="with headings"
        ),
        pytest.param(
            p("Interview 3", style="Title")
            + p("I: What is it?")
            + p("Main part", style="Heading1")
            + p("P: It is this.")
            + p("I: Why?"),
            id="headings by style",
        ),
        pytest.param(
            p("I", style="Heading2")
            + p("What is it?")
            + p("P", style="Heading2")
            + p("It is this.")
            + p("I", style="Heading2")
            + p("Why?")
            + p("P", style="Heading2"),
            id="names as headings",
        ),
    ],
)
def test_dialogue_however_it_is_set(body: str) -> None:
    assert found(read(body)) == QUESTIONS


def test_a_question_in_the_style_of_a_heading_is_speech() -> None:
    transcript = read(p("What is it?", style="Heading1"), p("It is this."), p("And so on."))
    assert [one.text for one in transcript.utterances] == ["What is it?", "It is this.", "And so on."]


@pytest.mark.parametrize(
    ("rows", "starts", "ends"),
    [
        pytest.param(
            (
                ("Timespan", "Content", "Speaker"),
                ("0:00.0 - 0:12.5", "Hello.", "Ann"),
                ("0:12.5 - 0:20.0", "Hi.", "Ben"),
            ),
            [0, 12500],
            [12500, 20000],
            id="NVivo",
        ),
        pytest.param(
            (("Text", "Speaker", "End", "Start"), ("Hello.", "Ann", "0:03", "0:01"), ("Hi.", "Ben", "0:09", "0:05")),
            [1000, 5000],
            [3000, 9000],
            id="any order",
        ),
        pytest.param((("0:01", "Ann:", "Hello."), ("0:05", "Ben:", "Hi.")), [1000, 5000], [None, None], id="none"),
    ],
)
def test_tables_with_times(rows: tuple[tuple[str, ...], ...], starts: list[int], ends: list[int | None]) -> None:
    assert found(read(tbl(*rows))) == [
        ("Ann", starts[0], ends[0], "Hello."),
        ("Ben", starts[1], ends[1], "Hi."),
    ]


def test_names_alone_behind_times() -> None:
    transcript = read(
        p("[00:00:01] Ann Lee"), p("Hello."), p("[00:00:05] Ben"), p("Hi."), p("[00:00:09] Ann Lee"), p("Bye.")
    )
    assert [(one.speaker, one.text) for one in transcript.utterances] == [
        ("Ann Lee", "Hello."),
        ("Ben", "Hi."),
        ("Ann Lee", "Bye."),
    ]


def test_what_stands_beside_the_text_is_counted() -> None:
    box = f"<w:p><w:r><w:pict><w:txbxContent>{p('In a box.')}</w:txbxContent></w:pict></w:r></w:p>"
    note = '<w:p><w:r><w:t>Ann: So.</w:t></w:r><w:r><w:footnoteReference w:id="1"/></w:r></w:p>'
    transcript = read(p("Ann: Hello."), box, p("Ben: Hi."), note)
    assert "In a box." not in transcript.text
    assert set(transcript.warnings) >= {
        "text boxes set aside: what they say is not read: 1, first at paragraph 2",
        "footnotes set aside: 1, first at paragraph 4",
    }
