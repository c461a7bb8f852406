"""Cut the lines of a prompt into turns and sentences."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from notes_pipeline.core.roles import Role
from notes_pipeline.llm.offline.prompts import Line

# A full stop ends a sentence only before a blank, so "3.5" and "e.g.)" stay whole; CJK marks need none.
_SENTENCE = re.compile(r"(?:[^.!?…。！？؟।]|[.!?…؟।](?![\s\"'”’)\]]))*(?:[.!?…؟।]+[\"'”’)\]]*|[。！？]+[」』”]*|$)\s*")
_QUESTION_MARKS = ("?", "？", "؟")
_ABBREVIATIONS = ("mr.", "mrs.", "ms.", "dr.", "st.", "prof.", "e.g.", "i.e.", "z.b.", "etc.", "vs.")
MAX_SENTENCE_CHARACTERS = 400  # captions without punctuation are cut between lines instead


@dataclass(frozen=True, slots=True)
class Sentence:
    """`number`: of the line in which it begins. `text`: the prompt's own characters, lines joined by a blank."""

    number: int
    text: str

    @property
    def is_question(self) -> bool:
        return self.text.rstrip("\"'”’)] ").endswith(_QUESTION_MARKS)


@dataclass(frozen=True, slots=True)
class Turn:
    """Consecutive lines of one speaker."""

    speaker: str
    role: Role | None
    sentences: tuple[Sentence, ...]


def turns_of(lines: Sequence[Line]) -> list[Turn]:
    groups: list[list[Line]] = []
    for line in lines:
        if groups and (groups[-1][-1].speaker, groups[-1][-1].role) == (line.speaker, line.role):
            groups[-1].append(line)
        else:
            groups.append([line])
    return [Turn(group[0].speaker, group[0].role, tuple(_sentences(group))) for group in groups]


def _sentences(lines: Sequence[Line]) -> Iterator[Sentence]:
    """Cut a turn at the ends of its sentences, which captions often put into the middle of a line or leave out."""
    text = " ".join(line.words for line in lines)
    starts = list(accumulate((len(line.words) + 1 for line in lines[:-1]), initial=0))
    start = 0
    for end in _ends(text, starts):
        if words := text[start:end].strip():
            begin = text.index(words[0], start)
            yield Sentence(lines[bisect_right(starts, begin) - 1].number, words)
        start = end


def _ends(text: str, line_starts: Sequence[int]) -> Iterator[int]:
    start = 0
    for match in _SENTENCE.finditer(text):
        end = match.end()
        words = match.group().split()
        is_abbreviation = bool(words) and words[-1].casefold() in _ABBREVIATIONS
        if end == start or (is_abbreviation and end < len(text)):
            continue
        while end - start > MAX_SENTENCE_CHARACTERS:
            start = _makeshift_end(text, start, line_starts)
            yield start
        yield end
        start = end


def _makeshift_end(text: str, start: int, line_starts: Sequence[int]) -> int:
    """Cut where no mark ends a sentence for a long time: where a line begins, else at a blank, else anywhere."""
    earliest, latest = start + MAX_SENTENCE_CHARACTERS // 2, start + MAX_SENTENCE_CHARACTERS
    following = bisect_right(line_starts, earliest)
    if following < len(line_starts) and line_starts[following] <= latest:
        return line_starts[following]
    blank = text.find(" ", earliest, latest)
    return blank + 1 if blank > 0 else latest
