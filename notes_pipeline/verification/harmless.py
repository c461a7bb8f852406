"""What a careful reporter may leave out: fillers, repetitions, broken-off words and abandoned starts."""

from collections.abc import Iterator
from functools import cached_property

from notes_pipeline.verification.asides import is_filler, is_marker
from notes_pipeline.verification.readings import value_places
from notes_pipeline.verification.repeats import echoes, is_repeated, is_stutter, may_be_repeated, repeated_before
from notes_pipeline.verification.sides import Written
from notes_pipeline.verification.starts import is_abandoned, is_broken_off

MAX_ABANDONED_WORDS = 5
NEGATION_REACH = 4  # words from "ne" to "pas"


class Side(Written):
    """Words of which some may go without loss."""

    @cached_property
    def _drops(self) -> dict[int, tuple[tuple[int, int], ...]]:
        """What is known of `drops` so far."""
        return {}

    @cached_property
    def values(self) -> dict[str, list[int]]:
        """Where numbers and shares stand, by their form: made for the first quote that is nothing but one."""
        return value_places(self.stretch)

    def drops(self, at: int, floor: int) -> tuple[int, ...]:
        """List how many words may be left out from `at` on without loss.

        Words may go for the same words before them only where those stay: they must end at `floor` at the latest. Else
        both would go, each for the other.
        """
        known = self._drops.get(at)
        if known is None:
            lengths = _drop_lengths(self, at) if self.is_said else _put_in_lengths(self, at)
            known = self._drops[at] = tuple(dict.fromkeys(lengths))
        return tuple(length for length, copy_end in known if copy_end <= floor) if known else ()


def _drop_lengths(side: Side, at: int) -> Iterator[tuple[int, int]]:
    """Give (length, where the words end for which these may go, 0 where they may go by themselves)."""
    atoms, language = side.atoms, side.language
    word = atoms[at]
    if is_filler(side, at):
        yield 1, 0
    if word == language.silent_negation and _is_negated(side, at):
        yield 1, 0
    if word in language.openers and side.ends_sentence(at) and _may_open(side, at):
        yield 1, 0
    for length in language.marker_lengths.get(word, ()):
        if is_marker(side, at, at + length):
            yield length, 0
    for length in echoes(side, at):
        if at + length > len(atoms):
            continue
        if is_repeated(side, at, at + length) or is_stutter(side, at, at + length):
            yield length, 0
        copy_end = repeated_before(side, at, at + length)
        if copy_end:
            yield length, copy_end
    last = min(MAX_ABANDONED_WORDS, len(atoms) - at)
    for length in range(1, last + 1) if side.has_cut(at, at + last) else ():
        if side.is_cut(at + length - 1) and is_abandoned(side, at, at + length):
            yield length, 0
    if is_broken_off(side, at):
        yield 1, 0


def _is_negated(side: Side, at: int) -> bool:
    """Tell whether the word that negates follows: "ce n'est pas" is "c'est pas"."""
    following = side.atoms[at + 1 : at + 1 + NEGATION_REACH]
    return not side.language.negations.isdisjoint(following)


def _may_open(side: Side, at: int) -> bool:
    """Tell whether the first word of a sentence only leads in: "so, we left"; but "now we share them"."""
    language = side.language
    if side.atoms[at] == language.link or "," in side.words.before(at + 1):
        return True
    following = side.atoms[at + 1] if at + 1 < len(side.atoms) else ""
    return side.atoms[at] in language.light_openers and following in language.subjects & language.pronouns


def _put_in_lengths(side: Side, at: int) -> Iterator[tuple[int, int]]:
    """The same for a quote, which may have more fillers and stutters than was written down, but nothing else."""
    if is_filler(side, at) or (side.atoms[at] == side.language.silent_negation and _is_negated(side, at)):
        yield 1, 0
    for length in echoes(side, at):
        if at + length > len(side.atoms) or not may_be_repeated(side, at, at + length):
            continue
        if is_repeated(side, at, at + length):
            yield length, 0
        copy_end = repeated_before(side, at, at + length)
        if copy_end:
            yield length, copy_end
