"""Read a guide and say everything that is wrong with it in one message, each fault with its line and field."""

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import yaml

from notes_pipeline.core.errors import InvalidGuideError
from notes_pipeline.core.guide import Guide, Question, Theme
from notes_pipeline.readers.decoding import strip_controls
from notes_pipeline.readers.guide_nodes import Node, line_of, parse_nodes
from notes_pipeline.readers.remarks import safe_name, shown

MAX_ITEMS = 200  # questions, themes, entries of a list: more than one interview could ever hold
MAX_TEXT = 5000  # characters of one field
MAX_FAULTS_SHOWN = 20

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_GUIDE_FIELDS = ("title", "goal", "questions", "themes", "interviewer", "participant")
_QUESTION_FIELDS = ("id", "text", "probes")
_THEME_FIELDS = ("id", "name", "definition", "include", "exclude")
_TAG = "tag:yaml.org,2002:"
_TEXT_TAGS = frozenset(_TAG + kind for kind in ("str", "int", "float", "timestamp", "value"))


def read_guide(data: bytes, filename: str) -> Guide:
    """Read a guide from YAML or JSON.

    Raises:
        InvalidGuideError: one message with all faults, each with line and field.
    """
    name = safe_name(filename)
    reader = _Reader()
    guide = reader.read_guide(parse_nodes(data, name))
    if reader.faults:
        raise InvalidGuideError(_describe_faults(name, sorted(reader.faults)))
    return guide


def _describe_faults(name: str, faults: Sequence[tuple[int, str]]) -> str:
    lines = [f"line {line}, {message}" for line, message in faults]
    if len(lines) == 1:
        return f"{name}, {lines[0]}"
    hidden = len(lines) - MAX_FAULTS_SHOWN
    shown_lines = lines[:MAX_FAULTS_SHOWN] + ([f"and {hidden} more"] if hidden > 0 else [])
    return "\n".join([f"{name}: the guide has {len(lines)} faults:", *(f"  {line}" for line in shown_lines)])


