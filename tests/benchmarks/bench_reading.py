"""Measure the readers: `python -m tests.benchmarks.bench_reading [--large]`.

Prints, for each family of formats, how fast a file of 10 MB is read, how much memory that takes, and the same of the
well-kept library of that format, where it is installed; `--large` adds files of 100 MB and, where those are refused,
smaller ones up to the first that is read. Each file is read in a process of its own: memory is the most that it took,
without what the interpreter takes.
"""

import argparse
import csv
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import docx

from notes_pipeline.core.errors import UnreadableTranscriptError
from notes_pipeline.readers import read_transcript
from tests.benchmarks import made_files
from tests.benchmarks.made_files import MB

ROOT = Path(__file__).resolve().parents[2]
SMALL, LARGE = 10, (99, 50, 25, 15)  # MB

FAMILIES: dict[str, tuple[Callable[[int], bytes], str]] = {
    "WebVTT": (made_files.webvtt, "vtt"),
    "SRT": (made_files.srt, "srt"),
    "Otter": (made_files.otter, "txt"),
    "names before colons": (made_files.dialogue, "txt"),
    "Markdown": (made_files.markdown, "md"),
    "WhisperX JSON": (made_files.whisperx, "json"),
    "Word (unpacked MB)": (made_files.word, "docx"),
    "TTML": (made_files.ttml, "ttml"),
    "ELAN": (made_files.elan, "eaf"),
    "Praat TextGrid": (made_files.textgrid, "TextGrid"),
    "CHAT": (made_files.chat, "cha"),
    "TEI": (made_files.tei, "xml"),
    "CSV": (made_files.table, "csv"),
}
PEERS = {
    "WebVTT": "webvtt-py",
    "SRT": "pysubs2",
    "WhisperX JSON": "json",
    "Word (unpacked MB)": "python-docx",
    "TTML": "pysubs2",
    "ELAN": "pympi-ling",
    "Praat TextGrid": "pympi-ling",
    "CSV": "csv",
}


def read_ours(path: Path) -> int:
    return read_transcript(path.read_bytes(), path.name).word_count


def read_by_peer(family: str, path: Path) -> int:
    """Read with the library of the family; gives the number of words that it finds."""
    match family:
        case "WebVTT":
            texts = (caption.text for caption in import_module("webvtt").read(str(path)))
        case "SRT" | "TTML":
            texts = (event.plaintext for event in import_module("pysubs2").load(str(path)))
        case "WhisperX JSON":
            texts = (segment["text"] for segment in json.loads(path.read_text())["segments"])
        case "Word (unpacked MB)":
            texts = (paragraph.text for paragraph in docx.Document(str(path)).paragraphs)
        case "ELAN":
            texts = (one[2] for one in import_module("pympi").Eaf(str(path)).get_annotation_data_for_tier("speech"))
        case "Praat TextGrid":
            texts = (one[2] for one in import_module("pympi").TextGrid(str(path)).get_tier(1).get_intervals())
        case "CSV":
            with path.open(newline="") as file:
                texts = (row["text"] for row in list(csv.DictReader(file)))
        case _:
            raise ValueError(family)
    return sum(len(text.split()) for text in texts)


def measure(family: str, path: Path, *, peer: bool) -> None:
    """Read in this process, and print what it took as JSON."""
    before = memory_mb("VmRSS")
    began = time.process_time()
    words = None
    with suppress(UnreadableTranscriptError):
        words = read_by_peer(family, path) if peer else read_ours(path)
    seconds = time.process_time() - began
    print(json.dumps({"words": words, "seconds": seconds, "peak_mb": memory_mb("VmHWM") - before}))


def memory_mb(kind: str) -> float:
    """Read `VmRSS`, what this process has now, or `VmHWM`, the most it had (getrusage counts its parent's, too)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(f"{kind}:")).split()[1]) / 1024


class Measured(NamedTuple):
    """`words`: None where the file was refused. `seconds`: of CPU."""

    words: int | None
    seconds: float
    peak_mb: float


def measured(family: str, path: Path, *, peer: bool = False) -> Measured | None:
    """Read in a process of its own; None where the library is not installed, or does not read it."""
    command = [sys.executable, "-m", "tests.benchmarks.bench_reading", "--one", family, str(path)]
    done = subprocess.run(command + ["--peer"] * peer, capture_output=True, text=True, cwd=ROOT, check=False)
    if done.returncode:
        if not peer:
            sys.exit(done.stderr)
        return None
    return Measured(**json.loads(done.stdout.splitlines()[-1]))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--one", nargs=2)
    parser.add_argument("--peer", action="store_true")
    arguments = parser.parse_args()
    if arguments.one:
        measure(arguments.one[0], Path(arguments.one[1]), peer=arguments.peer)
        return
    print(f"{'family':22} {'MB':>4} {'MB/s':>6} {'peak MB':>8} {'words':>10}   library")
    with tempfile.TemporaryDirectory() as folder:
        for family, (make, ending) in FAMILIES.items():
            path = Path(folder) / f"interview.{ending}"
            for size in (SMALL, *LARGE) if arguments.large else (SMALL,):
                path.write_bytes(make(size * MB))
                ours = measured(family, path)
                if ours is None:
                    raise RuntimeError(family)
                peer = measured(family, path, peer=True) if size == SMALL and family in PEERS else None
                print(_row(family, size, ours, peer), flush=True)
                if size != SMALL and ours.words is not None:
                    break


def _row(family: str, size: int, ours: Measured, peer: Measured | None) -> str:
    row = f"{family:22} {size:4} {size / ours.seconds:6.1f} {ours.peak_mb:8.0f}"
    if ours.words is None:
        return f"{row} refused after {ours.seconds:.1f} s"
    row = f"{row} {ours.words:10,}"
    if peer is None:
        return row
    return (
        f"{row}   {PEERS[family]}: {size / peer.seconds:.1f} MB/s, {peer.peak_mb:.0f} MB, {peer.words:,} words, "
        f"{peer.seconds / ours.seconds:.2f} of our time"
    )


if __name__ == "__main__":
    main()
