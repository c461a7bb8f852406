"""A word diff that a person reads: "I have [not] signed {+it+}"."""

from collections.abc import Sequence

from notes_pipeline.core.notes import DiffKind, DiffPart
from notes_pipeline.verification.compare import Comparison
from notes_pipeline.verification.index import TranscriptIndex
from notes_pipeline.verification.reading import ReadQuote


def render_diff(diff: Sequence[DiffPart]) -> str:
    """Write a diff in one line: words said but not quoted as "[not]", words quoted but not said as "{+really+}".

    What was left out openly is "…". A long stretch of equal words, or of words left out, is shown by its ends.
    """
    written = []
    for part in diff:
        match part.kind:
            case DiffKind.EQUAL:
                written.append(_shorten(part.text, 24))
            case DiffKind.SAID:
                written.append(f"[{_shorten(part.text, 16)}]")
            case DiffKind.CLAIMED:
                written.append(f"{{+{_shorten(part.text, 40)}+}}")
            case DiffKind.LEFT_OUT:
                written.append("…")
    return " ".join(written)


def _shorten(text: str, most: int) -> str:
    words = text.split()
    if len(words) <= most:
        return text
    half = most // 2
    return " ".join([*words[:half], "…", *words[-half:]])


def word_diff(
    read: ReadQuote, comparison: Comparison, index: TranscriptIndex, *, hides: bool = False
) -> tuple[DiffPart, ...]:
    """Give what is equal, what was said but not claimed, what was claimed but not said and what was left out, in order.

    `hides`: what was left out counts against the quote, and is shown as said but not claimed.

    Differences that were explained as harmless count as equal and show the transcript's words.
    """
    parts: list[DiffPart] = []
    place = comparison.start

    def add(kind: DiffKind, text: str) -> None:
        if text:
            parts.append(DiffPart(kind, text))

    def add_equal(start: int, end: int) -> None:
        for gap_start, gap_end in comparison.gaps:
            if start < gap_start and gap_end < end:
                add(DiffKind.EQUAL, index.words.slice(start, gap_start))
                add(DiffKind.SAID if hides else DiffKind.LEFT_OUT, index.words.slice(gap_start, gap_end))
                start = gap_end
        add(DiffKind.EQUAL, index.words.slice(start, end))

    for difference in comparison.differences:
        add_equal(place, difference.start)
        add(DiffKind.SAID, index.words.slice(difference.start, difference.end))
        add(DiffKind.CLAIMED, read.words.slice(difference.quote_start, difference.quote_end))
        place = max(place, difference.end)
    add_equal(place, comparison.end)
    return tuple(parts)
