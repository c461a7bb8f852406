"""TEI: corpora of speech, with `<u who="#id">`, and interviews marked up like plays, with `<sp>`."""

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from xml.etree.ElementTree import Element

from notes_pipeline.readers.remarks import Remarks, shown
from notes_pipeline.readers.said import Reading, Said, clean_name
from notes_pipeline.readers.tei_text import interjections, text_of
from notes_pipeline.readers.times import parse_clock
from notes_pipeline.readers.xml_trees import XML_ID, XML_LANG, find_all, flatten, local_name

_SPOKEN = {"u", "sp", "said"}
_DESCRIBING = {"teiHeader", "timeline", "spanGrp", "linkGrp", "fs", "standOff", "listPerson", "facsimile"}
_BETWEEN = {"note", "head", "stage", "incident", "vocal", "kinesic", "pause", "writing", "front", "back"}
MAX_WHO = 200  # characters of a list of ids; all utterances of a division may have that of the division
_ISO_LENGTH = re.compile(r"PT(?:(\d{1,6})M)?(?:(\d{1,9}(?:\.\d{1,9})?)S)?")
_UNIT_MS = {"s": 1000.0, "ms": 1.0, "min": 60_000.0, "h": 3_600_000.0}


def read_tei(root: Element, remarks: Remarks) -> Reading:
    """Read each utterance; notes are set aside, sounds and pauses stay as words in brackets."""
    names = _read_names(root)
    points = _read_timeline(root)
    said: list[Said] = []
    for element, around in _spoken(root, remarks):
        place = f"utterance {len(said) + 1}"
        for one in find_all(element, "note"):
            remarks.add("notes set aside", f"{place}: {flatten(''.join(islice(one.itertext(), 9))[:200])[:40]}")
        text = text_of(element)
        who = (element.get("who") or around.get("who") or "")[:MAX_WHO]
        speaker = _name(who, element, names)
        start, end = (_time(element, around, key, points) for key in ("start", "end"))
        said.append(Said(text, clean_name(speaker, remarks, place), start, end, place=place))
    return Reading("tei-xml", said, (root.get(XML_LANG) or "").strip() or None)


def _spoken(element: Element, remarks: Remarks) -> Iterator[tuple[Element, Element]]:
    """Give what is spoken, with the element around it; what somebody else says inside an utterance follows it."""
    for child in element:
        name = local_name(child)
        if name in _SPOKEN:
            yield child, element
            yield from ((one, child) for one in interjections(child))
        elif name in _BETWEEN:
            remarks.add("notes, headings and events between utterances set aside")
        elif name not in _DESCRIBING:
            yield from _spoken(child, remarks)
            _remark_on_loose(child.text, remarks)
        if name not in _DESCRIBING:
            _remark_on_loose(child.tail, remarks)


def _remark_on_loose(text: str | None, remarks: Remarks) -> None:
    if text and text.strip():
        remarks.add("text outside of utterances set aside", f'"{shown(flatten(text[:200]), 40)}"')


def _read_names(root: Element) -> Mapping[str, str]:
    """Give the names of the persons in the header, by id; who has only an id keeps it."""
    names: dict[str, str] = {}
    for kind in ("person", "personGrp"):
        for person in find_all(root, kind):
            for name in (*find_all(person, "persName"), *find_all(person, "name")):
                text = flatten(" ".join(name.itertext()))
                if text:
                    names.setdefault(person.get(XML_ID, ""), text)
            if person.get("n"):
                names.setdefault(person.get(XML_ID, ""), flatten(person.get("n", "")))
    return names


def _name(who: str, element: Element, names: Mapping[str, str]) -> str:
    """Name who speaks: as the header does, else as the text does above what is said, else by the id."""
    ids = [one.rpartition("#")[2] for one in who.split()]
    label = next(find_all(element, "speaker"), None)
    if label is None or any(one in names for one in ids):
        return flatten(", ".join(names.get(one, one) for one in ids))
    return flatten("".join(label.itertext())).rstrip(":. ")


def _read_timeline(root: Element) -> Mapping[str, int]:
    """Give the points of time by id, in milliseconds: as clock times, or so much after another point."""
    points: dict[str, int] = {}
    for timeline in find_all(root, "timeline"):
        unit = timeline.get("unit", "s")
        for when in find_all(timeline, "when"):
            id_, absolute, interval = when.get(XML_ID, ""), when.get("absolute"), when.get("interval")
            since = when.get("since", timeline.get("origin", "")).rpartition("#")[2]
            time_ms = parse_clock(absolute) if absolute else None
            if time_ms is None and interval is not None:
                length = _length(interval, when.get("unit", unit))
                time_ms = points.get(since, 0) + length if length is not None else None
            if time_ms is None and not points:
                time_ms = 0  # the first point is where the recording begins
            if time_ms is not None:
                points.setdefault(id_, time_ms)
    return points


def _length(interval: str, unit: str) -> int | None:
    iso = _ISO_LENGTH.fullmatch(interval.strip())
    if iso is not None:
        minutes, seconds = (float(part or 0) for part in iso.groups())
        return round((60 * minutes + seconds) * 1000)
    try:
        value = float(interval) * _UNIT_MS.get(unit, 1000.0)
    except ValueError:
        return None
    return round(value) if abs(value) < 1e12 else None


def _time(element: Element, around: Element, key: str, points: Mapping[str, int]) -> int | None:
    for one in (element, around):
        value = one.get(key)
        if value:
            return points[value.rpartition("#")[2]] if value.rpartition("#")[2] in points else parse_clock(value)
    return None
