"""What a careful reporter may leave out: fillers, repetitions, broken-off words and abandoned starts."""

from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property

from notes_pipeline.verification.index import TranscriptIndex
from notes_pipeline.verification.numerals import is_number
from notes_pipeline.verification.tables.language import Language
from notes_pipeline.verification.text import ELLIPSIS, SOUND, strip_accents
from notes_pipeline.verification.tokens import Words

MAX_REPEAT_WORDS = 6
MAX_ABANDONED_WORDS = 5
MAX_FRAGMENT_LETTERS = 4
_SETTING_OFF = frozenset(f'.,;:?!-()"{ELLIPSIS}{SOUND}')
_SENTENCE_END = frozenset(f".?!{ELLIPSIS}")
_CUTS = ("-", ELLIPSIS)


class Side:
    """The words of the quote or of the transcript, with what stands between them."""

    def __init__(self, words: Words, language: Language, index: TranscriptIndex | None) -> None:
        """`index`: that of the transcript, None for a quote."""
        self.words = words
        self.atoms = words.atoms
        self.language = language
        self._offsets = index.transcript.offsets if index is not None else ()
        self.is_said = index is not None
        self._drops: dict[int, tuple[int, ...]] = {}

    @cached_property
    def is_bare(self) -> bool:
        """Tell whether the text was typed without any accents."""
        return strip_accents(self.words.folded) == self.words.folded

    def drops(self, at: int) -> tuple[int, ...]:
        """List how many words may be left out from `at` on without loss."""
        known = self._drops.get(at)
        if known is None:
            lengths = _drop_lengths(self, at) if self.is_said else _put_in_lengths(self, at)
            known = self._drops[at] = tuple(dict.fromkeys(lengths))
        return known

    def is_set_off(self, at: int) -> bool:
        """Tell whether punctuation, a filler or an utterance border stands before word `at`."""
        if at <= 0 or at >= len(self.atoms):
            return True
        if not _SETTING_OFF.isdisjoint(self.words.before(at)):
            return True
        return self.is_border(at)

    def is_border(self, at: int) -> bool:
        """Tell whether an utterance starts at word `at`."""
        offsets = self._offsets
        if not offsets or not 0 < at < len(self.atoms):
            return False
        return bisect_right(offsets, self.words.starts[at - 1]) != bisect_right(offsets, self.words.starts[at])

    def ends_sentence(self, at: int) -> bool:
        """Tell whether a sentence ends before word `at`."""
        return at <= 0 or at >= len(self.atoms) or not _SENTENCE_END.isdisjoint(self.words.before(at))

    def has_cut(self, start: int, end: int) -> bool:
        """Tell whether anything at all is broken off between two words: a quick look before the careful one."""
        stretch = self.words.folded[self.words.starts[start] : self.words.ends[end - 1] + 3]
        return "-" in stretch or ELLIPSIS in stretch or ".." in stretch

    def is_cut(self, at: int) -> bool:
        """Tell whether a word is visibly broken off: "megaladap-", "th…", "I --"."""
        after = self.words.before(at + 1)
        if after.startswith("-"):
            return len(after) > 1 or at + 1 >= len(self.atoms)
        return after.startswith((ELLIPSIS, " --", "..", " - "))


def _drop_lengths(side: Side, at: int) -> Iterator[int]:
    atoms, language = side.atoms, side.language
    word = atoms[at]
    if word in language.fillers:
        yield 1
    if word in language.openers and side.ends_sentence(at):
        yield 1
    for length in language.marker_lengths.get(word, ()):
        if tuple(atoms[at : at + length]) in language.markers and _is_aside(side, at, at + length):
            yield length
    for length in _echoes(side, at):
        if at + length <= len(atoms) and _is_repeated(side, at, at + length):
            yield length
    last = min(MAX_ABANDONED_WORDS, len(atoms) - at)
    for length in range(1, last + 1) if side.has_cut(at, at + last) else ():
        if side.is_cut(at + length - 1) and _is_abandoned(side, at, at + length):
            yield length
    if _is_broken_off(side, at):
        yield 1


def _put_in_lengths(side: Side, at: int) -> Iterator[int]:
    """The same for a quote, which may have more fillers and repetitions than was written down, but nothing else."""
    if side.atoms[at] in side.language.fillers:
        yield 1
    for length in _echoes(side, at):
        if at + length <= len(side.atoms) and _is_repeated(side, at, at + length, is_strict=True):
            yield length


def _echoes(side: Side, at: int) -> set[int]:
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
        length += atoms[other - 1] not in fillers and not _is_fragment(side, other - 1)
        if length > MAX_REPEAT_WORDS:
            break
        if atoms[other] == word or atoms[other] in same:
            lengths.update((length, min(other - at, MAX_REPEAT_WORDS)))
    length = 0
    for other in range(at - 1, max(-1, at - 2 * MAX_REPEAT_WORDS), -1):
        length += atoms[other] not in fillers and not _is_fragment(side, other)
        if length > MAX_REPEAT_WORDS:
            break
        if atoms[other] == word or atoms[other] in same:
            lengths.add(length)
    return lengths


