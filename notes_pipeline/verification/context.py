"""Notice a quote cut at an edge so that a word which turned its meaning is lost: "[have not] opted out of this".

What denies the quoted words or makes them unreal is a reason against the quote; what hedges them, reports them or puts
a condition to them is a caution beside it.
"""

import re
from typing import NamedTuple

from notes_pipeline.core.notes import Reason
from notes_pipeline.verification.compare import Comparison
from notes_pipeline.verification.context_words import (
    CLAUSE_END,
    breaks_off,
    earlier_start,
    goes_on,
    is_elided,
    number_goes_on,
    number_is_cut,
    sentence_before,
    sentence_within,
    shares_number,
    text_of,
    words_after,
    words_before,
)
from notes_pipeline.verification.index import TranscriptIndex
from notes_pipeline.verification.numerals import is_number
from notes_pipeline.verification.reading import ReadQuote
from notes_pipeline.verification.tables import context_plain as plain
from notes_pipeline.verification.tables.context_edges import Edges, edges_of

MIN_WORDS = 4  # shorter quotes are terms, not statements, unless they are a whole sentence
MIN_CLAUSE_WORDS = 2
MOOD_WORDS = 4  # words of a quote in which the verb stands that shows it unreal


class Loss(NamedTuple):
    """What a cut loses. `reasons`: the words say something else without it; `cautions`: they say it too firmly."""

    reasons: tuple[Reason, ...] = ()
    cautions: tuple[Reason, ...] = ()


NOTHING = Loss()
TURNED = Loss(reasons=(Reason.CONTEXT,))
WEAKENED = Loss(cautions=(Reason.CONTEXT,))
LEFT_OUT = Loss(reasons=(Reason.OMISSION,))
NUMBER_CUT = Loss(reasons=(Reason.NUMBER, Reason.CONTEXT))
NEGATION_CUT = Loss(reasons=(Reason.NEGATION, Reason.CONTEXT))


def lost_context(read: ReadQuote, comparison: Comparison, index: TranscriptIndex) -> Loss:
    """Tell what the words beside the quote take back of what the quote states."""
    edges = edges_of(index.language.code)
    if edges is None:
        return _plain_loss(comparison, index)
    right = _right(read, comparison, index, edges)
    if right.reasons:
        return right
    left = _left(read, comparison, index, edges)
    if left.reasons:
        return left
    return left if left.cautions else right


def _plain_loss(comparison: Comparison, index: TranscriptIndex) -> Loss:
    """Judge the edges in a language without tables, by its letters."""
    words, start, end = index.words, comparison.start, comparison.end
    border = index.transcript.offsets[index.utterance_of(start)]
    last = index.utterance_of(end - 1) + 1
    offsets = index.transcript.offsets
    stop = offsets[last] if last < len(offsets) else len(words.folded)
    lead = words.folded[border : words.starts[start]]
    tail = words.folded[words.ends[end - 1] : stop].rstrip()
    if not lead and not tail:
        return NOTHING
    first_letter, last_letter = words.folded[words.starts[start]], words.folded[words.ends[end - 1] - 1]
    if (lead[-1:] in plain.HAN_NUMBERS and first_letter in plain.HAN_NUMBERS) or (
        tail[:1] in plain.HAN_NUMBERS and last_letter in plain.HAN_NUMBERS
    ):
        return NUMBER_CUT
    is_cut = any(plain.HAN.fullmatch(pair) for pair in (lead[-1:] + first_letter, last_letter + tail[:1]))
    if is_cut and plain.KANA.search(words.folded, border, stop):
        return WEAKENED  # in Japanese, where kana stand between words, another word: "父" of "祖父"
    if lead.endswith(plain.DENIALS_BEFORE) or tail.startswith(plain.DENIALS_AFTER):
        return TURNED
    if lead.endswith(" ") and words.atoms[start - 1] in plain.NEGATIONS and not words.before(start).strip():
        return TURNED
    sentence = re.split(r"[.?!;:\x02]", lead)[-1].lstrip()
    if plain.DENIED_BEFORE.search(sentence) or plain.DENIED_AFTER.match(tail):
        return TURNED
    if plain.UNCERTAIN_BEFORE.search(sentence) or plain.UNCERTAIN_AFTER.match(tail):
        return WEAKENED
    return WEAKENED if sentence.startswith(plain.CONDITIONS) else NOTHING


