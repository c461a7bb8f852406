"""The text of TTML: its lines, and the spaces that Apple leaves out between the spans of words."""

import re
from collections.abc import Iterable, Iterator
from xml.etree.ElementTree import Element

from notes_pipeline.readers.xml_trees import flatten, local_attribute, local_name

NOT_SHOWN = {"metadata", "set", "title", "desc", "copyright"}
MIN_GLUED = 20  # timed spans: where so many have no space between any two, they are words and no syllables
_READINGS = {"text", "textContainer", "delimiter"}  # values of tts:ruby: how the word beside it is read
_BREAK = "\x1e"  # XML can hold neither of these two characters
_BORDER = "\x1f"  # between words, until it is clear whether their script has spaces
_UNSPACED = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef"
_UNSPACED_BORDER = re.compile(rf"(?<=[{_UNSPACED}]){_BORDER}|{_BORDER}(?=[{_UNSPACED}])")


def glues_words(paragraphs: Iterable[Element]) -> bool:
    """Tell whether words stand in spans with nothing between them, as in Apple's podcasts; else these are syllables."""
    spans = [one for paragraph in paragraphs for one in paragraph.iter() if one.get("begin") and one is not paragraph]
    if any(local_attribute(one, "unit") == "word" for one in spans):
        return True
    single = [one for one in spans if not len(one)]
    return len(single) >= MIN_GLUED and not any(
        one.tail or (one.text or "") != (one.text or "").strip() for one in single
    )


def lines_of(element: Element, is_glued: bool = False) -> list[str]:
    """Give the text inside the element, cut at its line breaks. `is_glued`: timed spans are words without spaces."""
    text = _UNSPACED_BORDER.sub("", "".join(_pieces(element, is_glued))).replace(_BORDER, " ")
    return [line for piece in text.split(_BREAK) if (line := flatten(piece))]


def _pieces(element: Element, is_glued: bool) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        if local_name(child) == "br":
            yield _BREAK
        elif local_name(child) not in NOT_SHOWN and local_attribute(child, "ruby") not in _READINGS:
            yield from _pieces(child, is_glued)
        if is_glued and child.get("begin") is not None:
            yield _BORDER
        yield child.tail or ""
