"""noScribe's HTML: each stretch of speech is an anchor that names its times and its speaker."""

import re

from notes_pipeline.readers.decoding import Source, to_lines
from notes_pipeline.readers.markup import decode_entities, join_lines
from notes_pipeline.readers.names import looks_like_name
from notes_pipeline.readers.remarks import Remarks
from notes_pipeline.readers.said import Reading, Said, clean_name
from notes_pipeline.readers.times import STAMP

_ANCHOR = re.compile(r'<a[ \t\n]+name="ts_(\d{1,12})_(\d{1,12})_([^"<>]{0,100})"[^<>]{0,200}>', re.IGNORECASE)
_BREAK = re.compile(r"<(?:br|/?p|/?div)(?:[ \t\n/][^<>]*)?>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z!][^<>]*>")
_STAMP = re.compile(rf"\A\[{STAMP}\][ \t\n]*")
_LABEL = re.compile(r"(//)?[ \t\n]*+([^:\n]{1,60}):(?=\s|$)[ \t\n]*")


def is_noscribe(text: str) -> bool:
    """Tell noScribe's HTML from other HTML."""
    return _ANCHOR.search(text) is not None


def read_noscribe(source: Source, remarks: Remarks) -> Reading:
    """Read what stands in the anchors; the page's title and the notes above are set aside.

    A label in the text at a change of speaker is the name that people gave; it holds for that speaker everywhere.
    """
    text = "\n".join(to_lines(source.text, remarks))
    pieces = _ANCHOR.split(text)
    above = _plain(pieces[0].rpartition("</head>")[2])
    if above:
        remarks.add("lines above the transcript set aside", "line 1", times=above.count("\n") + 1)
    names: dict[str, str] = {}
    said: list[Said] = []
    before, line = "", 1 + pieces[0].count("\n")
    for start, end, speaker, raw in zip(pieces[1::4], pieces[2::4], pieces[3::4], pieces[4::4], strict=True):
        place = f"line {line}"
        line += raw.count("\n")
        spoken = _STAMP.sub("", _plain(raw), count=1)
        label = _LABEL.match(spoken)
        if label is not None and _is_label(label[2], speaker, before, names):
            names.setdefault(speaker, label[2].strip())
            spoken = f"{label[1] or ''}{_STAMP.sub('', spoken[label.end() :], count=1)}"
        before = speaker
        said.append(Said(join_lines(spoken), speaker, int(start), int(end), place=place))
    for one in said:
        one.speaker = clean_name(decode_entities(names.get(one.speaker or "", one.speaker or "")), remarks, one.place)
    return Reading("noscribe", said)


def _is_label(label: str, speaker: str, before: str, names: dict[str, str]) -> bool:
    """Tell a speaker's label from other words before a colon."""
    if label.strip() in (speaker, names.get(speaker)):
        return True
    return speaker != before and speaker not in names and looks_like_name(label.strip())


def _plain(markup: str) -> str:
    return decode_entities(_TAG.sub("", _BREAK.sub("\n", markup))).strip()
