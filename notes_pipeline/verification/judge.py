"""Judge what the differences between a quote and its place mean: accepted or not, and for which reasons."""

from typing import NamedTuple

from notes_pipeline.core.notes import Quote, Reason
from notes_pipeline.verification.compare import Comparison
from notes_pipeline.verification.context import lost_context
from notes_pipeline.verification.explain import Difference
from notes_pipeline.verification.index import TranscriptIndex
from notes_pipeline.verification.meaning import reason_of
from notes_pipeline.verification.passages import Passage
from notes_pipeline.verification.questions import question_is_flattened
from notes_pipeline.verification.reading import ReadQuote
from notes_pipeline.verification.speakers import is_same_speaker

MAX_SILENT_CUT = 4  # words that one leaves out by mistake; more are left out on purpose
INVENTED_WORDS = 3  # from here on words put in are a statement of their own rather than a changed word
STITCH_WORDS = 12  # from here on a silent gap joins two passages rather than shortens one


class Judgement(NamedTuple):
    """`reasons`: why the quote is not accepted, empty where it is."""

    reasons: tuple[Reason, ...]
    speaker: str | None


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
    reasons: list[Reason] = []
    reasons.extend(
        _difference_reason(difference, read, index)
        for difference in comparison.differences
        if second is None or difference is not second.difference
    )
    for start, end in comparison.breaks:
        if any(atom in index.language.negations for atom in index.words.atoms[start:end]):
            reasons.append(Reason.NEGATION)
    speakers = speakers_of(comparison, index)
    speaker = speakers[0] if speakers else None
    if second is not None:
        reasons.insert(0, Reason.STITCHED if index.speaker_of(second.start) == speaker else Reason.SPEAKER)
    if is_misattributed(quote.speaker or read.speaker, speakers, index):
        reasons.append(Reason.SPEAKER)
    if not comparison.differences:
        if question_is_flattened(read, comparison, index):
            reasons.append(Reason.QUESTION)
        if lost_context(read, comparison, index):
            reasons.append(Reason.CONTEXT)
    return Judgement(tuple(dict.fromkeys(reasons)), speaker)


def speakers_of(comparison: Comparison, index: TranscriptIndex) -> list[str | None]:
    """List whose words were matched, who said most first; words that were left out do not count."""
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


def _difference_reason(difference: Difference, read: ReadQuote, index: TranscriptIndex) -> Reason:
    silent = difference.end - difference.start
    if not silent and difference.quote_end - difference.quote_start >= INVENTED_WORDS:
        return Reason.WORDING
    if silent >= STITCH_WORDS and silent > 2 * (difference.quote_end - difference.quote_start):
        return Reason.STITCHED
    if difference.quote_start == difference.quote_end and silent > MAX_SILENT_CUT:
        return Reason.OMISSION
    return reason_of(difference, read.words, index)
