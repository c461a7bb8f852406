"""The texts of prompts, by hash, so that what a run was asked with is known for good."""

from collections.abc import Sequence
from dataclasses import asdict

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
