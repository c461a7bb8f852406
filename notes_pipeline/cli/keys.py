"""The commands for API keys: create, list, revoke. A key's token is shown once."""

import json
from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from rich.console import Console
from rich.table import Table
from sqlalchemy.orm import Session

from notes_pipeline.bootstrap import Services
from notes_pipeline.cli.exits import Exit
from notes_pipeline.cli.services import upgrade
from notes_pipeline.cli.supervisor import database
from notes_pipeline.core.api_keys import ApiKey, Scope
from notes_pipeline.core.errors import InputError, NotFoundError
from notes_pipeline.settings import read_settings
from notes_pipeline.store.api_keys import add_key, list_keys, revoke_key
from notes_pipeline.store.workspaces import ensure_workspace

T = TypeVar("T")


def create_key(name: str, scopes: str, *, as_json: bool) -> Exit:
    """Make a key of the workspace in NOTES_WORKSPACE, and print its token, which cannot be had again."""
    wanted = _scopes(scopes)
    if not name.strip():
        raise InputError("--name: is empty; say who will use the key")
    key, token = _in_workspace(lambda session, workspace_id: add_key(session, workspace_id, name.strip(), wanted))
    if as_json:
        print(json.dumps(_as_json(key) | {"token": token}))
    else:
        print(token)
        print(f"Key {key.hint} of {name.strip()} may {_listed(key)}. It is not shown again: keep it like a password.")
        print(f"`notes-pipeline keys revoke {key.id}` takes it back.")
    return Exit.OK


def show_keys(*, as_json: bool) -> Exit:
    """List the keys of the workspace, revoked ones too."""
    keys = _in_workspace(list_keys)
    if as_json:
        print(json.dumps([_as_json(key) for key in keys]))
        return Exit.OK
    if not keys:
        print("no keys: `notes-pipeline keys create --name NAME --scope read` makes one")
        return Exit.OK
    table = Table("id", "name", "key", "may", "made", "last used", "revoked", box=None)
    for key in keys:
        times = (key.created_at, key.last_used_at, key.revoked_at)
        shown = ("" if each is None else f"{each:%Y-%m-%d %H:%M}" for each in times)
        table.add_row(str(key.id), key.name, key.hint, _listed(key), *shown)
    Console(highlight=False, markup=False).print(table)
    return Exit.OK


def take_back_key(key_id: UUID) -> Exit:
    """Revoke a key: from the next request on it is unknown."""
    if not _in_workspace(lambda session, workspace_id: revoke_key(session, workspace_id, key_id)):
        raise NotFoundError(
            f"the workspace has no key {key_id} that is not revoked; `notes-pipeline keys list` shows all"
        )
    print(f"{key_id} is revoked")
    return Exit.OK


def _in_workspace(act: Callable[[Session, UUID], T]) -> T:
    settings = read_settings()
    with database(settings) as with_database:
        upgrade(with_database)
        services = Services(with_database)
        try:
            with services.transactions.begin() as session:
                return act(session, ensure_workspace(session, settings.notes_workspace))
        finally:
            services.engine.dispose()


def _scopes(listed: str) -> set[Scope]:
    names = [name.strip() for name in listed.split(",") if name.strip()]
    known = {scope.value for scope in Scope}
    if unknown := [name for name in names if name not in known]:
        raise InputError(f"--scope: {', '.join(unknown)} is none; there are {', '.join(Scope)}")
    if not names:
        raise InputError(f"--scope: name at least one of {', '.join(Scope)}")
    return {Scope(name) for name in names}


def _listed(key: ApiKey) -> str:
    return ", ".join(scope for scope in Scope if scope in key.scopes)


def _as_json(key: ApiKey) -> dict[str, object]:
    return {
        "id": str(key.id),
        "name": key.name,
        "hint": key.hint,
        "scopes": [scope for scope in Scope if scope in key.scopes],
        "created_at": key.created_at.isoformat(),
        "last_used_at": key.last_used_at and key.last_used_at.isoformat(),
        "revoked_at": key.revoked_at and key.revoked_at.isoformat(),
    }
