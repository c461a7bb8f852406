"""Passages that are offered in the place of a quote that does not stand."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notes_pipeline.core.notes import Evidence, Quote, Verdict
from notes_pipeline.core.transcript import Transcript, Utterance
from notes_pipeline.verification import candidates, index_transcript, verify_quote

SAID = (
    ("Ina", "How do orders come in?"),
    ("Bram", "Most of the orders come in by phone before eight. Honestly, I never liked mail. Yes."),
    ("Ina", "And who picks up the phone that early?"),
    ("Bram", "My sister does. She is up at four anyway, for the ovens."),
    ("Bram", "Orders. Orders. Orders."),
)


def transcript(*said: tuple[str, str]) -> Transcript:
    return Transcript(tuple(Utterance(index, who, None, None, words) for index, (who, words) in enumerate(said)))


def ranked(words: str, statement: str, *, speaker: str | None = "Bram") -> list[str]:
    index = index_transcript(transcript(*SAID))
    evidence = verify_quote(Quote(words, speaker), index)
    return [index.transcript.slice(each.span) for each in candidates(evidence, statement, index)]


def test_the_real_words_of_a_bent_quote_come_first() -> None:
    first = ranked("Most of the orders never come in by phone before eight.", "Orders come in by phone.")[0]
    assert first.startswith("Most of the orders come in by phone before eight.")


def test_an_invented_quote_gets_what_is_nearest_to_its_statement() -> None:
    first = ranked("Grandmother answers all calls at dawn.", "The sister is up at four for the ovens.")[0]
    assert "She is up at four anyway, for the ovens." in first


def test_they_have_nothing_of_each_other_and_are_five_at_most() -> None:
    index = index_transcript(transcript(*SAID, *[("Bram", f"The phone rings on day {day}.") for day in range(20)]))
    found = candidates(verify_quote(Quote("The phone rings"), index), "The phone rings.", index)
    assert len(found) == 5
    spans = sorted(each.span for each in found)
    assert all(earlier.end <= later.start for earlier, later in pairwise(spans))


def test_a_note_without_a_quote_gets_some_and_words_that_nobody_said_get_none() -> None:
    index = index_transcript(transcript(*SAID))
    assert candidates(None, "The sister is up at four.", index)
    assert candidates(None, "Zeppelins", index) == []
    assert candidates(None, "", index) == []


@pytest.mark.parametrize("words", ["a" * 3_000, "word " * 900, "語" * 900, "…!?", " "])
def test_speech_without_stops_is_offered_in_pieces(words: str) -> None:
    index = index_transcript(transcript(("Ina", "Well?"), ("Bram", words)))
    found = candidates(None, f"word {words[:5]} {words[-400:]}", index)
    assert all(0 < len(each.span) <= 400 for each in found)


@given(st.lists(st.text(max_size=60), min_size=1, max_size=6), st.text(max_size=40), st.text(max_size=40))
def test_whatever_was_said_a_candidate_is_words_of_the_transcript(said: list[str], words: str, statement: str) -> None:
    index = index_transcript(transcript(*[("Bram", each) for each in said]))
    for each in candidates(Evidence(Quote(words), Verdict.UNSUPPORTED, 0.0), statement, index):
        assert index.transcript.slice(each.span).strip() == index.transcript.slice(each.span) != ""
        assert each.score > 0
