"""Doubt what a transcript may have dictated: notes that rest on words beside an order to the machine.

Such words were said, so a quote of them stands; but a model that obeyed the order wrote what it was told to.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from notes_pipeline.core.chunking import CHUNK_CHARACTERS
from notes_pipeline.core.notes import Evidence
from notes_pipeline.core.transcript import Span, Transcript
from notes_pipeline.verification.harmless import Side
from notes_pipeline.verification.index import TranscriptIndex
from notes_pipeline.verification.languages import choose_language
from notes_pipeline.verification.machine_talk import find_machine_talk, is_standing, speaks_to_machine, words_of
from notes_pipeline.verification.text import fold, strip_accents

# A hundred words on each side of an order: more than any demand in fixtures/injections has; a long answer that holds
# one sentence to the machine keeps the rest of its quotes.
REACH_CHARACTERS = 600
# One call shows the model this much at most: words further from an order were quoted by a model that did not see it.
CALL_CHARACTERS = CHUNK_CHARACTERS
DICTATED_CHARACTERS = 400  # before and behind an order, where what it demands is said
STANDING_CHARACTERS = 150  # before and behind an order, where "from now on" is said
STEM_LETTERS = 4  # of a word that tell it again in another form: "loves", "loved"


@dataclass(frozen=True, slots=True)
class _Order:
    """Where the machine is spoken to, with the words around, among which is what it shall write. `stems`: of these."""

    span: Span
    stems: frozenset[str]
    language: str


@dataclass(frozen=True, slots=True)
class _Doubt:
    """What a transcript says to the machine. `zones`: whose words are doubted whatever the statement, in order."""

    zones: tuple[Span, ...] = ()
    orders: tuple[_Order, ...] = ()


# By the words of the index: it has no identity of its own that could be hashed, and these live as long as it does.
_known: WeakKeyDictionary[Side, _Doubt] = WeakKeyDictionary()


def may_be_dictated(statement: str, evidence: Sequence[Evidence], index: TranscriptIndex) -> bool:
    """Tell whether a note may say what the transcript ordered the machine to say.

    Either its quotes stand beside an order: in the same turn within reach, in the same speaker's nearest utterance
    before or after, or, for an order that is to hold on, in all that one call shows. Or the model saw an order, and at
    least half of what the statement brings beyond its quotes stands there, or is in a language that cannot be compared.
    """
    doubt = _known.get(index.said)
    if doubt is None:
        doubt = _known[index.said] = _doubt(index)
    spans = [span for each in evidence for span in each.spans]
    if not doubt.zones or not spans:
        return False
    if any(_touches(doubt.zones, span) for span in spans):
        return True
    seen = [order for order in doubt.orders if any(_distance(order.span, span) <= CALL_CHARACTERS for span in spans)]
    if not seen:
        return False
    language = choose_language(None, fold(statement)).code
    said = " ".join(each.matched_text for each in evidence) + " " + " ".join(each.speaker or "" for each in evidence)
    brought = _stems(statement) - _stems(said)
    return any(
        brought and (2 * len(brought & order.stems) >= len(brought) or len({language, order.language, ""}) > 2)
        for order in seen
    )


def _doubt(index: TranscriptIndex) -> _Doubt:
    transcript, folded = index.transcript, index.words.folded
    # An utterance starts like a line; its border is one character too.
    lined = "\n".join(utterance.text for utterance in transcript.utterances)
    talk = find_machine_talk(lined, folded)
    forgers = {name for name in transcript.speakers if speaks_to_machine(name)}
    forged = [turn for turn in transcript.turns if turn.speaker in forgers]
    starts = [turn.first for turn in transcript.turns]
    zones = [zone for span in talk for zone in _zones(span, transcript, starts, folded)]
    zones += [transcript.turn_span(turn) for turn in forged]
    around = _merged(_widened(span, DICTATED_CHARACTERS, folded) for span in talk)
    return _Doubt(tuple(_merged(zones)), tuple(_order(span, folded) for span in around))


def _order(span: Span, folded: str) -> _Order:
    around = folded[span.start : span.end]
    return _Order(span, frozenset(_stems(around)), choose_language(None, around).code)


def _widened(span: Span, by: int, text: str) -> Span:
    return Span(max(0, span.start - by), min(len(text), span.end + by))


def _zones(span: Span, transcript: Transcript, starts: Sequence[int], folded: str) -> Iterator[Span]:
    """Yield whose words are doubted for one order. `starts`: the first utterance of each turn."""
    beside = _widened(span, STANDING_CHARACTERS, folded)
    if is_standing(folded[beside.start : beside.end]):
        yield _widened(span, CALL_CHARACTERS, folded)
        return
    turns = transcript.turns
    around = _widened(span, REACH_CHARACTERS, folded)
    first = bisect_right(starts, transcript.utterance_at(span.start)) - 1
    last = bisect_right(starts, transcript.utterance_at(span.end - 1)) - 1
    whole = Span(transcript.turn_span(turns[first]).start, transcript.turn_span(turns[last]).end)
    yield Span(max(whole.start, around.start), min(whole.end, around.end))
    if first >= 2 and turns[first - 2].speaker == turns[first].speaker:
        before = transcript.utterance_span(turns[first - 2].last)
        yield Span(max(before.start, before.end - REACH_CHARACTERS), before.end)
    if last + 2 < len(turns) and turns[last + 2].speaker == turns[last].speaker:
        behind = transcript.utterance_span(turns[last + 2].first)
        yield Span(behind.start, min(behind.end, behind.start + REACH_CHARACTERS))


def _merged(zones: Iterable[Span]) -> Iterator[Span]:
    """Join zones that touch, so that their ends rise with their starts."""
    held: Span | None = None
    for zone in sorted(zones):
        if held is not None and zone.start <= held.end:
            held = Span(held.start, max(held.end, zone.end))
            continue
        if held is not None:
            yield held
        held = zone
    if held is not None:
        yield held


def _touches(zones: Sequence[Span], span: Span) -> bool:
    at = bisect_left(zones, span.end, key=lambda zone: zone.start) - 1
    return at >= 0 and zones[at].end > span.start


def _distance(one: Span, other: Span) -> int:
    return max(one.start - other.end, other.start - one.end, 0)


def _stems(text: str) -> set[str]:
    return {strip_accents(word)[:STEM_LETTERS] for word in words_of(text) if len(word) >= STEM_LETTERS}
