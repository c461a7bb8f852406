"""SRT, with the speakers that Otter, Buzzsprout and broadcasters write into it, and YouTube's SBV."""

import re
from collections.abc import Sequence

from notes_pipeline.readers.captions import Cue, name_speakers, read_cues
from notes_pipeline.readers.decoding import Source, to_lines
from notes_pipeline.readers.markup import decode_entities, strip_tags
from notes_pipeline.readers.remarks import Remarks
from notes_pipeline.readers.said import Reading, Said
from notes_pipeline.readers.times import parse_clock
from notes_pipeline.readers.youtube import read_rolling_cues, rolls

_STYLE_CODE = re.compile(r"\{\\[^{}]{1,80}\}")  # {\an8}: where on the screen
_SBV_TIMING = re.compile(r"[ \t]*(\d{1,4}:\d\d:\d\d\.\d{1,3}),(\d{1,4}:\d\d:\d\d\.\d{1,3})[ \t]*")


def read_srt(source: Source, remarks: Remarks) -> Reading:
    """Read SRT: with or without numbers, with comma or dot or neither."""
    return Reading("srt", _read(read_cues(to_lines(source.text, remarks), remarks), source, remarks))


def read_sbv(source: Source, remarks: Remarks) -> Reading:
    """Read YouTube's SBV: `0:00:00.599,0:00:04.160`, text, empty line."""
    lines = [line.replace("[br]", " ") for line in to_lines(source.text, remarks)]
    return Reading("sbv", _read(read_cues(lines, remarks, parse=parse_sbv_timing), source, remarks))


def parse_sbv_timing(line: str, number: int) -> Cue | None:
    """Read `start,end`; None when the line is text."""
    match = _SBV_TIMING.fullmatch(line)
    if match is None:
        return None
    return Cue(number, parse_clock(match[1]) or 0, parse_clock(match[2]) or 0)


def _read(cues: Sequence[Cue], source: Source, remarks: Remarks) -> list[Said]:
    if rolls(cues):
        return read_rolling_cues(cues, remarks)
    for cue in cues:
        cue.lines = [_plain(line, cue, remarks) for line in cue.lines]
    return name_speakers(cues, source.present, carries_on=True)


def _plain(line: str, cue: Cue, remarks: Remarks) -> str:
    return decode_entities(strip_tags(_STYLE_CODE.sub("", line), remarks, cue.place))
