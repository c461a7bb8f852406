"""The parts of the command that need no server, and how it ends when something is wrong."""

import json
from pathlib import Path

import pytest

from tests.acceptance.conftest import ROOT, Command

INTERVIEW = ROOT / "fixtures/interviews/bakery.vtt"


def test_help_teaches_every_command(command: Command) -> None:
    listed = command("--help").stdout
    for name in ("run", "inspect", "verify", "notes", "show", "worker", "migrate", "status", "offline-model"):
        assert name in listed
        assert command(name, "--help").returncode == 0


def test_inspect_gives_what_the_reader_found(command: Command) -> None:
    found = json.loads(command("inspect", INTERVIEW, "--json").stdout)
    assert found["format"] == "vtt"
    assert found["speakers"] == ["Tilda Fenwright", "Bram Oosterlicht"]
    assert found["utterances"][1]["start"] == pytest.approx(9.921)
    assert set(found) >= {"format", "speakers", "duration", "words", "warnings", "utterances"}
    assert found["because"] == "begins with WEBVTT and has 122 names as `<v Name>`"
    assert [(one["name"], one["asks"]) for one in found["speakers_detail"]] == [
        ("Bram Oosterlicht", False),
        ("Tilda Fenwright", True),
    ]


def test_verify_gives_a_verdict_for_every_claim_and_names_a_bad_line(command: Command, folder: Path) -> None:
    claims = folder / "claims.jsonl"
    claims.write_text(
        '{"id": "true", "quote": "I\'d say about a hundred and forty.", "speaker": "Bram"}\n'
        '{"id": "bent", "quote": "I\'d say about four hundred and forty."}\n'
        "not json\n"
        '{"id": "empty", "quote": ""}\n'
    )
    done = command("verify", INTERVIEW, claims)
    verdicts = {verdict["id"]: verdict for verdict in map(json.loads, done.stdout.splitlines())}
    assert done.returncode == 3
    assert "line 3" in done.stderr
    assert verdicts["true"]["status"] in ("verbatim", "faithful")
    assert (verdicts["true"]["speaker"], verdicts["true"]["start"]) == ("Bram Oosterlicht", pytest.approx(121, abs=2))
    assert (verdicts["bent"]["status"], "number" in verdicts["bent"]["reasons"]) == ("altered", True)
    assert verdicts["empty"]["status"] == "unsupported"


def test_verdicts_name_speakers_as_the_user_does(command: Command, folder: Path) -> None:
    (folder / "talk.txt").write_text("SPEAKER_00: Who bakes?\n\nSPEAKER_01: My sister bakes all of the bread.\n")
    (folder / "c.jsonl").write_text(
        '{"id": 1, "quote": "My sister bakes all of the bread."}\n{"id": 2, "quote": "Who bakes?"}\n'
    )
    done = command(
        *("verify", "talk.txt", "c.jsonl", "--speakers", "SPEAKER_01=Cleo Park", "--interviewer", "SPEAKER_00"),
    )
    cleo, asked = map(json.loads, done.stdout.splitlines())
    assert (cleo["speaker"], cleo["status"]) == ("Cleo Park", "verbatim")
    assert asked["reasons"] == ["speaker"]


def test_verify_checks_many_transcripts_in_one_process(command: Command, folder: Path) -> None:
    (folder / "one.jsonl").write_text('{"id": 1, "quote": "They looked like ones."}\n')
    (folder / "pairs.txt").write_text(f"{INTERVIEW}\tone.jsonl\tout.jsonl\n")
    assert command("verify", "--pairs", "pairs.txt").returncode == 0
    assert json.loads((folder / "out.jsonl").read_text())["status"] in ("verbatim", "faithful")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        pytest.param(["inspect", "nothing.vtt"], 3, "nothing.vtt: no such file", id="no such file"),
        pytest.param(["verify", ".", "c.jsonl"], 3, "is a folder", id="a folder"),
        pytest.param(["inspect", "empty.vtt"], 3, "the file is empty", id="an empty file"),
        pytest.param(["run", "talk.txt", "--guide", "guide.yaml"], 3, "guide.yaml", id="a bad guide"),
        pytest.param(
            ["verify", "talk.txt", "c.jsonl", "--interviewer", "Zoe"], 3, "is no speaker", id="no such speaker"
        ),
        pytest.param(["submit", "talk.txt", "--speakers", "Ann="], 3, "LABEL=Name", id="half a name"),
        pytest.param(["verify"], 2, "", id="nothing to verify"),
        pytest.param(["worker"], 6, "DATABASE_URL", id="a worker without a database"),
    ],
)
def test_what_is_wrong_is_said_in_one_message(
    command: Command, folder: Path, arguments: list[str], code: int, said: str
) -> None:
    (folder / "empty.vtt").write_text("")
    (folder / "talk.txt").write_text("Ann: Hello there.\n\nBea: Hello.\n\nAnn: Again.\n\nBea: Yes.\n")
    (folder / "guide.yaml").write_text("title: G\nquestion: []\n")
    (folder / "c.jsonl").write_text("")
    done = command(*arguments)
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_setting_that_cannot_be_used_is_named(command: Command) -> None:
    done = command("status", DATABASE_URL="mysql://x")
    assert (done.returncode, "DATABASE_URL" in done.stderr) == (6, True)


def test_status_says_what_does_not_answer(command: Command) -> None:
    done = command(
        "status", "--json", DATABASE_URL="postgresql://nobody@127.0.0.1:1/x", REDIS_URL="redis://127.0.0.1:1/0"
    )
    parts = {part["name"]: part for part in json.loads(done.stdout)["parts"]}
    assert done.returncode == 6
    assert (parts["database"]["answers"], parts["broker"]["answers"], parts["model"]["answers"]) == (False, False, None)
    assert "DATABASE_URL" in parts["database"]["detail"]
    assert "REDIS_URL" in parts["broker"]["detail"]
