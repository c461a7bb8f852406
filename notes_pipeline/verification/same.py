"""Two ways to write one thing: spellings, numbers, compounds, contractions."""

from collections.abc import Iterator

from notes_pipeline.verification.alike import is_alike
from notes_pipeline.verification.harmless import Side
from notes_pipeline.verification.numerals import is_number, read_amount, read_number, starts_number

MAX_COMPOUND_WORDS = 6


def alike_steps(claimed: Side, at: int, end: int, said: Side, place: int, stop: int) -> Iterator[tuple[int, int]]:
    """List (words of the quote, words of the transcript) from here on that are two ways to write one thing."""
    language = said.language
    one, other = claimed.atoms[at], said.atoms[place]
    if other in language.same.get(one, ()) or (
        not is_number(one, language)
        and not is_number(other, language)
        and is_alike(
            one,
            other,
            accents_matter=language.accents_matter and not claimed.is_bare,
            are_names=claimed.words.word(at)[:1].isupper() and said.words.word(place)[:1].isupper(),
        )
    ):
        yield 1, 1
    if starts_number(one, language) and starts_number(other, language):
        for read in (read_amount, read_number):
            number = read(claimed.atoms, at, end, language)
            same = read(said.atoms, place, stop, language) if number is not None else None
            if number is not None and same is not None and same[0] == number[0]:
                yield number[1] - at, same[1] - place
    yield from _compounds(claimed, at, end, said, place, stop)


def _compounds(claimed: Side, at: int, end: int, said: Side, place: int, stop: int) -> Iterator[tuple[int, int]]:
    """The same letters in other words: "year end" and "yearend", "I'm" and "Im"."""
    if first_letter(claimed, at) != first_letter(said, place):
        return
    ways = {letters: length for length, letters in _letters(said, place, stop)}
    for size, letters in _letters(claimed, at, end):
        length = ways.get(letters)
        if length is not None and (size, length) != (1, 1):
            yield size, length


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
