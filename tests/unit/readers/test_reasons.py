"""Why a file was taken for its format."""

import pytest

from notes_pipeline.readers import read_transcript
from notes_pipeline.readers.dialogue import PLAIN_TEXT
from notes_pipeline.readers.listed import SHAPES
from notes_pipeline.readers.marks import Style
from notes_pipeline.readers.reasons import name_format

CUE = "00:00:01{mark}000 --> 00:00:04{mark}000\nGood morning.\n"


@pytest.mark.parametrize(
    ("name", "text", "because"),
    [
        pytest.param("a.vtt", "WEBVTT\n\n" + CUE.format(mark="."), "begins with WEBVTT", id="its first line"),
        pytest.param(
            "a.txt",
            "1\n" + CUE.format(mark=","),
            "has a comma in its times: `00:00:01,000 --> 00:00:04,000`",
            id="its times",
        ),
        pytest.param(
            "a.txt",
            "Ann Lee  0:02\nGood morning.\n\nBea Orr  0:04\nMorning.\n",
            "has 2 lines that name a speaker, such as `Ann Lee  0:02`",
            id="its headings",
        ),
        pytest.param(
            "a.txt",
            "[00:02] Good morning.\n[00:04] Morning.\n",
            "has 2 lines that begin with a time, such as `[00:02]`",
            id="its times alone",
        ),
        pytest.param(
            "a.csv",
            "speaker,start,text\nAnn,1,Good morning.\n",
            "begins with the columns `speaker,start,text`",
            id="its columns",
        ),
        pytest.param(
            "a.json",
            '{"results": {"channels": [{"alternatives": [{"transcript": "Good morning."}]}]}}',
            "is JSON with `results.channels`",
            id="its keys",
        ),
        pytest.param("a.txt", "Good morning to all.", "has no speaker and no time in it", id="nothing"),
    ],
)
def test_the_reason_is_what_was_seen_in_the_file(name: str, text: str, because: str) -> None:
    assert read_transcript(text.encode(), name).because == because


@pytest.mark.parametrize(
    "source_format",
    [
        *(shape.source_format for shape in SHAPES),
        *(style.value for style in Style if style is not Style.BARE),
        PLAIN_TEXT,
    ],
)
def test_every_format_has_a_name_for_people(source_format: str) -> None:
    assert name_format(source_format) != source_format
