"""Numbers in words and in digits read to one form."""

import re
from collections.abc import Callable

import pytest

from notes_pipeline.core.notes import Quote
from notes_pipeline.verification import TranscriptIndex, verify_quote
from notes_pipeline.verification.languages import language_named
from notes_pipeline.verification.numerals import Stretch
from notes_pipeline.verification.readings import read_amounts, read_number
from notes_pipeline.verification.tables.plain import read_han

MakeIndex = Callable[..., TranscriptIndex]


@pytest.mark.parametrize(
    ("language", "words", "digits"),
    [
        ("en", "two hundred and twenty two", "222"),
        ("en", "twenty twenty two", "2022"),
        ("en", "one thousand and five", "1005"),
        ("en", "twelve point seven", "12.7"),
        ("en", "a hundred", "100"),
        ("en", "1.5 million", "1500000"),
        ("en", "148,000", "148000"),
        ("en", "four oh", "4"),
        ("en", "four oh seven", "407"),
        ("en", "three and a half million", "3500000"),
        ("en", "twenty first", "21th"),
        ("en", "twenty and three", "20"),
        ("en", "half a million", "500000"),
        ("en", "a million and a half", "1500000"),
        ("en", "three quarters", "0.75"),
        ("en", "two half", "2"),
        ("de", "neuneinhalb millionen", "9500000"),
        ("fr", "un million et demi", "1500000"),
        ("es", "dos millones y medio", "2500000"),
        ("pt", "dois milhões e meio", "2500000"),
        ("en", "21st", "21th"),
        ("de", "zweiundzwanzig", "22"),
        ("de", "hundertfünfzig", "150"),
        ("de", "12,5", "12.5"),
        ("fr", "quatre vingt dix sept", "97"),
        ("de", "anderthalb millionen", "1500000"),
        ("fr", "soixante et onze", "71"),
        ("fr", "vingt et un", "21"),
        ("fr", "1 200", "1200"),
        ("es", "cuatro mil cinco mil", "4000"),
        ("es", "doscientos cincuenta y tres mil", "253000"),
        ("pt", "duzentos e cinquenta e três", "253"),
    ],
)
def test_a_number_reads_to_its_digits(language: str, words: str, digits: str) -> None:
    tables = language_named(language)
    assert tables is not None
    atoms = words.split()
    found = read_number(Stretch(atoms, len(atoms), tables), 0)
    assert found is not None
    assert found.form == digits


def test_a_sum_reads_alike_with_the_sign_before_and_the_word_behind() -> None:
    english = language_named("en")
    assert english is not None
    sign, word = ["$", "5", "million"], ["five", "million", "dollars"]
    one, other = read_amounts(Stretch(sign, 3, english), 0), read_amounts(Stretch(word, 3, english), 0)
    assert one
    assert [reading.form for reading in one] == [reading.form for reading in other]


@pytest.mark.parametrize(
    ("text", "value"), [("二十二万", 220_000), ("15万", 150_000), ("二〇一九", 2019), ("一百零五", 105)]
)
def test_a_number_in_chinese_characters_reads_to_its_value(text: str, value: int) -> None:
    atoms = re.findall(r"\d+|\D", text)
    assert read_han(atoms, 0, len(atoms)) == (value, len(atoms))


