"""TEI: corpora of speech, with `<u who="#id">`, and interviews marked up like plays, with `<sp>`."""

from collections.abc import Iterator, Mapping
from itertools import islice
from xml.etree.ElementTree import Element

from notes_pipeline.readers.remarks import Remarks
from notes_pipeline.readers.said import Reading, Said, clean_name
from notes_pipeline.readers.times import parse_clock
from notes_pipeline.readers.xml_trees import XML_ID, XML_LANG, find_all, flatten, local_name

_SPOKEN = {"u", "sp"}
_SET_ASIDE = {"note", "speaker", "stage", "desc", "corr", "reg", "expan", "teiHeader", "fs", "spanGrp", "linkGrp"}
_SOUNDS = {"vocal", "kinesic", "incident", "gap", "pause", "writing"}
_BETWEEN = {"note", "head", "stage", "incident", "vocal", "kinesic", "pause", "writing", "front", "back"}
_BLOCKS = {"seg", "s", "p", "ab", "l", "lb", "pb", "u", "div"}
MAX_WHO = 200  # characters of a list of ids; all utterances of a division may have that of the division
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
        text = flatten("".join(_pieces(element)))
        who = (element.get("who") or around.get("who") or "")[:MAX_WHO]
        speaker = _name(who, element, names)
        start, end = (_time(element, around, key, points) for key in ("start", "end"))
        said.append(Said(text, clean_name(speaker, remarks, place), start, end, place=place))
    return Reading("tei-xml", said, (root.get(XML_LANG) or "").strip() or None)


def _spoken(element: Element, remarks: Remarks) -> Iterator[tuple[Element, Element]]:
    """Give what is spoken, with the element around it; an utterance inside another belongs to it."""
    for child in element:
        name = local_name(child)
        if name in _SPOKEN:
            yield child, element
        elif name in _BETWEEN:
            remarks.add("notes, headings and events between utterances set aside")
        elif name != "teiHeader":
            yield from _spoken(child, remarks)


def _read_names(root: Element) -> Mapping[str, str]:
    """Give the names of the persons in the header, by id; who has only an id keeps it."""
    names: dict[str, str] = {}
    for kind in ("person", "personGrp"):
        for person in find_all(root, kind):
            for name in (*find_all(person, "persName"), *find_all(person, "name")):
                text = flatten(" ".join(name.itertext()))
                if text:
                    names.setdefault(person.get(XML_ID, ""), text)
    return names


def _name(who: str, element: Element, names: Mapping[str, str]) -> str:
    ids = [one.rpartition("#")[2] for one in who.split()]
    if ids:
        return flatten(", ".join(names.get(one, one) for one in ids))
    label = next(find_all(element, "speaker"), None)
    return flatten("".join(label.itertext())).rstrip(":. ") if label is not None else ""


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


def _pieces(element: Element) -> Iterator[str]:
    """Give the text inside the element: words apart, sounds in brackets, corrections by others left out."""
    yield element.text or ""
    has_words = any(local_name(child) in ("w", "pc") for child in element)
    joins = True
    for child in element:
        name = local_name(child)
        if has_words and name in ("w", "pc"):
            side = child.get("join", "left" if name == "pc" else "no")
            if not joins and side not in ("left", "both"):
                yield " "
            joins = side in ("right", "both")
            yield from (flatten(piece) for piece in _pieces(child))
        elif name in _SOUNDS:
            yield f" {_sound(child)} "
        elif name not in _SET_ASIDE:
            space = " " if name in _BLOCKS else ""
            yield space
            yield from _pieces(child)
            yield space
        if child.tail and not (has_words and not child.tail.strip()):
            yield child.tail


def _sound(element: Element) -> str:
    described = next((flatten("".join(one.itertext())) for one in element if local_name(one) == "desc"), "")
    return f"[{described or flatten(element.get('reason', '')) or local_name(element)}]"
