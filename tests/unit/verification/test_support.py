"""A statement may not bring what its own quotes do not have."""

from collections.abc import Callable

import pytest

from notes_pipeline.core.notes import Flag, Quote
from notes_pipeline.verification import TranscriptIndex, unsaid, verify_quote

MakeIndex = Callable[..., TranscriptIndex]

NUMBER, QUANTITY = Flag.NUMBER_NOT_SAID, Flag.QUANTITY_NOT_SAID
NEGATION, NAME = Flag.NEGATION_NOT_SAID, Flag.NAME_NOT_SAID


@pytest.mark.parametrize(
    ("language", "said", "statement", "flags"),
    [
        pytest.param("en", "We sold forty loaves by noon.", "They sold 40 loaves.", (), id="number in digits"),
        pytest.param("en", "We sold forty loaves by noon.", "They sold 400 loaves.", (NUMBER,), id="another number"),
        pytest.param("en", "It cost us $5 a day.", "It cost five dollars a day.", (), id="money"),
        pytest.param("en", "It went up by ten percent.", "It rose 10%.", (), id="share"),
        pytest.param("en", "It went up a lot.", "It rose 10%.", (NUMBER,), id="invented share"),
        pytest.param("en", "One of us left in May.", "One person left.", (), id="one"),
        pytest.param("en", "Every order came by phone.", "All orders came by phone.", (), id="same quantity"),
        pytest.param("en", "Orders came by phone.", "Most orders came by phone.", (QUANTITY,), id="more than was said"),
        pytest.param("en", "A few of them left us.", "Some customers left.", (), id="claims nothing"),
        pytest.param("en", "We stopped using the book.", "They use the book no longer.", (NEGATION,), id="put in"),
        pytest.param("en", "I never trusted the app.", "He trusts the app.", (NEGATION,), id="left out"),
        pytest.param("en", "I had no cake then.", "A cake was missing.", (), id="a thing that was not there"),
        pytest.param("es", "Yo no firmé nada allí.", "Firmó un contrato.", (NEGATION,), id="spanish negation"),
        pytest.param("en", "I never trusted the app.", "He did not trust the app.", (), id="kept"),
        pytest.param("en", "He told me to leave.", "The boss, Ottoline, told him to leave.", (NAME,), id="name"),
        pytest.param("en", "Milo told me to leave.", "Milo asked him to leave.", (), id="name that was said"),
        pytest.param("en", "I left in May.", "Ann Quill left in May.", (), id="the speaker's name"),
        pytest.param("de", "Wir haben zwanzig Jahre gezahlt.", "Sie zahlten 20 Jahre.", (), id="german number"),
        pytest.param("de", "Wir haben zwanzig Jahre gezahlt.", "Sie zahlten 30 Jahre.", (NUMBER,), id="german"),
        pytest.param("de", "Das hat uns nicht gereicht.", "Es hat ihnen gereicht.", (NEGATION,), id="german negation"),
        pytest.param(
            "de", "Wir zahlten zwanzig Jahre.", "They paid for twenty years to the bank.", (), id="in English"
        ),
    ],
)
def test_what_a_statement_brings_is_found_in_its_quotes_or_flagged(
    make_index: MakeIndex, language: str, said: str, statement: str, flags: tuple[Flag, ...]
) -> None:
    index = make_index(f"Ann Quill: {said}", "Ben Holt: Why was that?", language=language)
    assert unsaid(statement, (verify_quote(Quote(said), index),), index) == flags


def test_the_claimed_words_of_a_bent_quote_support_nothing(make_index: MakeIndex) -> None:
    index = make_index("Ann Quill: We sold forty loaves by noon on that day.")
    evidence = verify_quote(Quote("We sold ninety loaves by noon on that day."), index)
    assert unsaid("They sold ninety loaves.", (evidence,), index) == (NUMBER,)


@pytest.mark.parametrize("name", ["P1", "Speaker 2", "Casimiro Ontañar", "José María Núñez"])
def test_a_speakers_own_name_is_no_addition_whatever_is_in_it(make_index: MakeIndex, name: str) -> None:
    index = make_index(f"{name}: The van was late on most of the days.")
    evidence = verify_quote(Quote("The van was late on most of the days.", name), index)
    assert unsaid(f"{name}: “The van was late on most of the days.”", (evidence,), index) == ()
