"""WebVTT: plain, with voices, of Zoom, of Microsoft Stream and of YouTube."""

import re
from collections.abc import Iterator, Sequence

from notes_pipeline.readers.captions import Cue, name_speakers, parse_timing, read_cues
from notes_pipeline.readers.counted_times import with_decimals
from notes_pipeline.readers.decoding import Source, to_lines
from notes_pipeline.readers.markup import decode_entities, join_lines, strip_tags
from notes_pipeline.readers.remarks import Remarks
from notes_pipeline.readers.said import Reading, Said, clean_name
from notes_pipeline.readers.times import CLOCK
from notes_pipeline.readers.youtube import read_rolling_cues, rolls

# "WEBVTT" once more: files that were written one behind the other.
_COMMENT = re.compile(r"(?:NOTE|STYLE|REGION|WEBVTT)(?:[ \t]|$)")
_LANGUAGE = re.compile(r"(?:NOTE[ \t]+)?language:[ \t]*([a-z]{2,3}(?:-[a-z0-9]{2,8}){0,3})[ \t]*", re.IGNORECASE)
_VOICE = re.compile(r"<v(?:\.[^\s<>]{0,100})?(?:[ \t]([^<>]*))?>|</v>")
_INLINE_TIME = re.compile(rf"<{CLOCK}>")


def read_webvtt(source: Source, remarks: Remarks) -> Reading:
    """Read WebVTT, also without its first line."""
    lines = with_decimals(to_lines(source.text, remarks))
    first = _header_end(lines, remarks)
    cues = read_cues(lines, remarks, first=first, is_comment=lambda line: _COMMENT.match(line) is not None)
    seen = ""
    if rolls(cues):
        said = read_rolling_cues(cues, remarks)
        seen = "has captions that roll, each line shown twice"
    elif any("<v" in line for cue in cues for line in cue.lines):
        said = [one for cue in cues for one in _read_voices(cue, remarks)]
        seen = f"has {sum('<v' in line for cue in cues for line in cue.lines):,} names as `<v Name>`"
    else:
        for cue in cues:
            cue.lines = [_plain(line, cue, remarks) for line in cue.lines]
        said = name_speakers(cues, source.present, carries_on=False)
    return Reading("vtt", said, _find_language(lines), seen=seen)


def _header_end(lines: Sequence[str], remarks: Remarks) -> int:
    """Give the number of lines that belong to the header: up to an empty line or the first cue."""
    if not lines[0].startswith("WEBVTT"):
        remarks.add("the first line is not WEBVTT")
        return 0
    for number, line in enumerate(lines):
        if not line.strip() or parse_timing(line, number) is not None:
            return number
        if number and ":" not in line and not line.lstrip().startswith(("X-TIMESTAMP", "##", "}")):
            remarks.add("header lines set aside", f"line {number + 1}")
    return len(lines)


def _find_language(lines: Sequence[str]) -> str | None:
    """Find `Language: en` (YouTube, in the header) or `NOTE language:en-us` (Stream)."""
    matches = (_LANGUAGE.fullmatch(line) for line in lines[:50] if "anguage:" in line)
    return next((match[1] for match in matches if match is not None), None)


def _read_voices(cue: Cue, remarks: Remarks) -> Iterator[Said]:
    """Cut a cue at its `<v Name>` marks; a voice that is not closed lasts to the end of the cue."""
    text = "\n".join(cue.lines)
    speaker: str | None = None
    at = 0
    parts: list[tuple[str | None, str]] = []
    for match in _VOICE.finditer(text):
        parts.append((speaker, text[at : match.start()]))
        at = match.end()
        speaker = None if match[0] == "</v>" else clean_name(decode_entities(match[1] or ""), remarks, cue.place)
    parts.append((speaker, text[at:]))
    spoken = [(who, plain) for who, part in parts if (plain := join_lines(_plain(part, cue, remarks)))]
    for who, plain in spoken or [(speaker, "")]:
        yield Said(plain, who, cue.start_ms, cue.end_ms, place=cue.place)


def _plain(text: str, cue: Cue, remarks: Remarks) -> str:
    return decode_entities(strip_tags(_INLINE_TIME.sub("", text), remarks, cue.place))