def _left(read: ReadQuote, comparison: Comparison, index: TranscriptIndex, edges: Edges) -> Loss:
    """Judge the words right before the quote, over a border or a backchannel too where the sentence goes on."""
    words, language, start = index.words, index.language, comparison.start
    if start <= 0:
        return NOTHING
    if words.starts[start] == words.starts[start - 1] and not is_elided(start, index):
        return NOTHING
    mark = words.before(start)
    if not CLAUSE_END.isdisjoint(mark) or index.speaker_of(start - 1) != index.speaker_of(start):
        if not goes_on(start, index):
            is_reported = ":" in mark and index.speaker_of(start - 1) == index.speaker_of(start)
            return WEAKENED if is_reported and edges.doubts.search(text_of(words_before(start, index))) else NOTHING
        mark = ""
    if number_is_cut(start, index):
        return NUMBER_CUT
    before = words_before(start, index)
    if not before:
        return NOTHING
    first, last = words.atoms[start], before[-1]
    has_comma = "," in mark and words.atoms[start - 1] not in language.fillers
    if shares_number(before, start, index, edges, has_comma):
        return WEAKENED
    is_restart = breaks_off(start, index)
    is_stated = _is_stated(read, comparison, index)
    if (
        not has_comma
        and not is_restart
        and last in language.negations
        and not (
            (last in edges.interjections and first in language.pronouns)
            or (len(before) > 1 and before[-2] in edges.either)
        )
    ):
        if is_stated:
            return TURNED
        return WEAKENED if len(read.words) >= MIN_CLAUSE_WORDS else NOTHING  # a term, or "sou maestro"
    if not has_comma and not is_restart and is_stated and last in edges.nearly:
        is_amount = first in language.negations or first in language.quantifiers or is_number(first, language)
        return WEAKENED if is_amount else TURNED
    loss = _frame(before, start, index, edges, binds=not has_comma or edges.commas_bind)
    if loss.reasons:
        return loss if is_stated and not is_restart else WEAKENED
    if loss.cautions or _is_conditional(before, start, comparison.end, index, edges):
        return WEAKENED
    earlier = earlier_start(start, comparison.end, index)
    if earlier is None or earlier <= 0 or not CLAUSE_END.isdisjoint(words.before(earlier)):
        return NOTHING
    before = words_before(earlier, index)
    return WEAKENED if before and _frame(before, earlier, index, edges, binds=True) is not NOTHING else NOTHING


def _frame(before: list[str], start: int, index: TranscriptIndex, edges: Edges, *, binds: bool) -> Loss:
    """Judge the phrase that governs word `start`. `binds`: no comma sets it apart."""
    language, first, last = index.language, index.words.atoms[start], before[-1]
    text = text_of(before)
    is_dependent = first in edges.complementizers
    if binds or is_dependent:
        if edges.denials.search(f"{text} {first}" if is_dependent else text) is not None:
            return TURNED
        frame = text[: -len(last) - 1] if last in language.pronouns else ""
        if edges.denials.search(frame) is not None or edges.doubts.search(frame) is not None:
            return WEAKENED  # "provided that we | sign"
    # Without the quote's own "if": a condition that the quote states itself is not lost.
    if last in language.doubts or edges.doubts.search(text) is not None:
        return WEAKENED
    return NOTHING


