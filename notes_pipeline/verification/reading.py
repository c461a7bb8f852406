"""Read a quote: take off what language models wrap around it, and note its ellipses and brackets."""

import re
from bisect import bisect_left
from typing import NamedTuple

from notes_pipeline.verification.speakers import is_same_speaker
from notes_pipeline.verification.tables.language import Language
from notes_pipeline.verification.text import ELLIPSIS, fold, mask_sounds, unescape
from notes_pipeline.verification.tokens import Words, tokenize_folded

_GAP = re.compile(rf"[\[(<]\s*(?:{ELLIPSIS}|\.\s?\.\s?\.(?:\s?\.)*)\s*[\])>]|{ELLIPSIS}+|\.\s?\.\s?\.(?:\s?\.)*")
_FIRST_LETTER = re.compile(r"\[(\w)\](?=\w)")
_BRACKET = re.compile(r"\[([^\[\]]+)\]")
_LEAD = re.compile(r"\s*(?:[>*•#_~`-]+\s+|\d{1,2}[.)]\s+(?=[\"'*A-Z]))")
_TIME = r"\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d{1,3})?"
_TIMESTAMP = re.compile(
    rf"\s*(?:[\[(<]\s*(?:at\s+)?{_TIME}(?:\s*(?:-+>?|to)\s*{_TIME})?\s*[\])>]|{_TIME}\s*(?=-\s|\s))[\s:-]*"
)
_END_TIMESTAMP = re.compile(rf"[\s-]*[\[(<]\s*(?:at\s+)?{_TIME}(?:\s*(?:-+>?|to)\s*{_TIME})?\s*[\])>][\s.]*$")
_NAME = re.compile(r"\s*[*_\[(\"']*([^\W\d_][^:\"\n]{0,60}?)[*_\])]*\s*(?:\([^()]*\)|\[[^\[\]]*\])?\s*:[*_]*\s+")
_SIGNATURE = re.compile(r"[\s\"'*_]+(?:-+|\()\s*([^\W\d_][^()\n]{0,60}?)\)?[\s.*_]*$")


_CLOSERS = ("]", ")", ">")
MAX_SIGNATURE_CHARS = 70


class ReadQuote(NamedTuple):
    """A quote as words. `gaps`: an ellipsis stands before these words. `brackets`: half-open ranges of words.

    `speaker`: the name written in front of or behind the words, None where there is none.
    """

    words: Words
    gaps: frozenset[int]
    brackets: tuple[tuple[int, int], ...]
    speaker: str | None


def read_quote(text: str, names: tuple[str, ...], language: Language) -> ReadQuote:
    """Read the words of a quote. `names`: speakers whose names may be written around the words."""
    raw = _FIRST_LETTER.sub(r"\1", unescape(text)) if "[" in text or "&" in text or "\\" in text else text
    folded = fold(raw)
    start, end, speaker = _unwrap(raw, folded, names)
    raw, folded = raw[start:end], folded[start:end]
    bracketed: list[tuple[int, int]] = []
    gap_ends: list[int] = []
    if ELLIPSIS in folded or ".." in folded or ". ." in folded:
        gap_ends = [found.end() for found in _GAP.finditer(folded)]
        folded = _GAP.sub(lambda found: ELLIPSIS * len(found.group()), folded)
    folded = mask_sounds(folded)
    if "[" in folded:
        bracketed = [found.span(1) for found in _BRACKET.finditer(folded)]
    words = tokenize_folded(raw, folded, language)
    gaps = frozenset(at for at in (_first_from(words, end) for end in gap_ends) if 0 < at < len(words))
    brackets = tuple((_first_from(words, a), _first_from(words, b)) for a, b in bracketed)
    return ReadQuote(words, gaps, tuple(pair for pair in brackets if pair[0] < pair[1]), speaker)


def _first_from(words: Words, offset: int) -> int:
    """Give the first atom that starts at or after a character."""
    return bisect_left(words.starts, offset)


def _unwrap(raw: str, folded: str, names: tuple[str, ...]) -> tuple[int, int, str | None]:
    """Find where the words proper start and end, and a speaker's name beside them."""
    start, end, speaker = 0, len(folded), None
    for pattern in (_LEAD, _TIMESTAMP):
        found = pattern.match(folded, start)
        if found:
            start = found.end()
    if ":" in folded[start : start + 80]:
        found = _NAME.match(folded, start)
        if found and any(is_same_speaker(found[1], name) for name in names):
            speaker = raw[found.start(1) : found.end(1)]
            start = found.end()
            found = _TIMESTAMP.match(folded, start)
            start = found.end() if found else start
    tail = folded[-MAX_SIGNATURE_CHARS:]
    if ":" in tail and tail.rstrip(" .")[-1:] in _CLOSERS:
        found = _END_TIMESTAMP.search(folded, start)
        end = found.start() if found else end
    if "-" in tail or "(" in tail:
        found = _SIGNATURE.search(folded, max(start, end - MAX_SIGNATURE_CHARS), end)
        if found and any(is_same_speaker(found[1], name) for name in names):
            speaker = raw[found.start(1) : found.end(1)]
            end = found.start()
    return start, end, speaker
