"""Two ways to write one thing: spellings, numbers, compounds, contractions."""

from collections.abc import Iterator

from notes_pipeline.verification.accents import is_typed_bare
from notes_pipeline.verification.alike import is_alike, may_be_alike
from notes_pipeline.verification.harmless import Side
from notes_pipeline.verification.numerals import Stretch, is_number, starts_number
from notes_pipeline.verification.readings import Reading, is_money, read_amounts, read_numbers, read_range, read_times
from notes_pipeline.verification.tables.language import Language
from notes_pipeline.verification.tokens import Words

MAX_COMPOUND_WORDS = 6
MAX_EXACT_WORDS = 5  # in quotes of so few words nothing else tells which of two words that sound alike was meant
LONG_LETTERS = 7  # hardly two words of so many letters sound alike: "dose" and "doze" do
_SHORT_FORMS = {"'d": ("had",)}  # what they stand for before a participle; else for the other word of the table
_DETERMINERS = frozenset(("a", "an", "the", "no", "my", "his", "her", "our", "their", "better"))  # "I'd no keys"


def alike_steps(claimed: Side, at: int, end: int, said: Side, place: int, stop: int) -> Iterator[tuple[int, int]]:
    """List (words of the quote, words of the transcript) from here on that are two ways to write one thing."""
    language = said.language
    one, other = claimed.atoms[at], said.atoms[place]
    if (
        (other in language.homophones.get(one, ()) and len(claimed.atoms) > MAX_EXACT_WORDS)
        or (other in language.same.get(one, ()) and _is_right_form(one, other, claimed, at, said, place))
        or (not is_number(one, language) and not is_number(other, language) and _is_spelling(claimed, at, said, place))
        or (
            one in language.currencies
            and language.currencies.get(other) == language.currencies[one]
            and min(at, place) > 0
            and is_number(claimed.atoms[at - 1], language)
            and is_number(said.atoms[place - 1], language)
            and (one == other or one not in language.signs or is_money(said.stretch, place))
        )
    ):
        yield 1, 1
    if starts_number(one, language) and starts_number(other, language):
        yield from _numbers(claimed, at, end, said, place, stop)
    yield from _compounds(claimed, at, end, said, place, stop)


def _numbers(claimed: Side, at: int, end: int, said: Side, place: int, stop: int) -> Iterator[tuple[int, int]]:
    """One number in words and in digits. A part of a number counts only where more numbers follow on both sides."""
    language = said.language
    if _is_one(claimed, at) and _is_one(said, place):
        yield 1, 1
    here = Stretch(claimed.atoms, end, language, claimed.words.before)
    there = Stretch(said.atoms, stop, language, said.words.before, is_said=True)
    for read in (read_amounts, read_range, read_times, read_numbers):
        found = read(here, at)
        ways = {reading.form: reading for reading in read(there, place)} if found else {}
        for reading in found:
            same = ways.get(reading.form)
            if same is None:
                continue
            if (reading.is_whole and same.is_whole) or _goes_on(claimed, reading) == _goes_on(said, same):
                yield reading.end - at, same.end - place


def _is_one(side: Side, at: int) -> bool:
    """Tell whether a word is the one of "a hundred" or "one hundred"."""
    numbers = side.language.numbers
    following = side.atoms[at + 1] if at + 1 < len(side.atoms) else ""
    return (following in numbers.hundred or following in numbers.scales) and (
        side.atoms[at] in numbers.one or side.atoms[at] == "1" or numbers.units.get(side.atoms[at]) == 1
    )


def _goes_on(side: Side, reading: Reading) -> bool:
    """Tell whether another number stands right behind one."""
    return reading.end < len(side.atoms) and is_number(side.atoms[reading.end], side.language)


def _is_spelling(claimed: Side, at: int, said: Side, place: int) -> bool:
    """Tell whether two words may be one word spelt in two ways."""
    one, other, language = claimed.atoms[at], said.atoms[place], said.language
    if not may_be_alike(one, other):
        return False
    are_names = (
        not language.nouns_have_capitals
        and claimed.words.word(at)[:1].isupper()
        and said.words.word(place)[:1].isupper()
    )
    accents_matter = language.accents_matter and not is_typed_bare(claimed, at, said, place)
    is_word_of_its_own = one in said.vocabulary or language.is_exact(one) or language.is_exact(other)
    is_long = len(claimed.atoms) > MAX_EXACT_WORDS or min(len(one), len(other)) >= LONG_LETTERS
    return is_alike(
        one,
        other,
        accents_matter=accents_matter,
        are_names=are_names,
        is_english=language.is_spelt_by_sound,
        by_sound=not is_word_of_its_own and (are_names or is_long),
    )


