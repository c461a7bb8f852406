from notes_pipeline.core.pauses import Stretch, find_gaps, find_overlaps
from notes_pipeline.core.transcript import Transcript, Utterance


def timed(*times: tuple[int | None, int | None]) -> Transcript:
    return Transcript(tuple(Utterance(index, None, *one, "Yes.") for index, one in enumerate(times)))


def test_a_gap_lies_between_the_latest_end_and_the_next_start() -> None:
    assert find_gaps(timed((0, 9000), (1000, 2000), (12_000, 13_000))) == [Stretch(2, 9000, 12_000)]


def test_where_an_end_is_not_known_no_gap_is_claimed() -> None:
    assert find_gaps(timed((0, None), (9000, 9500), (None, None), (20_000, 21_000))) == []


def test_an_overlap_lasts_as_long_as_both_speak() -> None:
    assert find_overlaps(timed((0, 5000), (4000, 4500), (5000, 6000))) == [Stretch(1, 4000, 4500)]


def test_what_is_out_of_order_is_no_overlap_with_what_lies_between() -> None:
    assert find_overlaps(timed((10_000, 11_000), (0, 1000))) == []
