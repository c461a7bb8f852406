"""The words of a quote or of a transcript, with what stands between them: blanks, punctuation, cuts, borders."""

from bisect import bisect_left
from functools import cached_property

from notes_pipeline.verification.numerals import Stretch
from notes_pipeline.verification.tables.language import Language
from notes_pipeline.verification.text import ELLIPSIS, SOUND, strip_accents
from notes_pipeline.verification.tokens import Words

_SETTING_OFF = frozenset(f'.,;:?!-()"{ELLIPSIS}{SOUND}')
_SENTENCE_END = frozenset(f".?!{ELLIPSIS}")


class Written:
    """The words of the quote or of the transcript, with what stands between them."""

    def __init__(self, words: Words, language: Language, offsets: tuple[int, ...] | None = None) -> None:
        """`offsets`: where the utterances of the transcript start, None for a quote."""
        self.words = words
        self.atoms = words.atoms
        self.language = language
        self.is_said = offsets is not None
        self._offsets = offsets or ()

    @cached_property
    def _borders(self) -> frozenset[int]:
        """The words before which an utterance starts."""
        starts = self.words.starts
        return frozenset(bisect_left(starts, offset) for offset in self._offsets) - {0, len(starts)}

    @cached_property
    def stretch(self) -> Stretch:
        """The words to read numbers from."""
        return Stretch(self.atoms, len(self.atoms), self.language, self.words.before, self.is_said)

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """The words that stand anywhere in the text."""
        return frozenset(self.atoms)

    @cached_property
    def is_bare(self) -> bool:
        """Tell whether the text was typed without any accents."""
        return strip_accents(self.words.folded) == self.words.folded

    def is_set_off(self, at: int) -> bool:
        """Tell whether punctuation, a filler or an utterance border stands before word `at`."""
        if at <= 0 or at >= len(self.atoms):
            return True
        if not _SETTING_OFF.isdisjoint(self.words.before(at)):
            return True
        return self.is_border(at)

    def is_border(self, at: int) -> bool:
        """Tell whether an utterance starts at word `at`."""
        return at in self._borders

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
