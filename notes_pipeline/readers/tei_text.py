"""The text of an utterance in TEI: words apart, sounds in brackets, what others added to it left out."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from notes_pipeline.readers.xml_trees import flatten, local_name

_SET_ASIDE = {"note", "speaker", "stage", "desc", "teiHeader", "fs", "spanGrp", "linkGrp", "rdg"}
_INSTEAD = {"corr", "reg", "expan"}  # beside <sic>, <orig> and <abbr>, which are what was said
_SOUNDS = {"vocal", "kinesic", "incident", "event", "gap", "pause", "writing"}
_BLOCKS = {"seg", "s", "p", "ab", "l", "lb", "pb", "cb", "milestone", "u", "div"}
_OPENING = tuple("([{¿¡«„")
_CLOSING = tuple(".,;:?!…)]}»”")
_TOKENS = {"w", "pc", "c"}


def text_of(utterance: Element) -> str:
    """Give what was said; an utterance by somebody else inside it is not part of it."""
    tokens = [one for one in utterance.iter() if local_name(one) in _TOKENS]
    writer = _Writer(has_tokens=bool(tokens), marks_joins=any(one.get("join") for one in tokens))
    writer.inside(utterance)
    return flatten("".join(writer.pieces))


def interjections(utterance: Element) -> Iterator[Element]:
    """Give the utterances by others that stand inside an utterance."""
    for child in utterance:
        if is_interjection(child):
            yield child
        yield from interjections(child)


def is_interjection(element: Element) -> bool:
    return local_name(element) == "u" and element.get("who") is not None


@dataclass(slots=True)
class _Writer:
    """`is_glued`: the next word follows without a space. `is_apart`: white space stood between the tags of words."""

    has_tokens: bool
    marks_joins: bool
    pieces: list[str] = field(default_factory=list)
    is_glued: bool = False
    is_apart: bool = False

    def inside(self, element: Element) -> None:
        self._text(element.text)
        alternatives = {local_name(child) for child in element} if local_name(element) == "choice" else set()
        for child in element:
            if not (alternatives - _INSTEAD and local_name(child) in _INSTEAD) and not is_interjection(child):
                self._child(child)
            self._text(child.tail)

    def _child(self, child: Element) -> None:
        name = local_name(child)
        if name in _TOKENS:
            self._token(child, is_mark=name != "w")
        elif name in _SOUNDS:
            self.pieces.append(f" {_sound(child)}")
            self._space()
        elif name not in _SET_ASIDE:
            has_border = name in _BLOCKS and child.get("break") != "no"
            if has_border:
                self._space()
            self.inside(child)
            if has_border:
                self._space()

    def _token(self, token: Element, *, is_mark: bool) -> None:
        """Write a word or a mark; a mark stands at the word before it, unless it opens or the file says else."""
        inner = _Writer(has_tokens=False, marks_joins=False)
        inner.inside(token)
        text = flatten("".join(inner.pieces))
        default = "no"
        if is_mark and not text.isalnum():
            default = (
                "right" if text[:1] in _OPENING else "no" if self.marks_joins and text[:1] not in _CLOSING else "left"
            )
        side = token.get("join", default)
        if side not in ("left", "both") and not self.is_glued:
            self.pieces.append(" ")
        self.pieces.append(text)
        self.is_glued, self.is_apart = side in ("right", "both"), False

    def _text(self, text: str | None) -> None:
        if text and self.has_tokens and not text.strip():
            self.is_apart = True
        elif text:
            self.pieces.append(f" {text}" if self.is_apart else text)
            self.is_glued = self.is_apart = False

    def _space(self) -> None:
        if self.has_tokens:
            self.is_apart = True
        else:
            self.pieces.append(" ")


def _sound(element: Element) -> str:
    """Name a sound or a gap in brackets: by what is described or given as its reason or kind."""
    described = next((flatten("".join(one.itertext())) for one in element if local_name(one) == "desc"), "")
    kinds = ("desc",) if local_name(element) == "pause" else ("desc", "reason", "type")
    given = next((flatten(value) for key in kinds if (value := element.get(key))), "")
    return f"[{described or given or local_name(element)}]"
