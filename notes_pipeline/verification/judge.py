"""Judge what the differences between a quote and its place mean: accepted or not, and for which reasons."""

from typing import NamedTuple

from notes_pipeline.core.notes import Quote, Reason
from notes_pipeline.verification.compare import Comparison
from notes_pipeline.verification.context import hidden_context, lost_context
from notes_pipeline.verification.explain import Difference
from notes_pipeline.verification.index import TranscriptIndex
from notes_pipeline.verification.meaning import is_negating, reason_of
from notes_pipeline.verification.passages import Passage
from notes_pipeline.verification.questions import question_is_flattened
from notes_pipeline.verification.reading import PUT_IN, ReadQuote
from notes_pipeline.verification.speakers import is_same_speaker
from notes_pipeline.verification.tables.context_edges import edges_of

MAX_SILENT_CUT = 4  # words that one leaves out by mistake; more are left out on purpose
INVENTED_WORDS = 3  # from here on words put in are a statement of their own rather than a changed word
NAMED_REACH = 200  # words beside the quote in which what a bracket names was said
QUESTION_WORDS = 4  # "Did you really?" is a backchannel, "And who did you ask?" is none
STITCH_WORDS = 12  # from here on a silent gap joins two passages rather than shortens one


class Judgement(NamedTuple):
    """`reasons`: why the quote is not accepted, empty where it is. `cautions`: what a reader should know beside it."""

    reasons: tuple[Reason, ...]
    speaker: str | None
    cautions: tuple[Reason, ...] = ()


def judge(
    quote: Quote,
    read: ReadQuote,
    comparison: Comparison,
    index: TranscriptIndex,
    second: Passage | None = None,
) -> Judgement:
    """Judge a comparison; every difference in it is unexplained and so counts against the quote.

    `second`: the passage that stands for one of the differences, where a quote runs two together.
    """
    cautions: list[Reason] = []
    reasons = [
        _difference_reason(difference, read, index)
        for difference in comparison.differences
        if second is None or difference is not second.difference
    ]
    for start, end in _joined(comparison.breaks) if comparison.breaks else ():
        if is_negating(index.words.atoms[start:end], index.language):
            reasons.append(Reason.NEGATION)
            continue
        if not index.language.is_guarded:
            cautions.append(Reason.CONTEXT)  # nobody knows what is left out
        loss = hidden_context(start, end, index)
        reasons.extend(loss.reasons)
        cautions.extend(loss.cautions)
    if comparison.gaps and any(gap not in comparison.breaks and _asks(gap, index) for gap in comparison.gaps):
        reasons.append(Reason.STITCHED)
    if read.brackets and not all(is_named(inside, read, comparison, index) for inside in read.brackets):
        reasons.append(Reason.WORDING)
    speakers = speakers_of(comparison, index)
    speaker = speakers[0] if speakers else None
    if second is not None:
        reasons.insert(0, Reason.STITCHED if index.speaker_of(second.start) == speaker else Reason.SPEAKER)
    if is_misattributed(quote.speaker or read.speaker, speakers, index):
        reasons.append(Reason.SPEAKER)
    if not comparison.differences:
        if question_is_flattened(read, comparison, index):
            reasons.append(Reason.QUESTION)
        loss = lost_context(read, comparison, index)
        reasons.extend(loss.reasons)
        cautions.extend(loss.cautions)
    if not reasons and not cautions:
        return Judgement((), speaker)
    found = tuple(dict.fromkeys(reasons))
    return Judgement(found, speaker, tuple(dict.fromkeys(caution for caution in cautions if caution not in found)))


def is_named(inside: tuple[int, int], read: ReadQuote, comparison: Comparison, index: TranscriptIndex) -> bool:
    """Tell whether words in brackets can stand for a pronoun: a name, a noun phrase, or words that were said there."""
    start, end = inside
    if any(block.quote < end and start < block.quote + block.size for block in comparison.blocks):
        return True
    if any(difference.quote_start < end and start < difference.quote_end for difference in comparison.differences):
        return True
    language, edges = index.language, edges_of(index.language.code)
    if edges is None:
        return True
    atoms = [atom.removeprefix(PUT_IN) for atom in read.words.atoms[start:end]]
    if any(atom in language.hedge_words or atom in language.negations or atom in language.doubts for atom in atoms):
        return False
    if atoms[0] in language.pronouns or atoms[0] in edges.nominal:
        return len(atoms) > 1
    if any(
        atom in language.function_words or atom in language.quantifiers or atom.endswith(edges.adverb_endings)
        for atom in atoms
    ):
        return False
    if all(read.words.word(at)[:1].isupper() for at in range(start, end)):
        return True
    low, high = max(0, comparison.start - NAMED_REACH), comparison.end + NAMED_REACH
    return all(atom in index.words.atoms[low:high] for atom in atoms)


def speakers_of(comparison: Comparison, index: TranscriptIndex) -> list[str | None]:
    """List whose words were matched, who said most first; words that were left out do not count."""
    first, last = comparison.blocks[0], comparison.blocks[-1]
    utterance = index.utterance_of(first.said)
    if last.said + last.size <= index.end_of(utterance):
        return [index.transcript.utterances[utterance].speaker]
    counts: dict[str | None, int] = {}
    for block in comparison.blocks:
        at, end = block.said, block.said + block.size
        while at < end:
            utterance = index.utterance_of(at)
            following = min(end, index.end_of(utterance))
            speaker = index.transcript.utterances[utterance].speaker
            counts[speaker] = counts.get(speaker, 0) + following - at
            at = following
    return sorted(counts, key=lambda speaker: -counts[speaker])


def is_misattributed(claimed: str | None, speakers: list[str | None], index: TranscriptIndex) -> bool:
    """Tell whether the words are put in another mouth: two people's, another's, or the interviewer's."""
    if len(speakers) > 1:
        return True
    if not speakers:
        return False
    speaker = speakers[0]
    if speaker is None:
        return claimed is not None and bool(index.transcript.speakers)
    if claimed is None:
        return index.roles.is_interviewer(speaker)
    return not is_same_speaker(claimed, speaker)


def _joined(stretches: tuple[tuple[int, int], ...]) -> list[tuple[int, int]]:
    """Join stretches that touch each other."""
    found: list[tuple[int, int]] = []
    for start, end in stretches:
        if found and found[-1][1] >= start:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def _asks(gap: tuple[int, int], index: TranscriptIndex) -> bool:
    """Tell whether a question stands between two parts of a quote: the second answers it, and not the first."""
    start, end = gap
    return (
        end - start >= QUESTION_WORDS
        and "?" in index.words.folded[index.words.starts[start] : index.words.ends[end - 1] + 2]
    )


def _difference_reason(difference: Difference, read: ReadQuote, index: TranscriptIndex) -> Reason:
    silent = difference.end - difference.start
    if not silent and difference.quote_end - difference.quote_start >= INVENTED_WORDS:
        return Reason.WORDING
    if silent and 0 < difference.quote_start == difference.quote_end and difference.end < len(index.code):
        first, last = index.utterance_of(difference.start - 1), index.utterance_of(difference.end)
        turns = index.transcript.utterances[first : last + 1]
        if any(turn.speaker != turns[0].speaker for turn in turns):
            return Reason.STITCHED  # somebody else's turn was cut out
    if silent >= STITCH_WORDS and silent > 2 * (difference.quote_end - difference.quote_start):
        return Reason.STITCHED
    if difference.quote_start == difference.quote_end and silent > MAX_SILENT_CUT:
        return Reason.OMISSION
    return reason_of(difference, read.words, index)
