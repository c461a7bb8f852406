"""Words broken off and starts given up."""

import re

from rapidfuzz.distance import DamerauLevenshtein

from notes_pipeline.verification.asides import skip_fillers
from notes_pipeline.verification.numerals import is_number
from notes_pipeline.verification.sides import Written
from notes_pipeline.verification.text import ELLIPSIS

MAX_FRAGMENT_LETTERS = 3
RESTART_REACH = 8  # words in which a new start says again what the broken-off one said
MIN_SLIP_LETTERS = 6  # shorter words that differ by a letter are words of their own
_DASHES = re.compile("-+")
_VOWELS = frozenset("aeiouyäöüáàâãéèêíîóòôõúùûœæ")


def is_broken_off(side: Written, at: int) -> bool:
    """Tell whether a word is only the start of the one that follows: "megaladap- Megaladapis", "y you".

    Where no dash or ellipsis marks it, it must be no word of its own: "ten tenants" are ten.
    """
    atoms, language = side.atoms, side.language
    following = skip_fillers(side, at + 1, 1)
    if following >= len(atoms):
        return False
    word, whole = atoms[at], atoms[following]
    if word in language.negations or is_number(word, language):
        return False
    if side.is_cut(at):
        return whole.startswith(word) or (len(word) <= 2 and not (len(word) == 2 and language.is_word(word)))
    if not whole.startswith(word) or word == whole or not language.is_guarded:
        return False
    if len(word) > MAX_FRAGMENT_LETTERS or not word.isalpha() or language.is_word(word):
        return False
    if len(word) == 1 or _VOWELS.isdisjoint(word):
        return True
    return whole in language.function_words or (following > at + 1 and side.is_cut(following - 1))


def is_abandoned(side: Written, start: int, end: int) -> bool:
    """Tell whether a stretch is visibly given up: broken off, and nothing in it but words that carry no content."""
    language, atoms = side.language, side.atoms
    if skip_fillers(side, end, 1) >= len(atoms):
        return False
    after = side.words.before(end)
    is_inserted = _DASHES.fullmatch(side.words.before(start).strip()) is not None and end - start > 1
    if is_inserted and _DASHES.fullmatch(after.strip()):
        return False  # between two dashes stands an aside
    is_plain_cut = ELLIPSIS in after or after.startswith("-")
    is_attached = after.startswith("-") and after.strip() == "-"
    if not is_attached and not _starts_anew(side, start, end):
        return False
    for at in range(start, end):
        atom = atoms[at]
        if atom in language.negations or atom in language.hedge_words or atom in language.conditions:
            return False
        if is_number(atom, language):
            return False
        if not (is_plain_cut or side.is_set_off(start)):
            return False
        if atom in language.function_words or (at == end - 1 and _breaks_off(side, start, end)):
            continue
        if not (is_plain_cut and _is_said_again(side, atom, end)):
            return False
    return True


def _starts_anew(side: Written, start: int, end: int) -> bool:
    """Tell whether a clause starts behind a pause, by its first word; else the one before it goes on."""
    following = skip_fillers(side, end, 1)
    atom, language = side.atoms[following], side.language
    is_capital = side.words.word(end)[:1].isupper() or side.words.word(following)[:1].isupper()
    if atom == side.atoms[start] or is_capital:
        return atom not in language.negations
    return not language.is_guarded or atom in language.subjects


def _is_said_again(side: Written, atom: str, end: int) -> bool:
    """Tell whether a new start soon says a word that the broken-off one had, or mended a slip in it."""
    for at in range(end, min(end + RESTART_REACH, len(side.atoms))):
        if at > end and side.ends_sentence(at):
            break
        later = side.atoms[at]
        if later == atom:
            return True
        if (
            min(len(atom), len(later)) >= MIN_SLIP_LETTERS
            and atom[0] == later[0]
            and DamerauLevenshtein.distance(atom, later, score_cutoff=1) <= 1
            and not side.language.is_word(atom)
        ):
            return True
    return False


def _breaks_off(side: Written, start: int, end: int) -> bool:
    """Tell whether the last word of a stretch is broken off, and no aside of its own: "nurses -- Polish -- agreed"."""
    return side.words.before(end).startswith("-") and "-" not in side.words.before(start)
