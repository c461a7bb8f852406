"""Numbers in words and in digits read to one form."""

import re

import pytest

from notes_pipeline.verification.languages import language_named
from notes_pipeline.verification.numerals import Stretch
from notes_pipeline.verification.readings import read_amounts, read_number
from notes_pipeline.verification.tables.plain import read_han


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
