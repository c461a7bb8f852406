"""Interviews of any size, written as each tool would write them, for measuring readers."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from itertools import islice
from typing import NamedTuple
from xml.sax.saxutils import escape

MB = 1024 * 1024
SENTENCES = (
    "We had the big oven out on a Tuesday, and then nobody knew where the bread was supposed to go.",
    "I'd say about forty of them, maybe forty-five, if you count the ones that came back.",
    "So how did you come to that decision, what was the moment when it was clear?",
    "It wasn't really one moment, you know, my sister had been saying it for two years.",
    "Yes.",
    "And the orders, they come in by phone & by paper, mostly before eight in the morning.",
)
SPEAKERS = ("Tilda Fenwright", "Bram Oosterlicht", "Odile Marsh")


class Line(NamedTuple):
    """`start_ms`, `end_ms`: of an utterance of six seconds."""

    number: int
    speaker: str
    start_ms: int
    end_ms: int
    text: str


def lines() -> Iterator[Line]:
    number = 0
    while True:
        text = f"{SENTENCES[number % len(SENTENCES)]} Number {number}."
        yield Line(number, SPEAKERS[number * 7 // 3 % len(SPEAKERS)], number * 6000, number * 6000 + 5900, text)
        number += 1


def clock(time_ms: int, point: str = ".") -> str:
    seconds, rest = divmod(time_ms, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{point}{rest:03}"


def _fill(head: str, one: Callable[[Line], str], foot: str, size: int, *, between: str = "") -> bytes:
    parts, length = [], 0
    for line in lines():
        parts.append(one(line))
        length += len(parts[-1])
        if length >= size:
            break
    return (head + between.join(parts) + foot).encode()


def webvtt(size: int) -> bytes:
    return _fill(
        "WEBVTT\n\n",
        lambda it: f"{clock(it.start_ms)} --> {clock(it.end_ms)}\n<v {it.speaker}>{escape(it.text)}</v>\n\n",
        "",
        size,
    )


def srt(size: int) -> bytes:
    return _fill(
        "",
        lambda it: (
            f"{it.number + 1}\n{clock(it.start_ms, ',')} --> {clock(it.end_ms, ',')}\n{it.speaker}: {it.text}\n\n"
        ),
        "",
        size,
    )


def otter(size: int) -> bytes:
    return _fill("", lambda it: f"{it.speaker}  {clock(it.start_ms)[:-4]}  \n{it.text}\n\n", "", size)


def dialogue(size: int) -> bytes:
    return _fill("", lambda it: f"{it.speaker}: {it.text}\n\n", "", size)


def markdown(size: int) -> bytes:
    return _fill("", lambda it: f"**{it.speaker}** [{clock(it.start_ms)[:-4]}] {it.text}\n\n", "", size)


def whisperx(size: int) -> bytes:
    def one(it: Line) -> str:
        words = it.text.split()
        step = (it.end_ms - it.start_ms) / 1000 / len(words)
        timed = [
            {
                "word": word,
                "start": round(it.start_ms / 1000 + at * step, 3),
                "end": round(it.start_ms / 1000 + (at + 1) * step, 3),
                "score": 0.9,
            }
            for at, word in enumerate(words)
        ]
        segment = {
            "start": it.start_ms / 1000,
            "end": it.end_ms / 1000,
            "text": it.text,
            "words": timed,
            "speaker": it.speaker,
        }
        return json.dumps(segment)

    return _fill('{"segments": [', one, '], "language": "en"}', size, between=",\n")


def ttml(size: int) -> bytes:
    return _fill(
        '<?xml version="1.0"?><tt xmlns="http://www.w3.org/ns/ttml" xml:lang="en"><body><div>',
        lambda it: f'<p begin="{clock(it.start_ms)}" end="{clock(it.end_ms)}">{escape(it.text)}</p>\n',
        "</div></body></tt>",
        size,
    )


def elan(size: int) -> bytes:
    slots, tiers = [], []
    for it in islice(lines(), size // 330):
        slots.append(f'<TIME_SLOT TIME_SLOT_ID="ts{2 * it.number}" TIME_VALUE="{it.start_ms}"/>\n')
        slots.append(f'<TIME_SLOT TIME_SLOT_ID="ts{2 * it.number + 1}" TIME_VALUE="{it.end_ms}"/>\n')
        tiers.append(
            f'<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a{it.number}" TIME_SLOT_REF1="ts{2 * it.number}" '
            f'TIME_SLOT_REF2="ts{2 * it.number + 1}"><ANNOTATION_VALUE>{escape(it.text)}</ANNOTATION_VALUE>'
            "</ALIGNABLE_ANNOTATION></ANNOTATION>\n"
        )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<ANNOTATION_DOCUMENT AUTHOR="" DATE="2026-01-01T00:00:00+00:00" '
        'FORMAT="3.0" VERSION="3.0" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        'xsi:noNamespaceSchemaLocation="http://www.mpi.nl/tools/elan/EAFv3.0.xsd">'
        '<HEADER TIME_UNITS="milliseconds"/><TIME_ORDER>'
        + "".join(slots)
        + f'</TIME_ORDER><TIER LINGUISTIC_TYPE_REF="speech" PARTICIPANT="{SPEAKERS[0]}" TIER_ID="speech">'
        + "".join(tiers)
        + '</TIER><LINGUISTIC_TYPE LINGUISTIC_TYPE_ID="speech" TIME_ALIGNABLE="true"/></ANNOTATION_DOCUMENT>'
    ).encode()


def textgrid(size: int) -> bytes:
    said = list(islice(lines(), size // 190))
    intervals = "".join(
        f"        intervals [{it.number + 1}]:\n            xmin = {it.start_ms / 1000}\n"
        f'            xmax = {it.start_ms / 1000 + 6}\n            text = "{it.text}"\n'
        for it in said
    )
    end = len(said) * 6
    return (
        'File type = "ooTextFile"\nObject class = "TextGrid"\n\n'
        f"xmin = 0\nxmax = {end}\ntiers? <exists>\nsize = 1\nitem []:\n    item [1]:\n"
        f'        class = "IntervalTier"\n        name = "{SPEAKERS[0]}"\n        xmin = 0\n        xmax = {end}\n'
        f"        intervals: size = {len(said)}\n{intervals}"
    ).encode()


def chat(size: int) -> bytes:
    return _fill(
        "@UTF8\n@Begin\n@Languages:\teng\n@Participants:\tTIL Tilda, BRA Bram, ODI Odile\n",
        lambda it: f"*{it.speaker[:3].upper()}:\t{it.text} \x15{it.start_ms}_{it.end_ms}\x15\n%mor:\tpro|we v|have\n",
        "@End\n",
        size,
    )


def tei(size: int) -> bytes:
    return _fill(
        '<?xml version="1.0"?><TEI xmlns="http://www.tei-c.org/ns/1.0"><text><body>',
        lambda it: f'<u who="#{it.speaker[:3].upper()}">{escape(it.text)}</u>\n',
        "</body></text></TEI>",
        size,
    )


def table(size: int) -> bytes:
    return _fill(
        "start,end,speaker,text\n",
        lambda it: f'{clock(it.start_ms)},{clock(it.end_ms)},{it.speaker},"{it.text}"\n',
        "",
        size,
    )


def word(size: int) -> bytes:
    """`size`: of the text unpacked; packed it is a tenth."""
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    document = _fill(
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:document xmlns:w="{space}"><w:body>',
        lambda it: (
            f"<w:p><w:r><w:br/><w:t>{it.speaker}   {clock(it.start_ms)[:-4]}</w:t><w:br/>"
            f"<w:t>{escape(it.text)}</w:t></w:r></w:p>"
        ),
        "</w:body></w:document>",
        size,
    )
    types = (
        '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType='
        '"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
    )
    relations = (
        '<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
        'relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
        'relationships/officeDocument" Target="word/document.xml"/></Relationships>'
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", types)
        archive.writestr("_rels/.rels", relations)
        archive.writestr("word/document.xml", document)
    return packed.getvalue()
