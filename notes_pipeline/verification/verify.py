"""Verify one quote: find its place, compare word by word, judge, and write down the evidence."""

from bisect import bisect_left
from typing import NamedTuple

from notes_pipeline.core.notes import Evidence, Quote, Reason, Verdict
from notes_pipeline.core.transcript import Span
from notes_pipeline.verification.carrying import SHORT_WORDS
from notes_pipeline.verification.compare import Comparison, compare, compare_exact
from notes_pipeline.verification.diff import word_diff
from notes_pipeline.verification.explain import MAX_GAP_WORDS
from notes_pipeline.verification.harmless import Side
from notes_pipeline.verification.index import TranscriptIndex
from notes_pipeline.verification.judge import Judgement, judge
from notes_pipeline.verification.locate import MAX_SHIFT, locate, locate_exactly, locate_value
from notes_pipeline.verification.passages import Passage, second_passage
from notes_pipeline.verification.reading import ReadQuote, put_in_brackets, read_quote
from notes_pipeline.verification.speakers import is_same_speaker

VERIFIER_VERSION = "1.2"
PART_JOINER = " … "
CONTEXT_CHARS = 64
MAX_ALTERNATIVES = 20
MAX_EQUAL = 64  # places of the same words that are judged; nobody reads more
MAX_COMPARED = 4  # places that are compared when none holds all words
MAX_COMPARED_SHORT = 16  # for quotes of few words, which many places hold nearly
MIN_VOTES = 0.5  # of the best place's votes, below which another place is not compared


class _Candidate(NamedTuple):
    comparison: Comparison
    judgement: Judgement
    distance: int
    verbatim: Span | None  # the characters of the quote, where they stand there as they are

    def rank(self) -> tuple[bool, int, bool, bool, bool, int, int]:
        """Sort the better place first."""
        reasons = self.judgement.reasons
        wording = [reason for reason in reasons if reason not in (Reason.SPEAKER, Reason.CONTEXT)]
        is_short = len(self.comparison.blocks) > 0 and self.comparison.end - self.comparison.start <= SHORT_WORDS
        return (
            bool(wording),
            -self.comparison.matched,
            is_short and Reason.WORDING in reasons,  # a name for a name rather than a word for a word
            bool(reasons),
            self.verbatim is None,
            self.distance,
            self.comparison.start,
        )


def verify_quote(quote: Quote, index: TranscriptIndex) -> Evidence:
    """Check a quote against the transcript. Every quote gets evidence; the empty one is unsupported."""
    read = read_quote(quote.text, index.transcript.speakers, index.language)
    if not read.words.atoms:
        return _not_found(quote)
    code = index.encode(read.words.atoms)
    candidates = _candidates(quote, read, code, index)
    if read.brackets and (not candidates or candidates[0].judgement.reasons):
        # Perhaps the words in brackets were said elsewhere and lead astray: once more without looking for them.
        bracketed = put_in_brackets(read)
        others = _candidates(quote, bracketed, index.encode(bracketed.words.atoms), index)
        if others and not others[0].judgement.reasons:
            read, candidates = bracketed, others
    if not candidates:
        return _not_found(quote)
    best = candidates[0]
    second = second_passage(best.comparison, code, index) if best.judgement.reasons else None
    if second is not None:
        judgement = judge(quote, read, best.comparison, index, second)
        candidates[0] = best._replace(judgement=judgement)
    return _evidence(quote, read, candidates, second, index)


def _candidates(quote: Quote, read: ReadQuote, code: str, index: TranscriptIndex) -> list[_Candidate]:
    """Judge the places where the quote may stand, the best first."""
    candidates = [
        _Candidate(
            comparison,
            judge(quote, read, comparison, index),
            _distance(comparison, quote, index),
            _verbatim(comparison, quote, read, index),
        )
        for comparison in _comparisons(quote, read, code, index)
    ]
    if len(candidates) > 1:
        candidates.sort(key=_Candidate.rank)
    return candidates


def _comparisons(quote: Quote, read: ReadQuote, code: str, index: TranscriptIndex) -> list[Comparison]:
    """Compare the quote with all places that hold its words, or with the likeliest ones."""
    exact = locate_exactly(code, index)
    if exact:
        chosen = _likeliest(exact, quote.speaker or read.speaker, quote.utterance_hint, index)
        return [compare_exact(len(code), start) for start in chosen]
    claimed = Side(read.words, index.language)
    found: list[Comparison] = []
    most_votes = 0.0
    most = MAX_COMPARED_SHORT if len(code) <= SHORT_WORDS else MAX_COMPARED
    shift = MAX_GAP_WORDS if read.gaps else MAX_SHIFT
    values = locate_value(read.words, index) if not read.gaps else []
    for location in (*values, *locate(code, index, gaps=read.gaps, shift=shift, most=most)):
        if found and location.votes < MIN_VOTES * most_votes:
            break
        comparison = compare(read, claimed, code, index, location)
        if comparison is not None:
            found.append(comparison)
            most_votes = max(most_votes, location.votes)
    return found


