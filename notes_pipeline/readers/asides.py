"""Lines of a text transcript that nobody said: front matter, titles, footers, notices of the tool."""

import re
from collections.abc import Sequence

from notes_pipeline.readers.times import STAMP

MAX_FRONT_MATTER = 200  # lines

_NOTICES = re.compile(
    r"transcribed by https?://\S+|(?:meeting|transcription) ended (?:after|at) \d[\d:]{1,9}\W{0,4}"
    r"|[^:]{0,60}\b(?:transkription|transcripción|transcription|transcrição|trascrizione|transcriptie|besprechung"
    r"|reunión|réunion|reunião|riunione|vergadering)\b[^:]{0,40} \d{1,2}:\d\d:\d\d\W{0,4}"  # Meet's footer
    r"|this editable transcript was computer generated.{0,120}|[^:.?!]{0,60}\b(?:started|stopped) transcription"
    r"|.{1,150} \\?[-–—] transcript",
    re.IGNORECASE,
)
_HEADING = re.compile(rf"#{{1,6}}[ \t]+(?!{STAMP}[ \t]*$)\S")  # a time is Google Meet's, and tells when
_TRANSCRIPT_STARTS = re.compile(r"\W{0,4}📖\W{0,4}\w{6,20}\W{0,4}", re.IGNORECASE)
_RULE = re.compile(r"[ \t]*(?:[-*_=][ \t]*){3,}")
_ESCAPE = re.compile(r"\\([\[\]()*_#.!~>+\-])")


def front_matter_end(lines: Sequence[str]) -> int:
    """Give the number of lines of YAML front matter: between `---` on the first line and the next; 0 without it."""
    first = next((number for number, line in enumerate(lines[:5]) if line.strip()), 0)
    if not lines or lines[first].strip() != "---":
        return 0
    for number in range(first + 1, min(len(lines), MAX_FRONT_MATTER)):
        if lines[number].strip() in ("---", "..."):
            return number + 1
    return 0


def transcript_start(lines: Sequence[str]) -> int:
    """Give the line after "📖 Transcript": what a note-taking tool wrote above it is a summary, not speech."""
    return next((number + 1 for number, line in enumerate(lines) if _TRANSCRIPT_STARTS.fullmatch(line[:40])), 0)


def is_aside(line: str) -> bool:
    """Tell whether the line is a markdown heading, a rule, or a notice of the tool."""
    if _HEADING.match(line):
        return True
    bare = line.strip(" \t_*#")
    return len(bare) <= 200 and (_RULE.fullmatch(line) is not None or _NOTICES.fullmatch(bare) is not None)


def unescape_markdown(text: str) -> str:
    """Take the backslashes off and the bold marks out: `\\[laughter\\]` was said as [laughter]."""
    return _ESCAPE.sub(r"\1", text.replace("**", "")) if "\\" in text or "**" in text else text
