"""Words said twice: which of them a quote may leave out, and which it may have more."""

from notes_pipeline.verification.asides import is_fragment, skip_fillers
from notes_pipeline.verification.numerals import is_number
from notes_pipeline.verification.sides import Written
from notes_pipeline.verification.tables.language import Language
from notes_pipeline.verification.tokens import is_unspaced

MAX_REPEAT_WORDS = 6
MAX_RELATIVE_REACH = 5  # words between a relative pronoun and its verb


def echoes(side: Written, at: int) -> set[int]:
    """Give the lengths of repetitions that may start here: how many words on, or back, the same word stands again."""
    atoms, fillers = side.atoms, side.language.fillers
    word = atoms[at]
    same = side.language.same.get(word, frozenset())
    reach = 2 * MAX_REPEAT_WORDS
    if not same and word not in atoms[at + 1 : at + reach] and word not in atoms[max(0, at - reach) : at]:
        return set()
    lengths: set[int] = set()
    length = 0
    for other in range(at + 1, min(len(atoms), at + 2 * MAX_REPEAT_WORDS)):
        length += atoms[other - 1] not in fillers and not is_fragment(side, other - 1)
        if length > MAX_REPEAT_WORDS:
            break
        if atoms[other] == word or atoms[other] in same:
            lengths.update((length, min(other - at, MAX_REPEAT_WORDS)))
            if length > 2 and tuple(atoms[other - 2 : other]) in side.language.markers:  # "we just, you know, we just"
                lengths.add(length - 2)
            if length > 1 and (atoms[other - 1],) in side.language.markers:  # "that he was, well, that he was"
                lengths.add(length - 1)
    length = 0
    for other in range(at - 1, max(-1, at - 2 * MAX_REPEAT_WORDS), -1):
        length += atoms[other] not in fillers and not is_fragment(side, other)
        if length > MAX_REPEAT_WORDS:
            break
        if atoms[other] == word or atoms[other] in same:
            lengths.add(length)
    return lengths


def repeated_before(side: Written, start: int, end: int) -> int:
    """Give where the same words end that went before at once, fillers apart; 0 where there are none."""
    atoms, length = side.atoms, end - start
    before = skip_fillers(side, start - 1, -1) + 1
    if before < length or not _is_same(atoms[start:end], atoms[before - length : before], side.language):
        return 0
    return before if _may_go(side, start, end, start, before - length) else 0


def is_repeated(side: Written, start: int, end: int) -> bool:
    """Tell whether the same words follow at once, fillers apart."""
    atoms, length = side.atoms, end - start
    following = skip_fillers(side, end, 1)
    if _is_same(atoms[start:end], atoms[following : following + length], side.language):
        return _may_go(side, start, end, following, start)
    return False


def _may_go(side: Written, start: int, end: int, copy: int, first: int) -> bool:
    """Tell whether one of two equal runs may go; `first`: where the earlier starts.

    Numbers have to be broken off, negations and characters set off: "five five" may be fifty-five, "not not useful" is
    useful, and "天天" is a word of its own.
    """
    atoms, language = side.atoms, side.language
    if not side.is_set_off(copy):
        if any(is_unspaced(atom[0]) for atom in atoms[start:end]):
            return False
        if any(atom in language.negations for atom in atoms[start:end]) and not side.ends_sentence(start):
            return start > 0 and atoms[start - 1] == atoms[start]
    is_adjacent = copy in (start, end)
    if is_adjacent and not side.is_cut(copy - 1) and _is_governed(side, first, end - start):
        return False
    return not is_adjacent or side.is_cut(copy - 1) or not all(is_number(atom, language) for atom in atoms[start:end])


def _is_governed(side: Written, start: int, length: int) -> bool:
    """Tell whether words stand twice by grammar: "those who work work well", "what we promised, we promised"."""
    atoms, language = side.atoms, side.language
    if all(atom in language.function_words or atom in language.pronouns for atom in atoms[start : start + length]):
        return False
    if length > 1 and atoms[start] not in language.pronouns:
        return False
    for at in range(start - 1, max(-1, start - 1 - MAX_RELATIVE_REACH), -1):
        if side.is_set_off(at + 1):
            break
        if atoms[at] in language.relatives:
            return True
    return False


def may_be_repeated(side: Written, start: int, end: int) -> bool:
    """Tell whether a quote may have words twice that were said once: none that a repetition stresses."""
    language, piece = side.language, side.atoms[start:end]
    if any(atom not in language.function_words or atom in language.negations for atom in piece):
        return False
    return any(atom in language.pronouns for atom in piece) or not any(
        atom in language.emphatics or atom in language.quantifiers or atom in language.hedge_words for atom in piece
    )


def _is_same(one: list[str], other: list[str], language: Language) -> bool:
    """Tell whether two runs of words are equal, or two ways to write the same."""
    if one == other:
        return True
    return len(one) == len(other) and all(
        left == right or right in language.same.get(left, ()) for left, right in zip(one, other, strict=True)
    )


def is_stutter(side: Written, start: int, end: int) -> bool:
    """Tell whether only words without content are said before the same word starts again: "on the, on | on the".

    A pronoun behind them makes them say something: "for him, for her".
    """
    atoms, language = side.atoms, side.language
    if end >= len(atoms) or atoms[start] != atoms[end] or atoms[start] not in language.function_words:
        return False
    return all(
        atom in language.fillers
        or (
            atom in language.function_words
            and atom not in language.negations
            and atom not in language.hedge_words
            and (atom not in language.pronouns or atom == atoms[start] or side.is_cut(at))
            and atom not in language.conditions
            and not is_number(atom, language)
        )
        for at, atom in enumerate(atoms[start:end], start)
    ) and any(side.is_set_off(at) for at in range(start + 1, end + 1))
