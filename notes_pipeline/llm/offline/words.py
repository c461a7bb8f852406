"""From text to the terms that are compared: no marks, no stop words, cut endings."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache

from bm25s import stopwords

MAX_TERM = 5  # characters; cut words find as well as stemmed ones in most European languages (McNamee, Mayfield 2004)
MIN_STEM = 3
_ENDINGS = ("ing", "ers", "ed", "er", "es", "s", "e")

_ASCII_WORD = re.compile(r"[a-z0-9']+")
# Scripts without blanks between words: two neighbouring characters stand for a word there.
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+")

# What people say without meaning it, and what guides say of every interview.
_SPOKEN_TEXT = """
    um uh er erm hmm mm ah oh okay ok yeah yes yep no well right sure really quite actually basically kind sort like
    just know mean think guess say says said saying tell told lot thing things stuff something anything everything
    nothing somebody someone anybody everybody people get gets got getting go goes going went gone come comes came
    coming make makes made making take takes took taken let put see saw seen way maybe would could should can will
    might also even still much many don didn doesn isn wasn aren weren won wouldn couldn shouldn haven hasn hadn ain
    ll ve one often use used uses using participant participants interview interviews interviewee describe describes
    study question questions roughly happen happened happens
"""
_SPOKEN = frozenset(_SPOKEN_TEXT.split())
# How a sentence starts that leans on the one before; English only.
_LEANING_TEXT = "he she it they this that these those which because then so but and"
_LEANING = frozenset(_LEANING_TEXT.split())


def terms(text: str, stops: frozenset[str]) -> list[str]:
    """Give the terms of `text` in order, without those of `stops` (whole words, as `stop_words` gives them)."""
    return [_stem(word) for word in _content(text, stops)]


def terms_of_words(text: str, stops: frozenset[str]) -> dict[str, str]:
    """Give the same terms by the words that they stand for, which are in lower case; each word once, in order."""
    return {word: _stem(word) for word in _content(text, stops)}


def stop_words(texts: Iterable[str]) -> frozenset[str]:
    """Give the stop words of English and of the one other language that has most of its own in `texts`."""
    counts = Counter(word for text in texts for word in _split(text))
    lists = _stop_lists()
    other = max(lists, key=lambda name: (sum(counts[word] for word in lists[name] & counts.keys()), name))
    return lists["EN_PLUS"] | lists["EN"] | lists[other] | _SPOKEN


@cache
def _stop_lists() -> dict[str, frozenset[str]]:
    return {
        name.removeprefix("STOPWORDS_"): frozenset(piece for word in words for piece in _split(word))
        for name, words in vars(stopwords).items()
        if name.startswith("STOPWORDS_") and isinstance(words, (tuple, list))
    }


def _content(text: str, stops: frozenset[str]) -> Iterator[str]:
    return (word for word in _split(text) if word not in stops and (len(word) > 1 or not word.isascii()))


@lru_cache(maxsize=8192)  # sentences come back with every overlap, guides with every prompt
def _split(text: str) -> tuple[str, ...]:
    folded = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    if folded.isascii():
        pieces = _ASCII_WORD.findall(folded)
    else:
        # Marks are kept: vowels of Indic scripts are marks, which `\w` does not match.
        pieces = "".join(character if _is_of_word(character) else " " for character in folded).split()
    words: list[str] = []
    for piece in pieces:
        if "'" in piece:
            # "bakery's", "don't", "l'hôtel": the longest part carries the meaning.
            words.append(max(piece.split("'"), key=len))
        elif not piece.isascii() and _UNSPACED.search(piece):
            words += [pair for run in _UNSPACED.findall(piece) for pair in _pairs(run)]
        else:
            words.append(piece)
    return tuple(word for word in words if word)


@lru_cache(maxsize=4096)
def _is_of_word(character: str) -> bool:
    return character == "'" or unicodedata.category(character)[0] in "LNM"


def _pairs(run: str) -> list[str]:
    return [run] if len(run) == 1 else [run[at : at + 2] for at in range(len(run) - 1)]


@lru_cache(maxsize=16_384)
def _stem(word: str) -> str:
    if any(character.isdigit() for character in word):
        return word
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= MIN_STEM and not word.endswith("ss"):
            word = word[: -len(ending)]
            if ending in ("ing", "ed") and word[-1] == word[-2] and word[-1] not in "lsz":
                word = word[:-1]  # "stopped"
            break
    return word[:MAX_TERM]


def starts_dangling(text: str) -> bool:
    """Tell whether a sentence leans on the one before; known of English only."""
    words = _split(text)
    return bool(words) and words[0] in _LEANING
