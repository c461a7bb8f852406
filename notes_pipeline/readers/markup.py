"""Captions carry markup: tags, entities, position codes. What is markup goes, what was said stays."""

import html
import re

from notes_pipeline.readers.remarks import Remarks

_FORMATTING = frozenset({"b", "i", "u", "s", "c", "v", "ruby", "rt", "lang", "font", "span", "em", "strong"})
# Text that only looks like markup: somebody pasted a web page, and a reader escapes it wherever it is shown.
_PASTED_HTML = frozenset({"script", "style", "iframe", "object", "embed", "form", "input", "svg", "img", "a", "html"})
_TAG = re.compile(r"</?([A-Za-z][A-Za-z0-9]{0,20})((?:[.\s][^<>]{0,300})?)/?>")
_BREAK = re.compile(r"<br\s{0,4}/?>", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")


def strip_tags(text: str, remarks: Remarks, place: str) -> str:
    """Take formatting tags out.

    An unknown tag goes only with its other half (`<bold>my</bold>`); alone it is what a transcriber wrote (`<laughs>`,
    `<unclear>`) and stays.
    """
    if "<" not in text:
        return text
    text = _BREAK.sub("\n", text)
    opened = {match.group(1).lower() for match in _TAG.finditer(text) if not match.group().startswith("</")}
    closed = {match.group(1).lower() for match in _TAG.finditer(text) if match.group().startswith("</")}
    paired = (opened & closed) - _PASTED_HTML

    def drop(match: re.Match[str]) -> str:
        tag = match.group(1).lower()
        if tag in _FORMATTING:
            return ""
        if tag in paired:
            remarks.add("unknown tags taken out", place)
            return ""
        return match.group()

    return _TAG.sub(drop, text)


def decode_entities(text: str) -> str:
    """Turn `&amp;` and its like into characters; an ampersand without a semicolon is one."""
    return _ENTITY.sub(lambda match: html.unescape(match.group()), text) if "&" in text else text


def join_lines(text: str) -> str:
    """Put the lines of a caption on one line."""
    return " ".join(filter(None, (line.strip(" \t") for line in text.split("\n")))).strip()
