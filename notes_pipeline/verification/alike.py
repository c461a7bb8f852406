"""Tell whether two words are one word written in two ways: spellings of one sound."""

import re
from functools import lru_cache

from rapidfuzz.distance import DamerauLevenshtein

from notes_pipeline.verification.text import strip_accents

_REGIONAL = [
    (re.compile(pattern), to)
    for pattern, to in (
        (r"is(e|es|ed|er|ers|ing|ation|ations|able)$", r"iz\1"),
        (r"ys(e|es|ed|er|ers|ing)$", r"yz\1"),
        (r"our(s|ed|ing|al|ally|ite|ites|able|ably|hood|ful|ist)?$", r"or\1"),
        (r"([^aeiou])re(s|d)?$", r"\1er\2"),
        (r"ll(ed|ing|er|ers|or|ors)$", r"l\1"),
        (r"ogue(s|d)?$", r"og\1"),
        (r"(en|an|ef|et)ce(s)?$", r"\1se\2"),
        (r"mme(s|d)?$", r"m\1"),
        (r"ae|oe", "e"),
    )
]
_SOUNDS = [
    (re.compile(pattern), to)
    for pattern, to in (
        (r"^(kn|gn|pn)", "n"), (r"^wr", "r"), (r"^x", "s"), (r"^wh", "w"), (r"ough$", "o"), (r"(ai|ei|a)gh", r"\1"),
        (r"tch", "ch"), (r"sch", "sk"), (r"ch", "C"), (r"sh|sj|ti(?=o)|ci(?=[ao])|si(?=o)", "S"), (r"ph", "f"),
        (r"gh", "g"),
        (r"th", "T"), (r"dge?(?=[eiy]|$)", "j"), (r"c(?=[eiy])", "s"), (r"qu", "kw"), (r"ck|c|q", "k"), (r"x", "ks"),
        (r"z", "s"), (r"g(?=[eiy])", "j"), (r"mb$", "m"), (r"y(?=[aeiou])", "Y"), (r"h", ""), (r"w(?=[^aeiouy]|$)", ""),
    )
]  # fmt: skip
_VOWELS = [
    (re.compile(pattern), to)
    for pattern, to in (
        (r"(?<=nn|tt|ll|ss|ff|mm|pp|rr)e(s|d)?$", r"\1"), (r"ee|ea|ie|ei|ey$|y", "i"), (r"ai|ay", "e"), (r"ou|oo", "u"),
        (r"au|aw", "o"), (r"i+", "i"),
    )
]  # fmt: skip
_WEAK_ENDINGS = [
    (re.compile(pattern), to)
    for pattern, to in (
        (r"(?<=\w{3})an(t|s|ts|ci|si)$", r"en\1"), (r"(?<=\w{3})[ao]r(s)?$", r"er\1"), (r"(?<=\w{3})abl$", "ibl"),
    )
]  # fmt: skip
_DOUBLE = re.compile(r"(.)\1+")
MIN_LETTERS = 3  # shorter words differ in meaning when they differ at all: "of", "off"


@lru_cache(maxsize=16384)
def sound(word: str) -> str:
    """Give a rough key of how an English or Romance word sounds: silent letters gone, vowels kept by their sound.

    Vowels in weak endings ("advisor", "adviser") sound alike; elsewhere they tell words apart ("run", "ran").
    """
    key = word.replace("'", "")
    for rules in (_SOUNDS, _VOWELS, _WEAK_ENDINGS):
        for pattern, to in rules:
            key = pattern.sub(to, key)
    return _DOUBLE.sub(r"\1", key)


@lru_cache(maxsize=16384)
def regional(word: str) -> str:
    """Give one form for British and American spellings."""
    for pattern, to in _REGIONAL:
        word = pattern.sub(to, word)
    return word


def _drops_g(short: str, long: str) -> bool:
    """Tell whether one word is the other as it is often said: "goin", "going"."""
    return len(short) > MIN_LETTERS and short.endswith("in") and long == short + "g"


@lru_cache(maxsize=16384)
def is_alike(one: str, other: str, *, accents_matter: bool = False) -> bool:
    """Tell whether two words may be two spellings of one word.

    `accents_matter`: a letter with another accent is another letter, as in "esta" and "está".
    """
    if one == other:
        return True
    if one.isdigit() or other.isdigit():
        return False
    if not accents_matter:
        one, other = strip_accents(one), strip_accents(other)
        if one == other:
            return True
    if min(len(one), len(other)) < MIN_LETTERS:
        return False
    if regional(one) == regional(other) or _drops_g(one, other) or _drops_g(other, one):
        return True
    if one.rstrip("s") == other.rstrip("s"):
        return False  # a plural is another word
    edits = DamerauLevenshtein.distance(one, other)
    return edits <= (1 if min(len(one), len(other)) < 5 else 2) and sound(one) == sound(other)
