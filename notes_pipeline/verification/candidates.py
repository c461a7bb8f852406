"""Passages that a reviewer may put in the place of a quote that does not stand, the likeliest first.

They are offered to a person who reads them, never taken: what is chosen is verified as every quote is.
"""

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from notes_pipeline.core.notes import Evidence
from notes_pipeline.core.transcript import Span, Transcript
from notes_pipeline.verification.index import TranscriptIndex

MOST = 5
MOST_CHARS = 400  # of a passage; a longer sentence is cut, where a word ends
_SENTENCE = re.compile(r"[^.!?…。！？]+[.!?…。！？]*[\"'”’)\]]*\s*")
_PIECE = re.compile(rf"\S(?:.{{0,{MOST_CHARS - 2}}}\S)?(?=\s|$)|\S{{1,{MOST_CHARS}}}", re.DOTALL)
_WORD = re.compile(r"\w+")
_STATEMENT_WEIGHT = 0.5  # its words are the model's, those of the quote may be the speaker's
_RECALL_SHARE = 0.6  # of a score; the rest is how little else the passage says
_FEW_WORDS = 6  # fewer say little, however many of them are shared
_SPEAKER_BONUS = 1.15
_KNOWN_BONUS = 2.0  # where verification found the real words


_Sentence = tuple[Span, str | None, frozenset[str]]  # where, who, and its words


@dataclass(frozen=True, slots=True)
class Candidate:
    """`score`: above 0, for their order only."""

    span: Span
    score: float


def candidates(evidence: Evidence | None, statement: str, index: TranscriptIndex, most: int = MOST) -> list[Candidate]:
    """Rank sentences of a transcript, and pairs of them, by what they share with a quote and its statement.

    `evidence`: None for a note without a quote. Places that verification found for the quote come first. Rare words
    count more than common ones. Takes time linear in the words of the transcript.
    """
    claimed = "" if evidence is None else evidence.quote.text
    by = None if evidence is None else evidence.quote.speaker
    transcript = index.transcript
    sentences = [(span, speaker, frozenset(_words(transcript.slice(span)))) for span, speaker in _sentences(transcript)]
    numbers = Counter(word for _, _, said in sentences for word in said)
    weights = {word: math.log(1 + len(sentences) / number) for word, number in numbers.items()}
    wanted = dict.fromkeys(_words(statement), _STATEMENT_WEIGHT) | dict.fromkeys(_words(claimed), 1.0)
    in_all = sum(weights.get(word, 0.0) * share for word, share in wanted.items())
    places = () if evidence is None else (evidence.spans, *evidence.alternatives)
    known = [span for place in places for span in place]
    found = []
    for span, speaker, said in _passages(sentences):
        shared = sum(weights[word] * wanted[word] for word in said if word in wanted)
        is_known = any(span.overlap(each) for each in known)
        if not shared and not is_known:
            continue
        recall = shared / in_all if in_all else 0.0
        precision = shared / sum(weights[word] for word in said) if said else 0.0
        score = _RECALL_SHARE * recall + (1 - _RECALL_SHARE) * precision * min(1.0, len(said) / _FEW_WORDS)
        score *= _SPEAKER_BONUS if speaker is not None and speaker == by else 1.0
        found.append(Candidate(span, score + (_KNOWN_BONUS if is_known else 0.0)))
    return _best(found, most)


def _passages(sentences: Sequence[_Sentence]) -> Iterator[_Sentence]:
    """Give each sentence, and each with the one behind it where the same speaker goes on."""
    yield from sentences
    for (span, speaker, said), (behind, by, more) in pairwise(sentences):
        if speaker == by and behind.start - span.end <= 1 and behind.end - span.start <= MOST_CHARS:
            yield Span(span.start, behind.end), speaker, said | more


def _best(found: list[Candidate], most: int) -> list[Candidate]:
    """Take the best ones that have nothing of each other."""
    best: list[Candidate] = []
    for each in sorted(found, key=lambda each: (-each.score, each.span)):
        if not any(each.span.overlap(other.span) for other in best):
            best.append(each)
            if len(best) == most:
                break
    return best


def _sentences(transcript: Transcript) -> list[tuple[Span, str | None]]:
    """Cut a transcript into sentences, and what has no stops into pieces: all its words are in one of them."""
    return [
        (Span(start + piece.start(), start + piece.end()), utterance.speaker)
        for utterance, start in zip(transcript.utterances, transcript.offsets, strict=True)
        for sentence in _SENTENCE.finditer(utterance.text)
        for piece in _PIECE.finditer(utterance.text, *sentence.span())
        if _WORD.search(piece[0])
    ]


def _words(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text)]
