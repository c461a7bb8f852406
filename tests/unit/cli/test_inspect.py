"""What `inspect` prints: one file on a screen, a folder as a table, and the map."""

import io
import json
import os
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from notes_pipeline.cli.app import app
from notes_pipeline.cli.inspect import print_transcript
from notes_pipeline.core.transcript import Transcript, Utterance
from notes_pipeline.readers import read_transcript

SPEECH = (
    "How long have you kept the lighthouse, and who kept it before you came?",
    "Eleven winters now. Before me it was old Wendeline, who taught me all of it.",
    "What was the hardest of these winters for you, do you remember that?",
    "The third, when the lamp went out twice and the boat could not come for weeks.",
)
DIALOGUE = "\n\n".join(f"{'Tilda' if index % 2 == 0 else 'Bram'}: {line}" for index, line in enumerate(SPEECH * 3))
CAPTIONS = (
    "WEBVTT\n\n00:01.000 --> 00:04.000\n<v Tilda>How long have you kept it?\n\n"
    "00:09.000 --> 00:14.000\n<v Bram>Eleven winters now.\n\n00:13.000 --> 00:15.000\n<v Tilda>And before?\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "b.vtt").write_text(CAPTIONS)
    (tmp_path / "a.txt").write_text(DIALOGUE)
    return tmp_path


def run(*arguments: object, width: int = 80) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["inspect", *map(str, arguments)], env={"COLUMNS": str(width)})
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.stdout


def shown(transcript: Transcript, *, width: int = 80) -> str:
    out = io.StringIO()
    print_transcript(Console(file=out, width=width, markup=False, emoji=False, highlight=False), "talk", transcript)
    return out.getvalue()


def in_words(text: str) -> str:
    return " ".join(text.split())


def test_a_file_is_told_with_why_it_was_taken_for_its_format(folder: Path) -> None:
    code, told = run(folder / "a.txt", width=120)
    assert code == 0
    assert "dialogue as text, because it has 12 lines that name a speaker, such as `Tilda:`" in in_words(told)
    assert "Tilda asks the questions (a guess)" in told
    assert "times     none" in told


def test_times_silences_and_overlaps_have_their_place(folder: Path) -> None:
    told = in_words(run(folder / "b.vtt", width=120)[1])
    assert "WebVTT captions, because it begins with WEBVTT and has 3 names as `<v Name>`" in told
    assert "1 of 2 s and more, 5.0 s in all; longest: 5.0 s from 0:04 on" in told
    assert "1, 1.0 s in all, where two speak at once; longest: 1.0 s from 0:13 on" in told
    assert "begins [0] 0:01 Tilda: How long have you kept it?" in told


def test_an_encoding_that_was_guessed_is_said(folder: Path) -> None:
    (folder / "old.txt").write_bytes(DIALOGUE.replace("winters", "Frühjahre").encode("cp1252"))
    assert "encoding cp1252: the file is not UTF-8; check names and accents" in in_words(run(folder / "old.txt")[1])


@pytest.mark.parametrize("width", [60, 80, 120])
def test_a_file_full_of_faults_fits_the_screen(width: int) -> None:
    utterances = tuple(
        Utterance(index, f"Speaker {index % 40} of the harbour board", index * 1000, index * 1000 + 100, SPEECH[1] * 9)
        for index in range(400)
    )
    warnings = tuple(f"things of kind {number} that the reader did not understand at all" for number in range(30))
    lines = shown(Transcript(utterances, None, "vtt", warnings, "begins with WEBVTT"), width=width).splitlines()
    assert max(map(len, lines)) <= width
    assert len(lines) <= (40 if width >= 80 else 60)
    assert any("and 34 more speakers" in line for line in lines)


def test_nothing_in_a_transcript_speaks_to_the_terminal() -> None:
    evil = "\x1b]0;owned\x07 \u202egnp [red]x[/red]"
    told = shown(Transcript((Utterance(0, f"Ann{evil}", 0, 900, evil),), evil, "vtt", (evil,), evil))
    assert not {"\x1b", "\x07", "\u202e"} & set(told)
    assert "\\u202egnp [red]x[/red]" in in_words(told)


def test_json_keeps_its_keys_and_tells_what_is_doubtful(folder: Path) -> None:
    found = json.loads(run(folder / "b.vtt", "--json")[1])
    assert {"format", "speakers", "duration", "words", "warnings", "utterances"} <= found.keys()
    assert found["because"] == "begins with WEBVTT and has 3 names as `<v Name>`"
    assert [one["kind"] for one in found["quality"]] == ["too_short"]
    assert (found["gaps"], found["overlaps"]) == (
        [{"utterance": 1, "start": 4.0, "end": 9.0}],
        [{"utterance": 2, "start": 13.0, "end": 14.0}],
    )
    assert found["speakers_detail"][0] == {
        "name": "Tilda",
        "words": 8,
        "share": 0.7273,
        "turns": 2,
        "first": 1.0,
        "last": 15.0,
        "asks": False,
    }


