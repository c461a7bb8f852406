"""Find evidence again in another version of its transcript."""

from enum import StrEnum
from typing import NamedTuple

from rapidfuzz.distance import Indel

from notes_pipeline.core.notes import Evidence, Quote
from notes_pipeline.core.transcript import Span
from notes_pipeline.verification.index import TranscriptIndex
from notes_pipeline.verification.locate import locate_exactly
from notes_pipeline.verification.speakers import is_same_speaker
from notes_pipeline.verification.tokens import tokenize
from notes_pipeline.verification.verify import PART_JOINER, verify_quote

MIN_CONTEXT_LIKENESS = 0.5  # of prefix and suffix together, below which a place is a look-alike


class Fate(StrEnum):
    """What became of evidence in a new version of the transcript."""

    KEPT = "kept"  # the same words at the same offsets, with the same surroundings
    MOVED = "moved"  # the same words elsewhere or written in another way, with surroundings that tell it is they
    ORPHANED = "orphaned"  # not there, or only a look-alike


class Relocation(NamedTuple):
    fate: Fate
    spans: tuple[Span, ...] = ()


def relocate(evidence: Evidence, index: TranscriptIndex) -> Relocation:
    """Find where the words of old evidence stand in a new version.

    Where they stand at several places, and even at one, what went before and after them decides whether it is they.
    Where they stand nowhere as they were, a place is taken that holds them as a faithful quote would: another version
    may leave out fillers or write numbers in digits. Words that are another person's now, or that would not be accepted
    as a quote there, are orphaned: a "not" put in right before them makes them a look-alike.
    """
    if not evidence.spans:
        return Relocation(Fate.ORPHANED)
    parts = [_Part(text, index) for text in _part_texts(evidence)]
    places: list[tuple[float, tuple[Span, ...]]] = []
    for start in locate_exactly(parts[0].code, index):
        spans = _follow(parts, start, index)
        if spans is not None and _is_by(evidence.speaker, spans[0], index):
            places.append((_likeness(evidence, spans, index), spans))
    if not places:
        return _rewritten(evidence, index)
    likeness, spans = max(places, key=lambda place: place[0])
    if likeness < MIN_CONTEXT_LIKENESS or not _would_stand(evidence, spans, index):
        return Relocation(Fate.ORPHANED)
    return Relocation(Fate.KEPT if spans == evidence.spans else Fate.MOVED, spans)


def _rewritten(evidence: Evidence, index: TranscriptIndex) -> Relocation:
    """Find the old words where the new version writes them in another way."""
    if not evidence.verdict.is_accepted:
        return Relocation(Fate.ORPHANED)
    found = verify_quote(Quote(evidence.matched_text, evidence.speaker), index)
    if not _stands_as_before(evidence, found) or _likeness(evidence, found.spans, index) < MIN_CONTEXT_LIKENESS:
        return Relocation(Fate.ORPHANED)
    return Relocation(Fate.MOVED, found.spans)


def _part_texts(evidence: Evidence) -> list[str]:
    """Cut the matched text into its parts by their lengths: what joins them may stand in the transcript as well."""
    lengths = [len(span) for span in evidence.spans]
    if sum(lengths) + len(PART_JOINER) * (len(lengths) - 1) != len(evidence.matched_text):
        return evidence.matched_text.split(PART_JOINER)  # the spans are not known
    texts, at = [], 0
    for length in lengths:
        texts.append(evidence.matched_text[at : at + length])
        at += length + len(PART_JOINER)
    return texts


def _is_by(speaker: str | None, span: Span, index: TranscriptIndex) -> bool:
    now = index.transcript.utterances[index.transcript.utterance_at(span.start)].speaker
    return speaker is None or now is None or is_same_speaker(speaker, now)


def _would_stand(evidence: Evidence, spans: tuple[Span, ...], index: TranscriptIndex) -> bool:
    """Verify the transcript's old words anew, at their new place."""
    if not evidence.verdict.is_accepted:
        return True  # they never stood for the quote; where they are is all that is asked
    hint = index.transcript.utterance_at(spans[0].start)
    found = verify_quote(Quote(evidence.matched_text, evidence.speaker, hint), index)
    return bool(found.spans and found.spans[0].overlap(spans[0])) and _stands_as_before(evidence, found)


def _stands_as_before(old: Evidence, new: Evidence) -> bool:
    """Tell whether the words are accepted anew, and nothing beside them takes back what stood firm before."""
    return new.verdict.is_accepted and (new.stands or not old.stands)


class _Part:
    """One contiguous part of the matched text, as words."""

    def __init__(self, text: str, index: TranscriptIndex) -> None:
        words = tokenize(text, index.language)
        self.text = text
        self.folded = words.folded
        self.code = index.encode(words.atoms)
        self.lead = words.starts[0] if words.starts else 0  # characters before the first word

    def span_at(self, start: int, index: TranscriptIndex) -> Span:
        """Give the span of the part at a word, with its punctuation where that is unchanged."""
        span = index.span(start, start + len(self.code))
        whole = span.start - self.lead
        if whole >= 0 and index.words.folded.startswith(self.folded, whole):
            return Span(whole, whole + len(self.text))
        return span


def _follow(parts: list[_Part], start: int, index: TranscriptIndex) -> tuple[Span, ...] | None:
    """Find the other parts behind the first, None where one is missing."""
    spans = [parts[0].span_at(start, index)]
    at = start + len(parts[0].code)
    for part in parts[1:]:
        found = index.code.find(part.code, at) if part.code else -1
        if found < 0:
            return None
        spans.append(part.span_at(found, index))
        at = found + len(part.code)
    return tuple(spans)


def _likeness(evidence: Evidence, spans: tuple[Span, ...], index: TranscriptIndex) -> float:
    """Compare what stands around a place with what stood around the evidence, 0 to 1."""
    text = index.transcript.text
    prefix = text[max(0, spans[0].start - len(evidence.prefix)) : spans[0].start]
    suffix = text[spans[-1].end : spans[-1].end + len(evidence.suffix)]
    if not evidence.prefix and not evidence.suffix:
        return 1.0
    return float(Indel.normalized_similarity(evidence.prefix + "\0" + evidence.suffix, prefix + "\0" + suffix))
