"""Words that carry nothing where they stand: fillers, discourse markers that are set off, and letters broken off."""

from notes_pipeline.verification.sides import Written

MAX_FRAGMENT_LETTERS = 4


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
        before = before or atoms[start - 1] not in side.language.function_words
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
            if length > 1:
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
