"""Search the cheapest way to turn the words of a quote into those of the transcript, one difference at a time.

Steps that a careful reporter may take cost nothing; each word that is left over costs. What costs is unexplained.
"""

from collections.abc import Iterator
from heapq import heappop, heappush
from typing import NamedTuple

from notes_pipeline.verification.align import Region
from notes_pipeline.verification.asides import is_backchannel
from notes_pipeline.verification.brackets import Brackets
from notes_pipeline.verification.harmless import Side
from notes_pipeline.verification.index import TranscriptIndex
from notes_pipeline.verification.notation import is_comma_for_link, is_dash, is_moved_sign, is_same_share, whole_number
from notes_pipeline.verification.reading import ReadQuote
from notes_pipeline.verification.same import alike_steps

MAX_REGION_CELLS = 160  # pairs of words; a longer difference is not worth explaining, no honest one is as long
JOINED_WORDS = 3  # equal words between two differences that may be one
TURNED_WORDS = 6
SHOWN_EDGE_WORDS = 2  # longer edges that were changed are a statement of their own, not a changed word
MAX_GAP_WORDS = 60  # the widest honest ellipsis in the labelled quotes leaves out 22 words
MAX_BACKCHANNEL_WORDS = 12  # "Yeah, yeah, yeah." has three; longer talk in between is a turn

CHANGED, CLAIMED, SAID = 20, 20, 20  # prices of a word that nothing explains
_PREFERENCE = 1  # settles which of two equally dear ways is shown
_EDGE_DROP = {"quote": 3, "said": 1}  # at an edge words are matched rather than dropped, and no more taken than needed

State = tuple[int, int]
Step = tuple[int, State, str]


class Difference(NamedTuple):
    """Words [quote_start, quote_end) of the quote against [start, end) of the transcript that nothing explains."""

    quote_start: int
    quote_end: int
    start: int
    end: int


