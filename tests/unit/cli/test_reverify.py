import json
from pathlib import Path

import pytest

from notes_pipeline.cli.exits import Exit
from notes_pipeline.cli.forms import ReportForm
from notes_pipeline.cli.reverify import reverify_file
from notes_pipeline.cli.verify import verify_files
from notes_pipeline.core.errors import InvalidClaimError
from notes_pipeline.core.naming import WhoSpeaks

TALK = """Ann: We bake bread in the old oven every morning, before the shop opens at seven.

Bea: And who takes the orders for the weekend?

Ann: My sister takes the orders, she has never lost one of them in all these years.

Bea: That is good to hear.
"""


@pytest.fixture
def verdicts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    (tmp_path / "old.txt").write_text(TALK)
    claims = ["We bake bread in the old oven every morning", "she has never lost one of them"]
    (tmp_path / "claims.jsonl").write_text(
        "\n".join(json.dumps({"id": str(number), "quote": quote}) for number, quote in enumerate(claims))
    )
    verify_files(tmp_path / "old.txt", tmp_path / "claims.jsonl", WhoSpeaks(), ReportForm.jsonl)
    (tmp_path / "verdicts.jsonl").write_text(capsys.readouterr().out)
    return tmp_path / "verdicts.jsonl"


def fates(verdicts: Path, text: str, capsys: pytest.CaptureFixture[str]) -> tuple[Exit, list[str]]:
    new = verdicts.with_name("new.txt")
    new.write_text(text)
    ended = reverify_file(verdicts, new, as_json=True)
    return ended, [json.loads(line)["fate"] for line in capsys.readouterr().out.splitlines()]


def test_the_same_transcript_keeps_all(verdicts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert fates(verdicts, TALK, capsys) == (Exit.OK, ["kept", "kept"])


def test_what_moved_is_found_and_what_changed_is_orphaned(verdicts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edited = "Bea: Shall we start?\n\n" + TALK.replace("never lost one", "never missed one")
    assert fates(verdicts, edited, capsys) == (Exit.PARTIAL, ["moved", "orphaned"])


def test_a_file_of_another_kind_is_named(tmp_path: Path) -> None:
    (tmp_path / "talk.txt").write_text(TALK)
    (tmp_path / "bad.jsonl").write_text('{"id": "1"}\n')
    with pytest.raises(InvalidClaimError, match=r"bad\.jsonl: line 1: matched_text"):
        reverify_file(tmp_path / "bad.jsonl", tmp_path / "talk.txt", as_json=True)
