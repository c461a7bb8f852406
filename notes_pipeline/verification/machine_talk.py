"""Find what is said to the machine that takes notes: orders to it, and stretches that pass for its input or its answer.

What a person reports ("he told us to ignore the old rules") is no order. What follows from an order for the notes
around it is in `dictation`.

The text is turned into a string of one letter a word, the class of that word, and the rules are patterns over it.
"""

import base64
import binascii
import re
import string
from collections.abc import Iterable, Iterator
from typing import cast

from notes_pipeline.core.transcript import Span
from notes_pipeline.verification.tables import machine_talk as tables
from notes_pipeline.verification.text import ELLIPSIS, INVISIBLE, SOUND, fold, strip_accents
from notes_pipeline.verification.tokens import MOST_REMEMBERED

REPORT_REACH = 9  # classes before an order among which "he said" stands

_SENTENCE_ENDS = ".!?;"
_MARKS, _LINE_END = _SENTENCE_ENDS + ',:"', "/"
_SEPARATORS = (*sorted(set(string.punctuation) - set(_MARKS)), ELLIPSIS, SOUND)
_CLASSLESS, _FIRST_LETTER = "\x80", 0x81
_LOOKALIKES = str.maketrans("аеорсухіјѕԁɡһοαερυικντ", "aeopcyxijsdghoaepuiknt") | {0xDF: "ss"}
_LEET = str.maketrans("0134578", "oieastb")

# Forms that no speech has. A transcript may be written by whoever uploads it.
_SHAPES = tuple(
    (signs, re.compile(pattern))
    for signs, pattern in (
        (("<",), rf"<\s*/?\s*(?:{tables.MARKS})\s*/?>|<\|[^<>]{{1,40}}\|>|<</?sys>>|<(?:start|end)_of_turn>"),
        (("[",), r"\[\s*/?\s*inst\s*\]|\[\s*\d{1,7}\s*\]\s*[^\W\d][^\[\]:.?!]{0,60}:"),
        (("(",), rf"\((?:{tables.ROLES})\)\s*:"),
        (("{",), rf"[{{\[,]\s*\\?[\"'](?:{tables.FIELDS})\\?[\"']\s*:"),
        (("##",), rf"#{{2,6}}\s*(?:[^\W\d]+ )?(?:{tables.HEADINGS})\b"),
        (
            ("---", "===", "***", "___", "~~~", "###"),
            rf"[-=*_~#]{{3}}\s*(?:{tables.RULER_WORDS})\b",
        ),
    )
)
_BASE64 = re.compile(r"[A-Za-z0-9+/]{24,}={0,2}")
_LONG, _LONGEST_WORD = "~", 24  # no more letters than these are in a row in speech without being looked at


def _alphabet() -> tuple[dict[str, str], dict[str, str]]:
    """Give each known word a letter that stands for all its classes, and each class the letters of its words."""
    classes_of: dict[str, str] = {}
    for name, members in tables.CLASSES.items():
        for word in members:
            classes_of[word] = classes_of.get(word, "") + name
    # Letters under 256 where they suffice: the regular expressions read them from a bitmap, ten times faster.
    letters = {group: chr(_FIRST_LETTER + at) for at, group in enumerate(sorted(set(classes_of.values())))}
    by_class = {name: "".join(c for group, c in letters.items() if name in group) for name in tables.CLASSES}
    return {word: letters[group] for word, group in classes_of.items()}, by_class


_LETTERS, _BY_CLASS = _alphabet()
_letter_of: dict[str, str] = {}  # what `_letter` gave before: people use the same words again and again


def _merged_rules(patterns: Iterable[str]) -> tuple[re.Pattern[str], ...]:
    """Join the rules that start with the same class: looking for where one may start takes longer than the rest."""
    tails: dict[str, list[str]] = {}
    for pattern in patterns:
        start = pattern.index("]") + 1 if pattern[0] == "[" else 1
        tails.setdefault(pattern[:start], []).append(pattern[start:])
    return tuple(_rule(f"{start}(?:{'|'.join(found)})") for start, found in tails.items())


def _rule(pattern: str) -> re.Pattern[str]:
    """Write a pattern over classes as one over their letters."""
    written, is_inside = "", False
    for sign in pattern:
        is_inside = (is_inside or sign == "[") and sign != "]"
        found = _BY_CLASS.get(sign, sign)
        written += f"[{found}]" if sign in _BY_CLASS and not is_inside else found
        if sign in tables.ORDERING and not is_inside:
            written += f"[{_BY_CLASS['s']}]?"
    return re.compile(written)


_RULES = _merged_rules(tables.RULES)
_GUARDED_RULES = _merged_rules(tables.GUARDED_RULES)
_SPELT = _rule("l{6,}")
_STANDING = _rule(tables.STANDING)
_REPORT = _rule(r"Q[^|]{0,8}$|(?<![IWRkFA])U[^|Y:]{0,5}$")


def speaks_to_machine(text: str) -> bool:
    """Tell whether a text gives orders to whoever takes the notes, or passes for what a model reads or answers."""
    return bool(find_machine_talk(text))


