"""Read the words of a transcript beside a quote: the sentence before it, the tail behind it, the number at its edge."""

from notes_pipeline.verification.index import TranscriptIndex
from notes_pipeline.verification.numerals import Stretch, is_number, read_chunk
from notes_pipeline.verification.tables.context_edges import Edges
from notes_pipeline.verification.tables.language import Language

CLAUSE_END = frozenset(".?!;:\x02")
REACH_WORDS = 8  # words before the quote in which a phrase that governs its start can begin
SENTENCE_WORDS = 30  # words before the quote in which the sentence can begin that sets a condition
AFTER_WORDS = 10  # "..., as far as any of us could tell at the time." is a tail, a longer one is a statement
BACKCHANNEL_WORDS = 4  # another speaker's utterance over which a sentence goes on
ASIDE_WORDS = 10  # "if -- and I have told him this -- they stay"
NUMBER_WORDS = 6  # "two hundred and twenty thousand and |six"
MAX_START_WORDS = 3  # "there are -- there are few" is no aside
MIN_SAID_AGAIN = 2  # words that a new start says again
_DASHES = ("--", "- ", " -")


def text_of(atoms: list[str]) -> str:
    """Write words as the patterns read them."""
    return " " + " ".join(atoms)


def is_elided(at: int, index: TranscriptIndex) -> bool:
    """Tell whether a word hangs on one that lost its vowel, "qu'|il", rather than on half of itself, "do|n't"."""
    words = index.words
    head, _, tail = words.folded[words.starts[at] : words.ends[at]].partition("'")
    return bool(tail) and head in index.language.elisions


def goes_on(start: int, index: TranscriptIndex) -> bool:
    """Tell whether a sentence goes on at an utterance's start, over a short utterance of somebody else."""
    words, utterance = index.words, index.utterance_of(start)
    if utterance < 2 or words.starts[start - 1] >= index.transcript.offsets[utterance]:
        return False
    speaker = index.transcript.utterances[utterance].speaker
    between, earlier = index.transcript.utterances[utterance - 1], index.transcript.utterances[utterance - 2]
    if between.speaker == speaker or earlier.speaker != speaker:
        return False
    first = index.end_of(utterance - 2)
    return (
        first > 0
        and start - first <= BACKCHANNEL_WORDS
        and "?" not in between.text
        and (earlier.text.rstrip()[-1:].isalnum() or earlier.text.rstrip().endswith((",", "-")))
    )


def breaks_off(start: int, index: TranscriptIndex) -> bool:
    """Tell whether a dash stands right before a word of the same speaker."""
    mark = index.words.before(start)
    return any(cut in mark for cut in _DASHES) and index.speaker_of(start - 1) == index.speaker_of(start)


def words_before(start: int, index: TranscriptIndex) -> list[str]:
    """Give the words of the sentence before `start` without fillers and said once, with `|` where it begins."""
    words, language = index.words, index.language
    speaker = index.speaker_of(start)
    before: list[str] = []
    at = start
    if index.speaker_of(at - 1) != speaker:  # a backchannel, see `goes_on`
        at = index.end_of(index.utterance_of(start) - 2)
    border = index.transcript.offsets[index.utterance_of(at - 1)] if at else 0
    while at > 0 and len(before) < REACH_WORDS:
        at -= 1
        atom = words.atoms[at]
        if atom not in language.fillers and not (before and before[-1] == atom):
            before.append(atom)
        if not CLAUSE_END.isdisjoint(words.before(at)):
            before.append("|")
            break
        if words.starts[at] <= border:
            if at == 0 or index.speaker_of(at - 1) != speaker:
                before.append("|")
                break
            border = index.transcript.offsets[index.utterance_of(at - 1)]
    before.reverse()
    return before


def sentence_before(start: int, index: TranscriptIndex) -> list[str]:
    """Give the words from the start of the sentence, nothing where it begins too far away."""
    words = index.words
    floor = max(index.transcript.offsets[index.utterance_of(start)], 0)
    for at in range(start - 1, max(-1, start - 1 - SENTENCE_WORDS), -1):
        if words.starts[at] <= floor or not CLAUSE_END.isdisjoint(words.before(at)):
            return ["|", *words.atoms[at:start]]
        if words.starts[at] < floor:
            break
    return []


def earlier_start(start: int, end: int, index: TranscriptIndex) -> int | None:
    """Find where the clause that goes on at `start` began: before an aside in dashes, or before it is said again.

    "If -- and I told him this -- |they stay", "he said that he fell, |he fell off a wall".
    """
    words = index.words
    floor = index.transcript.offsets[index.utterance_of(start)]
    if words.atoms[start - 1] != words.atoms[start] and breaks_off(start, index):
        for at in range(start - 1, max(0, start - ASIDE_WORDS - 1), -1):
            mark = words.before(at)
            if words.starts[at] <= floor or not CLAUSE_END.isdisjoint(mark):
                break
            if any(cut in mark for cut in _DASHES):
                is_new_start = words.atoms[at] in words.atoms[max(0, at - MAX_START_WORDS) : at]
                return None if is_new_start else at
    if end - start < MIN_SAID_AGAIN:
        return None
    first, second = words.atoms[start : start + MIN_SAID_AGAIN]
    for at in range(start - MIN_SAID_AGAIN, max(0, start - REACH_WORDS), -1):
        if words.starts[at] <= floor or not CLAUSE_END.isdisjoint(words.before(at + 1)):
            break
        if words.atoms[at] == first and words.atoms[at + 1] == second:
            return at
    return None


