"""Read a quote: take off what language models wrap around it, and note its ellipses and brackets."""

import re
from bisect import bisect_left
from typing import NamedTuple

from notes_pipeline.verification.speakers import is_name_of
from notes_pipeline.verification.tables.context_edges import edges_of
from notes_pipeline.verification.tables.language import Language, listed
from notes_pipeline.verification.text import ELLIPSIS, fold, mask_sounds, unescape
from notes_pipeline.verification.tokens import Words, tokenize_folded

_GAP = re.compile(rf"[\[(<]\s*(?:{ELLIPSIS}|\.\s?\.\s?\.(?:\s?\.)*)\s*[\])>]|{ELLIPSIS}+|\.\s?\.\s?\.(?:\s?\.)*")
_FIRST_LETTER = re.compile(r"\[(\w)\](?=\w)")
_BRACKET = re.compile(r"\[([^\[\]]+)\]")
_LEAD = re.compile(r"\s*(?:[>*•#_~`-]+\s+|\d{1,2}[.)]\s+(?=[\"'*A-Z]))")
_TIME = r"\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d{1,3})?"
_LONG_TIME = r"\d{1,2}:\d{2}:\d{2}(?:[.,]\d{1,3})?"
_TIMESTAMP = re.compile(
    rf"\s*(?:[\[(<]\s*(?:at\s+)?{_TIME}(?:\s*(?:-+>?|to)\s*{_TIME})?\s*[\])>]|{_LONG_TIME}(?=\s|-\s)|{_TIME}(?=\s*-+>?\s))[\s:>-]*"
)
_BARE_TIME = re.compile(rf"\s*{_TIME}\s+")  # before a name only: "9:30 works for me" is speech
_END_TIMESTAMP = re.compile(rf"[\s-]*[\[(<]\s*(?:at\s+)?{_TIME}(?:\s*(?:-+>?|to)\s*{_TIME})?\s*[\])>][\s.]*$")
_NAME = re.compile(
    r"\s*[*_\[(\"']*([^\W\d_][^:\"\n]{0,60}?)[*_\])]*\s*(\([^()]*\)|\[[^\[\]]*\])?\s*:[*_]*(?:\s+|(?=\"))"
)
_SIGNATURE = re.compile(rf"[\s\"'*_]+(?:-+|\()\s*([^\W\d_][^()\n]{{0,60}}?)(?:,?\s*[\[(]?{_TIME}[\])]?)?\)?[\s.*_]*$")


_ROLES = listed(
    "host guest interviewer interviewee moderator participant speaker chair respondent researcher facilitator narrator "
    "interviewerin moderatorin teilnehmer teilnehmerin befragter befragte enquêteur enquêtrice entrevistador "
    "entrevistadora entrevistado entrevistada participante moderador moderadora"
)
PUT_IN = "["  # in front of the atoms of a bracket that were not said here
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
    brackets = tuple(pair for pair in brackets if pair[0] < pair[1])
    for first, last in brackets:
        if _is_apposition(words, first, last, language):
            words.atoms[first:last] = [PUT_IN + atom for atom in words.atoms[first:last]]
    return ReadQuote(words, gaps, brackets, speaker)


def put_in_brackets(read: ReadQuote) -> ReadQuote:
    """Mark all words in brackets as put in by the writer: they are not looked for in the transcript."""
    words = read.words
    atoms = list(words.atoms)
    for first, last in read.brackets:
        atoms[first:last] = [PUT_IN + atom.removeprefix(PUT_IN) for atom in atoms[first:last]]
    return read._replace(words=Words(words.raw, words.folded, atoms, words.starts, words.ends))


def _is_apposition(words: Words, first: int, last: int, language: Language) -> bool:
    """Tell whether a bracket names what the pronoun before it means: such words are not looked for beside the place."""
    edges = edges_of(language.code)
    if edges is None or not first or words.atoms[first - 1] not in language.pronouns:
        return False
    return words.word(first)[:1].isupper() or (last - first > 1 and words.atoms[first] in edges.nominal)


def _first_from(words: Words, offset: int) -> int:
    """Give the first atom that starts at or after a character."""
    return bisect_left(words.starts, offset)


def _is_aside(aside: str | None, names: tuple[str, ...]) -> bool:
    """Tell whether what stands in brackets behind a name is no more than a time, a role or a part of a name."""
    if aside is None or _TIMESTAMP.fullmatch(aside):
        return True
    bare = aside[1:-1].strip()
    return bare in _ROLES or any(bare in name.casefold() for name in names if bare)


def _unwrap(raw: str, folded: str, names: tuple[str, ...]) -> tuple[int, int, str | None]:
    """Find where the words proper start and end, and a speaker's name beside them."""
    start, end, speaker = 0, len(folded), None
    for pattern in (_LEAD, _TIMESTAMP):
        found = pattern.match(folded, start)
        if found:
            start = found.end()
    if ":" in folded[start : start + 80]:
        bare = _BARE_TIME.match(folded, start)
        found = _NAME.match(folded, bare.end() if bare else start)
        if found and _is_aside(found[2], names) and any(is_name_of(found[1], name) for name in names):
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
        if found and any(is_name_of(found[1], name) for name in names):
            speaker = raw[found.start(1) : found.end(1)]
            end = found.start()
    return start, end, speaker
