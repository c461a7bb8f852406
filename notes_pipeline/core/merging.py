"""One note from what overlapping chunks say about the same passage, with all its evidence."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from notes_pipeline.core.notes import Evidence, Note, NoteStatus
from notes_pipeline.core.transcript import Span

# Two supported notes are one when most of the shorter one's evidence lies in the longer one's. Half: in overlapping
# chunks a model takes a sentence more or less of the same passage, but seldom the half of a neighbouring one.
SAME_PASSAGE_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Draft:
    """A note as one chunk gave it. `id` and `chunk_index`: where it is stored and came from.

    `is_published`: readers see it already, since its run is tried again. `is_reviewed`: a person has decided on it.
    """

    id: UUID
    chunk_index: int
    note: Note
    is_published: bool = False
    is_reviewed: bool = False


@dataclass(frozen=True, slots=True)
class MergedNote:
    """A note that readers see. `kept`: the draft that it grows from. `absorbed`: the drafts that say the same.

    `moved`: (draft, position of the evidence in it) of each absorbed draft's evidence that `kept` did not have.
    """

    kept: Draft
    absorbed: tuple[Draft, ...] = ()
    moved: tuple[tuple[Draft, int], ...] = ()


def merge_notes(drafts: Sequence[Draft]) -> list[MergedNote]:
    """Group drafts into notes. Each draft is in exactly one group, as the kept one or as absorbed.

    Only drafts of different chunks are merged: what one answer lists apart is meant apart. A supported note never
    absorbs a flagged one, nor the reverse: a doubt must not hide behind a sound quote. Flagged drafts are merged only
    when statement and quotes are the same words. What is published stays, and takes in what says the same; what was
    reviewed stays as the reviewer saw it.
    """
    merged: list[MergedNote] = []
    alike: defaultdict[tuple[str | None, str | None, NoteStatus], list[int]] = defaultdict(list)
    for draft in sorted(drafts, key=lambda each: (not each.is_published, each.chunk_index)):
        positions = alike[draft.note.question_id, draft.note.theme_id, draft.note.status]
        for position in positions:
            if _is_same(merged[position], draft):
                merged[position] = _absorb(merged[position], draft)
                break
        else:
            positions.append(len(merged))
            merged.append(MergedNote(draft))
    return merged


def _is_same(group: MergedNote, draft: Draft) -> bool:
    """Tell whether a draft says what a group of the same topic and status says."""
    kept = group.kept.note
    if group.kept.is_reviewed or draft.is_published:
        return False
    if any(member.chunk_index == draft.chunk_index for member in (group.kept, *group.absorbed)):
        return False
    if kept.status is NoteStatus.FLAGGED:
        return _wording(kept) == _wording(draft.note)
    return _share_of_shorter(_spans(_evidence(group)), _spans(draft.note.evidence)) >= SAME_PASSAGE_SHARE


def _absorb(group: MergedNote, draft: Draft) -> MergedNote:
    present = _spans(_evidence(group))
    new = tuple(
        (draft, position)
        for position, evidence in enumerate(draft.note.evidence)
        if not all(any(_holds(known, span) for known in present) for span in evidence.spans)
    )
    return MergedNote(group.kept, (*group.absorbed, draft), (*group.moved, *new))


def _evidence(group: MergedNote) -> list[Evidence]:
    return [*group.kept.note.evidence, *(draft.note.evidence[position] for draft, position in group.moved)]


def _spans(evidence: Sequence[Evidence]) -> list[Span]:
    return [span for each in evidence for span in each.spans]


def _holds(outer: Span, inner: Span) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def _share_of_shorter(left: list[Span], right: list[Span]) -> float:
    shorter, longer = sorted((left, right), key=lambda spans: sum(map(len, spans)))
    length = sum(map(len, shorter))
    if not length:
        return 0.0
    return sum(max((span.overlap(other) for other in longer), default=0) for span in shorter) / length


def _wording(note: Note) -> tuple[str, tuple[str, ...]]:
    return note.statement.casefold(), tuple(each.quote.text.casefold() for each in note.evidence)
