"""YAML and JSON as nodes that know their line, with what a guide needs and nothing that could harm."""

import re

import yaml

from notes_pipeline.core.errors import InvalidGuideError
from notes_pipeline.readers.remarks import shown

MAX_BYTES = 256 * 1024  # PyYAML reads about 100 kB a second; the longest real guide we know has 12 kB
MAX_DEPTH = 12  # a guide has four levels

Node = yaml.Node


class _RefusedYaml(yaml.MarkedYAMLError):
    """YAML that is right, but more than a guide needs."""


class _Loader(yaml.SafeLoader):
    """Refuses anchors (a few lines of them can stand for gigabytes) and depth while it reads."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]  # the stubs leave it untyped
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise _RefusedYaml(None, None, "anchors (&) and aliases (*) are not allowed", event.start_mark)
        if self.depth >= MAX_DEPTH:
            raise _RefusedYaml(None, None, f"nested deeper than {MAX_DEPTH} levels", event.start_mark)
        self.depth += 1
        try:
            return super().compose_node(parent, index)
        finally:
            self.depth -= 1


def parse_nodes(data: bytes, name: str) -> Node:
    """Read one YAML or JSON document.

    Raises:
        InvalidGuideError: too large, empty, not text, or not YAML; names the line.
    """
    if len(data) > MAX_BYTES:
        raise InvalidGuideError(f"{name}: the guide has {len(data) // 1024} kB, the limit is {MAX_BYTES // 1024} kB.")
    text = _to_text(data, name)
    if text.lstrip().startswith(("{", "[")):
        text = text.replace("\t", " ")  # YAML forbids the tabs that JSON allows between its parts
    loader = None
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f", line {mark.line + 1}, column {mark.column + 1}" if mark is not None else ""
        raise InvalidGuideError(f"{name}{where}: {_describe(error)}.") from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise InvalidGuideError(f"{name}, line {line}: a character that YAML does not allow; delete it.") from None
    except (ValueError, OverflowError):
        raise InvalidGuideError(f"{name}: a number or an escape that YAML cannot read; put it in quotes.") from None
    finally:
        if loader is not None:
            loader.dispose()
    if node is None:
        raise InvalidGuideError(f"{name}: the guide is empty. Give it a title and at least one question or theme.")
    return node


def line_of(node: Node) -> int:
    return int(node.start_mark.line) + 1


def _to_text(data: bytes, name: str) -> str:
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        expected = encoding.removesuffix("-sig").upper()
        raise InvalidGuideError(f"{name}, line {line}: not {expected}. Save the guide as UTF-8.") from None


def _describe(error: yaml.MarkedYAMLError) -> str:
    problem = shown(re.sub(r"\s+", " ", str(error.problem or error.context or "broken syntax")), 160)
    if isinstance(error, _RefusedYaml):
        return problem
    if "\\t" in problem and "cannot start any token" in problem:
        return "a tab at the start of a line; indent with spaces"
    return f"not readable as YAML or JSON: {problem}"