def hidden_context(start: int, end: int, index: TranscriptIndex) -> Loss:
    """Tell what the words [start, end) that an ellipsis stands for take back of what is quoted beside them."""
    edges, words, language = edges_of(index.language.code), index.words, index.language
    if edges is None or start >= end or end >= len(words.atoms):
        return NOTHING
    hidden = [atom for atom in words.atoms[start:end] if atom not in language.fillers]
    if not hidden:
        return NOTHING
    frame = text_of(hidden)
    if edges.hidden.search(frame) is not None:
        return LEFT_OUT
    if CLAUSE_END.isdisjoint(words.before(end)):
        if hidden[-1] in edges.modals or hidden[-1] in edges.nearly or hidden[-1] in edges.conditions:
            return LEFT_OUT
        sentence = sentence_within(start, end, index)
        if sentence and sentence[0] in edges.conditions:
            return LEFT_OUT
        if edges.denials.search(frame) is not None:
            return LEFT_OUT
        if edges.doubts.search(frame) is not None:
            return WEAKENED
    is_condition = CLAUSE_END.isdisjoint(words.before(start)) and hidden[0] in edges.conditions
    return WEAKENED if is_condition and words.atoms[start - 1] not in edges.indirect else NOTHING


def _is_stated(read: ReadQuote, comparison: Comparison, index: TranscriptIndex) -> bool:
    """Tell whether a quote reads as a statement rather than a term: by its length, or by ending with its clause."""
    count = len(read.words)
    if count >= MIN_WORDS:
        return True
    end = comparison.end
    return count >= MIN_CLAUSE_WORDS and (
        not CLAUSE_END.isdisjoint(index.words.before(end)) or end == index.end_of(index.utterance_of(end - 1))
    )


def _is_conditional(before: list[str], start: int, end: int, index: TranscriptIndex, edges: Edges) -> bool:
    """Tell whether the sentence in which the quote stands sets a condition before it."""
    if "|" not in before:
        before = sentence_before(start, index)
    if "|" not in before:
        return False
    sentence = before[before.index("|") + 1 :]
    if not sentence:
        return False
    if edges.openings.match(text_of(sentence)) is not None:
        return True
    if edges.without.match(text_of(sentence)) is not None:
        mood = index.words.atoms[start : min(end, start + MOOD_WORDS)]
        return any(edges.unreal.search(atom) is not None for atom in mood)
    at = 0
    while at < len(sentence) - 1 and sentence[at] in edges.links and sentence[at] not in edges.conditions:
        at += 1
    if sentence[at] in edges.conditions:
        return True
    subject = sentence[at + 1] if at + 1 < len(sentence) else ""
    return sentence[at] in edges.inversions and (subject in index.language.pronouns or subject in edges.nominal)


def _right(read: ReadQuote, comparison: Comparison, index: TranscriptIndex, edges: Edges) -> Loss:
    """Judge the words right after the quote."""
    words, language, end = index.words, index.language, comparison.end
    if end >= len(words.atoms) or end <= 0:
        return NOTHING
    if words.starts[end] == words.starts[end - 1]:  # "we can" of "we can't"
        is_negated = any(
            words.atoms[at] in language.negations
            for at in range(end, min(len(words.atoms), end + 2))
            if words.starts[at] == words.starts[end]
        )
        return NEGATION_CUT if is_negated else NOTHING
    mark = words.before(end)
    if not CLAUSE_END.isdisjoint(mark) or index.speaker_of(end) != index.speaker_of(end - 1):
        return NOTHING
    if number_is_cut(end, index):
        return NUMBER_CUT
    text = words_after(end, index)
    denied = edges.denials_after.match(text)
    if denied is not None:
        is_closed = read.words.folded.rstrip("\"'*_ ").endswith((".", "!"))
        is_ended = is_closed or text[denied.end() :].strip()[:1] in (",", ".", "")
        is_whole = "," not in mark and "-" not in mark and len(read.words) >= MIN_CLAUSE_WORDS
        return TURNED if is_ended and is_whole else WEAKENED
    if words.atoms[end - 1] not in edges.indirect and edges.doubts_after.match(text) is not None:
        return WEAKENED
    return WEAKENED if number_goes_on(end, text, index, edges) else NOTHING