def _is_aside(side: Side, start: int, end: int) -> bool:
    """Tell whether punctuation or fillers stand on both sides."""
    fillers, atoms = side.language.fillers, side.atoms
    before = side.is_set_off(start) or (start > 0 and atoms[start - 1] in fillers)
    after = side.is_set_off(end) or (end < len(atoms) and atoms[end] in fillers)
    if tuple(atoms[start:end]) in side.language.loose_markers:
        before = before or atoms[start - 1] not in side.language.function_words
    return before and after


def _skip_fillers(side: Side, at: int, step: int) -> int:
    """Go on past fillers, and forwards past markers that are set off."""
    atoms, language = side.atoms, side.language
    while 0 <= at < len(atoms):
        if atoms[at] in language.fillers or _is_fragment(side, at):
            at += step
            continue
        if step > 0 and atoms[at] in language.marker_lengths:
            length = next(
                (
                    length
                    for length in language.marker_lengths[atoms[at]]
                    if tuple(atoms[at : at + length]) in language.markers and _is_aside(side, at, at + length)
                ),
                0,
            )
            if length > 1:
                at += length
                continue
        break
    return at


def _is_fragment(side: Side, at: int) -> bool:
    """Tell whether a word is a few letters broken off by a hyphen: "th- that", "un let- unbaked"."""
    atom = side.atoms[at]
    if len(atom) > MAX_FRAGMENT_LETTERS or atom in side.language.function_words or at + 1 >= len(side.atoms):
        return False
    after = side.words.before(at + 1)
    return after.startswith("-") and len(after) > 1


def _is_same(one: list[str], other: list[str], language: Language) -> bool:
    """Tell whether two runs of words are equal, or two ways to write the same."""
    if one == other:
        return True
    return len(one) == len(other) and all(
        left == right or right in language.same.get(left, ()) for left, right in zip(one, other, strict=True)
    )


def _is_stutter(side: Side, start: int, end: int) -> bool:
    """Tell whether only words without content are said before the same word starts again: "on the, on | on the"."""
    atoms, language = side.atoms, side.language
    if end >= len(atoms) or atoms[start] != atoms[end] or atoms[start] not in language.function_words:
        return False
    return all(
        atom in language.fillers
        or (
            atom in language.function_words
            and atom not in language.negations
            and atom not in language.hedge_words
            and atom not in language.conditions
            and not is_number(atom, language)
        )
        for atom in atoms[start:end]
    ) and any(side.is_set_off(at) for at in range(start + 1, end + 1))


def _is_repeated(side: Side, start: int, end: int, *, is_strict: bool = False) -> bool:
    """Tell whether the same words follow or went before at once, fillers apart. Numbers count only if broken off."""
    atoms, length = side.atoms, end - start
    piece = atoms[start:end]
    following = _skip_fillers(side, end, 1)
    if following == end and not side.is_cut(end - 1) and all(is_number(atom, side.language) for atom in piece):
        return False
    if _is_same(piece, atoms[following : following + length], side.language):
        return True
    if not is_strict and _is_stutter(side, start, end):
        return True
    before = _skip_fillers(side, start - 1, -1) + 1
    return before >= length and _is_same(piece, atoms[before - length : before], side.language)


def _is_broken_off(side: Side, at: int) -> bool:
    """Tell whether a word is only the start of the one that follows: "megaladap- Megaladapis", "y you"."""
    atoms = side.atoms
    following = _skip_fillers(side, at + 1, 1)
    if following >= len(atoms):
        return False
    word, whole = atoms[at], atoms[following]
    if side.is_cut(at) and (whole.startswith(word) or len(word) <= 2):
        return word not in side.language.negations and not is_number(word, side.language)
    if word in side.language.function_words or not whole.startswith(word) or word == whole:
        return False
    return len(word) <= 3 and not word.isdigit()


def _is_abandoned(side: Side, start: int, end: int) -> bool:
    """Tell whether a stretch is visibly given up: broken off, and nothing in it but words that carry no content."""
    language, atoms = side.language, side.atoms
    if _skip_fillers(side, end, 1) >= len(atoms):
        return False
    after = side.words.before(end)
    is_plain_cut = ELLIPSIS in after or after.startswith("-")
    for at in range(start, end):
        atom = atoms[at]
        if atom in language.negations or atom in language.hedge_words or atom in language.conditions:
            return False
        if is_number(atom, language):
            return False
        if not (is_plain_cut or side.is_set_off(start)):
            return False
        if atom not in language.function_words and not (at == end - 1 and after.startswith("-")):
            return False
    return True
