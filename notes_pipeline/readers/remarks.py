"""What a reader set aside or doubts, counted by kind, so that a file of a million faults gives one sentence each."""

import unicodedata
from dataclasses import dataclass, field

MAX_NAME_SHOWN = 80


@dataclass(slots=True)
class Remarks:
    """Collects remarks while a file is read. `kind` is a phrase in the plural, the same for all of its cases."""

    _counts: dict[str, int] = field(default_factory=dict)
    _first: dict[str, str] = field(default_factory=dict)

    def add(self, kind: str, place: str = "", *, times: int = 1) -> None:
        """Count a case. `place`: where it stands, e.g. "line 12"; the first one is shown."""
        self._counts[kind] = self._counts.get(kind, 0) + times
        self._first.setdefault(kind, place)

    def sentences(self) -> tuple[str, ...]:
        """Give one sentence for each kind, in the order of the first cases."""
        return tuple(
            f"{kind}: {count}, first at {self._first[kind]}" if self._first[kind] else kind
            for kind, count in self._counts.items()
        )


def shown(text: str, limit: int = MAX_NAME_SHOWN) -> str:
    """Make text from a file fit for a message: one line, no control or direction characters, cut at `limit`."""
    escaped = "".join(
        character if unicodedata.category(character)[0] != "C" else f"\\u{ord(character):04x}"
        for character in text[: limit + 1]
    )
    return escaped if len(text) <= limit and len(escaped) <= 2 * limit else escaped[:limit] + "…"


def safe_name(filename: str) -> str:
    """Make a file name fit for a message."""
    return shown(filename, 255) or "the file"
