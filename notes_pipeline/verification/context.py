"""Notice a quote cut at an edge so that a word which turned its meaning is lost: "[have not] opted out of this".

What denies the quoted words or makes them unreal is a reason against the quote; what hedges them, reports them or puts
a condition to them is a caution beside it.
"""

import re
from typing import NamedTuple

from notes_pipeline.core.notes import Reason
from notes_pipeline.verification.compare import Comparison
from notes_pipeline.verification.index import TranscriptIndex
from notes_pipeline.verification.numerals import is_number
from notes_pipeline.verification.reading import ReadQuote
from notes_pipeline.verification.tables import context_plain as plain
from notes_pipeline.verification.tables.context_edges import Edges, edges_of
from notes_pipeline.verification.tables.language import Language

_CLAUSE_END = frozenset(".?!;:\x02")
_SENTENCE_END = frozenset(".?!;:\x02,")
MIN_WORDS = 4  # shorter quotes are terms, not statements, unless they are a whole sentence
MIN_CLAUSE_WORDS = 2
REACH_WORDS = 8  # words before the quote in which a phrase that governs its start can begin
SENTENCE_WORDS = 30  # words before the quote in which the sentence can begin that sets a condition
AFTER_WORDS = 5
BACKCHANNEL_WORDS = 4  # another speaker's utterance over which a sentence goes on


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
    if lead.endswith(plain.DENIALS_BEFORE) or tail.startswith(plain.DENIALS_AFTER):
        return TURNED
    if lead.endswith(" ") and words.atoms[start - 1] in plain.NEGATIONS and not words.before(start).strip():
        return TURNED
    sentence = re.split(r"[.?!;:\x02]", lead)[-1].lstrip()
    return WEAKENED if sentence.startswith(plain.CONDITIONS) else NOTHING


def _left(read: ReadQuote, comparison: Comparison, index: TranscriptIndex, edges: Edges) -> Loss:
    """Judge the words right before the quote, over a border or a backchannel too where the sentence goes on."""
    words, language, start = index.words, index.language, comparison.start
    if start <= 0:
        return NOTHING
    if words.starts[start] == words.starts[start - 1]:  # the second half of "don't"
        return NOTHING
    mark = words.before(start)
    if not _CLAUSE_END.isdisjoint(mark) or index.speaker_of(start - 1) != index.speaker_of(start):
        if not _goes_on(start, index):
            return WEAKENED if ":" in mark and _is_reported(start, index, edges) else NOTHING
        mark = ""
    first = words.atoms[start]
    if _continues_number(words.atoms[max(0, start - 3) : start], first, "," in mark, language):
        return NUMBER_CUT
    before, is_restart = _words_before(start, index)
    if not before:
        return NOTHING
    last = before[-1]
    has_comma = "," in mark and words.atoms[start - 1] not in language.fillers
    if has_comma and is_number(last, language) and is_number(first, language):
        return WEAKENED  # "twenty, thirty people"
    is_stated = _is_stated(read, comparison, index)
    if not has_comma and not is_restart and is_stated:
        if last in language.negations and not (
            (last in edges.interjections and first in language.pronouns)
            or (len(before) > 1 and before[-2] in edges.modals and before[-2] in ("or", "oder", "ou", "o"))
        ):
            return TURNED
        if last in edges.nearly:
            is_amount = first in language.negations or first in language.quantifiers or is_number(first, language)
            return WEAKENED if is_amount else TURNED
    text = " " + " ".join(before)
    is_dependent = first in edges.complementizers
    if is_dependent:
        text += " " + first
    if not has_comma or is_dependent or edges.commas_bind:
        if edges.denials.search(text) is not None:
            return TURNED if is_stated and not is_restart else WEAKENED
        if last in language.pronouns and edges.denials.search(text[: -len(last) - 1]) is not None:
            return WEAKENED
    # Without the quote's own "if": a condition that the quote states itself is not lost.
    if edges.doubts.search(" " + " ".join(before)) is not None or last in language.doubts:
        return WEAKENED
    return WEAKENED if _is_conditional(before, start, index, edges) else NOTHING


