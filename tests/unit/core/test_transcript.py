import pytest
from hypothesis import given
from hypothesis import strategies as st

from notes_pipeline.core.transcript import Span, Transcript, Utterance, Word
from tests.making import make_transcript


def test_every_character_of_the_text_leads_back_to_its_utterance() -> None:
    transcript = make_transcript("Ann: One two.", "Bea: Three.")
    assert transcript.text == "One two. Three."
    assert [transcript.utterance_at(offset) for offset in (0, 7, 8, 9, 14)] == [0, 0, 0, 1, 1]


def test_a_span_over_a_border_is_cut_into_parts_of_each_utterance() -> None:
    transcript = make_transcript("Ann: One two.", "Bea: Three.")
    parts = [(utterance.index, part) for utterance, part in transcript.parts(Span(4, 11))]
    assert parts == [(0, Span(4, 8)), (1, Span(0, 2))]


def test_the_time_of_a_quote_is_that_of_its_own_words() -> None:
    words = (Word(Span(0, 3), 1000, 1400), Word(Span(4, 7), 2000, 2300), Word(Span(8, 13), 2400, 3000))
    transcript = Transcript((Utterance(0, "Ann", 0, 9000, "One two three", words),))
    assert (transcript.start_ms(Span(4, 7)), transcript.end_ms(Span(4, 7))) == (2000, 2300)


def test_a_word_without_a_time_takes_that_of_its_neighbours() -> None:
    words = (Word(Span(0, 3), 1000, 1400), Word(Span(8, 13), 2400, 3000))
    transcript = Transcript((Utterance(0, "Ann", 0, 9000, "One 222 three", words),))
    assert transcript.start_ms(Span(4, 7)) == 2400
    assert transcript.end_ms(Span(4, 7)) == 1400


def test_without_word_times_a_quote_is_placed_by_its_share_of_the_utterance() -> None:
    transcript = Transcript((Utterance(0, "Ann", 1000, 2000, "0123456789"),))
    assert (transcript.start_ms(Span(5, 8)), transcript.end_ms(Span(5, 8))) == (1500, 1800)


def test_without_times_there_is_no_time() -> None:
    transcript = Transcript((Utterance(0, None, None, None, "words"),))
    assert transcript.start_ms(Span(0, 5)) is None
    assert transcript.end_ms(Span(0, 5)) is None
    assert transcript.duration_ms is None


def test_an_edit_makes_another_version_and_a_warning_does_not() -> None:
    one = make_transcript("Ann: I never signed.")
    other = make_transcript("Ann: I never sighed.")
    warned = Transcript(one.utterances, source_format="srt", warnings=("something",))
    assert one.content_hash != other.content_hash
    assert one.content_hash == warned.content_hash


def test_utterances_must_be_numbered_without_gaps() -> None:
    with pytest.raises(ValueError, match="utterance 0 is numbered 1"):
        Transcript((Utterance(1, None, None, None, "words"),))


@given(st.lists(st.text(max_size=20), max_size=8), st.data())
def test_the_parts_of_any_span_together_are_the_span(texts: list[str], data: st.DataObject) -> None:
    transcript = Transcript(tuple(Utterance(index, None, None, None, text) for index, text in enumerate(texts)))
    start = data.draw(st.integers(0, len(transcript.text)))
    end = data.draw(st.integers(start, len(transcript.text)))
    parts = list(transcript.parts(Span(start, end)))
    assert all(transcript.utterances[u.index].text[p.start : p.end] for u, p in parts)
    covered = sum(len(part) for _, part in parts)
    borders = sum(start <= offset - 1 < end for offset in transcript.offsets[1:])
    assert covered + borders == end - start