def find_machine_talk(text: str, folded: str | None = None) -> list[Span]:
    """List where a text speaks to the machine, in order; time in proportion to its length.

    `folded`: the text folded, where it is at hand.
    """
    folded = fold(text) if folded is None else folded
    lined = _with_lines(text, folded)
    found = [*_shapes(lined), *_orders(text, lined)]
    return sorted(found)


def is_standing(text: str) -> bool:
    """Tell whether an order and what stands around it say that it is to hold on: "from now on", "everything I say"."""
    return _STANDING.search(_classes(_cut(fold(text)))) is not None


def words_of(text: str) -> list[str]:
    """Give the words and marks of a text, folded, as the rules see them."""
    return _cut(fold(text))


def _shapes(lined: str) -> Iterator[Span]:
    for signs, shape in _SHAPES:
        if any(sign in lined for sign in signs):
            yield from (Span(*match.span()) for match in shape.finditer(lined))


def _with_lines(text: str, folded: str) -> str:
    """Put back the line breaks that folding made blanks."""
    if "\n" not in text:
        return folded
    lines, at = [], 0
    for line in text.split("\n"):
        lines.append(folded[at : at + len(line)])
        at += len(line) + 1
    return "\n".join(lines)


def _orders(text: str, lined: str) -> Iterator[Span]:
    """Yield where the classes of the words fit a rule."""
    tokens = _cut(lined)
    classes = _classes(tokens)
    hits = [
        match.span()
        for match in _SPELT.finditer(classes)
        if any(word in "".join(tokens[match.start() - 1 : match.end() - 1]) for word in tables.SPELT_WORDS)
    ]
    hits += [match.span() for rule in _RULES for match in rule.finditer(classes)]
    hits += [hit for rule in _GUARDED_RULES for hit in _unreported(rule, classes)]
    if hits:
        places = _places(tokens, lined)
        yield from (Span(places[start][0], places[end - 1][1]) for start, end in hits)
    if _LONG in classes:
        yield from (Span(*match.span()) for match in _BASE64.finditer(text) if _is_text(match.group()))


def _cut(lined: str) -> list[str]:
    """Cut a folded text into words and the marks that rules read; splitting is three times as fast as a pattern."""
    for sign in _SEPARATORS:
        lined = lined.replace(sign, " ")
    for sign in _MARKS:
        lined = lined.replace(sign, f" {sign} ")
    tokens = lined.replace("\n", f" {_LINE_END} ").split()
    return [piece for token in tokens for piece in _pieces(token)] if INVISIBLE in lined else tokens


def _pieces(token: str) -> list[str]:
    """Cut at the invisible characters that stand between words, not in one."""
    pieces = [piece for piece in token.split(INVISIBLE) if piece]
    is_word = _letter(token) != _CLASSLESS or all(_letter(piece) == _CLASSLESS for piece in pieces)
    return [token] if is_word else pieces


def _places(tokens: list[str], lined: str) -> list[tuple[int, int]]:
    """Give where each token stands, behind the place of the sentence end before the first."""
    places, at = [(0, 0)], 0
    for token in tokens:
        start = lined.find("\n" if token == _LINE_END else token, at)  # nothing between two tokens holds one
        at = start + len(token)
        places.append((start, at))
    return places


def _classes(tokens: list[str]) -> str:
    """Give the classes of words, a letter each, behind a sentence end."""
    found = list(map(_letter_of.get, tokens))
    if None in found:
        new = {token: _letter(token) for token, letter in zip(tokens, found, strict=True) if letter is None}
        found = [letter or new[token] for token, letter in zip(tokens, found, strict=True)]
        if len(_letter_of) > MOST_REMEMBERED:
            _letter_of.clear()
        _letter_of.update(new)
    return "|" + "".join(cast(list[str], found))


def _letter(token: str) -> str:
    """Give the letter of a word's classes; a sentence end is "|", a line end "/", other marks stand for themselves."""
    if token in _SENTENCE_ENDS:
        return "|"
    if token in _MARKS or token == _LINE_END:
        return token
    if len(token) >= _LONGEST_WORD and INVISIBLE not in token:
        return _LONG
    found = _LETTERS.get(token)
    if found is not None or (token.isascii() and token.isalpha()):
        return found or _CLASSLESS
    plain = strip_accents(token.replace(INVISIBLE, "")).translate(_LOOKALIKES)
    if plain not in _LETTERS and not plain.isdigit():
        plain = plain.translate(_LEET)
    return _LETTERS.get(plain, _CLASSLESS)


def _unreported(rule: re.Pattern[str], classes: str) -> Iterator[tuple[int, int]]:
    """Yield where a rule fits and nobody is said to have said so; what is reported may hide an order behind it."""
    at = 0
    while match := rule.search(classes, at):
        if _is_reported(classes, match.start()):
            at = match.start() + 1
        else:
            yield match.span()
            at = match.end()


def _is_reported(classes: str, at: int) -> bool:
    """Tell whether somebody is said to have said or done it: "he told us to", "I just"."""
    at += classes[at] == "|"
    return _REPORT.search(classes[max(0, at - REPORT_REACH) : at]) is not None


def _is_text(encoded: str) -> bool:
    """Tell whether base64 hides words."""
    try:
        hidden = base64.b64decode(encoded[: len(encoded.rstrip("=")) // 4 * 4], validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return False
    return " " in hidden and hidden.isprintable()
