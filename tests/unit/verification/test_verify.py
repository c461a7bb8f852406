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


def test_a_diff_shows_what_an_ellipsis_left_out_as_left_out(make_index: MakeIndex) -> None:
    index = make_index("Ann: We met at noon, which was rather late for all of us, and we signed nothing.")
    diff = verify_quote(Quote("We met at noon … and we signed everything."), index).diff
    assert render_diff(diff) == "We met at noon … and we signed [nothing] {+everything+}"


def test_a_diff_shows_what_an_ellipsis_hides(make_index: MakeIndex) -> None:
    index = make_index("Ann: We met at noon and we did not sign it in the end.")
    diff = verify_quote(Quote("We met at noon and … sign it in the end."), index).diff
    assert render_diff(diff) == "We met at noon and [we did not] sign it in the end"


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


def _is_accepted(make_index: MakeIndex, said: str, claimed: str, language: str = "en") -> bool:
    return verify_quote(Quote(claimed), make_index(f"Ann: {said}", language=language)).verdict.is_accepted


@pytest.mark.parametrize(
    ("language", "said", "claimed"),
    [
        pytest.param("en", "There were seven, eight people there.", "There were 7, 8 people there.", id="list"),
        pytest.param("en", "It rose 5 to 10 percent that year.", "It rose 5-10% that year.", id="range"),
        pytest.param("en", "We met at nine forty-five that day.", "We met at 9:45 that day.", id="time"),
        pytest.param("en", "We met in room two oh four.", "We met in room 204.", id="zero"),
        pytest.param("en", "We are a twenty-four seven shop there.", "We are a 24/7 shop there.", id="two numbers"),
        pytest.param("en", "The grant was 2.5 million euros.", "The grant was €2.5 million.", id="sign before"),
        pytest.param("en", "The ticket for it costs €20.", "The ticket for it costs 20 euros.", id="word behind"),
        pytest.param("en", "They now have twenty-four beds.", "24 beds", id="short"),
        pytest.param("de", "Sie kam am dritten Mai zu uns.", "Sie kam am 3. Mai zu uns.", id="ordinal dot"),
        pytest.param("de", "Wir zahlen 1.500 Euro im Monat.", "Wir zahlen 1.500 € im Monat.", id="sign behind"),
        pytest.param("fr", "Ça coûte mille deux cents euros.", "Ça coûte 1 200 euros.", id="blank between thousands"),
        pytest.param("fr", "Il a vingt et un ans maintenant.", "Il a 21 ans maintenant.", id="vingt et un"),
        pytest.param("es", "Subió un doce por ciento en marzo.", "Subió un 12 % en marzo.", id="por ciento"),
        pytest.param("pt", "Custou mil e quinhentos euros.", "Custou 1.500 euros.", id="mil e quinhentos"),
        pytest.param("ru", "Мы платим пятнадцать процентов.", "Мы платим 15%.", id="russian"),
        pytest.param("zh", "价格涨了百分之十五。", "价格涨了15%。", id="chinese"),
        pytest.param("ja", "値段は五パーセント上がった。", "値段は5%上がった。", id="japanese"),
    ],
)
def test_a_number_may_be_written_in_another_way(make_index: MakeIndex, language: str, said: str, claimed: str) -> None:
    assert _is_accepted(make_index, said, claimed, language)


@pytest.mark.parametrize(
    ("language", "said", "claimed"),
    [
        pytest.param("en", "There were three, four people.", "There were 34 people.", id="comma"),
        pytest.param("en", "We won it 2-1 in the end.", "We won it 21 in the end.", id="dash"),
        pytest.param("en", "Twenty, thirty people came here.", "2030 people came here.", id="tens"),
        pytest.param("en", "Hundreds of people came to it.", "100 of people came to it.", id="hundreds"),
        pytest.param("en", "We sold 102 units of it then.", "We sold 10² units of it then.", id="raised"),
        pytest.param("en", "The rate was 5‰ in that year.", "The rate was 5% in that year.", id="per mille"),
        pytest.param("en", "We met at 8:15 on that day.", "We met at 815 on that day.", id="time"),
        pytest.param("es", "Cuesta cuatro mil, cinco mil euros.", "Cuesta 9 mil euros.", id="sum"),
        pytest.param("zh", "我们花了两三千块钱。", "我们花了23000块钱。", id="two or three"),
    ],
)
def test_numbers_that_are_apart_are_not_one_number(
    make_index: MakeIndex, language: str, said: str, claimed: str
) -> None:
    assert not _is_accepted(make_index, said, claimed, language)


