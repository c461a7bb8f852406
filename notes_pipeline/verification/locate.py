"""Find where a quote was most likely said: rare runs of its words lead to few places."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from notes_pipeline.verification.index import RUN, TranscriptIndex
from notes_pipeline.verification.numerals import Stretch, starts_number
from notes_pipeline.verification.readings import MAX_NUMBER_WORDS, value_of
from notes_pipeline.verification.tokens import Words

MAX_SEEDS = 12  # runs that are looked up, the rarest first; more change nothing in the labelled quotes
MIN_SEEDS = 3  # as many are looked up however common they are
MAX_HITS = 48  # places of all seeds together, beyond which more common seeds are left out
MAX_PLACES_OF_SEED = 400  # a run that stands at more places tells too little for what it costs
MAX_EXACT = 5_000  # places of the same words that are looked at; hint and speaker choose among them
EDGE_WORDS = 6  # words beside a place that are looked at too, and a quarter of the quote's length: fillers left out
MAX_ANCHORED_WORDS = 5  # in a quote of so few words each place of a word is looked at by itself
MAX_ANCHOR_SHIFT = 2  # words by which two words of such a quote may be nearer or farther than in the quote
MAX_SHIFT = 24  # words that may be left out or put in between two seeds of one place


class Location(NamedTuple):
    """A stretch of the transcript's words in which the quote may stand. `votes`: how much of the quote leads there.

    `anchor`: a word of the quote and where it stands, for quotes that only single words lead to; else None. Where a
    value led there, it is the number's first word, and need not be the same on both sides.
    """

    start: int
    end: int
    votes: float
    anchor: tuple[int, int] | None = None


def locate_exactly(code: str, index: TranscriptIndex) -> list[int]:
    """Find all places where the words stand one after the other, in order, at most `MAX_EXACT`."""
    if not code:
        return []
    if len(code) < RUN:
        key, at = min(((point, at) for at, point in enumerate(code)), key=lambda pair: index.places.number_of(pair[0]))
        starts = index.places.of(key)
    else:
        best: Sequence[int] | None = None
        at = 0
        for position in range(len(code) - RUN + 1):
            found = index.starts_of(code[position : position + RUN])
            if not found:
                return []
            if best is None or len(found) < len(best):
                best, at = found, position
                if len(found) == 1:
                    break
        starts = best or []
    if len(starts) > MAX_PLACES_OF_SEED:  # the search in C stops early where the words are everywhere
        return _search(code, index.code)
    text = index.code
    return [start - at for start in starts if start >= at and text.startswith(code, start - at)][:MAX_EXACT]


def _search(code: str, text: str) -> list[int]:
    found: list[int] = []
    start = text.find(code)
    while start >= 0 and len(found) < MAX_EXACT:
        found.append(start)
        start = text.find(code, start + 1)
    return found


def locate(
    code: str, index: TranscriptIndex, *, gaps: Iterable[int] = (), shift: int = MAX_SHIFT, most: int = 4
) -> list[Location]:
    """Find where the words of `code` were most likely said, best first.

    `gaps`: an ellipsis stands before these words; each part between them is looked up. `shift`: words that may be left
    out or put in between two seeds of one place. Empty: nothing fits.
    """
    borders = [0, *sorted(gaps), len(code)]
    hits = [hit for start, end in pairwise(borders) for hit in _run_hits(code, index, start, end)]
    if hits:
        return _gather(hits, len(code), len(index.code), min(shift, 4 + 2 * len(code)))[:most]
    if len(borders) > 2 or len(code) > MAX_ANCHORED_WORDS:
        return _gather(_word_hits(code, index), len(code), len(index.code), min(shift, 4 + 2 * len(code)))[:most]
    return _anchored(_word_hits(code, index), len(code), len(index.code))[:most]


def locate_value(words: Words, index: TranscriptIndex, *, most: int = 16) -> list[Location]:
    """Find where a number or a share stands in other words, for a quote that is nothing else."""
    if len(words) > MAX_NUMBER_WORDS or not starts_number(words.atoms[0], index.language):
        return []
    form = value_of(Stretch(words.atoms, len(words), index.language, words.before))
    places = index.said.values.get(form, ())[:most] if form is not None else ()
    return [Location(place, place, len(words), (0, place)) for place in places]


def _anchored(hits: list[tuple[int, int, float]], length: int, end: int) -> list[Location]:
    """Make a location of each hit; those of one place, or nearly, are one, anchored at the weightiest."""
    found: list[Location] = []
    hits.sort()
    weights: dict[int, float] = {}
    anchor, weightiest, first = (0, 0), 0.0, 0
    for start, position, weight in [*hits, (end + MAX_ANCHOR_SHIFT + 1, -1, 0.0)]:
        if weights and start - first > MAX_ANCHOR_SHIFT:
            low, high = max(0, first - EDGE_WORDS), min(end, anchor[1] - anchor[0] + length + EDGE_WORDS)
            found.append(Location(low, high, len(weights) + sum(weights.values()), anchor))
            weights, weightiest = {}, 0.0
        if not weights:
            first = start
        weights[position] = max(weight, weights.get(position, 0.0))
        if weight > weightiest:
            anchor, weightiest = (position, start + position), weight
    found.sort(key=lambda location: (-location.votes, location.start))
    return found


def _run_hits(code: str, index: TranscriptIndex, low: int, high: int) -> list[tuple[int, int, float]]:
    """List (start if nothing is left out, place in the quote, weight) of the rarest runs."""
    known = index.runs.get
    hits: list[tuple[int, int, float]] = []
    seeds: list[tuple[int, int, list[int]]] = []
    for position in range(low, high - RUN + 1):
        found = known(code[position : position + RUN])
        if found is None:
            continue
        if isinstance(found, list):
            if len(found) <= MAX_PLACES_OF_SEED:
                seeds.append((len(found), position, found))
            continue
        hits.append((found - position, position, 1.0))
        if len(hits) == MAX_SEEDS:
            return hits
    seeds.sort()  # no two have one position, so the lists are never compared
    for used, (count, position, starts) in enumerate(seeds[: MAX_SEEDS - len(hits)], len(hits)):
        if used >= MIN_SEEDS and len(hits) + count > MAX_HITS:
            break
        weight = 1 / count
        hits.extend([(start - position, position, weight) for start in starts])
    return hits


def _word_hits(code: str, index: TranscriptIndex) -> list[tuple[int, int, float]]:
    """The same for single words, where no run of three stands anywhere; pairs count more."""
    numbers = ((index.places.number_of(point), position) for position, point in enumerate(code))
    rare = sorted(each for each in numbers if each[0])[:6]
    hits = []
    text = index.code
    for count, position in rare:
        if count > MAX_PLACES_OF_SEED:
            continue
        for start in index.places.of(code[position]):
            weight = 1 / count
            if position + 1 < len(code) and text[start + 1 : start + 2] == code[position + 1]:
                weight += 0.5
            if position > 0 and start > 0 and text[start - 1] == code[position - 1]:
                weight += 0.5
            hits.append((start - position, position, weight))
    return hits


def _gather(hits: list[tuple[int, int, float]], length: int, end: int, shift: int) -> list[Location]:
    """Put hits together that start at nearly the same word."""
    if not hits:
        return []
    hits.sort()
    edge = EDGE_WORDS + length // 4
    locations = []
    first = last = hits[0][0]
    best: dict[int, float] = {}
    for start, position, weight in [*hits, (end + length + shift, -1, 0.0)]:
        if start - last > shift:
            votes = len(best) + sum(best.values())
            locations.append(Location(max(0, first - edge), min(end, last + length + edge), votes))
            best = {}
            first = start
        if weight > best.get(position, 0.0):
            best[position] = weight
        last = start
    locations.sort(key=lambda location: (-location.votes, location.start))
    return locations
