"""The prompts: one Markdown file each, with front matter, known by its hash.

A prompt of the project's own folder (`NOTES_PROMPTS`) stands in for the built-in one of the same name.
"""

import hashlib
from functools import cache
from importlib.resources import files
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from notes_pipeline.core.errors import SettingsError
from notes_pipeline.core.prompts import Prompt

DRAFT_PROMPT, REPAIR_PROMPT, JUDGE_PROMPT, SUMMARY_PROMPT = "draft_notes", "repair_note", "judge_support", "summarise"
PROMPT_NAMES = (DRAFT_PROMPT, REPAIR_PROMPT, JUDGE_PROMPT, SUMMARY_PROMPT)


class _FrontMatter(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    version: int
    purpose: str


@cache
def load_prompt(name: str, folder: Path | None = None) -> Prompt:
    """Read `name`.md, from `folder` if it is there, else the built-in one.

    Raises:
        SettingsError: the project's file is not a prompt; the message says what it lacks.
    """
    if folder is not None:
        if not folder.is_dir():
            raise SettingsError(f"NOTES_PROMPTS is no folder: {folder}")
        path = folder / f"{name}.md"
        if path.exists():
            return _parse(path.read_text(encoding="utf-8"), name, str(path))
    return _parse(files(__name__).joinpath(f"{name}.md").read_text(encoding="utf-8"), name, "built in")


def load_prompts(folder: Path | None = None) -> list[Prompt]:
    """Read all prompts that the pipeline asks with.

    Raises:
        SettingsError: a file of the project's folder is not a prompt, or has a name that nothing asks for.
    """
    prompts = [load_prompt(name, folder) for name in PROMPT_NAMES]
    if folder is not None:
        unknown = sorted(path.name for path in folder.glob("*.md") if path.stem not in PROMPT_NAMES)
        if unknown:
            raise SettingsError(
                f"{folder}: nothing asks with {', '.join(unknown)}; there are {', '.join(PROMPT_NAMES)}"
            )
    return prompts


def _parse(source: str, name: str, scope: str) -> Prompt:
    """Take front matter between `---` lines and the text apart."""
    parts = source.split("---\n", 2)
    if len(parts) != 3 or parts[0].strip():
        raise SettingsError(f"{scope}: starts with no front matter (name, version, purpose between --- lines)")
    try:
        matter = _FrontMatter.model_validate(yaml.safe_load(parts[1]))
    except (yaml.YAMLError, ValidationError) as error:
        raise SettingsError(f"{scope}: the front matter needs name, version and purpose: {error}") from None
    if matter.name != name:
        raise SettingsError(f"{scope}: the front matter names {matter.name!r}, the file {name!r}")
    if not parts[2].strip():
        raise SettingsError(f"{scope}: has no text behind its front matter")
    return Prompt(
        name=matter.name,
        version=matter.version,
        purpose=matter.purpose,
        text=parts[2].strip(),
        hash=hashlib.sha256(source.encode()).hexdigest(),
        scope=scope,
    )