def test_a_folder_is_a_table_in_which_a_damaged_file_stops_no_other(folder: Path) -> None:
    (folder / "broken.json").write_text('{"segments": [')
    (folder / "deep").mkdir()
    (folder / "deep" / "c.vtt").write_text(CAPTIONS)
    (folder / "deep" / "round").symlink_to(folder, target_is_directory=True)
    (folder / ".hidden.txt").write_text(DIALOGUE)
    (folder / "README.md").write_text("# About\n")
    (folder / "talk.mp3").write_bytes(b"ID3")
    code, told = run(folder, width=100)
    names = [line.split()[0] for line in told.splitlines()[1:-1]]
    assert code == 3
    assert names[:-1] == [".hidden.txt", "README.md", "a.txt", "b.vtt", "broken.json", "deep/c.vtt", "talk.mp3"]
    assert "broken.json not read: the JSON" in in_words(told)
    assert "talk.mp3 passed over: no transcript by its ending .mp3" in in_words(told)
    assert "3 transcripts" in told
    assert "1 file not read, 3 passed over" in in_words(told)


def test_a_folder_that_is_read_whole_ends_with_0_and_gives_a_line_of_json_a_file(folder: Path) -> None:
    code, told = run(folder, "--json")
    rows = [json.loads(line) for line in told.splitlines()]
    assert code == 0
    assert [(row["file"], row["outcome"], row["times"]) for row in rows] == [
        ("a.txt", "read", "no"),
        ("b.vtt", "read", "yes"),
    ]
    assert (rows[1]["speakers"], rows[1]["turns"], rows[1]["words"], rows[1]["duration"]) == (
        ["Tilda", "Bram"],
        3,
        11,
        15,
    )


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_table_keeps_to_the_width_and_shows_the_end_of_long_names(folder: Path, width: int) -> None:
    (folder / ("long-" * 30 + "end.vtt")).write_text(CAPTIONS)
    lines = run(folder, width=width)[1].splitlines()
    assert max(map(len, lines)) <= width
    assert any("-end.vtt" in line and line.startswith("…") for line in lines)


def test_a_file_that_is_named_is_read_whatever_its_ending_and_one_that_is_not_there_is_told(folder: Path) -> None:
    (folder / "talk.log").write_text(DIALOGUE)
    code, told = run(folder / "talk.log", folder / "none.vtt", "--json")
    read, missing = map(json.loads, told.splitlines())
    assert (code, read["outcome"], missing["outcome"]) == (3, "read", "unreadable")
    assert missing["reason"] == "no such file or directory"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every folder")
def test_a_folder_that_may_not_be_opened_is_told(folder: Path) -> None:
    (folder / "shut").mkdir(mode=0)
    code, told = run(folder)
    assert (code, "permission denied" in told) == (3, True)


def test_the_map_gives_every_utterance_with_its_characters_and_line(folder: Path) -> None:
    rows = json.loads(run(folder / "b.vtt", "--map", "--json")[1])
    text = " ".join(one.text for one in read_transcript(CAPTIONS.encode(), "b.vtt").utterances)
    assert [text[slice(*row["span"])] for row in rows] == [row["text"] for row in rows]
    assert [(row["utterance"], row["start"], row["where"]) for row in rows][1] == (1, 9.0, "line 6")
    lines = run(folder / "b.vtt", "--map", width=60)[1].splitlines()
    assert lines[2].split()[:5] == ["[1]", "27-46", "0:09", "6", "Bram"]
    assert max(map(len, lines)) <= 60


def test_a_character_or_phrase_leads_to_who_says_it_and_when(folder: Path) -> None:
    (found,) = json.loads(run(folder / "b.vtt", "--find", "winters", "--json")[1])
    assert (found["utterance"], found["speaker"], found["timing"]) == (1, "Bram", "share")
    assert 9 < found["start"] < found["end"] < 14
    assert json.loads(run(folder / "b.vtt", "--at", found["span"][0], "--json")[1])[0]["text"] == "winters"
    told = in_words(run(folder / "b.vtt", "--find", "winters")[1])
    assert "characters 34–41, utterance 1, line 6 of the file Bram, 0:10–0:12 (reckoned" in told


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(["--at", "9999"], "give --at a number from 0 to 57", id="behind the end"),
        pytest.param(["--find", "summers"], "“summers” is not said in these words", id="not said"),
    ],
)
def test_what_is_not_there_is_an_error_that_says_what_to_do(folder: Path, arguments: list[str], said: str) -> None:
    from notes_pipeline.core.errors import NotFoundError

    with pytest.raises(NotFoundError, match=said):
        run(folder / "b.vtt", *arguments)


def test_who_asks_is_no_guess_where_it_was_said(tmp_path: Path) -> None:
    talk = tmp_path / "talk.txt"
    talk.write_text("SPEAKER_00: What is it?\nSPEAKER_01: It is bread.\nSPEAKER_00: Why?\nSPEAKER_01: Because.\n")
    said = ("--speakers", "SPEAKER_01=Cleo", "--interviewer", "Cleo")
    code, printed = run(talk, *said)
    assert (code, "Cleo asks the questions " in printed, "guess" in printed) == (0, True, False)
    detail = json.loads(run(talk, *said, "--json")[1])["speakers_detail"]
    assert {one["name"]: one["asks"] for one in detail} == {"SPEAKER_00": False, "Cleo": True}


def test_names_of_speakers_are_about_one_file(folder: Path) -> None:
    assert run(folder, "--interviewer", "Tilda") == (2, "")


def test_the_encoding_may_be_said(tmp_path: Path) -> None:
    talk = tmp_path / "talk.txt"
    talk.write_bytes("Ann: naïve café\nBen: no\nAnn: déjà\nBen: yes\n".encode("mac-roman"))
    assert "naïve café" in run(talk, "--encoding", "mac-roman")[1]
