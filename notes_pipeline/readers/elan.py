"""ELAN (.eaf): tiers of annotations, whose times stand apart in slots."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from notes_pipeline.readers.remarks import Remarks, shown
from notes_pipeline.readers.said import Reading
from notes_pipeline.readers.tiers import Interval, Tier, read_tiers
from notes_pipeline.readers.xml_trees import flatten

MAX_REFERENCES = 50  # from annotation to annotation up to one with times; files have up to four levels
_Times = tuple[int | None, int | None]


@dataclass(frozen=True, slots=True)
class _Annotation:
    id: str
    times: _Times
    refers_to: str | None
    text: str


@dataclass(frozen=True, slots=True)
class _Layer:
    """A tier as it stands in the file. `parent`: the tier that it describes; None for one that stands by itself."""

    name: str
    speaker: str
    parent: str | None
    language: str | None
    annotations: Sequence[_Annotation]

    @property
    def has_speech(self) -> bool:
        """Tell speech from numbers such as "utt_012", for which a tier below has the words."""
        texts = [one.text for one in self.annotations if one.text]
        return any(" " in text or not any(map(str.isdigit, text)) for text in texts)


def read_elan(root: Element, remarks: Remarks) -> Reading:
    """Read the tiers that stand by themselves; those below them (words, glosses, translations) are set aside.

    Where such a tier holds nothing but numbers, the first tier below it with words is the speech.
    """
    slots = _read_slots(root, remarks)
    layers = [_read_layer(tier, slots) for tier in root.iter("TIER")]
    times = _resolve(layers)
    below: dict[str, list[_Layer]] = {}
    for layer in layers:
        if layer.parent is not None:
            below.setdefault(layer.parent, []).append(layer)
    speaking = {name: next((one for one in inner if one.has_speech), None) for name, inner in below.items()}
    tops = (layer for layer in layers if layer.parent is None)
    chosen = (layer if layer.has_speech else speaking.get(layer.name) or layer for layer in tops)
    kept = {id(layer): layer for layer in chosen}
    spoken = list(kept.values())
    for layer in layers:
        if id(layer) not in kept and layer.annotations:
            remarks.add(
                "tiers that describe others (words, glosses, numbers) set aside", f"tier {shown(layer.name, 40)}"
            )
    languages = {layer.language for layer in spoken if layer.annotations}
    said = read_tiers([_to_tier(layer, times) for layer in spoken], remarks)
    return Reading("elan-eaf", said, languages.pop() if len(languages) == 1 else None)


def _read_slots(root: Element, remarks: Remarks) -> Mapping[str, int]:
    """Give the times that have a value; ELAN leaves it out for borders that were never set."""
    header = root.find("HEADER")
    units = header.get("TIME_UNITS", "milliseconds") if header is not None else "milliseconds"
    if units != "milliseconds":
        remarks.add(f"times in {shown(units, 30)}, not in milliseconds: left out")
        return {}
    slots = {}
    for slot in root.iter("TIME_SLOT"):
        value = slot.get("TIME_VALUE", "")
        if value.removeprefix("-").isascii() and value.removeprefix("-").isdigit() and len(value) <= 15:
            slots[slot.get("TIME_SLOT_ID", "")] = int(value)
    return slots


def _read_layer(tier: Element, slots: Mapping[str, int]) -> _Layer:
    annotations = []
    for one in tier.findall("ANNOTATION/*"):
        times = slots.get(one.get("TIME_SLOT_REF1", "")), slots.get(one.get("TIME_SLOT_REF2", ""))
        text = flatten(one.findtext("ANNOTATION_VALUE") or "")
        annotations.append(_Annotation(one.get("ANNOTATION_ID", ""), times, one.get("ANNOTATION_REF"), text))
    name = tier.get("TIER_ID", "")
    speaker = flatten(tier.get("PARTICIPANT") or name)
    return _Layer(name, speaker, tier.get("PARENT_REF"), tier.get("LANG_REF"), annotations)


def _resolve(layers: Sequence[_Layer]) -> Mapping[str, _Times]:
    """Give the times of each annotation: its own, or those of the one that it refers to."""
    by_id = {one.id: one for layer in layers for one in layer.annotations}
    times: dict[str, _Times] = {}
    for one in by_id.values():
        at = one
        for _ in range(MAX_REFERENCES):
            if at.refers_to is None or at.refers_to not in by_id:
                break
            at = by_id[at.refers_to]
        times[one.id] = at.times
    return times


def _to_tier(layer: _Layer, times: Mapping[str, _Times]) -> Tier:
    intervals = [
        Interval(*times[one.id], one.text, f"annotation {shown(one.id, 30)}") for one in layer.annotations if one.text
    ]
    return Tier(layer.name, layer.speaker, intervals)
