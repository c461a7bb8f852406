"""Words that carry nothing where they stand: fillers, discourse markers that are set off, and letters broken off."""

from notes_pipeline.verification.numerals import is_number
from notes_pipeline.verification.sides import Written
from notes_pipeline.verification.tables.language import Language

MAX_FRAGMENT_LETTERS = 4
MAX_PLAIN_BACKCHANNEL = 3  # words, where no table knows what they say


def is_marker(side: Written, start: int, end: int) -> bool:
    """Tell whether words are a discourse marker that is set off and says nothing: "so, you know, we left"."""
    language, atoms = side.language, side.atoms
    if tuple(atoms[start:end]) not in language.markers or not is_aside(side, start, end):
        return False
    return end - start > 1 or not _is_listed(side, start)


def _is_listed(side: Written, at: int) -> bool:
    """Tell whether a marker's word is one of several things: "left, right, left", "like, share, subscribe"."""
    atoms, language = side.atoms, side.language
    opposites = language.antonyms.get(atoms[at], frozenset())
    if (at > 0 and atoms[at - 1] in opposites) or (at + 1 < len(atoms) and atoms[at + 1] in opposites):
        return True
    return (
        at + 2 < len(atoms)
        and atoms[at] in language.verbs
        and side.words.before(at + 1).startswith(",")
        and side.words.before(at + 2).startswith(",")
        and atoms[at + 1] not in language.function_words
        and atoms[at + 1] not in language.fillers
        and (atoms[at + 1],) not in language.markers
    )


def is_aside(side: Written, start: int, end: int) -> bool:
    """Tell whether punctuation or fillers stand on both sides."""
    fillers, atoms = side.language.fillers, side.atoms
    before = side.is_set_off(start) or (start > 0 and atoms[start - 1] in fillers)
    after = side.is_set_off(end) or (end < len(atoms) and atoms[end] in fillers)
    if tuple(atoms[start:end]) in side.language.loose_markers:
        previous, language = atoms[start - 1], side.language
        before = before or not (
            previous in language.function_words or previous in language.quantifiers or previous in language.antecedents
        )
    return before and after


def skip_fillers(side: Written, at: int, step: int) -> int:
    """Go on past fillers, and forwards past markers that are set off."""
    atoms, language = side.atoms, side.language
    while 0 <= at < len(atoms):
        if atoms[at] in language.fillers or is_fragment(side, at):
            at += step
            continue
        if step > 0 and atoms[at] in language.marker_lengths:
            length = next(
                (length for length in language.marker_lengths[atoms[at]] if is_marker(side, at, at + length)),
                0,
            )
            if length:
                at += length
                continue
        break
    return at


def is_fragment(side: Written, at: int) -> bool:
    """Tell whether a word is a few letters broken off by a hyphen: "th- that", "un let- unbaked"."""
    atom = side.atoms[at]
    if len(atom) > MAX_FRAGMENT_LETTERS or atom in side.language.function_words or at + 1 >= len(side.atoms):
        return False
    after = side.words.before(at + 1)
    return after.startswith("-") and len(after) > 1


def is_backchannel(atoms: list[str], language: Language) -> bool:
    """Tell whether a turn only shows that somebody listens: one word, or words that say no more than yes or no."""
    if len(atoms) == 1:
        return True
    if not language.is_guarded:
        return len(atoms) <= MAX_PLAIN_BACKCHANNEL
    return all(atom in language.backchannels or atom in language.fillers for atom in atoms)


def is_filler(side: Written, at: int) -> bool:
    """Tell whether a word says nothing where it stands. One that is a word too must be set off, and no name."""
    atom, language = side.atoms[at], side.language
    if atom not in language.fillers:
        return False
    is_word_too = atom in language.set_off_fillers
    if not is_word_too and atom not in language.doubtful_fillers:
        return True
    word = side.words.word(at)
    if word[:1].isupper() and not side.ends_sentence(at):
        return False  # "the ER", "Ben Ferrand"
    before = side.atoms[at - 1] if at else ""
    if not is_word_too and before not in language.numbers.one and before != "the" and not is_number(before, language):
        return True
    return is_aside(side, at, at + 1)
