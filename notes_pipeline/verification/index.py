"""A transcript made ready for many quotes: its words as one string of code points, and where each run of words stands.

Every distinct word is given a code point, so that a run of words is a string: comparing, slicing and searching runs at
the speed of strings, and rapidfuzz aligns words instead of letters.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from notes_pipeline.core.roles import Roles
from notes_pipeline.core.transcript import Span, Transcript
from notes_pipeline.verification.harmless import Side
from notes_pipeline.verification.languages import choose_language
from notes_pipeline.verification.tables.language import Language
from notes_pipeline.verification.text import fold, mask_sounds
from notes_pipeline.verification.tokens import Words, tokenize_folded

RUN = 3  # words in a run that is looked up


class Places:
    """Where each word stands: looked for when it is first asked, since few words of a transcript ever are."""

    __slots__ = ("_code", "_found")

    def __init__(self, code: str) -> None:
        self._code = code
        self._found: dict[str, list[int]] = {}

    def of(self, point: str) -> Sequence[int]:
        """List where a word stands, by its code point; empty where it does not."""
        found = self._found.get(point)
        if found is None:
            found, at = [], -1
            while (at := self._code.find(point, at + 1)) >= 0:
                found.append(at)
            self._found[point] = found
        return found

    def number_of(self, point: str) -> int:
        return self._code.count(point)


@dataclass(frozen=True, slots=True)
class TranscriptIndex:
    """`code`: one code point a word. `places`: where each word stands. `runs`: where each run of three words starts.

    `said`: the words with what stands between them; it remembers which of them may go.
    Most runs stand at one place: a bare number there spares as many lists, which the collector would walk through.
    """

    transcript: Transcript
    roles: Roles
    language: Language
    words: Words
    code: str
    vocabulary: dict[str, str]
    places: Places
    runs: dict[str, int | list[int]]
    said: Side

    def encode(self, atoms: list[str]) -> str:
        """Give the code of other words; those that the transcript does not have get code points of their own."""
        vocabulary = self.vocabulary
        code = list(map(vocabulary.get, atoms))
        unknown: dict[str, str] = {}
        for at, point in enumerate(code) if None in code else ():
            if point is None:
                code[at] = unknown.setdefault(atoms[at], chr(len(vocabulary) + len(unknown) + 1))
        return "".join(point for point in code if point is not None)

    def starts_of(self, run: str) -> Sequence[int]:
        """List where a run of three words starts; empty where it stands nowhere."""
        found = self.runs.get(run)
        if found is None:
            return ()
        return found if isinstance(found, list) else (found,)

    def utterance_of(self, at: int) -> int:
        """Give the index of the utterance that holds word `at`."""
        return max(0, bisect_right(self.transcript.offsets, self.words.starts[at]) - 1)

    def end_of(self, utterance: int) -> int:
        """Give the first word after an utterance."""
        offsets = self.transcript.offsets
        if utterance + 1 >= len(offsets):
            return len(self.code)
        return bisect_left(self.words.starts, offsets[utterance + 1])

    def speaker_of(self, at: int) -> str | None:
        return self.transcript.utterances[self.utterance_of(at)].speaker

    def span(self, start: int, end: int) -> Span:
        """Give the span from the first to before the last word."""
        return Span(self.words.starts[start], self.words.ends[end - 1])


def index_transcript(transcript: Transcript, roles: Roles | None = None) -> TranscriptIndex:
    """Make a transcript ready for `verify_quote`. Takes time and memory in proportion to its length."""
    text = transcript.text
    folded = mask_sounds(fold(text))
    language = choose_language(transcript.language, folded)
    words = tokenize_folded(text, folded, language)
    # A third of the memory that an index takes: as many transcripts more are kept ready.
    words.starts, words.ends = array("i", words.starts), array("i", words.ends)
    # Whole passes in the interpreter's own loops: half the time of one loop that does all of it word by word.
    distinct = dict.fromkeys(words.atoms)
    vocabulary = dict(zip(distinct, map(chr, range(1, len(distinct) + 1)), strict=True))
    code = "".join(map(vocabulary.__getitem__, words.atoms))
    grams = [code[at : at + RUN] for at in range(len(code) - RUN + 1)]
    runs: dict[str, int | list[int]] = dict(zip(reversed(grams), reversed(range(len(grams))), strict=True))
    firsts = list(map(runs.__getitem__, grams)) if len(runs) < len(grams) else []
    for at in [at for at, first in enumerate(firsts) if at != first]:
        known = runs[grams[at]]
        if isinstance(known, list):
            known.append(at)
        else:
            runs[grams[at]] = [known, at]
    said = Side(words, language, transcript.offsets)
    return TranscriptIndex(transcript, roles or Roles(), language, words, code, vocabulary, Places(code), runs, said)
