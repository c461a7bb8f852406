"""The prompts: one Markdown file each, with front matter, known by its hash."""

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

DRAFT_PROMPT = "draft_notes"


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt file. `hash`: hexadecimal SHA-256 of the whole file, stored with every run that used it."""

    name: str
    version: int
    purpose: str
    text: str
    hash: str


@cache
def load_prompt(name: str) -> Prompt:
    """Read `name`.md beside this module: front matter between `---` lines, then the text."""
    source = files(__name__).joinpath(f"{name}.md").read_text(encoding="utf-8")
    _, front, text = source.split("---\n", 2)
    matter = yaml.safe_load(front)
    return Prompt(
        name=matter["name"],
        version=matter["version"],
        purpose=matter["purpose"],
        text=text.strip(),
        hash=hashlib.sha256(source.encode()).hexdigest(),
    )
