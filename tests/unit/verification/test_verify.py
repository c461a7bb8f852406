"""What a verdict says, one sentence a test."""

from collections.abc import Callable

import pytest

from notes_pipeline.core.notes import Quote, Reason, Verdict
from notes_pipeline.verification import TranscriptIndex, render_diff, verify_quote

MakeIndex = Callable[..., TranscriptIndex]

SAID = "Ann: Well, um, I have never signed the, the form, but we paid twenty dollars in May."


@pytest.mark.parametrize(
    "quote",
    [
        pytest.param("Well, I have never signed the form", id="fillers and repetitions left out"),
        pytest.param("“I have never signed the, the form”", id="quotation marks"),
        pytest.param("i HAVE never signed the the form", id="case and punctuation"),
        pytest.param("we paid $20 in May", id="number format"),
        pytest.param("I've never signed the form", id="contraction"),
        pytest.param("I have never signed the form … we paid twenty dollars", id="honest ellipsis"),
        pytest.param("- **we paid twenty dollars in May**", id="markdown"),
        pytest.param("Ann: we paid twenty dollars in May", id="speaker in front"),
        pytest.param("[00:12:34] we paid twenty dollars in May", id="timestamp in front"),
        pytest.param("[W]e paid twenty dollars in May", id="changed first letter"),
        pytest.param("we [the club] paid twenty dollars in May", id="bracket behind a pronoun"),
    ],
)
def test_what_a_careful_reporter_does_is_faithful(make_index: MakeIndex, quote: str) -> None:
    evidence = verify_quote(Quote(quote), make_index(SAID))
    assert evidence.verdict is Verdict.FAITHFUL
    assert evidence.reasons == ()


@pytest.mark.parametrize(
    ("quote", "reason"),
    [
        pytest.param("I have signed the form, but we paid twenty dollars", Reason.NEGATION, id="negation lost"),
        pytest.param("we paid thirty dollars in May", Reason.NUMBER, id="number"),
        pytest.param("we paid twenty euros in May", Reason.NUMBER, id="currency"),
        pytest.param("I have never signed the letter, but we paid", Reason.WORDING, id="content word"),
        pytest.param("but they paid twenty dollars in May", Reason.WORDING, id="pronoun"),
        pytest.param("but we [the bank] refunded twenty dollars in May", Reason.WORDING, id="verb beside a bracket"),
        pytest.param("I have … signed the form, but we paid", Reason.NEGATION, id="ellipsis that hides a not"),
        pytest.param("but we paid twenty dollars in June", Reason.NUMBER, id="month"),
    ],
)
def test_a_changed_meaning_is_altered(make_index: MakeIndex, quote: str, reason: Reason) -> None:
    evidence = verify_quote(Quote(quote), make_index(SAID))
    assert evidence.verdict is Verdict.ALTERED
    assert reason in evidence.reasons
    assert evidence.spans


def test_the_characters_of_the_transcript_are_verbatim_with_their_punctuation(make_index: MakeIndex) -> None:
    index = make_index(SAID)
    quote = "the form, but we paid twenty dollars in May."
    evidence = verify_quote(Quote(quote), index)
    assert evidence.verdict is Verdict.VERBATIM
    assert evidence.matched_text == quote
    assert evidence.diff == ()


def test_a_diff_shows_the_lost_negation_in_brackets(make_index: MakeIndex) -> None:
    evidence = verify_quote(Quote("I have signed the form, but we paid"), make_index(SAID))
    assert "[never]" in render_diff(evidence.diff)


def test_a_diff_shows_what_was_not_said_in_braces(make_index: MakeIndex) -> None:
    evidence = verify_quote(Quote("but we gladly paid twenty dollars in May"), make_index(SAID))
    assert "{+gladly+}" in render_diff(evidence.diff)


