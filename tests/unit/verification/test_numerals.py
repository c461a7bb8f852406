"""Numbers in words and in digits read to one form."""

import pytest

from notes_pipeline.verification.languages import language_named
from notes_pipeline.verification.numerals import read_amount, read_number


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
        ("en", "twenty first", "21th"),
        ("en", "21st", "21th"),
        ("de", "zweiundzwanzig", "22"),
        ("de", "hundertfünfzig", "150"),
        ("de", "12,5", "12.5"),
        ("fr", "quatre vingt dix sept", "97"),
        ("fr", "soixante et onze", "71"),
        ("es", "doscientos cincuenta y tres mil", "253000"),
        ("pt", "duzentos e cinquenta e três", "253"),
    ],
)
def test_a_number_reads_to_its_digits(language: str, words: str, digits: str) -> None:
    tables = language_named(language)
    assert tables is not None
    atoms = words.split()
    found = read_number(atoms, 0, len(atoms), tables)
    assert found is not None
    assert found[0] == digits


def test_a_sum_reads_alike_with_the_sign_before_and_the_word_behind() -> None:
    english = language_named("en")
    assert english is not None
    sign, word = ["$", "5", "million"], ["five", "million", "dollars"]
    one, other = read_amount(sign, 0, 3, english), read_amount(word, 0, 3, english)
    assert one is not None
    assert other is not None
    assert one[0] == other[0]