def _is_reported(start: int, index: TranscriptIndex, edges: Edges) -> bool:
    """Tell whether somebody's words are announced before a colon."""
    if index.speaker_of(start - 1) != index.speaker_of(start):
        return False
    before = index.words.atoms[max(0, start - REACH_WORDS) : start]
    return edges.doubts.search(" " + " ".join(before)) is not None


def hidden_context(start: int, end: int, index: TranscriptIndex) -> Loss:
    """Tell what the words [start, end) that an ellipsis stands for take back of what is quoted beside them."""
    edges, words, language = edges_of(index.language.code), index.words, index.language
    if edges is None or start >= end or end >= len(words.atoms):
        return NOTHING
    hidden = [atom for atom in words.atoms[start:end] if atom not in language.fillers]
    if not hidden:
        return NOTHING
    if edges.hidden.search(" " + " ".join(hidden)) is not None:
        return LEFT_OUT
    if _CLAUSE_END.isdisjoint(words.before(end)):
        if hidden[-1] in edges.modals or hidden[-1] in edges.nearly:
            return LEFT_OUT
        sentence = _sentence_of(start, end, index)
        if sentence and sentence[0] in edges.conditions:
            return LEFT_OUT
    is_condition = _CLAUSE_END.isdisjoint(words.before(start)) and hidden[0] in edges.conditions
    return WEAKENED if is_condition and words.atoms[start - 1] not in edges.indirect else NOTHING


def _sentence_of(start: int, end: int, index: TranscriptIndex) -> list[str]:
    """Give the hidden words from the last start of a sentence in [start, end), nothing where none starts there."""
    for at in range(end - 1, start - 1, -1):
        if not _CLAUSE_END.isdisjoint(index.words.before(at)):
            return index.words.atoms[at:end]
    return []


def _goes_on(start: int, index: TranscriptIndex) -> bool:
    """Tell whether a sentence goes on at an utterance's start, over a short utterance of somebody else."""
    words, utterance = index.words, index.utterance_of(start)
    if utterance < 2 or words.starts[start - 1] >= index.transcript.offsets[utterance]:
        return False
    speaker = index.transcript.utterances[utterance].speaker
    between, earlier = index.transcript.utterances[utterance - 1], index.transcript.utterances[utterance - 2]
    if between.speaker == speaker or earlier.speaker != speaker:
        return False
    first = index.end_of(utterance - 2)
    return (
        first > 0
        and start - first <= BACKCHANNEL_WORDS
        and "?" not in between.text
        and (earlier.text.rstrip()[-1:].isalnum() or earlier.text.rstrip().endswith((",", "-")))
    )


def _words_before(start: int, index: TranscriptIndex) -> tuple[list[str], bool]:
    """Give the words of the sentence before `start` without fillers, with `|` where it begins.

    Tells too whether the speaker broke off right there to start anew.
    """
    words, language = index.words, index.language
    speaker = index.speaker_of(start)
    before: list[str] = []
    at = start
    is_restart = any(cut in words.before(start) for cut in ("--", "- ", " -"))
    if index.speaker_of(at - 1) != speaker:  # a backchannel, see `_goes_on`
        at = index.end_of(index.utterance_of(start) - 2)
        is_restart = False
    border = index.transcript.offsets[index.utterance_of(at - 1)] if at else 0
    while at > 0 and len(before) < REACH_WORDS:
        at -= 1
        if words.atoms[at] not in language.fillers:
            before.append(words.atoms[at])
        if not _CLAUSE_END.isdisjoint(words.before(at)):
            before.append("|")
            break
        if words.starts[at] <= border:
            if at == 0 or index.speaker_of(at - 1) != speaker:
                before.append("|")
                break
            border = index.transcript.offsets[index.utterance_of(at - 1)]
    before.reverse()
    return before, is_restart


def _is_stated(read: ReadQuote, comparison: Comparison, index: TranscriptIndex) -> bool:
    """Tell whether a quote reads as a statement rather than a term: by its length, or by ending with its clause."""
    count = len(read.words)
    if count >= MIN_WORDS:
        return True
    end = comparison.end
    return count >= MIN_CLAUSE_WORDS and (
        not _CLAUSE_END.isdisjoint(index.words.before(end)) or end == index.end_of(index.utterance_of(end - 1))
    )