class Explainer:
    """Explains differences between one quote and one place. `gaps`, `breaks`: see `Comparison`."""

    def __init__(self, quote: ReadQuote, claimed: Side, index: TranscriptIndex) -> None:
        """`claimed`: the words of the quote; it remembers which of them may go, for all places of one quote."""
        self._quote = quote
        self._claimed = claimed
        self._said = index.said
        self._index = index
        self._edge = ""
        self._edge_words = 0
        self._floor: State = (0, 0)  # where the words start that are being explained
        self._brackets = Brackets(quote, claimed, index)
        self._bracketed = {at for first, last in quote.brackets for at in range(first, last)}
        self.gaps: set[tuple[int, int]] = set()
        self.breaks: set[tuple[int, int]] = set()

    def all_inner(self, found: list[Region]) -> list[Difference]:
        """List what stays unexplained between the equal runs.

        A difference that is nothing by itself may be explained together with its neighbour ("$19", "19 dollars"), or a
        word further left where the same words stand on both its sides.
        """
        differences: list[Difference] = []
        at = 0
        while at < len(found):
            region = found[at]
            at += 1
            left = self._inner(region)
            if left and at < len(found) and found[at].quote_start - region.quote_end <= JOINED_WORDS:
                joined = Region(region.quote_start, found[at].quote_end, region.start, found[at].end)
                if not self._inner(joined):
                    at += 1
                    continue
            if left and (
                is_moved_sign(self._claimed, self._said, region)
                or is_dash(self._claimed, self._said, region)
                or is_same_share(self._claimed, self._said, region)
                or self._is_same_number(region)
            ):
                continue
            left = [one for one in left if not is_comma_for_link(self._claimed, self._said, Region(*one))]
            if left and region.quote_start == region.quote_end:
                left = left if self._turned(region) else []
            differences.extend(left)
        return differences

    def _is_same_number(self, region: Region) -> bool:
        """Tell whether a difference is none to the number around it."""
        whole = whole_number(self._claimed, self._said, region)
        return whole is not None and not self._inner(whole)

    def _turned(self, region: Region) -> bool:
        """Tell whether words left out stay unexplained wherever the stretch may be said to start."""
        said = self._said.atoms
        for back in range(1, min(TURNED_WORDS, region.quote_start) + 1):
            if said[region.start - back] != said[region.end - back]:
                return True
            if not self._inner(
                Region(region.quote_start - back, region.quote_start - back, region.start - back, region.end - back)
            ):
                return False
        return True

    def _inner(self, region: Region) -> list[Difference]:
        rows, columns = region.quote_end - region.quote_start, region.end - region.start
        if not rows and self._is_open_gap(region):
            return []
        if rows == columns == 1 and not self._is_open(region.quote_start):
            found = self._changed_word(region)
            if found is not None:
                return found
        if (rows + 1) * (columns + 1) > MAX_REGION_CELLS:
            return [Difference(region.quote_start, region.quote_end, region.start, region.end)]
        self._edge = ""
        if not rows and self._index.utterance_of(region.start - 1) == self._index.utterance_of(region.end):
            if self._is_dropped(region.start, region.end):
                return []
            if columns == 1:
                return [Difference(region.quote_start, region.quote_end, region.start, region.end)]
        start, goal = (region.quote_start, region.start), (region.quote_end, region.end)
        self._floor = start
        return self._search({start: 0}, goal)[1]

    def _is_open(self, at: int) -> bool:
        """Tell whether a bracket or an ellipsis of the quote may make up for a word."""
        return at in self._bracketed or at in self._quote.gaps or at + 1 in self._quote.gaps

    def _changed_word(self, region: Region) -> list[Difference] | None:
        """Explain one word for another, by far the commonest difference; None where the long way has to be gone."""
        at, place = region.quote_start, region.start
        for _ in alike_steps(self._claimed, at, region.quote_end, self._said, place, region.end):
            return []
        return None if self._claimed.drops(at, at) else [Difference(at, region.quote_end, place, region.end)]

    def _is_dropped(self, start: int, end: int) -> bool:
        """Tell whether words left out inside one utterance fall into droppable pieces; by far the commonest case."""
        reached = [start]
        for place in reached:
            if place == end:
                return True
            reached.extend(
                place + length
                for length in self._said.drops(place, start)
                if place + length <= end and place + length not in reached
            )
        return False

    def _search(
        self, starts: dict[State, int], goal: State, *, any_end: bool = False
    ) -> tuple[State, list[Difference]]:
        """Find the cheapest way; gives where it starts (or, with `any_end`, ends) and what stays unexplained."""
        queue = [(cost, -state[1], state) for state, cost in starts.items()]
        queue.sort()
        best = dict(starts)
        came: dict[State, tuple[State, str]] = {}
        done: set[State] = set()
        state = goal
        while queue:
            cost, _, state = heappop(queue)
            if state in done:
                continue
            done.add(state)
            if state == goal or (any_end and state[0] == goal[0]):
                break
            arrived = came.get(state)
            floor = state if arrived is not None and arrived[1] in ("same", "alike") else self._floor
            for price, following, kind in self._steps(state, goal, floor):
                total = cost + price
                if total < best.get(following, total + 1):
                    best[following] = total
                    came[following] = (state, kind)
                    heappush(queue, (total, -following[1], following))
        first, found = self._unexplained(came, state)
        return (state if any_end else first), found

    def _steps(self, state: State, goal: State, floor: State) -> Iterator[Step]:
        """List what may come next: (price, state after it, what it is). `floor`: words before it surely stay."""
        at, place = state
        end, stop = goal
        if at < end and place < stop:
            if self._claimed.atoms[at] == self._said.atoms[place]:
                yield 0, (at + 1, place + 1), "same"
            for size, length in alike_steps(self._claimed, at, end, self._said, place, stop):
                yield 0, (at + size, place + length), "alike"
            yield self._changed_price(place), (at + 1, place + 1), "changed"
        if at < end:
            for size in self._claimed.drops(at, floor[0]):
                if at + size <= end:
                    yield (_EDGE_DROP["quote"] if self._edge else 0), (at + size, place), "dropped"
            for last, after in self._brackets.steps(at, place, end, stop):
                yield 0, (last, after), "bracket"
            yield CLAIMED + (_PREFERENCE if self._edge_words <= SHOWN_EDGE_WORDS else 0), (at + 1, place), "claimed"
        if place < stop:
            for length in self._said.drops(place, floor[1]):
                if place + length <= stop:
                    yield (_EDGE_DROP["said"] if self._edge else 0), (at, place + length), "dropped"
            length = self._backchannel(place, stop)
            if length:
                yield (_EDGE_DROP["said"] if self._edge else 0), (at, place + length), "backchannel"
            if at in self._quote.gaps:
                yield 0, (at, place + 1), "gap"
            yield SAID, (at, place + 1), "said"

    def _changed_price(self, place: int) -> int:
        """A changed word at an edge is shown beside what was said there, unless that is another sentence."""
        if not self._edge:
            return CHANGED
        beside = place + 1 if self._edge == "left" else place
        if self._said.ends_sentence(beside) or self._said.is_border(beside):
            return CHANGED + 2 * _PREFERENCE
        return CHANGED + (_PREFERENCE if self._edge_words > SHOWN_EDGE_WORDS else 0)

    def _backchannel(self, place: int, stop: int) -> int:
        """Give the length of another speaker's whole short utterance that starts at a word, 0 where there is none."""
        index = self._index
        if not place or not self._said.is_border(place):
            return 0
        utterance = index.utterance_of(place)
        end = place + 1
        while end < stop and end - place <= MAX_BACKCHANNEL_WORDS and not self._said.is_border(end):
            end += 1
        if end - place > MAX_BACKCHANNEL_WORDS or end >= len(index.code) or not self._said.is_border(end):
            return 0
        main = index.speaker_of(stop) if stop < len(index.code) else index.speaker_of(place - 1)
        if index.transcript.utterances[utterance].speaker == main:
            return 0
        return end - place if is_backchannel(self._said.atoms[place:end], index.language) else 0

    def _is_open_gap(self, region: Region) -> bool:
        """Tell whether an ellipsis stands where the quote leaves a whole stretch out."""
        if region.quote_start not in self._quote.gaps or region.end - region.start > MAX_GAP_WORDS:
            return False
        self.gaps.add((region.start, region.end))
        self.breaks.add((region.start, region.end))
        return True

    def _unexplained(self, came: dict[State, tuple[State, str]], state: State) -> tuple[State, list[Difference]]:
        """Walk the cheapest way back, join neighbouring unexplained words and note the open gaps."""
        found: list[Difference] = []
        while state in came:
            previous, kind = came[state]
            if kind in ("changed", "claimed", "said"):
                if found and (found[-1].quote_start, found[-1].start) == state:
                    later = found.pop()
                    found.append(Difference(previous[0], later.quote_end, previous[1], later.end))
                else:
                    found.append(Difference(previous[0], state[0], previous[1], state[1]))
            elif kind in ("backchannel", "gap"):
                self.gaps.add((previous[1], state[1]))
                if kind == "gap":
                    self.breaks.add((previous[1], state[1]))
            state = previous
        return state, found[::-1]
