"""Interviews of two to four chunks that share no prompt: the speakers of each bear a marker of their own."""

import re
from functools import cache
from pathlib import Path

FIXTURE = Path(__file__).resolve().parents[2] / "fixtures" / "interviews" / "bakery.vtt"
MARKER = "Q[a-z]{6}q"
SECONDS_A_CUE = 6
GUIDE = b"""
title: From the green book to an ordering app
questions:
  - {id: before, text: "How did orders come in, and how did they get to the bakers, before the app?"}
  - {id: decision, text: "What made the bakery decide to change, and who took part in the decision?"}
  - {id: cost, text: "What did the change cost, and has it paid for itself?"}
themes:
  - {id: trust, name: Trust, definition: Whether the app is trusted with orders}
"""


def marker_of(number: int) -> str:
    letters = ""
    for _ in range(6):
        number, rest = divmod(number, 26)
        letters += "abcdefghijklmnopqrstuvwxyz"[rest]
    return f"Q{letters}q"


def write_interview(number: int) -> bytes:
    """Write interview `number`, always the same: the cues of the fixture from another start on, 1 to 2.4 times."""
    cues = _cues()
    marker = marker_of(number)
    count = len(cues) * (10 + number % 15) // 10
    lines = ["WEBVTT", ""]
    for position in range(count):
        speaker, said = cues[(position + 7 * number) % len(cues)]
        begin = position * SECONDS_A_CUE
        lines += [f"{_time(begin)} --> {_time(begin + SECONDS_A_CUE)}", f"<v {speaker} {marker}>{said}</v>", ""]
    return "\n".join(lines).encode()


@cache
def _cues() -> list[tuple[str, str]]:
    text = FIXTURE.read_text(encoding="utf-8")
    found = re.findall(r"<v ([^>]+)>(.*?)</v>", text, re.DOTALL)
    return [(name.split()[0], " ".join(said.split())) for name, said in found]


def _time(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.000"