@pytest.mark.parametrize(
    ("language", "said", "claimed"),
    [
        pytest.param(
            "en", "We now have ten tenants in the building.", "We now have tenants in the building.", id="ten"
        ),
        pytest.param("en", "And all allergies are tested here.", "And allergies are tested here.", id="all"),
        pytest.param("en", "The ex examiner lied to us all.", "The examiner lied to us all.", id="ex"),
        pytest.param("ru", "Я не нервничаю перед экзаменом.", "Я нервничаю перед экзаменом.", id="russian negation"),
        pytest.param(
            "es", "Los bancos no nos ayudan en nada.", "Los bancos nos ayudan en nada.", id="spanish negation"
        ),
        pytest.param("en", "It was very very good for us.", "It was good for us all.", id="both of two equal words"),
        pytest.param("en", "I would not not pay for it.", "I would pay for it.", id="both negations"),
        pytest.param("en", "The disk was full in the end.", "The disk was full, full in the end.", id="put in twice"),
        pytest.param("zh", "我天天加班到十点。", "我天加班到十点。", id="doubled character"),
        pytest.param("en", "It is for him, for her, a big step.", "It is for her, a big step.", id="not a stutter"),
        pytest.param("en", "The nurses -- Polish -- agreed to it.", "The nurses agreed to it.", id="aside"),
        pytest.param("en", "You go left, right, left, and stop.", "You go left, left, and stop.", id="one of a list"),
        pytest.param("en", "We sell it, or, we burn it down.", "We sell it, we burn it down.", id="or"),
        pytest.param("en", "The new one is not able to work.", "The new one is notable to work.", id="not able"),
        pytest.param("en", "We wanted to get her on board.", "We wanted together on board.", id="to get her"),
        pytest.param("en", "He re-signed in June with them.", "He resigned in June with them.", id="re-signed"),
        pytest.param("en", "The price was fair for us all.", "The prize was fair for us all.", id="price"),
        pytest.param("en", "They are scrapping the old form.", "They are scraping the old form.", id="scrapping"),
        pytest.param("en", "I'd leave it there if I could.", "I did leave it there if I could.", id="did"),
        pytest.param("en", "I'd leave it there if I could.", "I had leave it there if I could.", id="had"),
        pytest.param("de", "Wir hätten Zeit für den Laden.", "Wir hatten Zeit für den Laden.", id="mood"),
        pytest.param("de", "Er könnte kommen.", "Er konnte kommen.", id="mood, nothing else bare"),
        pytest.param("de", "Der Ofen war neu und gut.", "Der Offen war neu und gut.", id="german nouns are no names"),
        pytest.param("es", "Pagó la renta en mayo.", "Pago la renta en mayo.", id="tense"),
        pytest.param("en", "Then we lost it- we made money on it.", "Then we made money on it.", id="not said again"),
        pytest.param("en", "It needs two, and five are broken.", "It needs two, five are broken.", id="two numbers"),
        pytest.param("en", "They sell and buy used tractors.", "They sell buy used tractors.", id="and without comma"),
        pytest.param(
            "en", "A causal effect was what we saw there.", "A casual effect was what we saw there.", id="causal"
        ),
        pytest.param("en", "Give it to four of us.", "Give it to for of us.", id="homophone of a number"),
        pytest.param("en", "My role is new.", "My roll is new.", id="homophone in a short quote"),
        pytest.param("de", "Sie bleiben nur ein Jahr hier.", "Sie blieben nur ein Jahr hier.", id="german vowels"),
        pytest.param("pt", "O sonho dela era outro, digo eu.", "O sono dela era outro, digo eu.", id="portuguese h"),
        pytest.param("fr", "Je n'ai rien caché à la banque.", "Je n'ai rein caché à la banque.", id="french negation"),
        pytest.param("en", "He was unharmed when we left him.", "He was unarmed when we left him.", id="unarmed"),
        pytest.param("en", "They had bread for all of us there.", "They had breed for all of us there.", id="breed"),
        pytest.param("tr", "Komşumuz o yıl burada öldü dediler.", "Komşumuz o yıl burada oldu dediler.", id="turkish"),
        pytest.param("ru", "Это мой герой и мой друг.", "Это мои герои и мой друг.", id="russian short i"),
        pytest.param(
            "en", "I'd leave if -- I told him -- they made me.", "I'd leave they made me.", id="if before a dash"
        ),
        pytest.param("en", "We would… accept that for now.", "We accept that for now.", id="pause behind a modal"),
        pytest.param("en", "Sales are up -- twelve percent since May.", "Sales are twelve percent since May.", id="up"),
        pytest.param("en", "The ER nurses were lovely to us.", "The nurses were lovely to us.", id="ER"),
        pytest.param("en", "The crack grew by two mm last year.", "The crack grew by two last year.", id="two mm"),
        pytest.param("es", "Compré este local en mayo.", "Compré local en mayo.", id="este"),
        pytest.param("en", "We were broke. Now we are not.", "We were broke. We are not.", id="now"),
        pytest.param("en", "It rained. Well water is bad.", "It rained. Water is bad.", id="well water"),
        pytest.param("en", "Those who complain complain a lot.", "Those who complain a lot.", id="two clauses"),
        pytest.param("en", "You hire people you know, nobody else.", "You hire people, nobody else.", id="you know"),
        pytest.param(
            "en", "It was manslaughter, he said to us.", "It was man's laughter, he said to us.", id="possessive"
        ),
        pytest.param("en", "Ann: I didn't write the log.", "[Ben] didn't write the log.", id="another's name for I"),
        pytest.param("en", "Ann: And then they kept me for a day.", "And then they kept [my son] for a day.", id="me"),
        pytest.param("en", "Old Pym told me about his divorce.", "Old Pym told me about [the fire].", id="his"),
        pytest.param("de", "Sie schickt uns ihre Klassen.", "Sie schickt uns [die Rechnung].", id="their classes"),
    ],
)
def test_a_word_that_says_something_does_not_go(make_index: MakeIndex, language: str, said: str, claimed: str) -> None:
    assert not _is_accepted(make_index, said, claimed, language)


