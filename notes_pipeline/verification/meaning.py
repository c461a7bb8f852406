"""Name what an unexplained difference changes: a negation, a number, a name, a hedge, or just the wording."""

from functools import lru_cache

from notes_pipeline.core.notes import Reason
from notes_pipeline.verification.explain import Difference
from notes_pipeline.verification.index import TranscriptIndex
from notes_pipeline.verification.numerals import is_number
from notes_pipeline.verification.tables.language import Language
from notes_pipeline.verification.tables.plain import OTHER_NEGATIONS, UNGUARDED_NEGATIONS, UNSPACED_NEGATIONS
from notes_pipeline.verification.tokens import Words


def reason_of(difference: Difference, claimed: Words, index: TranscriptIndex) -> Reason:
    """Give the gravest reason that a difference can have."""
    language = index.language
    added = claimed.atoms[difference.quote_start : difference.quote_end]
    said = index.words.atoms[difference.start : difference.end]
    gained = [atom for atom in added if atom not in said]
    lost = [atom for atom in said if atom not in added]
    if _is_quantifier_swap(gained, lost, language):
        return Reason.QUANTIFIER
    if is_negating(gained, language) != is_negating(lost, language):
        return Reason.NEGATION
    if _are_opposites(gained, lost, language):
        return Reason.ANTONYM
    if any(is_number(atom, language) or atom in language.units for atom in gained + lost):
        return Reason.NUMBER
    if not language.quantifiers.isdisjoint(gained + lost):
        return Reason.QUANTIFIER
    if _changes_hedge(gained, lost, language):
        return Reason.HEDGE
    if _names(difference, claimed, index):
        return Reason.ENTITY
    return Reason.WORDING


def is_negating(atoms: list[str], language: Language) -> bool:
    """Tell whether words hold a negation of the language, or one of a language without tables."""
    if not language.negations.isdisjoint(atoms):
        return True
    if not language.is_guarded and not UNGUARDED_NEGATIONS.isdisjoint(atoms):
        return True
    joined = "".join(atoms)
    if joined.isascii():
        return False
    return not OTHER_NEGATIONS.isdisjoint(atoms) or any(part in joined for part in UNSPACED_NEGATIONS)


def _is_quantifier_swap(gained: list[str], lost: list[str], language: Language) -> bool:
    """Tell whether how many is changed for how many: "all" for "none", "more" for "less"."""
    if language.quantifiers.isdisjoint(gained + lost):
        return False
    here = [atom for atom in gained if atom in language.quantifiers and not is_number(atom, language)]
    there = [atom for atom in lost if atom in language.quantifiers and not is_number(atom, language)]
    if here and there:
        return True
    return bool(here and is_negating(lost, language)) or bool(there and is_negating(gained, language))


def _are_opposites(gained: list[str], lost: list[str], language: Language) -> bool:
    for one in gained:
        for other in lost:
            if any(not _bases(other).isdisjoint(language.antonyms.get(base, ())) for base in _bases(one)):
                return True
            for prefix in language.negative_prefixes:
                if prefix + other == one or prefix + one == other:
                    return True
    return False


@lru_cache(maxsize=4096)
def _bases(word: str) -> frozenset[str]:
    """Give a word with and without the endings of number and gender, for the tables list few forms of each."""
    bases = {word}
    for ending in ("s", "es", "e", "en", "er", "em", "a", "as", "os"):
        if len(word) > len(ending) + 2 and word.endswith(ending):
            bare = word[: -len(ending)]
            bases.update((bare, bare + "o", bare + "e"))
    return frozenset(bases)


def _changes_hedge(gained: list[str], lost: list[str], language: Language) -> bool:
    """A hedge was said and is gone, or the other way round."""
    return _hedged(lost, language) != _hedged(gained, language)


def _hedged(atoms: list[str], language: Language) -> bool:
    if not language.hedge_words.isdisjoint(atoms):
        return True
    return any(
        tuple(atoms[at : at + len(phrase)]) == phrase
        for at, atom in enumerate(atoms)
        for phrase in language.long_hedges.get(atom, ())
    )


def _names(difference: Difference, claimed: Words, index: TranscriptIndex) -> bool:
    """Tell whether a name stands on both sides, or one with capitals inside a sentence."""
    here = [_is_name(claimed, at, index.language) for at in range(difference.quote_start, difference.quote_end)]
    there = [_is_name(index.words, at, index.language) for at in range(difference.start, difference.end)]
    return any(here) and any(there)


def _is_name(words: Words, at: int, language: Language) -> bool:
    """Tell whether a word is written like a name; where every noun has a capital, names stand behind no article."""
    word, atom = words.word(at), words.atoms[at]
    if not word[:1].isupper() or atom in language.function_words or atom in language.pronouns:
        return False
    if len(word) > 1 and word[1:].lower() != word[1:]:
        return True
    if language.nouns_have_capitals:
        return at == 0 or words.atoms[at - 1] not in language.function_words | language.pronouns | language.quantifiers
    return atom not in language.quantifiers and atom not in language.antonyms
