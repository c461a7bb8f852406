"""XML to a tree, without any DTD, external file or absurd depth: nothing in it can grow or fetch."""

import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element, TreeBuilder, XMLParser

from notes_pipeline.core.errors import UnreadableTranscriptError
from notes_pipeline.readers.decoding import Source, strip_controls

MAX_ATTRIBUTE = 100_000  # characters; the longest real one is a list of 40 ids
MAX_DEPTH = 100  # the deepest real file of the survey has 14
XML_ID = "{http://www.w3.org/XML/1998/namespace}id"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_SPACES = re.compile(r"[ \t\r\n\x85\u2028\u2029]+")


class _RefusedError(Exception):
    """What is refused before the tree is whole; the message says why."""


class _GuardedBuilder(TreeBuilder):
    """Builds the tree and stops at a DTD, before its entities are read, and at too many elements inside another."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = 0

    def doctype(self, *_: str | None) -> None:
        raise _RefusedError("it has a DTD (<!DOCTYPE …>). Take it out, or export the transcript as .vtt, .srt or .txt.")

    def start(self, tag: str, attributes: dict[str, str], /) -> Element:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise _RefusedError(f"nested too deep (over {MAX_DEPTH} elements). Export the transcript again.")
        if any(len(value) > MAX_ATTRIBUTE for value in attributes.values()):
            raise _RefusedError(f"an attribute of over {MAX_ATTRIBUTE:,} characters. Export the transcript again.")
        return super().start(tag, attributes)

    def end(self, tag: str, /) -> Element:
        self._depth -= 1
        return super().end(tag)


def parse_xml(source: Source) -> Element:
    """Give the root of the tree.

    Raises:
        UnreadableTranscriptError: broken XML, a DTD, or nested too deep.
    """
    parser = XMLParser(target=_GuardedBuilder())  # noqa: S314 - the builder stops at what makes XML dangerous
    try:
        parser.feed(source.text)
        root: Element = parser.close()
    except _RefusedError as error:
        raise UnreadableTranscriptError(f"{source.name}: XML that is not read: {error}") from None
    except (ET.ParseError, ValueError) as error:
        line = error.position[0] if isinstance(error, ET.ParseError) else 1
        raise UnreadableTranscriptError(
            f"{source.name}: line {line}: the XML is broken or ends early. Export the transcript again."
        ) from error
    return root


def local_name(element: Element) -> str:
    """Give the name of the element without its namespace."""
    return element.tag.rpartition("}")[2]


def local_attribute(element: Element, name: str) -> str | None:
    """Give an attribute by its name without namespace; None where there is none."""
    if name in element.attrib:
        return element.attrib[name]
    return next((value for key, value in element.attrib.items() if key.endswith("}" + name)), None)


def find_all(root: Element, name: str) -> Iterator[Element]:
    """Give all elements of that name below `root`, of whatever namespace, in the order of the file."""
    return (one for one in root.iter() if local_name(one) == name)


def flatten(text: str) -> str:
    """Put text on one line: in XML, line ends and indentation are spaces."""
    return strip_controls(_SPACES.sub(" ", text)).strip()