def _is_right_form(one: str, other: str, claimed: Side, at: int, said: Side, place: int) -> bool:
    """Tell whether a short form can stand for the full one: "'d" for "had" needs a participle, for "would" none."""
    short, full, side, where = (one, other, said, place) if one in _SHORT_FORMS else (other, one, claimed, at)
    if short not in _SHORT_FORMS:
        return True
    language = side.language
    following = where + 1
    if full == "did":
        return where > 0 and side.atoms[where - 1] in language.question_starts
    if full == "had" and following < len(side.atoms) and side.atoms[following] in _DETERMINERS:
        return True
    while following < len(side.atoms) and (
        side.atoms[following] in language.negations
        or side.atoms[following] in language.fillers
        or side.atoms[following] in language.quantifiers
        or side.atoms[following] in language.hedge_words
        or side.atoms[following].endswith("ly")
        or side.atoms[following] in ("also", "already", "just")
    ):
        following += 1
    if following >= len(side.atoms):
        return True
    is_participle = language.is_participle(side.atoms[following])
    return is_participle is None or is_participle == (full in _SHORT_FORMS[short])


def _compounds(claimed: Side, at: int, end: int, said: Side, place: int, stop: int) -> Iterator[tuple[int, int]]:
    """The same letters in other words: "year end" and "yearend", "I'm" and "Im"."""
    if first_letter(claimed, at) != first_letter(said, place):
        return
    ways = {letters: length for length, letters in _letters(said, place, stop)}
    for size, letters in _letters(claimed, at, end):
        length = ways.get(letters)
        if length is None or (size, length) == (1, 1):
            continue
        if claimed.atoms[at : at + size] == said.atoms[place : place + length]:
            continue  # no compound: word for word
        if _may_join(claimed, at, at + size) and _may_join(said, place, place + length):
            yield size, length


def _may_join(side: Side, start: int, end: int) -> bool:
    """Tell whether several words may be parts of one, or one word.

    Not where a part is a word with a task of its own: "not able" is not "notable", "to get her" not "together".
    """
    words, language = side.words, side.language
    parts = [side.atoms[at] for at in range(start, end) if at == start or words.starts[at] != words.starts[at - 1]]
    if len(parts) == 1:
        return True
    if tuple(parts) in language.joined:
        return True
    if "'s" in side.atoms[start:end]:
        return False  # "man's laughter"
    if not language.is_guarded or any(words.before(at).strip(" -") for at in range(start + 1, end)):
        return False
    first = parts[0]
    if (first in language.function_words and first not in language.particles) or first in language.telling_prefixes:
        return False
    return not any(
        part in language.negations
        or part in language.pronouns
        or (is_number(part, language) and not _is_ordinal_part(words, start, part, language))
        or (len(parts) > 2 and part in language.function_words)
        for part in parts
    )


def _is_ordinal_part(words: Words, start: int, part: str, language: Language) -> bool:
    """Tell whether a word is the ordinal that a compound with a hyphen starts with: "second-hand"."""
    return part in language.numbers.ordinals and words.atoms[start] == part and words.before(start + 1) == "-"


def first_letter(side: Side, at: int) -> str:
    """Give the letter by which two ways to write a word are compared first."""
    return side.atoms[at].lstrip("'")[:1]


def _letters(side: Side, start: int, end: int) -> Iterator[tuple[int, str]]:
    """Give, for the next words, how many atoms they are and their letters joined."""
    words = side.words
    joined = ""
    for at in range(start, min(end, start + MAX_COMPOUND_WORDS)):
        if at == start or words.starts[at] != words.starts[at - 1]:
            word = words.folded[words.starts[at] : words.ends[at]].replace("'", "")
            is_part = at > 0 and words.starts[at] == words.starts[at - 1]
            joined += word if word.isalnum() and not is_part else side.atoms[at]
        if at + 1 >= len(side.atoms) or words.starts[at + 1] != words.starts[at]:
            yield at + 1 - start, joined
