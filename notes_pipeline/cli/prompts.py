"""`prompts`: what models are asked with, and where it comes from."""

from importlib.resources import files
from pathlib import Path

from rich.table import Table
from rich.text import Text

from notes_pipeline.cli.as_json import to_text
from notes_pipeline.cli.printing import console
from notes_pipeline.core.errors import NotFoundError
from notes_pipeline.llm.prompts import PROMPT_NAMES, load_prompt, load_prompts
from notes_pipeline.settings import read_settings


def list_prompts(*, as_json: bool) -> None:
    prompts = load_prompts(read_settings().notes_prompts)
    if as_json:
        fields = ("name", "version", "purpose", "scope", "hash")
        print(to_text([{field: getattr(prompt, field) for field in fields} for prompt in prompts]))
        return
    table = Table(box=None, padding=(0, 2, 0, 0))
    for column in ("prompt", "version", "scope", "purpose", "hash"):
        table.add_column(column, overflow="fold")
    for prompt in prompts:
        table.add_row(
            prompt.name, str(prompt.version), prompt.scope, prompt.purpose, Text(prompt.hash[:12], style="dim")
        )
    console().print(table)


def print_prompt(name: str) -> None:
    """Print the file as it is, with its front matter.

    Raises:
        NotFoundError: there is no prompt of this name.
    """
    if name not in PROMPT_NAMES:
        raise NotFoundError(f"no prompt is named {name!r}; there are {', '.join(PROMPT_NAMES)}")
    prompt = load_prompt(name, read_settings().notes_prompts)
    built_in = files("notes_pipeline.llm.prompts").joinpath(f"{name}.md")
    source = built_in if prompt.scope == "built in" else Path(prompt.scope)
    print(source.read_text(encoding="utf-8"), end="")
