from hypothesis import given
from hypothesis import strategies as st

from notes_pipeline.core.merging import Draft, merge_notes
from notes_pipeline.core.notes import Verdict
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