def test_words_of_another_speaker_are_altered(make_index: MakeIndex) -> None:
    index = make_index(SAID, "Ben: That is how I remember it.")
    evidence = verify_quote(Quote("we paid twenty dollars in May", speaker="Ben"), index)
    assert evidence.verdict is Verdict.ALTERED
    assert evidence.reasons == (Reason.SPEAKER,)
    assert evidence.speaker == "Ann"


@pytest.mark.parametrize("speaker", ["Ann", "ann:", "ANN QUILL", "Quill, Ann", "Dr. A. Quill"])
def test_a_speaker_may_be_named_in_a_short_or_other_form(make_index: MakeIndex, speaker: str) -> None:
    index = make_index("Ann Quill: We paid the whole bill in May.")
    assert verify_quote(Quote("We paid the whole bill", speaker=speaker), index).verdict.is_accepted


def test_speaker_1_is_not_speaker_10(make_index: MakeIndex) -> None:
    index = make_index("Speaker 10: We paid the whole bill in May.")
    assert Reason.SPEAKER in verify_quote(Quote("We paid the whole bill", speaker="Speaker 1"), index).reasons


def test_the_interviewers_words_are_no_participants_evidence(make_index: MakeIndex) -> None:
    index = make_index("Mod: So you lock the gate every evening.", "Ann: Yes.", interviewers=("Mod",))
    assert verify_quote(Quote("you lock the gate every evening"), index).reasons == (Reason.SPEAKER,)
    assert verify_quote(Quote("you lock the gate every evening", speaker="Mod"), index).verdict.is_accepted


def test_a_quote_over_a_backchannel_has_two_spans(make_index: MakeIndex) -> None:
    index = make_index("Ann: We wanted to leave the town", "Ben: Mm-hmm.", "Ann: because the rent was high.")
    evidence = verify_quote(Quote("We wanted to leave the town because the rent was high."), index)
    assert evidence.verdict is Verdict.FAITHFUL
    assert len(evidence.spans) == 2
    assert evidence.utterances == (0, 2)


def test_a_clipped_negation_is_flagged_as_context(make_index: MakeIndex) -> None:
    index = make_index("Ann: I don't think we should close the school.")
    assert verify_quote(Quote("we should close the school"), index).reasons == (Reason.CONTEXT,)


def test_a_clipped_negation_is_found_across_an_utterance_border(make_index: MakeIndex) -> None:
    index = make_index("Ann: We have not", "Ann: opted out of this scheme.")
    assert verify_quote(Quote("opted out of this scheme"), index).reasons == (Reason.CONTEXT,)


def test_equal_places_are_all_given_and_the_hint_chooses(make_index: MakeIndex) -> None:
    index = make_index("Ann: I like the garden.", "Ann: We sold it.", "Ann: I like the garden.")
    evidence = verify_quote(Quote("I like the garden.", utterance_hint=2), index)
    assert evidence.verdict is Verdict.VERBATIM
    assert Reason.AMBIGUOUS in evidence.reasons
    assert evidence.utterances == (2, 2)
    assert len(evidence.alternatives) == 1


def test_the_claimed_speaker_chooses_between_equal_places(make_index: MakeIndex) -> None:
    index = make_index("Ann: I like the garden.", "Ben: I like the garden.")
    evidence = verify_quote(Quote("I like the garden.", speaker="Ben", utterance_hint=0), index)
    assert evidence.utterances == (1, 1)
    assert evidence.verdict is Verdict.VERBATIM


def test_a_question_quoted_as_a_statement_is_altered(make_index: MakeIndex) -> None:
    index = make_index("Ann: So you never get the benefits? I wonder.")
    assert verify_quote(Quote("So you never get the benefits."), index).reasons == (Reason.QUESTION,)


def test_two_distant_passages_are_stitched(make_index: MakeIndex) -> None:
    filling = [f"Ann: The {word} stood beside the {word} house for a while." for word in "abcdefgh"]
    index = make_index(
        "Ann: We have always paid our rent on time.", *filling, "Ann: The landlord wanted more money from us."
    )
    evidence = verify_quote(Quote("We have always paid our rent The landlord wanted more money from us."), index)
    assert Reason.STITCHED in evidence.reasons
    assert len(evidence.spans) == 2


