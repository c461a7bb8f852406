"""Cut text into the words that are compared. A contraction gives several atoms with one place in the text."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import cast

from notes_pipeline.verification.tables.language import Entry, Language
from notes_pipeline.verification.text import (
    ELLIPSIS,
    INVISIBLE,
    SIGNS,
    SOUND,
    fold,
    lower_raised,
    mask_sounds,
    normal_word,
)

_WORD = rf"[^\s!-/:-@\[-`{{-~{SIGNS}{ELLIPSIS}{SOUND}]"  # all but blanks, ASCII punctuation and our own marks
TOKEN = re.compile(
    rf"[a-z]{_WORD}*(?:'{_WORD}+)*"  # by far the commonest, and none of what follows
    rf"""|(?<![^\s("'\[$€£])-(?=[\d.]*\d)"""  # a minus before a number
    rf"|(?<![\w.])\.\d+{_WORD}*"  # .5
    rf"|\d+(?:[.,:]\d+)*{_WORD}*"  # 12,5 and 1.200.000 and 20th
    rf"|{_WORD}+(?:'{_WORD}+)*"
    rf"|[$%&+={SIGNS[1:]}]"
)
_CUT = re.compile(f"({TOKEN.pattern})")
MOST_REMEMBERED = 100_000  # words, in 15 MB
_MIXED = re.compile(r"([a-z]{1,3})(\d{1,4})|(\d{1,4})((?!st$|nd$|rd$|th$|k$|m$|bn$|mn$|s$)[a-z]{1,2})")  # "q3", "3d"
_SIGN_WORDS = {"-": "minus", "%": "percent", "‰": "permille", "&": "and", "+": "plus", "=": "equals"}


@dataclass(slots=True)
class Words:
    """A text cut into atoms. `starts`, `ends`: where the word of each atom stands in `raw`."""

    raw: str
    folded: str
    atoms: list[str]
    starts: Sequence[int]
    ends: Sequence[int]

    def __len__(self) -> int:
        return len(self.atoms)

    def before(self, at: int) -> str:
        """Give what stands between atom `at` and the one before it, folded; it holds no word."""
        start = self.ends[at - 1] if at > 0 else 0
        end = self.starts[at] if at < len(self.starts) else len(self.folded)
        return self.folded[start:end]

    def word(self, at: int) -> str:
        """Give the raw word of an atom."""
        return self.raw[self.starts[at] : self.ends[at]]

    def slice(self, start: int, end: int) -> str:
        """Give the raw text from the first to before the last atom."""
        return self.raw[self.starts[start] : self.ends[end - 1]] if start < end else ""


def tokenize(raw: str, language: Language) -> Words:
    """Cut a text into atoms of `language`."""
    return tokenize_folded(raw, mask_sounds(fold(raw)), language)


def tokenize_folded(raw: str, folded: str, language: Language) -> Words:
    """Cut a text that is folded already."""
    # Whole passes in the interpreter's own loops: faster than one loop that does all of it word by word.
    pieces = _CUT.split(folded)  # what stands between words, a word, and so on
    places = list(accumulate(map(len, pieces)))
    found, starts, ends = pieces[1::2], places[0:-1:2], places[1::2]
    entries = _entries(found, language)
    several = [at for at, entry in enumerate(entries) if type(entry) is tuple]
    if not several:
        return Words(raw, folded, cast(list[str], entries), starts, ends)
    atoms: list[str] = []
    atom_starts: list[int] = []
    atom_ends: list[int] = []
    done = 0
    for at in several:
        atoms += cast(list[str], entries[done:at])
        atom_starts += starts[done:at]
        atom_ends += ends[done:at]
        for first, last, atom in cast(tuple[tuple[int, int, str], ...], entries[at]):
            atoms.append(atom)
            atom_starts.append(starts[at] + first)
            atom_ends.append(starts[at] + last)
        done = at + 1
    atoms += cast(list[str], entries[done:])
    return Words(raw, folded, atoms, atom_starts + starts[done:], atom_ends + ends[done:])


def _entries(words: list[str], language: Language) -> list[Entry]:
    """Give what `_entry` says of each word; what was said before is remembered, since people use the same words."""
    known = language.known
    entries = list(map(known.get, words))
    if None in entries:
        new = {word: _entry(word, language) for word, entry in zip(words, entries, strict=True) if entry is None}
        entries = [entry if entry is not None else new[word] for word, entry in zip(words, entries, strict=True)]
        if (
            len(known) > MOST_REMEMBERED
        ):  # a process that runs for months sees every name and every slip of a recogniser
            known.clear()
        known.update(new)
    return cast(list[Entry], entries)


def _entry(word: str, language: Language) -> Entry:
    """Give the atom of a folded word, or its atoms with their places in it."""
    sign = _SIGN_WORDS.get(word)
    if sign is not None:
        return sign
    if word[0] == ".":
        return "0" + word
    if not word.isascii():
        word = lower_raised(word)
    mixed = _MIXED.fullmatch(word)
    if mixed is not None:
        return tuple((0, len(word), part) for part in mixed.groups() if part)
    if word.isascii():
        found = tuple((0, len(word), atom) for atom in language.atoms(normal_word(word)))
    else:
        found = tuple(
            (first, last, atom) for first, last, piece in pieces_of(word) for atom in language.atoms(normal_word(piece))
        )
    return found[0][2] if len(found) == 1 and found[0][:2] == (0, len(word)) else found


def pieces_of(word: str) -> tuple[tuple[int, int, str], ...]:
    """Cut a word of a script without blanks into its characters, and emoji from letters; others stay whole."""
    pieces: list[tuple[int, int, str]] = []
    start = 0
    previous = ""
    for at, character in enumerate(word):
        kind = _kind(character)
        if at and kind != "mark" and (kind != previous or kind in ("character", "symbol")):
            pieces.append((start, at, word[start:at]))
            start = at
        if kind != "mark":
            previous = kind
    pieces.append((start, len(word), word[start:]))
    return tuple(piece for piece in pieces if piece[2].strip(INVISIBLE))


def _kind(character: str) -> str:
    if character == INVISIBLE:
        return "mark"
    category = unicodedata.category(character)
    if category[0] == "M":
        return "mark"
    if category[0] == "S":
        return "symbol"
    return "character" if is_unspaced(character) else "letter"


def is_unspaced(character: str) -> bool:
    """Tell the letters of scripts that put no blanks between words: Han, kana, Thai, Lao, Khmer, Burmese."""
    return (
        "\u0e00" <= character <= "\u0eff"
        or "\u1000" <= character <= "\u109f"
        or "\u1780" <= character <= "\u17ff"
        or "\u3005" <= character <= "\u30ff"
        or "\u3400" <= character <= "\u9fff"
        or "\uf900" <= character <= "\ufaff"
        or "\U00020000" <= character <= "\U0003ffff"
    )
