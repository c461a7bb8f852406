import io

import pytest
from rich.console import Console

from notes_pipeline.cli import printing
from notes_pipeline.cli.exits import Exit, exit_code, printable
from notes_pipeline.core.errors import (
    InvalidGuideError,
    NotesPipelineError,
    NotFoundError,
    ServiceUnavailableError,
    SettingsError,
)
from notes_pipeline.core.notes import DiffKind, DiffPart, Evidence, Note, NoteStatus, Quote, Reason, Verdict


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    out = io.StringIO()
    monkeypatch.setattr(printing, "console", lambda: Console(file=out, width=100, markup=False, emoji=False))
    return out


def flagged(quote: str, statement: str = "She signed.") -> Note:
    diff = (
        DiffPart(DiffKind.EQUAL, "I"),
        DiffPart(DiffKind.SAID, "never"),
        DiffPart(DiffKind.EQUAL, "signed"),
        DiffPart(DiffKind.CLAIMED, "it"),
    )
    evidence = Evidence(
        Quote(quote),
        Verdict.ALTERED,
        0.8,
        (Reason.NEGATION,),
        speaker="Ann",
        start_ms=61_000,
        end_ms=3_725_000,
        diff=diff,
    )
    return Note(statement, (evidence,), NoteStatus.FLAGGED, question_id="q")


def test_an_altered_quote_shows_why_what_was_said_by_whom_and_when(printed: io.StringIO) -> None:
    printing.print_demonstration("notes.yaml", [("dropped negation", flagged("I signed it"))])
    shown = " ".join(printed.getvalue().split())
    assert "a negation was put in or left out" in shown
    assert "what was said: I [never] signed {+it+} Ann 1:01–1:02:05" in shown
    assert "written by hand" in shown


def test_a_transcript_cannot_speak_to_the_terminal_or_to_the_markup(printed: io.StringIO) -> None:
    printing.print_demonstration("n", [("x", flagged("[red]I\x1b]0;owned\x07 signed", statement=":boom: \u202eevil"))])
    shown = printed.getvalue()
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "[red]I\\x1b]0;owned\\x07" in shown
    assert ":boom: \\u202eevil" in shown


def test_what_cannot_be_seen_is_printed_escaped() -> None:
    assert printable("a\nb\tc\x00") == "a\\nb\\tc\\x00"
    assert printable("Zoë 日本") == "Zoë 日本"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (InvalidGuideError(""), Exit.INPUT),
        (NotFoundError(""), Exit.INPUT),
        (SettingsError(""), Exit.UNAVAILABLE),
        (ServiceUnavailableError(""), Exit.UNAVAILABLE),
    ],
)
def test_a_script_can_tell_a_bad_file_from_a_missing_service(error: NotesPipelineError, code: Exit) -> None:
    assert exit_code(error) is code
