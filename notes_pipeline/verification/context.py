"""Notice a quote cut at an edge so that a word which turned its meaning is lost: "[have not] opted out of this"."""

from notes_pipeline.verification.compare import Comparison
from notes_pipeline.verification.index import TranscriptIndex
from notes_pipeline.verification.reading import ReadQuote

_CLAUSE_END = frozenset(".?!;:\x02")
MIN_WORDS = 4  # shorter quotes are terms, not statements
REACH_WORDS = 5  # words before the quote within which a negation still governs its start


def lost_context(read: ReadQuote, comparison: Comparison, index: TranscriptIndex) -> bool:
    """Tell whether the words right before the quote deny or doubt what the quote then states."""
    if len(read.words) < MIN_WORDS or not index.language.is_guarded:
        return False
    start = comparison.start
    words, language = index.words, index.language
    if start <= 0 or not _CLAUSE_END.isdisjoint(words.before(start)) or "," in words.before(start):
        return False
    before: list[str] = []
    at = start
    while at > 0 and start - at < REACH_WORDS:
        at -= 1
        if words.atoms[at] not in language.fillers:
            before.insert(0, words.atoms[at])
        if not _CLAUSE_END.isdisjoint(words.before(at)) or index.speaker_of(at) != index.speaker_of(start):
            break
    if before and (before[-1] in language.negations or before[-1] in language.doubts):
        return True
    return any(tuple(before[-len(phrase) :]) == phrase for phrase in language.opaque)
