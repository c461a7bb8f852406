"""What words in [brackets] of a quote may stand for: a pronoun that was said, or what a pronoun before them means."""

from collections.abc import Iterator

from notes_pipeline.verification.harmless import Side
from notes_pipeline.verification.index import TranscriptIndex
from notes_pipeline.verification.reading import PUT_IN, ReadQuote
from notes_pipeline.verification.speakers import is_name_of

_ARTICLES = ("a", "an", "the")  # in other languages they are pronouns too, and stand in the table


class Brackets:
    """The brackets of one quote."""

    def __init__(self, quote: ReadQuote, claimed: Side, index: TranscriptIndex) -> None:
        self._quote = quote
        self._claimed = claimed
        self._said = index.said
        self._index = index

    def steps(self, at: int, place: int, end: int, stop: int) -> Iterator[tuple[int, int]]:
        """Give what comes after a bracket that starts at word `at`, in the quote and in the transcript."""
        language = self._index.language
        for first, last in self._quote.brackets:
            if first != at or last > end:
                continue
            inside = [atom.removeprefix(PUT_IN) for atom in self._claimed.atoms[first:last]]
            if any(atom in language.negations for atom in inside):
                continue
            if at and self._claimed.atoms[at - 1] in language.pronouns and not self._is_replaced(last, place):
                yield last, place
            is_pronoun = place < stop and self._said.atoms[place] in language.pronouns
            if is_pronoun and self._may_stand_for(first, last, place):
                yield last, place + 1

    def _may_stand_for(self, first: int, last: int, place: int) -> bool:
        """Tell whether a bracket may stand for a pronoun: for "I" only the speaker's name, for "you" another's."""
        language, atom = self._index.language, self._said.atoms[place]
        if last == len(self._claimed.atoms) and self._is_determiner(place):
            return False  # "about [the fire]" for "about his divorce"
        is_first, is_second = atom in language.first_person, atom in language.second_person
        if not is_first and not is_second:
            return True
        written, speaker = self._quote.words.slice(first, last), self._index.speaker_of(place)
        if is_first:
            return speaker is not None and is_name_of(written, speaker)
        return any(name != speaker and is_name_of(written, name) for name in self._index.transcript.speakers)

    def _is_replaced(self, last: int, place: int) -> bool:
        """Tell whether a bracket that ends the quote stands where something else was said: "sends us [the bill]"."""
        said = self._said
        if last < len(self._claimed.atoms) or place >= len(said.atoms) or said.is_set_off(place):
            return False
        return said.atoms[place] in self._index.language.determiners or said.atoms[place] in _ARTICLES

    def _is_determiner(self, place: int) -> bool:
        """Tell whether a pronoun's own noun follows: "his divorce", "la luz"."""
        said, language = self._said, self._index.language
        if said.atoms[place] not in language.determiners or said.is_set_off(place + 1):
            return False
        following = said.atoms[place + 1]
        return following not in language.function_words and following not in language.fillers
