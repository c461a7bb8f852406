"""What a table of a language holds, and how a word is cut into the atoms that are compared."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple


def listed(text: str) -> list[str]:
    return text.split()


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def phrases(text: str) -> frozenset[tuple[str, ...]]:
    """Read phrases that are set apart by commas or line ends."""
    return frozenset(tuple(phrase.split()) for phrase in text.replace("\n", ",").split(",") if phrase.strip())


def groups(text: str) -> dict[str, frozenset[str]]:
    """Read lines of `one word / another` (sides may hold several words) into a map that goes both ways."""
    found: dict[str, set[str]] = {}
    for line in text.strip().splitlines():
        left, _, right = line.partition("/")
        for one in left.split():
            for other in right.split():
                found.setdefault(one, set()).add(other)
                found.setdefault(other, set()).add(one)
    return {word: frozenset(others) for word, others in found.items()}


class Thing(NamedTuple):
    """What tells money from a weight or a thing: "pound".

    `money`, `other`: words beside it; `behind`: right behind it; `price`: right before its number.
    """

    money: frozenset[str]
    other: frozenset[str] = frozenset()
    behind: frozenset[str] = frozenset()
    price: frozenset[str] = frozenset()


Entry = str | tuple[tuple[int, int, str], ...]  # the atom of a folded word, or its atoms with their places in it


@dataclass(frozen=True)
class Numbers:
    """Number words. `tens` can be followed by a unit; a hundred and the scales multiply what stands before them."""

    units: dict[str, int]
    tens: dict[str, int]
    hundred: dict[str, int]
    scales: dict[str, int]
    ordinals: dict[str, int]
    joiners: frozenset[str] = frozenset()
    point: frozenset[str] = frozenset()
    one: frozenset[str] = frozenset()  # articles that stand for one before a hundred or a scale
    has_decimal_comma: bool = False
    decades: dict[str, int] = field(default_factory=dict)  # "eighties"
    parts: dict[tuple[str, ...], tuple[int, int]] = field(default_factory=dict)  # what adds a part: "and a half"
    shares: dict[str, int] = field(default_factory=dict)  # parts by themselves: "half a million"
    part_names: dict[str, int] = field(default_factory=dict)  # parts that are counted: "three quarters"
    hours: frozenset[str] = frozenset()  # what makes a time of day of a number: "huit heures dix"
    has_bare_times: bool = False  # "ocho y media" is a time of day without "horas"
    needs_room_to_join: bool = False  # joined are a hundred and its rest, not "twenty and three"
    is_vigesimal: bool = False  # "soixante et onze", "quatre vingt douze"
    pairs: dict[tuple[str, str], int] = field(default_factory=dict)  # two words that stand for one: ("quatre", "vingt")
    fractions: dict[str, str] = field(default_factory=dict)  # "anderthalb"
    ones: frozenset[str] = frozenset()  # articles that stand for one behind a joiner: "vingt et un"
    zeros: frozenset[str] = frozenset()  # what stands for a zero between other digits: "two oh four"
    to: frozenset[str] = frozenset()  # what may be written as a dash between two numbers: "four to five"
    has_ordinal_dot: bool = False  # "3. Mai" is the third
    run: Callable[[list[str], int, int], tuple[int, int] | None] | None = None  # reads "二十二": value and end
    compound: Callable[[str], int | None] | None = None  # reads "zweiundzwanzig"

    @cached_property
    def words(self) -> frozenset[str]:
        """The words that are a number, or part of one, wherever they stand."""
        tables = (self.units, self.tens, self.hundred, self.scales, self.ordinals, self.decades, self.fractions)
        return frozenset(word for table in tables for word in table)

    @cached_property
    def part_starts(self) -> frozenset[str]:
        """The words with which what adds a part can start."""
        return frozenset(phrase[0] for phrase in self.parts)

    @cached_property
    def starts(self) -> frozenset[str]:
        """The words with which a number can start."""
        return self.words | self.one | self.point | self.shares.keys()


@dataclass(frozen=True)
class Language:
    """The tables of one language. Atoms are what `expand` gives; phrases are tuples of atoms."""

    code: str
    numbers: Numbers
    common: frozenset[str]  # the words by which the language is detected
    fillers: frozenset[str]  # no meaning anywhere
    markers: frozenset[tuple[str, ...]]  # no meaning where set off by punctuation
    negations: frozenset[str]
    quantifiers: frozenset[str]
    hedges: frozenset[tuple[str, ...]]
    conditions: frozenset[str]
    pronouns: frozenset[str]
    function_words: frozenset[str]
    units: frozenset[str]
    antonyms: dict[str, frozenset[str]]
    negative_prefixes: tuple[str, ...] = ()
    contractions: dict[str, tuple[str, ...]] = field(default_factory=dict)
    suffixes: tuple[tuple[str, tuple[str, ...]], ...] = ()
    elisions: dict[str, str] = field(default_factory=dict)  # French "j'" -> "je"
    same: dict[str, frozenset[str]] = field(default_factory=dict)  # two ways to write or say one thing
    homophones: dict[str, frozenset[str]] = field(default_factory=dict)  # told apart by spelling only
    link: str = ""  # "and", which a comma can stand for
    question_starts: frozenset[str] = frozenset()
    loose_markers: frozenset[tuple[str, ...]] = frozenset()  # set off enough by punctuation behind them
    antecedents: frozenset[str] = frozenset()  # behind which such a marker is a clause of its own: "people you know"
    relatives: frozenset[str] = frozenset()  # behind which a verb may stand twice: "those who work work well"
    openers: frozenset[str] = frozenset()  # words that a sentence may lose at its start where a comma follows
    light_openers: frozenset[str] = frozenset()  # the same without a comma, before a subject
    currencies: dict[str, str] = field(default_factory=dict)  # signs and words of currencies to one form
    percent: frozenset[tuple[str, ...]] = frozenset({("percent",)})  # "percent" is how "%" is read in every language
    percent_before: frozenset[tuple[str, ...]] = frozenset()  # the same where it stands before the number
    doubts: frozenset[str] = frozenset()  # adverbs that take back a whole statement: "perhaps"
    backchannels: frozenset[str] = frozenset()  # of which a listener's "I am with you" is made
    doubtful_fillers: frozenset[str] = frozenset()  # fillers that are none behind an article or a number: "two mm"
    set_off_fillers: frozenset[str] = frozenset()  # fillers that are words too: "the ER", "este local"
    determiners: frozenset[str] = frozenset()  # pronouns that stand before a noun too: "his", "that"
    silent_negation: str = ""  # French "ne", which is said or not beside "pas"
    first_person: frozenset[str] = frozenset()  # the speaker alone: "I", "my"
    second_person: frozenset[str] = frozenset()
    subjects: frozenset[str] = frozenset()  # with which a clause starts, and hardly anything else
    is_spelt_by_sound: bool = False  # the rules of English spelling, see alike.py
    accents_matter: bool = False  # an accent makes another word ("esta", "está"), not another spelling
    nouns_have_capitals: bool = False
    is_guarded: bool = True
    bare_words: frozenset[str] = frozenset()  # words that an umlaut or accent makes into others: "konnte"
    final_accents_tell: bool = False  # an accent on the last letter is one of tense or person: "habló"
    joined: frozenset[tuple[str, ...]] = frozenset()  # words with a task of their own that are joined all the same
    particles: frozenset[str] = frozenset()  # function words that may be the first part of a compound: "on line"
    telling_prefixes: frozenset[str] = frozenset()  # a blank or hyphen behind them makes another word: "re-signed"
    participles: frozenset[str] = frozenset()  # irregular ones
    emphatics: frozenset[str] = frozenset()  # function words that stress when they are said twice: "too, too slow"
    verbs: frozenset[str] = frozenset()  # markers that are verbs too: "like, share, subscribe"
    things: dict[str, Thing] = field(default_factory=dict)  # words of currencies that are a weight or a thing too

    @cached_property
    def signs(self) -> frozenset[str]:
        """The currencies that are written as a sign in front of the number."""
        return frozenset(word for word in self.currencies if not word.isalpha())

    @cached_property
    def hedge_words(self) -> frozenset[str]:
        return frozenset(phrase[0] for phrase in self.hedges if len(phrase) == 1)

    @cached_property
    def long_hedges(self) -> dict[str, tuple[tuple[str, ...], ...]]:
        """The hedges of several words by their first."""
        found: dict[str, list[tuple[str, ...]]] = {}
        for phrase in sorted(self.hedges):
            if len(phrase) > 1:
                found.setdefault(phrase[0], []).append(phrase)
        return {word: tuple(phrases) for word, phrases in found.items()}

    @cached_property
    def marker_lengths(self) -> dict[str, tuple[int, ...]]:
        """How many words the markers have that start with a word."""
        lengths: dict[str, set[int]] = {}
        for marker in self.markers:
            lengths.setdefault(marker[0], set()).add(len(marker))
        return {word: tuple(sorted(found)) for word, found in lengths.items()}

    def is_exact(self, word: str) -> bool:
        """Tell whether a word must be itself: who or whether is too much to be a matter of spelling."""
        return word in self.negations or word in self.pronouns

    def is_word(self, word: str) -> bool:
        """Tell whether a short word is known to be one, rather than the start of another."""
        return (
            word in self.function_words
            or word in self.pronouns
            or word in self.quantifiers
            or word in self.units
            or word in self.same
            or word in self.antonyms
        )

    def is_participle(self, word: str) -> bool | None:
        """Tell past participles from base forms; None where a word may be either, or nothing is known."""
        if not self.participles or word in ("put", "cut", "set", "let", "hit", "cost", "come", "run", "read", "become"):
            return None
        return word in self.participles or (word.endswith("ed") and word not in ("need", "feed", "speed", "succeed"))

    @cached_property
    def known(self) -> dict[str, Entry]:
        """What is known of folded words: filled by `tokens.py`."""
        return {}

    def atoms(self, word: str) -> tuple[str, ...]:
        """Cut a word in its normal form into atoms: "don't" is "do" and "not"."""
        contracted = self.contractions.get(word)
        if contracted is not None:
            return contracted
        if "'" not in word:
            return (word,)
        for suffix, atoms in self.suffixes:
            if word.endswith(suffix) and len(word) > len(suffix):
                return (*self.atoms(word[: -len(suffix)]), *atoms)
        head, _, tail = word.partition("'")
        if head in self.elisions and tail:
            return (self.elisions[head], *self.atoms(tail))
        return (word,)
