"""Check a statement against its own evidence, without a model: numbers, quantities, negations and names.

A statement may say less than its quotes and say it in other words; what it may not do is bring a number, a quantity, a
negation or a name that no quote has. This says nothing about whether the statement follows from the quotes.
"""

import re
from collections.abc import Iterable, Sequence

from notes_pipeline.core.notes import Evidence, Flag
from notes_pipeline.verification.index import TranscriptIndex
from notes_pipeline.verification.languages import choose_language
from notes_pipeline.verification.meaning import is_negating
from notes_pipeline.verification.numerals import Stretch
from notes_pipeline.verification.readings import value_places
from notes_pipeline.verification.tables.language import Language, words
from notes_pipeline.verification.tables.quantities import families_of
from notes_pipeline.verification.text import fold, mask_sounds, strip_accents
from notes_pipeline.verification.tokens import Words, tokenize

# Words that deny the verb behind them: "not trusted"; "no cake" denies less than that.
VERB_NEGATIONS = {
    "en": words("not never"), "de": words("nicht nie niemals"), "fr": words("pas jamais"),
    "es": words("no nunca jamás"), "pt": words("não nunca jamais"),
}  # fmt: skip
STEM_LETTERS = 4  # of a denied verb that tell it again in another form: "trusted", "trusts"
DENIED_REACH = 3  # words behind a negation among which the denied verb stands
_SIGNS = re.compile(r"^[^\d]+")  # a currency or a percent sign in front of a number's form


def unsaid(statement: str, evidence: Sequence[Evidence], index: TranscriptIndex) -> tuple[Flag, ...]:
    """List what a statement brings that none of its quotes has; the transcript's own words count, not the claimed ones.

    Evidence that stands nowhere has no words. Names of the speakers of the evidence count as said.
    """
    language = _language_of(statement, index)
    claimed = tokenize(statement, language)
    said = [tokenize(each.matched_text, index.language) for each in evidence]
    atoms = [atom for each in said for atom in each.atoms]
    # "Speaker 2", "P1": names have numbers and accents like any other words.
    speakers = [tokenize(each.speaker, language) for each in evidence if each.speaker]
    found = []
    # Most statements have neither: then the quotes need not be read for them, which takes longer than all the rest.
    numbers = _numbers(claimed, language)
    for texts, spoken in ((said, index.language), (speakers, language)):
        for each in texts if numbers else ():
            numbers -= _numbers(each, spoken)
    if numbers:
        found.append(Flag.NUMBER_NOT_SAID)
    families = families_of(claimed.atoms, language.code)
    if families and not families <= families_of(atoms, index.language.code):
        found.append(Flag.QUANTITY_NOT_SAID)
    if is_negating(claimed.atoms, language):
        if not is_negating(atoms, index.language):
            found.append(Flag.NEGATION_NOT_SAID)
    elif _denied(said, index.language) & _stems(claimed.atoms):
        found.append(Flag.NEGATION_NOT_SAID)
    names = {strip_accents(name) for name in _names(claimed, language, index)}
    if names and names - {strip_accents(atom) for each in (*said, *speakers) for atom in each.atoms}:
        found.append(Flag.NAME_NOT_SAID)
    return tuple(found)


def _language_of(statement: str, index: TranscriptIndex) -> Language:
    """Notes may be written in another language than the one spoken."""
    written = choose_language(None, mask_sounds(fold(statement)))
    return written if written.is_guarded else index.language


def _numbers(text: Words, language: Language) -> set[str]:
    """Give the numbers of a text without their signs; "one" is too often no number, and is left out."""
    forms = value_places(Stretch(text.atoms, len(text), language, text.before))
    return {_SIGNS.sub("", form) for form in forms} - {"1", "1th", ""}


def _denied(said: Iterable[Words], language: Language) -> set[str]:
    """Give the stems of the first content word behind each negation: what the speaker says is not so."""
    found = set()
    negations = VERB_NEGATIONS.get(language.code, frozenset())
    for each in said:
        for at, atom in enumerate(each.atoms):
            if atom not in negations:
                continue
            following = (
                other
                for other in each.atoms[at + 1 : at + 1 + DENIED_REACH]
                if other not in language.function_words and other not in language.quantifiers
            )
            denied = next(following, "")
            if len(denied) >= STEM_LETTERS:
                found.add(denied[:STEM_LETTERS])
    return found


def _stems(atoms: Iterable[str]) -> set[str]:
    return {atom[:STEM_LETTERS] for atom in atoms if len(atom) >= STEM_LETTERS}


def _names(text: Words, language: Language, index: TranscriptIndex) -> set[str]:
    """Give the words that are written like names inside a sentence; at its start, those the transcript knows as names.

    Where every noun has a capital, only words that the transcript does not have at all are taken for names.
    """
    found = set()
    for at, atom in enumerate(text.atoms):
        word = text.word(at)
        if not word[:1].isupper() or len(word) < 2 or atom in language.function_words or atom in language.pronouns:
            continue
        if language.nouns_have_capitals:
            is_name = atom not in index.vocabulary and atom not in language.units
        elif at == 0 or any(mark in text.before(at) for mark in ".?!:"):
            is_name = _is_name_in(atom, index)
        else:
            is_name = atom not in language.units
        if is_name:
            found.add(atom)
    return found


def _is_name_in(atom: str, index: TranscriptIndex) -> bool:
    """Tell whether a transcript has a word inside sentences, and only with a capital."""
    point = index.vocabulary.get(atom)
    if point is None:
        return False
    is_name = False
    at = 0
    while (at := index.code.find(point, at + 1)) >= 0:  # seldom far: a word that is no name is soon found without
        if not any(mark in index.words.before(at) for mark in ".?!:"):
            is_name = index.words.word(at)[:1].isupper()
            if not is_name:
                break
    return is_name