@dataclass(slots=True)
class _Reader:
    """Reads nodes and collects faults as (line, message); what is at fault is read as empty, so reading goes on."""

    faults: list[tuple[int, str]] = field(default_factory=list)
    seen_ids: dict[str, int] = field(default_factory=dict)

    def read_guide(self, node: Node) -> Guide:
        fields = self._fields(node, "", _GUIDE_FIELDS)
        guide = Guide(
            title=self._text(node, fields, "title", "", required=True),
            goal=self._text(node, fields, "goal", ""),
            questions=tuple(self._question(item, path) for item, path in self._items(fields, "questions", "")),
            themes=tuple(self._theme(item, path) for item, path in self._items(fields, "themes", "")),
            interviewers=self._texts(fields, "interviewer", ""),
            participants=self._texts(fields, "participant", ""),
        )
        if not guide.questions and not guide.themes and not self.faults:
            self._fault(node, "", "there is no question and no theme; add at least one under questions: or themes:")
        return guide

    def _question(self, node: Node, path: str) -> Question:
        fields = self._fields(node, path, _QUESTION_FIELDS)
        return Question(
            id=self._id(node, fields, path),
            text=self._text(node, fields, "text", path, required=True),
            probes=self._texts(fields, "probes", path),
        )

    def _theme(self, node: Node, path: str) -> Theme:
        fields = self._fields(node, path, _THEME_FIELDS)
        return Theme(
            id=self._id(node, fields, path),
            name=self._text(node, fields, "name", path, required=True),
            definition=self._text(node, fields, "definition", path),
            include=self._texts(fields, "include", path),
            exclude=self._texts(fields, "exclude", path),
        )

    def _id(self, node: Node, fields: dict[str, Node], path: str) -> str:
        value = self._text(node, fields, "id", path, required=True)
        place = fields.get("id", node)
        if value and not _ID.fullmatch(value):
            rule = "up to 64 letters, digits, '-', '_' or '.', the first a letter or digit"
            self._fault(place, _join(path, "id"), f"the id {shown(value)!r} is not allowed: {rule}")
        elif value in self.seen_ids:
            self._fault(place, _join(path, "id"), f"the id {value!r} is already used on line {self.seen_ids[value]}")
        elif value:
            self.seen_ids[value] = line_of(place)
        return value

    def _fields(self, node: Node, path: str, allowed: Sequence[str]) -> dict[str, Node]:
        if not isinstance(node, yaml.MappingNode):
            self._fault(node, path, f"must be fields ({', '.join(allowed)}), not {_kind(node)}")
            return {}
        fields: dict[str, Node] = {}
        for key, value in node.value:
            word = str(key.value) if isinstance(key, yaml.ScalarNode) else ""
            if word not in allowed:
                near = difflib.get_close_matches(word.casefold()[:64], allowed, n=1, cutoff=0.6)
                hint = f"did you mean '{near[0]}'?" if near else f"the fields here are {', '.join(allowed)}"
                self._fault(key, path, f"unknown field {shown(word, 40)!r}; {hint}")
            elif word in fields:
                self._fault(key, path, f"the field '{word}' stands here twice")
            else:
                fields[word] = value
        return fields

    def _items(self, fields: dict[str, Node], name: str, path: str) -> list[tuple[Node, str]]:
        """Give the entries of a list with their paths; a missing or null list is empty."""
        node = fields.get(name)
        if node is None or _is_null(node):
            return []
        where = _join(path, name)
        if not isinstance(node, yaml.SequenceNode):
            self._fault(node, where, f"must be a list, not {_kind(node)}")
            return []
        if len(node.value) > MAX_ITEMS:
            self._fault(node, where, f"has {len(node.value)} entries, the limit is {MAX_ITEMS}")
            return []
        return [(item, f"{where}[{index}]") for index, item in enumerate(node.value)]

    def _texts(self, fields: dict[str, Node], name: str, path: str) -> tuple[str, ...]:
        """Read a list of texts; one text alone is a list of one."""
        node = fields.get(name)
        if isinstance(node, yaml.ScalarNode) and not _is_null(node):
            return tuple(text for text in [self._scalar(node, _join(path, name))] if text)
        texts = [self._scalar(item, where) for item, where in self._items(fields, name, path)]
        return tuple(text for text in texts if text)

    def _text(self, node: Node, fields: dict[str, Node], name: str, path: str, *, required: bool = False) -> str:
        value, where = fields.get(name), _join(path, name)
        if value is None or _is_null(value):
            if required and isinstance(node, yaml.MappingNode):
                self._fault(value or node, where, "is missing" if value is None else "is empty")
            return ""
        return self._scalar(value, where, may_be_empty=not required)

    def _scalar(self, node: Node, path: str, *, may_be_empty: bool = False) -> str:
        if not isinstance(node, yaml.ScalarNode):
            self._fault(node, path, f"must be text, not {_kind(node)}")
            return ""
        if node.tag not in _TEXT_TAGS:
            quoted = f'; put it in quotes: "{shown(node.value, 40)}"' if node.tag == _TAG + "bool" else ""
            self._fault(node, path, f"must be text, not {_kind(node)}{quoted}")
            return ""
        text = strip_controls(_join_surrogates(node.value)).strip()
        if len(text) > MAX_TEXT:
            self._fault(node, path, f"has {len(text)} characters, the limit is {MAX_TEXT}")
        if not text and not may_be_empty:
            self._fault(node, path, "is empty")
        return text

    def _fault(self, node: Node, path: str, message: str) -> None:
        self.faults.append((line_of(node), f"{path}: {message}" if path else message))


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _is_null(node: Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.tag == _TAG + "null"


def _kind(node: Node) -> str:
    if isinstance(node, yaml.MappingNode):
        return "fields"
    if isinstance(node, yaml.SequenceNode):
        return "a list"
    return {"str": "text", "bool": "true or false", "null": "nothing"}.get(str(node.tag).removeprefix(_TAG), "a value")


def _join_surrogates(text: str) -> str:
    """JSON writes an emoji as two escapes; PyYAML leaves them as two half characters."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
