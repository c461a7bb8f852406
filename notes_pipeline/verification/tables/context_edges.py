"""What a table of clipped edges holds: the words beside a quote that turn or weaken what the quote then states.

The patterns are read over atoms with one blank before each; `|` stands where a sentence starts, `,` and `.` stand where
a comma or the end of a sentence is written. A blank inside a line of a table is a blank between two atoms.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module

_MODULES = {"en": "english", "de": "german", "fr": "french", "es": "spanish", "pt": "portuguese"}


def before(text: str, **parts: str) -> re.Pattern[str]:
    """Read a table of what may stand right before a quote, one phrase a line; `parts` are put in for `<name>`."""
    return re.compile(rf" (?:{_joined(text, parts)})$")


def after(text: str, **parts: str) -> re.Pattern[str]:
    """Read a table of what may stand right after a quote."""
    return re.compile(rf"(?: ,)? (?:{_joined(text, parts)})(?= |$)")


def opening(text: str, **parts: str) -> re.Pattern[str]:
    """Read a table of what a sentence may start with that sets a condition to the rest."""
    return re.compile(rf" (?:(?:<links>) )*(?:{_joined(text, parts)})(?= |$)".replace("<links>", parts["links"]))


def _joined(text: str, parts: dict[str, str]) -> str:
    for name, part in parts.items():
        text = text.replace(f"<{name}>", f"(?:{part})")
    return "|".join(line.strip() for line in text.strip().splitlines() if line.strip())


@dataclass(frozen=True)
class Edges:
    """`denials`: what follows is denied or unreal. `doubts`: it is hedged, reported or holds on a condition only."""

    denials: re.Pattern[str]
    doubts: re.Pattern[str]
    denials_after: re.Pattern[str]
    doubts_after: re.Pattern[str]
    nearly: frozenset[str]  # unreal before a verb, a hedge before a number or a quantity
    conditions: frozenset[str]  # words that make a sentence conditional when it starts with them
    inversions: frozenset[str]  # the same before a subject: "had they asked"
    links: frozenset[str]  # what may stand in front of them
    complementizers: frozenset[str]  # words with which a quote may start that belong to the frame before it
    indirect: frozenset[str]  # verbs after which "if" asks rather than sets a condition
    interjections: frozenset[str]  # negations that answer rather than deny when a subject follows
    modals: frozenset[str]  # must not be hidden by an ellipsis right before a verb
    hidden: re.Pattern[str]  # must not be hidden by an ellipsis anywhere
    nominal: frozenset[str]  # with which a noun phrase starts
    either: frozenset[str]  # "or"
    openings: re.Pattern[str]  # sentences that start so set a condition
    without: re.Pattern[str]  # the same where the verb is in a mood of the unreal: "without her"
    unreal: re.Pattern[str]  # a verb in such a mood
    shares: re.Pattern[str]  # before a number that is only the end of an amount; `#` stands for a number
    ranges: re.Pattern[str]  # after a number with which an amount only starts
    coins: frozenset[str]  # between two parts of an amount: "five dollars fifty"
    commas_bind: bool = False  # a comma stands before every clause that depends on another
    adverb_endings: tuple[str, ...] = ()  # no noun ends so


@lru_cache(maxsize=16)
def edges_of(language: str) -> Edges | None:
    """Give the table of edges of a language, None where there is none."""
    module = _MODULES.get(language)
    if module is None:
        return None
    found = getattr(import_module(f"notes_pipeline.verification.tables.context_{module}"), module.upper())
    return found if isinstance(found, Edges) else None