@pytest.mark.parametrize(
    ("language", "said", "claimed"),
    [
        pytest.param("en", "The pro- the project was late.", "The project was late.", id="marked start"),
        pytest.param("en", "The m m main point is money.", "The main point is money.", id="single letters"),
        pytest.param("en", "It was very very cold that night.", "It was very cold that night.", id="one of two"),
        pytest.param("en", "We went home after that talk.", "We, we went home after that talk.", id="stutter put in"),
        pytest.param(
            "en", "So we-- we just, you know, we just deleted logs.", "So we just deleted logs.", id="marker in between"
        ),
        pytest.param("zh", "我，我想买这个东西。", "我想买这个东西。", id="character set off"),
        pytest.param("en", "We login to the web site daily.", "We log in to the website daily.", id="compounds"),
        pytest.param("en", "They'd never been there before.", "They had never been there before.", id="had"),
        pytest.param("en", "You press the pause key now.", "You press the *pause* key now.", id="emphasis"),
        pytest.param("de", "Er könnte kommen.", "Er koennte kommen.", id="umlaut spelt out"),
        pytest.param("de", "Wir müssen die Bücher prüfen.", "Wir mussen die Bucher prufen.", id="typed bare"),
        pytest.param("en", "It was cancelled in the end.", "It was canceled in the end.", id="regional"),
        pytest.param(
            "en", "It's about the roll off oil companies.", "It's about the role of oil companies.", id="roll"
        ),
        pytest.param("de", "Ich sage, das wir heute beginnen.", "Ich sage, dass wir heute beginnen.", id="dass"),
        pytest.param(
            "en",
            "and that's startong on- The show will be starting in May.",
            "and the show will be starting in May.",
            id="start said again",
        ),
        pytest.param("en", "It was slow, and a bit of a mess.", "It was slow, a bit of a mess.", id="comma for and"),
        pytest.param("en", "So we left them there in May.", "We left them there in May.", id="so"),
        pytest.param("en", "That he was, well, that he was safe.", "That he was safe.", id="restart over a marker"),
        pytest.param("en", "Ann: How'd you hear about us then?", "How did you hear about us then?", id="did"),
        pytest.param("en", "I'd no keys to the shed at all.", "I had no keys to the shed at all.", id="had no"),
        pytest.param("en", "Ann: And then I wrote the log.", "And then [Ann] wrote the log.", id="the speaker's name"),
        pytest.param(
            "en",
            "The owner, Mr. Pym. He signs anything over ten.",
            "[Mr. Pym] signs anything over ten.",
            id="name before",
        ),
        pytest.param("en", "And it was… We never heard of it.", "And we never heard of it.", id="new sentence"),
        pytest.param("fr", "C'est pas à nous de payer.", "Ce n'est pas à nous de payer.", id="ne"),
        pytest.param("pt", "A gente paga pra ela todo mês.", "A gente paga para ela todo mês.", id="pra"),
        pytest.param("zh", "郝师傅: 我不怪他。", "郝师傅：“我不怪他。”", id="full-width colon"),
        pytest.param("ru", "Ещё ничего не решили, говорят.", "Еще ничего не решили, говорят.", id="dots of e"),
        pytest.param("ar", "أعمل هنا منذ خمسة عشر عامًا.", "أعمل هنا منذ خمسة عشر عاما.", id="vowel marks"),
    ],
)
def test_what_carries_nothing_may_go(make_index: MakeIndex, language: str, said: str, claimed: str) -> None:
    assert _is_accepted(make_index, said, claimed, language)


