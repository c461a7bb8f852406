"""Tell whether two words are one word written in two ways: spellings of one sound."""

import re
from collections.abc import Callable
from functools import lru_cache

from rapidfuzz.distance import DamerauLevenshtein

from notes_pipeline.verification.text import strip_accents


def _single(found: re.Match[str]) -> str:
    return found.group()[0]


_REGIONAL: tuple[tuple[str, str | Callable[[re.Match[str]], str]], ...] = (
    (r"is(e|es|ed|er|ers|ing|ation|ations|able)$", r"iz\1"),
    (r"ys(e|es|ed|er|ers|ing)$", r"yz\1"),
    (r"(?<=[a-z]{3})our(s|ed|ing|al|ally|ite|ites|able|ably|hood|ful|ist)?$", r"or\1"),
    (r"([^aeiou])re(s|d)?$", r"\1er\2"),
    (r"(?<=[a-z]{3}[aeio])ll(ed|ing|er|ers|or|ors)$", r"l\1"),
    (r"ogue(s)?$", r"og\1"),
    (r"ogu(ed|ing|er|ers)$", r"og\1"),
    (r"(?<=benefi)tt|(?<=focu)ss|(?<=bia)ss|(?<=progra)mm(?=ed|ing|er)|(?<=kidna)pp|(?<=worshi)pp", _single),
    (r"(en|an|ef|et)ce(s)?$", r"\1se\2"),
    (r"mme(s|d)?$", r"m\1"),
    (r"cti[cs]e", "ctise"), (r"(?<=[a-z])(?:ae|oe)(?=[a-z]{3})|^(?:ae|oe)", "e"),
)  # fmt: skip
_SOUNDS = (
    (r"^(gn|pn)", "n"), (r"^wr", "r"), (r"^x", "s"), (r"^wh", "w"), (r"ough$", "o"), (r"(ai|ei|a)gh", r"\1"),
    (r"tch", "ch"), (r"sch", "sk"), (r"ch", "C"), (r"sh|sj|ti(?=o)|ci(?=[ao])|si(?=o)", "S"), (r"ph", "f"),
    (r"gh", "g"),
    (r"th", "T"), (r"dge?(?=[eiy]|$)", "j"), (r"(?<=[aeiouy])c(?=e[sd]?$)", "ç"),
    (r"c(?=[eiy])", "s"), (r"qu", "kw"), (r"ck|c|q", "k"), (r"x", "ks"),
    (r"(?<=[a-z])g(?=[eiy])", "j"), (r"mb$", "m"), (r"y(?=[aeiou])", "Y"), (r"(?<=[a-z])h(?![aeiouy])", ""),
)  # fmt: skip
_VOWELS = (  # long vowels get signs of their own: "leaving" is not "living", nor "bread" "breed"
    (r"(?<=nn|tt|ll|ss|ff|mm|pp|rr)e(s|d)?$", r"\1"), (r"ie|ei|ey$|y$", "I"), (r"ee", "1"), (r"ea", "2"), (r"y", "i"),
    (r"ai|ay", "E"), (r"oo", "U"), (r"au|aw", "O"),
)  # fmt: skip
_WEAK_ENDINGS = (
    (r"(?<=\w{3})an(t|s|ts|ci|si)$", r"en\1"), (r"(?<=\w{3})[ao]r(s)?$", r"er\1"), (r"(?<=\w{3})abl$", "ibl"),
)  # fmt: skip
_SPELT_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_SHORT_STEM = re.compile(r"([bdfgklmnprtvz])\1?(ing|ings|ed|er|ers)$")
_DOUBLE = re.compile(r"(.)\1+")
_INITIALS = {  # first letters that a rule may make one: "ks", "wr" and "r", "gn" and "n", "ph" and "f", "ae" and "e"
    letter: letters[0] for letters in ("aeiouy", "ckqsxz", "gpnf", "wr") for letter in letters
}
MIN_DOUBLED_LETTERS = 8  # shorter words that differ in a doubled letter are words of their own: "hopping", "hoping"
MIN_LETTERS = 3  # shorter words differ in meaning when they differ at all: "of", "off"


@lru_cache(maxsize=16384)
def sound(word: str) -> str:
    """Give a rough key of how an English word sounds: silent letters gone, vowels kept by their sound.

    Vowels in weak endings ("advisor", "adviser") sound alike; elsewhere they tell words apart ("run", "ran").
    """
    key = word.replace("'", "")
    for rules in (_SOUNDS, _VOWELS, _WEAK_ENDINGS):
        for pattern, to in rules:
            key = re.sub(pattern, to, key)
    return key


@lru_cache(maxsize=16384)
def regional(word: str) -> str:
    """Give one form for British and American spellings."""
    for pattern, to in _REGIONAL:
        word = re.sub(pattern, to, word)
    return word


def _drops_g(short: str, long: str) -> bool:
    """Tell whether one word is the other as it is often said: "goin", "going"."""
    return len(short) > MIN_LETTERS and short.endswith("in") and long == short + "g"


def may_be_alike(one: str, other: str) -> bool:
    """Tell whether `is_alike` can be true at all: by the first letters, which settles most pairs."""
    first, second = one[:1], other[:1]
    if first == second or not (first.isascii() and second.isascii()):
        return True
    return _INITIALS.get(first, first) == _INITIALS.get(second, second)


@lru_cache(maxsize=16384)
def is_alike(
    one: str,
    other: str,
    *,
    accents_matter: bool = False,
    are_names: bool = False,
    is_english: bool = True,
    by_sound: bool = True,
) -> bool:
    """Tell whether two words may be two spellings of one word.

    `accents_matter`: a letter with another accent is another letter, as in "esta" and "está". `are_names`: both are
    written like names, which are doubled letters wrong more often than other words ("Haitti"; but "latter", "later").
    `is_english`: the rules of English spelling hold. `by_sound`: a spelling of the same sound is enough, whether
    anybody spells it so or not.
    """
    if one == other:
        return True
    if one.isdigit() or other.isdigit():
        return False
    if not (one.isascii() and other.isascii()) and one.translate(_SPELT_OUT) == other.translate(_SPELT_OUT):
        return True  # "Mueller"
    if not accents_matter:
        one, other = strip_accents(one), strip_accents(other)
        if one == other:
            return True
    if min(len(one), len(other)) < MIN_LETTERS:
        return False
    if not is_english:
        return are_names and by_sound and _DOUBLE.sub(r"\1", one) == _DOUBLE.sub(r"\1", other)
    if not may_be_alike(one, other):
        return False
    if regional(one) == regional(other) or _drops_g(one, other) or _drops_g(other, one):
        return True
    if not by_sound or one.rstrip("s") == other.rstrip("s"):
        return False  # a plural is another word
    edits = DamerauLevenshtein.distance(one, other)
    if edits > (1 if min(len(one), len(other)) < 5 else 2):
        return False
    is_doubling_harmless = are_names or min(len(one), len(other)) >= MIN_DOUBLED_LETTERS
    one, other = sound(one), sound(other)
    if is_doubling_harmless and not are_names and _SHORT_STEM.sub(r"\1\2", one) == _SHORT_STEM.sub(r"\1\2", other):
        return one == other  # "scraping" is not "scrapping"
    if is_doubling_harmless:
        one, other = _DOUBLE.sub(r"\1", one), _DOUBLE.sub(r"\1", other)
    return one == other
