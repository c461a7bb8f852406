"""What a path may lead to besides a transcript, and what a file may be called."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from notes_pipeline.cli.exits import Exit, complain
from notes_pipeline.cli.files import read_file
from notes_pipeline.cli.inspect import inspect_file
from notes_pipeline.core.errors import InputError
from notes_pipeline.readers.decoding import MAX_BYTES

TALK = b"WEBVTT\n\n00:01.000 --> 00:02.000\nHello.\n"


def _loop(path: Path) -> None:
    path.symlink_to(path.name)


def _far_too_large(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 2**20)


KINDS: dict[str, tuple[Callable[[Path], object], str]] = {
    "folder": (Path.mkdir, "is a folder, not a file"),
    "pipe": (os.mkfifo, "is a pipe, not a file"),
    "device": (lambda path: path.symlink_to("/dev/zero"), "is a device, not a file"),
    "loop": (_loop, "too many levels of symbolic links"),
    "missing": (lambda _: None, "no such file or directory"),
    "link to nothing": (lambda path: path.symlink_to("gone.vtt"), "no such file or directory"),
    "too large": (_far_too_large, "has 101 MB, the limit is 100 MB. Split it, or export it without word times."),
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_file_is_refused_by_what_it_is(kind: str, tmp_path: Path) -> None:
    make, message = KINDS[kind]
    path = tmp_path / "talk.vtt"
    make(path)
    with pytest.raises(InputError) as caught:
        inspect_file(path, as_json=False)
    assert str(caught.value) == f"{path}: {message}"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "talk.vtt"
    path.write_bytes(TALK)
    path.chmod(0)
    with pytest.raises(InputError, match="permission denied"):
        read_file(path)


class _Swapped(type(Path())):  # type: ignore[misc]
    """A path whose file becomes a pipe between the look at it and its opening."""

    def stat(self, *, follow_symlinks: bool = True) -> os.stat_result:
        status: os.stat_result = super().stat(follow_symlinks=follow_symlinks)
        self.unlink()
        os.mkfifo(self)
        return status


def test_a_file_that_becomes_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    path = _Swapped(tmp_path / "talk.vtt")
    path.write_bytes(TALK)
    with pytest.raises(InputError, match="is a pipe, not a file"):
        read_file(path)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs a file whose size is not what it holds")
def test_a_file_with_another_size_than_promised_is_never_read_half() -> None:
    with pytest.raises(InputError, match="changed while it was read: give the command again"):
        read_file(Path("/proc/self/status"))


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        pytest.param(b"a\nb.vtt", "a\\nb.vtt", id="line end"),
        pytest.param(b"\"a\" 'b'.vtt", "\"a\" 'b'.vtt", id="quotes"),
        pytest.param(b"x" * 251 + b".vtt", "x" * 251 + ".vtt", id="255 bytes"),
        pytest.param(b"-rf.vtt", "-rf.vtt", id="dash"),
        pytest.param(b"a\xff.vtt", "a\\udcff.vtt", id="not UTF-8"),
        pytest.param(b"a\x1b[31m.vtt", "a\\x1b[31m.vtt", id="terminal code"),
        pytest.param("a\u202egpj.vtt".encode(), "a\\u202egpj.vtt", id="direction"),
    ],
)
def test_a_file_is_read_whatever_its_name_and_the_name_is_escaped(
    name: bytes, shown: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / os.fsdecode(name)
    path.write_bytes(TALK)
    inspect_file(path, as_json=False)
    assert capsys.readouterr().out.replace("\n", "").startswith(f"{shown}  format")
    path.write_bytes(b"")
    with pytest.raises(InputError) as caught:
        inspect_file(path, as_json=False)
    complain(caught.value)
    message = capsys.readouterr().err
    assert message.endswith(": the file is empty. Export the transcript again.\n")
    assert message[:-1].isprintable()


def test_the_command_ends_with_one_message_and_its_code(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "-talk\n.vtt")
    command = [sys.executable, "-m", "notes_pipeline.cli", "inspect", "--", "-talk\n.vtt"]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, cwd=tmp_path)
    assert run.returncode == Exit.INPUT
    assert run.stderr == "error: -talk\\n.vtt: is a pipe, not a file\n"
    assert run.stdout == ""