def _likeliest(starts: list[int], speaker: str | None, hint: int | None, index: TranscriptIndex) -> list[int]:
    """Choose among very many equal places: those by the claimed speaker, nearest to the hint."""
    if len(starts) <= MAX_EQUAL:
        return starts
    if speaker is not None:
        names = {name: is_same_speaker(speaker, name) for name in index.transcript.speakers}
        starts = [start for start in starts if names.get(index.speaker_of(start) or "", False)] or starts
    if hint is not None and 0 <= hint < len(index.transcript.utterances):
        hinted = bisect_left(index.words.starts, index.transcript.offsets[hint])
        starts = sorted(starts, key=lambda start: abs(start - hinted))
    return starts[:MAX_EQUAL]


def _distance(comparison: Comparison, quote: Quote, index: TranscriptIndex) -> int:
    """Count the utterances between the place and the hint, 0 without a hint."""
    if quote.utterance_hint is None:
        return 0
    first, last = index.utterance_of(comparison.start), index.utterance_of(comparison.end - 1)
    return max(first - quote.utterance_hint, quote.utterance_hint - last, 0)


def _verbatim(comparison: Comparison, quote: Quote, read: ReadQuote, index: TranscriptIndex) -> Span | None:
    """Find the characters of the quote, its punctuation included, at its place."""
    if comparison.matched < len(read.words) or len(comparison.blocks) > 1 or read.words.raw != quote.text:
        return None
    bare = quote.text.strip()
    lead = read.words.starts[0] - (len(quote.text) - len(quote.text.lstrip()))
    start = index.words.starts[comparison.start] - lead
    text = index.transcript.text
    return Span(start, start + len(bare)) if start >= 0 and text.startswith(bare, start) else None


def _not_found(quote: Quote) -> Evidence:
    return Evidence(quote, Verdict.UNSUPPORTED, 0.0, (Reason.NOT_FOUND,))


def _evidence(
    quote: Quote, read: ReadQuote, candidates: list[_Candidate], second: Passage | None, index: TranscriptIndex
) -> Evidence:
    best = candidates[0]
    comparison, judgement = best.comparison, best.judgement
    transcript = index.transcript
    spans = _spans(comparison, index) if best.verbatim is None else (best.verbatim,)
    reasons = (*judgement.reasons, *judgement.cautions)
    if second is not None:
        spans = _join(spans, index.span(second.start, second.end))
    matched_text = PART_JOINER.join(transcript.slice(span) for span in spans)
    rank = best.rank()[:5] if len(candidates) > 1 else ()
    equals = [
        other for other in candidates[1:] if other.rank()[:5] == rank and other.comparison.start != comparison.start
    ]
    if equals:
        reasons = (*reasons, Reason.AMBIGUOUS)
    if not index.language.is_guarded:
        reasons = (*reasons, Reason.UNGUARDED)
    if judgement.reasons:
        verdict = Verdict.ALTERED
    elif best.verbatim is not None:
        verdict = Verdict.VERBATIM
    else:
        verdict = Verdict.FAITHFUL
    first, last = spans[0].start, spans[-1].end
    hides = bool(judgement.reasons) and not comparison.differences
    return Evidence(
        quote=quote,
        verdict=verdict,
        score=comparison.matched / len(read.words),
        reasons=reasons,
        spans=spans,
        matched_text=matched_text,
        prefix=transcript.text[max(0, first - CONTEXT_CHARS) : first],
        suffix=transcript.text[last : last + CONTEXT_CHARS],
        utterances=(transcript.utterance_at(first), transcript.utterance_at(last - 1)),
        speaker=judgement.speaker,
        start_ms=transcript.start_ms(spans[0]),
        end_ms=transcript.end_ms(spans[-1]),
        alternatives=tuple(_spans(other.comparison, index) for other in equals[:MAX_ALTERNATIVES]),
        runner_up_score=candidates[1].comparison.matched / len(read.words) if len(candidates) > 1 else None,
        diff=() if verdict is Verdict.VERBATIM else word_diff(read, comparison, index, hides=hides),
    )


def _join(spans: tuple[Span, ...], other: Span) -> tuple[Span, ...]:
    """Add a span in its place; spans that it overlaps are left as they are."""
    if any(span.overlap(other) for span in spans):
        return spans
    return tuple(sorted((*spans, other)))


def _spans(comparison: Comparison, index: TranscriptIndex) -> tuple[Span, ...]:
    """Give the stretches that the quote rests on, without what it openly leaves out."""
    spans = []
    start = comparison.start
    for gap_start, gap_end in comparison.gaps:
        if start < gap_start:
            spans.append(index.span(start, gap_start))
        start = max(start, gap_end)
    if start < comparison.end:
        spans.append(index.span(start, comparison.end))
    return tuple(spans)