def sentence_within(start: int, end: int, index: TranscriptIndex) -> list[str]:
    """Give the words from the last start of a sentence in [start, end), nothing where none starts there."""
    for at in range(end - 1, start - 1, -1):
        if not CLAUSE_END.isdisjoint(index.words.before(at)):
            return index.words.atoms[at:end]
    return []


def words_after(end: int, index: TranscriptIndex) -> str:
    """Give the words right after a quote, each behind a blank, with `,` and `.` where commas and ends are written."""
    words, fillers = index.words, index.language.fillers
    parts = [""]
    last = min(len(words.atoms), end + AFTER_WORDS)
    for at in range(end, last):
        mark = words.before(at)
        if mark != " ":
            if at > end and not CLAUSE_END.isdisjoint(mark):
                parts.append(".")
                break
            if "," in mark:
                parts.append(",")
        atom = words.atoms[at]
        if atom not in fillers:
            parts.append(atom)
    else:
        if last == len(words.atoms) or not CLAUSE_END.isdisjoint(words.before(last)):
            parts.append(".")
    return " ".join(parts)


def number_is_cut(edge: int, index: TranscriptIndex) -> bool:
    """Tell whether one number stands on both sides of the start of word `edge`: "two hundred |and twenty"."""
    atoms, language = index.words.atoms, index.language
    numbers = language.numbers
    last, following = atoms[edge - 1], atoms[edge]
    if is_number(last, language):
        is_open = following in numbers.joiners or following in numbers.point or following.isdigit()  # "2 1/2"
    else:
        is_open = last in numbers.joiners or last in numbers.point
    if not is_open:
        return "," not in index.words.before(edge) and _is_multiplied(last, following, language)
    at = edge - 1
    while at > 0 and edge - at < NUMBER_WORDS and (_may_stand_in_number(atoms[at - 1], language)):
        at -= 1
    stretch = Stretch(atoms, min(len(atoms), edge + NUMBER_WORDS), language, index.words.before)
    while at < edge:
        found = read_chunk(stretch, at)
        at = found[1] if found else at + 1
    return at > edge


def _may_stand_in_number(atom: str, language: Language) -> bool:
    numbers = language.numbers
    return is_number(atom, language) or atom in numbers.joiners or atom in numbers.point or atom in numbers.one


def _is_multiplied(last: str, following: str, language: Language) -> bool:
    """Tell whether two neighbouring words belong to one number: "two |thousand", "thirty|-six"."""
    numbers = language.numbers
    if last[:1].isdigit():
        if following in numbers.scales or following in numbers.hundred:
            return True
        return last.isdigit() and len(last) <= 3 and following.isdigit() and len(following) == 3
    if last in numbers.one:
        return False
    if last in numbers.tens:
        return (
            following in numbers.units
            or following in numbers.hundred
            or following in numbers.scales
            or (following in numbers.ordinals and numbers.ordinals[following] < 10)
        )
    if last in numbers.units or last in numbers.hundred or last in numbers.scales:
        if following in numbers.hundred or following in numbers.scales or following in numbers.tens:
            return True
        return last not in numbers.units and following in numbers.units
    return False


def shares_number(before: list[str], start: int, index: TranscriptIndex, edges: Edges, has_comma: bool) -> bool:
    """Tell whether a number is only the end of an amount: "half |a million", "one in |ten", "20 to |30", "20, |30"."""
    language, atoms = index.language, index.words.atoms
    at = start + 1 if atoms[start] in language.numbers.one and start + 1 < len(atoms) else start
    if not is_number(atoms[at], language):
        return False
    shape = _shape(before[-3:], language)
    return (has_comma and at == start and shape.endswith("#")) or edges.shares.search(shape) is not None


def number_goes_on(end: int, tail: str, index: TranscriptIndex, edges: Edges) -> bool:
    """Tell whether an amount goes on behind its first number: "20 |to 30", "five euros |fifty"."""
    language, atoms = index.language, index.words.atoms
    is_coin = atoms[end - 1] in edges.coins
    if not is_number(atoms[max(0, end - 2)] if is_coin else atoms[end - 1], language):
        return False
    shape = _shape(tail.split()[:3], language)
    return edges.ranges.match(shape) is not None or (is_coin and shape.startswith(" #"))


def _shape(atoms: list[str], language: Language) -> str:
    """Write words as the patterns of amounts read them, `#` for a number."""
    return text_of(["#" if is_number(atom, language) else atom for atom in atoms])
