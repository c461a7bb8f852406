from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from notes_pipeline.core.merging import Draft, merge_notes
from notes_pipeline.core.notes import Evidence, Verdict
from tests.making import ids, make_draft, make_evidence


def test_two_chunks_on_the_same_passage_give_one_note_with_all_its_quotes() -> None:
    one = make_draft(0, make_evidence((100, 150)), statement="First wording.")
    two = make_draft(1, make_evidence((90, 160)), make_evidence((300, 320)), statement="Second wording.")
    (merged,) = merge_notes([one, two])
    assert merged.kept == one
    assert merged.absorbed == (two,)
    assert merged.moved == ((two, 0), (two, 1))


def test_a_quote_that_is_there_already_is_not_kept_twice() -> None:
    one, two = make_draft(0, make_evidence((100, 150))), make_draft(1, make_evidence((100, 150)))
    (merged,) = merge_notes([one, two])
    assert merged.moved == ()


def test_two_notes_of_one_answer_stay_apart() -> None:
    drafts = [make_draft(0, make_evidence((100, 150))), make_draft(0, make_evidence((100, 150)))]
    assert len(merge_notes(drafts)) == 2


def test_notes_on_different_questions_stay_apart() -> None:
    drafts = [make_draft(0, make_evidence((1, 9))), make_draft(1, make_evidence((1, 9)), topic="cost")]
    assert len(merge_notes(drafts)) == 2


def test_a_flagged_note_is_not_hidden_behind_a_supported_one() -> None:
    drafts = [make_draft(0, make_evidence((1, 9))), make_draft(1, make_evidence((1, 9), verdict=Verdict.ALTERED))]
    assert len(merge_notes(drafts)) == 2


def test_passages_that_hardly_touch_stay_apart() -> None:
    assert len(merge_notes([make_draft(0, make_evidence((0, 100))), make_draft(1, make_evidence((60, 160)))])) == 2


def test_flagged_notes_without_a_place_are_one_only_with_the_same_words() -> None:
    def flagged(chunk: int, statement: str) -> Draft:
        return make_draft(chunk, make_evidence(quote="never said", verdict=Verdict.UNSUPPORTED), statement=statement)

    assert len(merge_notes([flagged(0, "A."), flagged(1, "A.")])) == 1
    assert len(merge_notes([flagged(0, "A."), flagged(1, "B.")])) == 2


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 50), st.integers(1, 50), st.booleans()), max_size=12))
def test_no_draft_is_lost_or_doubled(drawn: list[tuple[int, int, int, bool]]) -> None:
    drafts = [
        make_draft(
            chunk,
            make_evidence((start, start + length), verdict=Verdict.VERBATIM if is_sound else Verdict.ALTERED),
        )
        for chunk, start, length, is_sound in drawn
    ]
    merged = merge_notes(drafts)
    members = [draft.id for group in merged for draft in (group.kept, *group.absorbed)]
    assert sorted(members) == sorted(ids(drafts))


def published(chunk: int, *evidence: Evidence, is_reviewed: bool = False, statement: str = "It is so.") -> Draft:
    draft = make_draft(chunk, *evidence, statement=statement)
    return replace(draft, is_published=True, is_reviewed=is_reviewed)


def test_a_published_note_stays_and_takes_in_what_says_the_same_also_of_an_earlier_chunk() -> None:
    new = make_draft(0, make_evidence((90, 160)), make_evidence((300, 320)))
    stays = published(1, make_evidence((100, 150)))
    (merged,) = merge_notes([new, stays])
    assert (merged.kept, merged.absorbed, merged.moved) == (stays, (new,), ((new, 0), (new, 1)))


def test_a_reviewed_note_takes_nothing_in_and_is_not_taken_in() -> None:
    reviewed = published(0, make_evidence((100, 150)), is_reviewed=True)
    new = make_draft(1, make_evidence((100, 150)))
    assert [(group.kept, group.absorbed) for group in merge_notes([reviewed, new])] == [(reviewed, ()), (new, ())]


def test_two_published_notes_stay_two() -> None:
    drafts = [published(0, make_evidence((100, 150))), published(1, make_evidence((100, 150)))]
    assert [group.kept for group in merge_notes(drafts)] == drafts


def test_a_published_flagged_note_takes_in_only_the_same_words() -> None:
    doubt = make_evidence(quote="never said", verdict=Verdict.UNSUPPORTED)
    stays = published(0, doubt, statement="A.")
    same, other = make_draft(1, doubt, statement="A."), make_draft(2, doubt, statement="B.")
    first, second = merge_notes([stays, same, other])
    assert (first.kept, first.absorbed) == (stays, (same,))
    assert (second.kept, second.absorbed) == (other, ())


def test_what_a_published_note_took_in_before_is_not_moved_again() -> None:
    stays = published(0, make_evidence((100, 150)), make_evidence((300, 320)))
    new = make_draft(1, make_evidence((110, 140)), make_evidence((300, 320)))
    (merged,) = merge_notes([stays, new])
    assert merged.moved == ()
