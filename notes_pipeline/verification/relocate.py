"""Find evidence again in another version of its transcript."""

from enum import StrEnum
from typing import NamedTuple

from rapidfuzz.distance import Indel

from notes_pipeline.core.notes import Evidence
from notes_pipeline.core.transcript import Span
from notes_pipeline.verification.index import TranscriptIndex
from notes_pipeline.verification.locate import locate_exactly
from notes_pipeline.verification.tokens import tokenize

MIN_CONTEXT_LIKENESS = 0.5  # of prefix and suffix together, below which a place is a look-alike
PART_JOINER = " … "


class Fate(StrEnum):
    """What became of evidence in a new version of the transcript."""

    KEPT = "kept"  # the same words at the same offsets, with the same surroundings
    MOVED = "moved"  # the same words elsewhere, with surroundings that tell it is they
    ORPHANED = "orphaned"  # not there, or only a look-alike


class Relocation(NamedTuple):
    fate: Fate
    spans: tuple[Span, ...] = ()


def relocate(evidence: Evidence, index: TranscriptIndex) -> Relocation:
    """Find where the words of old evidence stand in a new version.

    Where they stand at several places, and even at one, what went before and after them decides whether it is they.
    """
    if not evidence.spans:
        return Relocation(Fate.ORPHANED)
    parts = [_Part(text, index) for text in evidence.matched_text.split(PART_JOINER)]
    places: list[tuple[float, tuple[Span, ...]]] = []
    for start in locate_exactly(parts[0].code, index):
        spans = _follow(parts, start, index)
        if spans is not None:
            places.append((_likeness(evidence, spans, index), spans))
    if not places:
        return Relocation(Fate.ORPHANED)
    likeness, spans = max(places, key=lambda place: place[0])
    if likeness < MIN_CONTEXT_LIKENESS:
        return Relocation(Fate.ORPHANED)
    return Relocation(Fate.KEPT if spans == evidence.spans else Fate.MOVED, spans)


class _Part:
    """One contiguous part of the matched text, as words."""

    def __init__(self, text: str, index: TranscriptIndex) -> None:
        words = tokenize(text, index.language)
        self.text = text
        self.code = index.encode(words.atoms)
        self.lead = words.starts[0] if words.starts else 0  # characters before the first word

    def span_at(self, start: int, index: TranscriptIndex) -> Span:
        """Give the span of the part at a word, with its punctuation where that is unchanged."""
        span = index.span(start, start + len(self.code))
        whole = span.start - self.lead
        if whole >= 0 and index.transcript.text.startswith(self.text, whole):
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