@pytest.mark.parametrize(
    ("language", "said", "honest", "wrong"),
    [
        pytest.param(
            "en",
            "He paid me twenty pounds for the bike at the gate.",
            "He paid me £20 for the bike",
            "He paid me €20 for the bike",
            id="pounds of money",
        ),
        pytest.param(
            "en",
            "I lost twenty pounds in six weeks and nobody asked why.",
            "I lost 20 pounds in six weeks",
            "I lost £20 in six weeks",
            id="pounds of weight",
        ),
        pytest.param(
            "en",
            "It cost a lot to carry forty pounds of flour up the stairs.",
            "to carry 40 pounds of flour up the stairs",
            "to carry £40 of flour up the stairs",
            id="pounds of goods",
        ),
        pytest.param(
            "en",
            "It was £85 a go. It was thirty pounds when I started there.",
            "It was £30 when I started there",
            "It was £85 when I started there",
            id="pounds beside the sign",
        ),
        pytest.param(
            "de",
            "Wir mussten Heu zukaufen, zehn Pfund pro Kuh und Tag.",
            "Heu zukaufen, 10 Pfund pro Kuh und Tag",
            "Heu zukaufen, £10 pro Kuh und Tag",
            id="Pfund as a weight",
        ),
        pytest.param(
            "fr",
            "J'ai ramené vingt livres de la foire, des vieux manuels.",
            "J'ai ramené 20 livres de la foire",
            "J'ai ramené £20 de la foire",
            id="livres as books",
        ),
        pytest.param(
            "en",
            "It is four hundred and twenty acres, give or take.",
            "It is four hundred twenty acres",
            "It is four hundred thirty acres",
            id="and left out",
        ),
        pytest.param(
            "en",
            "We lost three hundred six writes in the night.",
            "We lost three hundred and six writes",
            "We lost three hundred and sixty writes",
            id="and put in",
        ),
        pytest.param(
            "en",
            "We had twenty and three more came along after lunch.",
            "We had 20 and 3 more came along",
            "We had twenty-three more came along",
            id="two numbers joined",
        ),
        pytest.param(
            "en",
            "She got one hundred, and twenty went to her brother.",
            "She got 100, and 20 went to her brother",
            "She got one hundred twenty went to her brother",
            id="two numbers apart",
        ),
        pytest.param(
            "en",
            "So at 09:14 the primary went down.",
            "So at 9:14 the primary went down",
            "So at 9:41 the primary went down",
            id="leading zero",
        ),
        pytest.param(
            "en",
            "He should take two and a half tablets in the morning.",
            "He should take 2½ tablets",
            "He should take 2¼ tablets",
            id="vulgar fraction",
        ),
        pytest.param(
            "en",
            "He should take two and a half tablets in the morning.",
            "He should take 2 1/2 tablets",
            "He should take 21/2 tablets",
            id="fraction with a slash",
        ),
        pytest.param(
            "en",
            "About three quarters of the shops are closed now.",
            "About ¾ of the shops are closed",
            "About 3 of the shops are closed",
            id="quarters",
        ),
        pytest.param(
            "en",
            "They raised half a million in the first round.",
            "They raised 0.5 million in the first round",
            "They raised a million in the first round",
            id="half a million",
        ),
        pytest.param(
            "en",
            "It's twenty-four seven, that phone, it never stops.",
            "It's 24/7, that phone",
            "It's 24/6, that phone",
            id="round the clock",
        ),
        pytest.param(
            "en",
            "We bought the tractor second-hand from a neighbour.",
            "We bought the tractor secondhand",
            "We bought the tractor firsthand",
            id="ordinal in a compound",
        ),
        pytest.param(
            "en",
            "The second hand of the clock was broken by then.",
            "The 2nd hand of the clock was broken",
            "The secondhand of the clock was broken",
            id="ordinal before a noun",
        ),
        pytest.param(
            "fr",
            "Il arrive tous les jours à huit heures dix, il court.",
            "Il arrive tous les jours à 8h10",
            "Il arrive tous les jours à 8h",
            id="hours with an h",
        ),
        pytest.param(
            "fr",
            "On ferme à dix-sept heures pour tout le monde.",
            "On ferme à 17h pour tout le monde",
            "On ferme à 7h pour tout le monde",
            id="full hour",
        ),
        pytest.param(
            "de",
            "Wir fangen um acht Uhr dreißig mit der Arbeit an.",
            "Wir fangen um 8:30 Uhr mit der Arbeit an",
            "Wir fangen um 8:13 Uhr mit der Arbeit an",
            id="Uhr",
        ),
        pytest.param(
            "de",
            "Der Zug fährt immer um acht Uhr dreißig.",
            "Der Zug fährt immer um 8:30 Uhr",
            "Der Zug fährt immer um 8:20 Uhr",
            id="Uhr at the end",
        ),
        pytest.param(
            "es",
            "La tienda abre a las ocho y media todos los días.",
            "La tienda abre a las 8:30",
            "La tienda abre a las 8:00",
            id="y media",
        ),
        pytest.param(
            "es",
            "Compré este local por dos millones y medio de pesetas.",
            "por 2,5 millones de pesetas",
            "por 2 millones de pesetas",
            id="y medio",
        ),
        pytest.param(
            "pt",
            "O banco pede 30% de entrada e mais nada.",
            "O banco pede 30 por cento de entrada",
            "O banco pede 13 por cento de entrada",
            id="por cento inside",
        ),
        pytest.param(
            "pt",
            "Para abrir uma loja o banco pede 30%.",
            "o banco pede 30 por cento",
            "o banco pede 30 por mil",
            id="por cento at the end",
        ),
    ],
)
def test_a_number_may_be_written_in_another_way_and_not_be_another(
    make_index: MakeIndex, language: str, said: str, honest: str, wrong: str
) -> None:
    index = make_index("Ann: " + said, language=language)
    assert verify_quote(Quote(honest), index).verdict.is_accepted
    assert not verify_quote(Quote(wrong), index).verdict.is_accepted


def test_a_word_of_a_number_that_the_next_person_says_too_does_not_lead_there(make_index: MakeIndex) -> None:
    index = make_index(
        "Ann: It would be enough for one more year. We asked for 110,000 and got 101,000.",
        "Bob: And satisfaction?",
        "Ann: Satisfaction went up.",
    )
    asked = "We asked for a hundred and ten thousand and got a hundred and {} thousand."
    assert verify_quote(Quote(asked.format("one")), index).verdict.is_accepted
    assert not verify_quote(Quote(asked.format("two")), index).verdict.is_accepted