def _is_conditional(before: list[str], start: int, index: TranscriptIndex, edges: Edges) -> bool:
    """Tell whether the sentence in which the quote stands sets a condition before it."""
    if "|" not in before:
        before = _sentence_before(start, index)
    at = before.index("|") + 1 if "|" in before else len(before)
    while at < len(before) and before[at] in edges.links and before[at] not in edges.conditions:
        at += 1
    if at >= len(before):
        return False
    if before[at] in edges.conditions:
        return True
    subject = before[at + 1] if at + 1 < len(before) else ""
    return before[at] in edges.inversions and (subject in index.language.pronouns or subject in edges.nominal)


def _sentence_before(start: int, index: TranscriptIndex) -> list[str]:
    """Give the words from the start of the sentence, nothing where it begins too far away."""
    words = index.words
    floor = max(index.transcript.offsets[index.utterance_of(start)], 0)
    for at in range(start - 1, max(-1, start - 1 - SENTENCE_WORDS), -1):
        if words.starts[at] <= floor or not _CLAUSE_END.isdisjoint(words.before(at)):
            return ["|", *words.atoms[at:start]]
        if words.starts[at] < floor:
            break
    return []


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
    if not _CLAUSE_END.isdisjoint(mark) or index.speaker_of(end) != index.speaker_of(end - 1):
        return NOTHING
    if "," not in mark and _continues_number([words.atoms[end - 1]], words.atoms[end], False, language):
        return NUMBER_CUT
    parts: list[str] = []
    for at in range(end, min(len(words.atoms), end + AFTER_WORDS)):
        found = words.before(at)
        if "," in found or (at > end and not _SENTENCE_END.isdisjoint(found)):
            parts.append("," if "," in found and _CLAUSE_END.isdisjoint(found) else ".")
        if parts[-1:] == ["."]:
            break
        if words.atoms[at] not in language.fillers:
            parts.append(words.atoms[at])
    else:
        if end + AFTER_WORDS >= len(words.atoms):
            parts.append(".")
    text = " " + " ".join(parts)
    denied = edges.denials_after.match(text)
    if denied is not None:
        is_ended = text[denied.end() :].strip()[:1] in (",", ".", "") or read.words.folded.rstrip("\"'*_ ")[-1:] in (
            ".",
            "!",
        )
        is_whole = "," not in mark and "-" not in mark and len(read.words) >= MIN_CLAUSE_WORDS
        return TURNED if is_ended and is_whole else WEAKENED
    if words.atoms[end - 1] not in edges.indirect and edges.doubts_after.match(text) is not None:
        return WEAKENED
    return NOTHING


def _continues_number(before: list[str], following: str, has_comma: bool, language: Language) -> bool:
    """Tell whether a word continues the number that ends right before it: "two hundred and <twenty>"."""
    numbers = language.numbers
    if has_comma or not before:
        return False
    last = before[-1]
    if last in numbers.joiners and len(before) > 1:
        return (before[-2] in numbers.hundred or before[-2] in numbers.scales) and (
            following in numbers.units or following in numbers.tens
        )
    if last in numbers.point and len(before) > 1:
        return is_number(before[-2], language) and is_number(following, language)
    if last[:1].isdigit():
        if following in numbers.scales or following in numbers.hundred:
            return True
        return last.isdigit() and len(last) <= 3 and following.isdigit() and len(following) == 3
    if last in numbers.one:
        return False
    if last in numbers.tens:
        return (
            following in numbers.units
            or following in numbers.hundred
            or following in numbers.scales
            or (following in numbers.ordinals and numbers.ordinals[following] < 10)
        )
    if last in numbers.units or last in numbers.hundred or last in numbers.scales:
        if following in numbers.hundred or following in numbers.scales:
            return True
        if following in numbers.tens:
            return True
        return last not in numbers.units and following in numbers.units
    return False
