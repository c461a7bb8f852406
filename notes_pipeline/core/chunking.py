"""Cut a transcript into chunks: whole turns of bounded size, each with the end of the one before as overlap."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from notes_pipeline.core.transcript import Span, Transcript

# About 1,000 words, seven minutes of talk: short enough that a model reads all of it with care, long enough that
# a question and its answer mostly stand together.
CHUNK_CHARACTERS = 6_000
OVERLAP_TURNS = 2  # a question and the start of its answer
MAX_OVERLAP_SHARE = 0.25  # of a chunk: long turns are not sent twice
MIN_CHUNK_CHARACTERS = 400  # a smaller one says too little to be asked about; a model that cannot take it is no model

_SENTENCE_END = re.compile(r"[.!?…。！？؟]+[\"'”’)\]]*\s+|[。！？]|\n+")


@dataclass(frozen=True, slots=True)
class Chunk:
    """What goes to the model in one call.

    `span`: in the transcript's text; its edges are utterance borders, or sentence ends inside an utterance that is
    longer than a chunk. `new_from`: where the part starts that no earlier chunk holds; before it stands the overlap.
    """

    index: int
    span: Span
    new_from: int


def chunk_transcript(
    transcript: Transcript, *, size: int = CHUNK_CHARACTERS, overlap_turns: int = OVERLAP_TURNS
) -> list[Chunk]:
    """Cut the transcript into chunks of at most `size` code points, overlap included where that is possible.

    The new parts follow each other without a gap, so each word is in exactly one. A turn longer than a chunk is cut
    between its utterances; an utterance longer than a chunk between its sentences; a sentence longer than a chunk
    at a blank, else at `size`.
    """
    return _fill(list(_pieces(transcript, Span(0, len(transcript.text)), size)), size, overlap_turns)


def halve_chunk(transcript: Transcript, chunk: Chunk) -> tuple[Chunk, Chunk] | None:
    """Cut a chunk in two of about the same length, as `chunk_transcript` would; None: it is too small for that.

    Together they hold what the chunk held. The overlap goes to the first; the second has none where turns are long.
    """
    if len(chunk.span) < 2 * MIN_CHUNK_CHARACTERS:
        return None
    size = len(chunk.span) * 5 // 8  # room for whole turns around the middle, and for the overlap
    pieces = list(_pieces(transcript, chunk.span, size))
    middle = chunk.span.start + len(chunk.span) // 2
    at = min(range(1, len(pieces)), key=lambda position: abs(pieces[position].start - middle), default=0)
    if not at:
        return None
    overlap_from = _overlap_start(pieces, at, size, OVERLAP_TURNS)
    first = Span(chunk.span.start, pieces[at - 1].end)
    second = Span(pieces[overlap_from].start, chunk.span.end)
    return (
        Chunk(chunk.index, first, min(chunk.new_from, first.end)),
        Chunk(chunk.index, second, max(chunk.new_from, pieces[at].start)),
    )


def _fill(pieces: Sequence[Span], size: int, overlap_turns: int) -> list[Chunk]:
    chunks: list[Chunk] = []
    at = 0
    while at < len(pieces):
        overlap_from = _overlap_start(pieces, at, size, overlap_turns) if chunks else at
        start, end, first = pieces[overlap_from].start, pieces[at].end, at
        at += 1
        while at < len(pieces) and pieces[at].end - start <= size:
            end = pieces[at].end
            at += 1
        chunks.append(Chunk(len(chunks), Span(start, end), pieces[first].start))
    return chunks


def _pieces(transcript: Transcript, within: Span, size: int) -> Iterator[Span]:
    """Yield turns, or what a turn has to be cut into so that no piece is longer than `size`; only what lies within."""
    for turn in transcript.turns:
        whole = _cut(transcript.turn_span(turn), within)
        if whole is not None and len(whole) <= size:
            yield whole
        elif whole is not None:
            for index in range(turn.first, turn.last + 1):
                if (utterance := _cut(transcript.utterance_span(index), within)) is not None:
                    yield from _sentences(transcript, utterance, size)


def _cut(span: Span, within: Span) -> Span | None:
    if within.start <= span.start < span.end <= within.end:
        return span
    start, end = max(span.start, within.start), min(span.end, within.end)
    return Span(start, end) if start < end else None


def _sentences(transcript: Transcript, span: Span, size: int) -> Iterator[Span]:
    if len(span) <= size:
        yield span
        return
    text, start = transcript.text, span.start
    while span.end - start > size:
        ends = [match.end() for match in _SENTENCE_END.finditer(text, start, start + size)]
        blank = text.rfind(" ", start + 1, start + size)
        cut = ends[-1] if ends else blank + 1 if blank > start else start + size
        yield Span(start, cut)
        start = cut
    yield Span(start, span.end)


def _overlap_start(pieces: Sequence[Span], at: int, size: int, turns: int) -> int:
    """Give the first of the pieces before `at` that go along as overlap; `at` if none fits."""
    start = at
    while start > 0 and at - start < turns:
        overlap = pieces[at].start - pieces[start - 1].start
        if overlap > size * MAX_OVERLAP_SHARE or overlap + len(pieces[at]) > size:
            break
        start -= 1
    return start
