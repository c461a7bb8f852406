"""The map from characters to utterance, speaker and time."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from notes_pipeline.core.places import Timing, find_phrase, map_utterances, place_at
from notes_pipeline.core.transcript import UTTERANCE_BORDER, Span, Transcript, Utterance, Word

TALK = Transcript(
    (
        Utterance(0, "Ann", 0, 4000, "I don’t know."),
        Utterance(1, "Bea", 4000, 5000, "Well then", (Word(Span(0, 4), 4100, 4300), Word(Span(5, 9), 4600, 4900))),
        Utterance(2, "Ann", 6000, None, "Go on."),
    ),
    places=("line 1", "line 2", "line 3"),
)
transcripts = st.lists(st.text(max_size=12), min_size=1, max_size=8).map(
    lambda texts: Transcript(tuple(Utterance(index, None, None, None, text) for index, text in enumerate(texts)))
)


@given(transcripts)
def test_the_map_covers_every_character_once_with_one_border_between_utterances(transcript: Transcript) -> None:
    covered = UTTERANCE_BORDER.join(transcript.slice(place.span) for place in map_utterances(transcript))
    assert covered == transcript.text
    spans = [place.span for place in map_utterances(transcript)]
    assert spans[0].start == 0
    assert all(later.start == one.end + len(UTTERANCE_BORDER) for one, later in pairwise(spans))


@given(transcripts, st.integers(0, 120))
def test_every_character_has_a_place_and_what_is_behind_the_end_has_none(transcript: Transcript, offset: int) -> None:
    place = place_at(transcript, offset)
    if offset >= len(transcript.text):
        assert place is None
    else:
        assert place is not None
        assert place.span.start <= offset
        assert transcript.text[offset].isspace() or offset < place.span.end


def test_a_word_with_its_own_time_is_told_by_it() -> None:
    place = place_at(TALK, TALK.text.index("then") + 2)
    assert place is not None
    assert (TALK.slice(place.span), place.start_ms, place.end_ms, place.timing) == ("then", 4600, 4900, Timing.WORDS)
    assert (place.utterance.speaker, place.where) == ("Bea", "line 2")


def test_a_time_that_is_reckoned_or_that_of_the_utterance_is_said_to_be_so() -> None:
    reckoned, of_utterance = place_at(TALK, 8), place_at(TALK, len(TALK.text) - 1)
    assert reckoned is not None
    assert of_utterance is not None
    assert (reckoned.timing, of_utterance.timing) == (Timing.SHARE, Timing.UTTERANCE)
    assert of_utterance.start_ms == 6000


def test_a_phrase_is_found_over_a_border_whatever_its_case_and_apostrophe() -> None:
    (place,) = find_phrase(TALK, "DON'T  know. well")
    assert (TALK.slice(place.span), place.utterance.index, place.last) == ("don’t know. Well", 0, 1)


def test_a_phrase_is_taken_by_its_letters_and_nothing_finds_nothing() -> None:
    assert list(find_phrase(TALK, "kn.w")) == []
    assert list(find_phrase(TALK, "  ")) == []
