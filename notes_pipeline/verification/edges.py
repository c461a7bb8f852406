"""Explain the words of a quote before its first and after its last equal run, where the place itself is open."""

from notes_pipeline.verification.align import Block
from notes_pipeline.verification.explain import CHANGED, SHOWN_EDGE_WORDS, Difference, Explainer
from notes_pipeline.verification.notation import is_sign_said_before
from notes_pipeline.verification.numerals import starts_number
from notes_pipeline.verification.same import first_letter

MAX_EDGE_WORDS = 8  # words at an edge of the quote that are looked for in other words beside the place
EDGE_REACH = 4  # words that the transcript may have more at such an edge
NUMBER_REACH = 10  # the same where a number stands there: "222" for "two hundred and twenty two"


class EdgeExplainer(Explainer):
    """Explains edges too: the quote may start or end anywhere beside the place."""

    def left_edge(self, first: Block) -> tuple[int, list[Difference]]:
        """Explain the words before the first equal run; gives where the quote starts in the transcript too."""
        size = first.quote
        if size > MAX_EDGE_WORDS:
            return first.said, [Difference(0, size, first.said, first.said)]
        self._edge, self._edge_words = "left", size
        low = max(0, first.said - size - self._reach(0, size))
        if self._is_strange(0, size, low, first.said):
            taken = self._beside(range(first.said - 1, first.said - 1 - size, -1), size)
            return first.said - taken, [Difference(0, size, first.said - taken, first.said)]
        self._floor = (0, 0)
        starts = {(0, place): 0 for place in range(max(0, first.said - size - self._reach(0, size)), first.said + 1)}
        state, found = self._search(starts, (size, first.said))
        if _is_invented(found, size):
            return first.said, [Difference(0, size, first.said, first.said)]
        return state[1], found

    def right_edge(self, last: Block) -> tuple[int, list[Difference]]:
        """Explain the words after the last equal run; gives where the quote ends in the transcript too."""
        at, place = last.quote + last.size, last.said + last.size
        end = len(self._quote.words)
        if end - at > MAX_EDGE_WORDS:
            return place, [Difference(at, end, place, place)]
        if end - at == 1 and is_sign_said_before(self._claimed, at, self._said, place):
            return place, []
        self._edge, self._edge_words = "right", end - at
        high = min(len(self._index.code), place + end - at + self._reach(at, end))
        if self._is_strange(at, end, place, high):
            taken = self._beside(range(place, place + end - at), end - at)
            return place + taken, [Difference(at, end, place, place + taken)]
        stop = min(len(self._index.code), place + end - at + self._reach(at, end))
        self._floor = (at, place)
        state, found = self._search({(at, place): 0}, (end, stop), any_end=True)
        if _is_invented(found, end - at):
            return place, [Difference(at, end, place, place)]
        return state[1], found

    def _is_strange(self, start: int, end: int, low: int, high: int) -> bool:
        """Tell whether no word of an edge can have anything to do with the words beside the place.

        True for most changed edges, and spares the search. Words that are alike, or the same in other parts, start with
        the same letter, or stand in a table.
        """
        language, said = self._index.language, self._said
        letters = {first_letter(said, place) for place in range(low, high)}
        return not any(
            first_letter(self._claimed, at) in letters
            or at in self._bracketed
            or self._claimed.atoms[at] in language.same
            or starts_number(self._claimed.atoms[at], language)
            or self._claimed.drops(at, end)
            for at in range(start, end)
        )

    def _beside(self, places: range, size: int) -> int:
        """Count the words of the transcript that are shown beside a changed edge: as many, of the same sentence."""
        if size > SHOWN_EDGE_WORDS:
            return 0
        taken = 0
        for place in places:
            if not 0 <= place < len(self._index.code) or self._changed_price(place) > CHANGED:
                break
            taken += 1
        return taken

    def _reach(self, start: int, end: int) -> int:
        """How many words more the transcript may have at an edge."""
        has_number = any(starts_number(self._claimed.atoms[at], self._index.language) for at in range(start, end))
        return NUMBER_REACH if has_number else EDGE_REACH


def _is_invented(found: list[Difference], size: int) -> bool:
    """Tell whether an edge of a quote has so little of its place that the rest matched by chance."""
    return (
        size > SHOWN_EDGE_WORDS
        and 2 * sum(difference.quote_end - difference.quote_start for difference in found) > size
    )
