"""CHAT (.cha) of TalkBank: main lines are speech; its codes are read for what was said, not shown."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from notes_pipeline.readers.decoding import Source, to_lines
from notes_pipeline.readers.remarks import Remarks
from notes_pipeline.readers.said import Reading, Said, clean_name
from notes_pipeline.readers.timed_words import TimedWord, place_words

_TIMES = re.compile(r"(?<!\S)(\d{1,12})_(\d{1,12})(?!\S)")  # milliseconds
_SOUND_FILE_TIMES = re.compile(r'%(?:snd|mov):"?[^\s"%]{0,200}"?_(\d{1,12}_\d{1,12})')  # as CHAT wrote them until 2007
_SOUND_LINE = re.compile(r"%(?:snd|mov):[^\d]{0,3}[^\s]{0,200}?_(\d{1,12})_(\d{1,12})\s*$")  # on a line of its own
_MAIN = re.compile(r"\*([^:\t]{1,60}):[ \t]*(.*)")
_TIMED_WORD = re.compile(r"(?<!\S)(\S++)[ \t]+(\d{1,12})_(\d{1,12})(?!\S)")
_LANGUAGES = re.compile(r"@Languages:[ \t]*([a-z]{2,3})[ \t]*(,?)")
_CODES = (  # the CHAT manual, parts 8 to 10; in this order
    (re.compile(r"\[=! ?([^\[\]]{1,100})\]"), r"⟦\1⟧"),  # [=! laughing]: how it was said
    (re.compile(r"\[[^\[\]]{0,300}\]"), " "),  # [/] said again, [: meant], [* error], [?] unsure
    (re.compile(r"&=([^\s<>]+)"), r"⟦\1⟧"),  # &=laughs: a sound
    (re.compile(r"&[*][^\s:&]{1,60}:[^\s<>]+"), " "),  # &*INV:mhm: another one's word inside this line
    (re.compile(r"&[-+~]?(?=\w)"), ""),  # &-um, &+ba: a filler, a broken word
    (re.compile(r"(?<!\S)[+][^\s.?!]*([.]{3}|[.?!])[.?!]*(?!\S)"), r"\1"),  # +... +/. +//?: how the line ends
    (re.compile(r"(?<!\S)[+][^\s\w]+"), " "),  # +" +^ +,: how it begins
    (re.compile(r"(?<!\S)0\w+"), " "),  # 0is: a word that was left out, so not said
    (re.compile(r"(?<=\w)@\w[\w:$+&]*"), ""),  # word@s:spa: of which kind it is
    (re.compile(r"(?<=\w)\((\w{1,40})\)|\((\w{1,40})\)(?=\w)"), r"\1\2"),  # runnin(g), (be)cause; (2.5) is a pause
    (re.compile(r"[<>‹›]"), " "),  # what a code behind it belongs to
    (re.compile(r"(?<![ \t])[ \t]*+[‡„]"), ","),  # a vocative, a tag question
)
_SPACES = re.compile(r"[ \t]+")
_BEFORE_STOP = re.compile(r" +([.?!,;]+)(?!\S)")


@dataclass(slots=True)
class _Turn:
    line: int
    speaker: str
    texts: list[str]
    words: list[str] = field(default_factory=list)


def read_chat(source: Source, remarks: Remarks) -> Reading:
    """Read the main lines; headers and dependent lines are set aside, `%wor` gives words their times."""
    bulleted = source.text.replace("\x15", " ")
    lines = to_lines(bulleted, remarks)
    language = next((match for line in lines[:50] if (match := _LANGUAGES.match(line))), None)
    said = [_read_turn(turn, remarks) for turn in _turns(lines, remarks)]
    return Reading("chat-cha", said, language[1] if language is not None and not language[2] else None)


def _turns(lines: list[str], remarks: Remarks) -> Iterator[_Turn]:
    """Give each main line with the lines that continue it and the times of its words."""
    turn: _Turn | None = None
    target: list[str] = []
    for number, line in enumerate(lines, 1):
        main = _MAIN.fullmatch(line) if line.startswith("*") else None
        if main is not None:
            if turn is not None:
                yield turn
            turn = _Turn(number, main[1].strip(), [main[2]])
            target = turn.texts
        elif line.startswith("@"):
            remarks.add("header lines set aside", f"line {number}")
            target = []
        elif line.startswith("%wor:") and turn is not None:
            target = turn.words
            target.append(line[len("%wor:") :])
        elif turn is not None and (times := _SOUND_LINE.match(line)) is not None:
            turn.texts.append(f"{times[1]}_{times[2]}")
            target = []
        elif line.startswith("%"):
            remarks.add("dependent lines (codes, glosses, comments) set aside", f"line {number}")
            target = []
        elif line.startswith((" ", "\t")):
            target.append(line)  # of whatever stands above it
        elif line.strip():
            if turn is None:
                remarks.add("lines above the first speaker set aside", f"line {number}")
                continue
            remarks.add("lines without a mark, read as speech of the line above", f"line {number}")
            turn.texts.append(line)
    if turn is not None:
        yield turn


def _read_turn(turn: _Turn, remarks: Remarks) -> Said:
    place = f"line {turn.line}"
    raw = _SOUND_FILE_TIMES.sub(r" \1 ", " ".join(turn.texts))
    times = [(int(match[1]), int(match[2])) for match in _TIMES.finditer(raw)]
    start, end = (times[0][0], times[-1][1]) if times else (None, None)
    text = _plain(_TIMES.sub(" ", raw))
    timed = [
        TimedWord(_plain(match[1]), int(match[2]), int(match[3]))
        for match in _TIMED_WORD.finditer(" ".join(turn.words))
    ]
    words = place_words(text, timed, start, end, remarks, place)
    return Said(text, clean_name(turn.speaker, remarks, place), start, end, words, place)


def _plain(text: str) -> str:
    """Give what was said: without codes, with sounds in brackets and pauses as they are."""
    for pattern, instead in _CODES:
        text = pattern.sub(instead, text)
    text = text.replace("⟦", "[").replace("⟧", "]").replace("_", " ")
    return _BEFORE_STOP.sub(r"\1", _SPACES.sub(" ", text)).strip()