@pytest.mark.parametrize("quote", ["", "  ", "...", "“ ”", "—", "[…]", "🎉"])
def test_a_quote_without_words_is_unsupported(make_index: MakeIndex, quote: str) -> None:
    evidence = verify_quote(Quote(quote), make_index(SAID))
    assert evidence.verdict is Verdict.UNSUPPORTED
    assert evidence.reasons == (Reason.NOT_FOUND,)


def test_words_that_all_occur_but_not_together_are_unsupported(make_index: MakeIndex) -> None:
    assert verify_quote(Quote("paid form"), make_index(SAID)).verdict is Verdict.UNSUPPORTED


def test_a_language_without_tables_refuses_any_difference_and_says_so(make_index: MakeIndex) -> None:
    index = make_index("Pekka: Me rakensimme pienen talon järven rannalle viime kesänä.", language="fi")
    evidence = verify_quote(Quote("Me rakensimme suuren talon järven rannalle"), index)
    assert evidence.verdict is Verdict.ALTERED
    assert Reason.UNGUARDED in evidence.reasons
    honest = verify_quote(Quote("me rakensimme pienen talon"), index)
    assert honest.verdict.is_accepted
    assert honest.reasons == (Reason.UNGUARDED,)


def test_chinese_is_compared_by_characters(make_index: MakeIndex) -> None:
    index = make_index("王: 我们不同意涨价，但是我们理解。", language="zh")
    assert verify_quote(Quote("我们不同意涨价"), index).verdict is Verdict.VERBATIM
    assert verify_quote(Quote("我们同意涨价"), index).verdict is Verdict.ALTERED


def test_an_accent_that_makes_another_word_counts_where_accents_are_typed(make_index: MakeIndex) -> None:
    index = make_index("Eva: Mañana hablo con él sobre la casa nueva.", language="es")
    assert verify_quote(Quote("Mañana habló con él sobre la casa"), index).verdict is Verdict.ALTERED
    assert verify_quote(Quote("Manana hablo con el sobre la casa"), index).verdict.is_accepted


@pytest.mark.parametrize(
    "pair", [("ran", "run"), ("woman", "women"), ("not", "note"), ("hop", "hope"), ("march", "merch")]
)
def test_words_that_differ_in_a_vowel_are_other_words(make_index: MakeIndex, pair: tuple[str, str]) -> None:
    said, claimed = pair
    index = make_index(f"Ann: It was then that the {said} was there again.")
    assert verify_quote(Quote(f"It was then that the {claimed} was there again."), index).verdict is Verdict.ALTERED


def test_times_are_those_of_the_words(make_index: MakeIndex) -> None:
    evidence = verify_quote(Quote("We sold it."), make_index("Ann: I like the garden.", "Ann: We sold it."))
    assert (evidence.start_ms, evidence.end_ms) == (10_000, 20_000)


@pytest.mark.parametrize(
    ("said", "claimed"),
    [
        pytest.param("we can go home now", "we must, we can go home now", id="a start put in"),
        pytest.param("we went home early that day", "Yes, we went home early that day", id="an answer put in"),
        pytest.param("If… we win the case we go home", "we win the case we go home" + " for sure", id="a tail put in"),
        pytest.param("they keep leaving the town early", "they keep living the town early", id="long and short vowel"),
        pytest.param("it is an old house by the sea", "it is an hold house by the sea", id="an h put in"),
        pytest.param("she filed the claim in autumn", "she filled the claim in autumn", id="a doubled letter"),
        pytest.param("he sold it for twenty, five came", "he sold it for thirty, five came", id="a number in a list"),
    ],
)
def test_what_only_looks_harmless_is_altered(make_index: MakeIndex, said: str, claimed: str) -> None:
    assert verify_quote(Quote(claimed), make_index(f"Ann: So {said}.")).verdict is Verdict.ALTERED
