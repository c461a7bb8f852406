"""The texts of prompts, by hash, so that what a run was asked with is known for good."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from notes_pipeline.core.errors import NotFoundError
from notes_pipeline.core.prompts import Prompt
from notes_pipeline.store.tables import PromptRow


def save_prompts(session: Session, prompts: Sequence[Prompt]) -> None:
    session.execute(insert(PromptRow).values([asdict(each) for each in prompts]).on_conflict_do_nothing())


def load_stored_prompt(session: Session, hash_: str) -> Prompt:
    """Read a prompt.

    Raises:
        NotFoundError: no prompt has this hash.
    """
    row = session.get(PromptRow, hash_)
    if row is None:
        raise NotFoundError(f"no prompt {hash_}")
    return Prompt(row.name, row.version, row.purpose, row.text, row.hash, row.scope)


def versions_of(session: Session, hashes: Mapping[str, str]) -> dict[str, int]:
    """Give the versions of prompts by name, from their hashes by name."""
    rows = session.execute(select(PromptRow.hash, PromptRow.version).where(PromptRow.hash.in_(hashes.values())))
    versions = {row.hash: row.version for row in rows}
    return {name: versions[hash_] for name, hash_ in hashes.items() if hash_ in versions}
