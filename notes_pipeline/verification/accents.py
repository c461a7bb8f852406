"""Quotes typed without accents: where that is only typing, and where it makes another word."""

from notes_pipeline.verification.sides import Written
from notes_pipeline.verification.tables.language import Language
from notes_pipeline.verification.text import strip_accents

REACH_WORDS = 40  # words on each side of a place that are looked at for others typed without their accents


def is_typed_bare(claimed: Written, at: int, said: Written, place: int) -> bool:
    """Tell whether a word lacks its accents because the whole quote was typed without any.

    One that is another word without them ("konnte", "hablo") says so only beside others that lack theirs too.
    """
    if not claimed.is_bare:
        return False
    if said.language.is_guarded and not is_told_by_accent(said.atoms[place], said.language):
        return True
    typed = {
        claimed.atoms[other]
        for other in range(max(0, at - REACH_WORDS), at + REACH_WORDS)
        if other < len(claimed.atoms) and other != at
    }
    return any(
        atom != said.atoms[place]
        and strip_accents(atom) != atom
        and not is_told_by_accent(atom, said.language)
        and strip_accents(atom) in typed
        for atom in said.atoms[max(0, place - REACH_WORDS) : place + REACH_WORDS]
    )


def is_told_by_accent(word: str, language: Language) -> bool:
    """Tell whether a word is another one without its accents: of another tense, mood, person or number."""
    if word.isascii():
        return False
    bare = strip_accents(word)
    if bare in language.bare_words:
        return True
    return language.final_accents_tell and (bare[-1] != word[-1] or len(word) <= 3)
