"""Which of the marks in a text count: chosen over the whole file, since one line proves nothing."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

from notes_pipeline.readers.marks import Mark, Style
from notes_pipeline.readers.names import choose_names, is_label, is_proper, looks_like_name

MIN_STRONG = 2  # names with a time beside them, or in bold: from two on they are the style of the file
NAMED_TIMES_SHARE = 0.9  # of the times alone on their lines
BARE_STAMP_SHARE = 0.2  # of the paragraphs that begin with a time; below it, people speak of the time of day


@dataclass(slots=True)
class Line:
    """A line that may be speech. `mark`: what it starts with; after `settle_marks` only where it counts."""

    place: str
    text: str
    is_paragraph: bool  # the first, or after an empty line
    mark: Mark | None


def settle_marks(lines: Sequence[Line], present: Sequence[str]) -> None:
    """Choose the speakers over the whole file, and keep only the marks that count.

    `present`: names that are known to be of speakers.
    """
    for line, below in zip_longest(lines, lines[1:]):
        if line.mark is not None and line.mark.needs_text_below and (below is None or below.mark is not None):
            line.mark = line.mark.otherwise
    names = _choose_speakers(lines, (*present, *_mark_names_below_times(lines), *_names_behind_times(lines)))
    starts = sum(1 for line in lines if line.is_paragraph)
    has_few_stamps = sum(1 for line in lines if _starts_with_bare_stamp(line)) < max(2, BARE_STAMP_SHARE * starts)
    for line in lines:
        mark = line.mark
        if mark is not None and mark.name is not None and mark.name not in names:
            mark = mark.otherwise
        if mark is not None and mark.name is None and has_few_stamps and _starts_with_bare_stamp(line):
            mark = None
        line.mark = mark


def _names_behind_times(lines: Sequence[Line]) -> set[str]:
    """Give the names that stand alone behind a time, `[00:00:05] Ben`, where nearly each time has one."""
    marks = [line.mark for line in lines if line.mark is not None and line.mark.style is Style.STAMPED]
    named = [mark.name for mark in marks if mark.name is not None and mark.needs_text_below and is_proper(mark.name)]
    recurs = len(set(named)) < len(named)
    return set(named) if recurs and len(named) >= max(3, NAMED_TIMES_SHARE * len(marks)) else set()


def _mark_names_below_times(lines: Sequence[Line]) -> set[str]:
    """Mark and give the names that stand between a line of time and a line of text, where nearly each time has one."""
    alone = [at for at, line in enumerate(lines) if line.mark is not None and line.mark.is_time_alone]
    below = [at + 1 for at in alone if at + 2 < len(lines) and lines[at + 1].mark is lines[at + 2].mark is None]
    named = [at for at in below if looks_like_name(lines[at].text.strip()) and is_proper(lines[at].text.strip())]
    recurring = len({lines[at].text.strip() for at in named}) <= len(named) / 2
    if len(named) < 2 * MIN_STRONG or not recurring or len(named) < NAMED_TIMES_SHARE * len(alone):
        return set()
    for at in named:
        lines[at].mark = Mark(Style.BARE, lines[at].text.strip(), None, "")
    return {lines[at].text.strip() for at in named}


def _starts_with_bare_stamp(line: Line) -> bool:
    """Tell a line such as "10:30 was too late": it starts with a time without brackets and has more behind it."""
    return line.mark is not None and line.mark.style is Style.STAMPED and line.text.lstrip()[0] not in "[("


def _choose_speakers(lines: Sequence[Line], present: Sequence[str]) -> frozenset[str]:
    named = [(line.mark.name, line.mark) for line in lines if line.mark is not None and line.mark.name is not None]
    counts = Counter(name for name, mark in named if mark.style is not Style.BARE)
    # Words and a time in the middle of a line, seen once and without a colon, are speech: "Exactly [00:45:10] and".
    counts -= Counter(
        name for name, mark in named if counts[name] == 1 and not (mark.has_colon or mark.is_strong or is_label(name))
    )
    strong = [name for name, mark in named if mark.is_strong and is_proper(name)]
    starts = sum(line.is_paragraph if line.mark is None else not line.mark.is_time_alone for line in lines)
    names = choose_names(counts, starts, listed=strong if len(strong) >= MIN_STRONG else (), present=present)
    bare = Counter(name for name, mark in named if mark.style is Style.BARE)
    alone = {name: count for name, count in bare.items() if count >= 2 or is_label(name) or name in present}
    if len(alone) >= 2 and sum(alone.values()) >= sum(counts[name] for name in names):
        return names | alone.keys()
    return names