def test_a_title_tells_two_people_of_one_name_apart(make_index: MakeIndex) -> None:
    index = make_index("Mr. Pym: We paid the bill.", "Mrs. Pym: He could hardly walk home.")
    assert Reason.SPEAKER in verify_quote(Quote("He could hardly walk home.", "Mr. Pym"), index).reasons
    assert verify_quote(Quote("He could hardly walk home.", "Mrs Pym"), index).verdict.is_accepted


def test_an_ellipsis_in_a_language_without_tables_is_flagged_or_refused(make_index: MakeIndex) -> None:
    index = make_index("Яна: Я не хотел уезжать отсюда.", "Яна: Мы жили тогда у реки.", language="ru")
    assert verify_quote(Quote("Я … хотел уезжать отсюда."), index).verdict is Verdict.ALTERED
    assert not verify_quote(Quote("Мы … у реки."), index).stands


def test_a_turn_that_says_something_is_no_backchannel(make_index: MakeIndex) -> None:
    index = make_index("Ann: Somebody moved it.", "Ben: It was Karen.", "Ann: That is what I heard.")
    evidence = verify_quote(Quote("Somebody moved it. That is what I heard."), index)
    assert evidence.reasons == (Reason.STITCHED,)


def test_a_cut_through_a_japanese_word_is_flagged(make_index: MakeIndex) -> None:
    index = make_index("房江: 祖父の代からなので、もう六十二年になります。", language="ja")
    assert Reason.CONTEXT in verify_quote(Quote("父の代からなので"), index).reasons


def test_an_elided_condition_is_not_lost(make_index: MakeIndex) -> None:
    index = make_index("Odile: S'ils nous donnent le chauffage, je signe demain matin.", language="fr")
    assert Reason.CONTEXT in verify_quote(Quote("je signe demain matin"), index).reasons


@pytest.mark.parametrize(("claimed", "speaker"), [("mme Castagnou", "Odile Castagnou"), ("房江さん", "房江")])
def test_a_form_of_address_is_no_part_of_a_name(make_index: MakeIndex, claimed: str, speaker: str) -> None:
    index = make_index(f"{speaker}: Je ne vends pas la grange.", language="fr")
    assert verify_quote(Quote("Je ne vends pas la grange.", claimed), index).verdict.is_accepted
