"""API keys in and out."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from notes_pipeline.core.api_keys import ApiKey, Scope, hash_secret, hint_of, is_secret, new_token, parse_token
from notes_pipeline.core.ids import new_id
from notes_pipeline.store.direct import Statements
from notes_pipeline.store.tables import ApiKeyRow

USE_NOTED_EVERY = timedelta(minutes=1)
_NO_HASH = hash_secret("")  # compared with where there is no such key, so that both take the same time


def add_key(session: Session, workspace_id: UUID, name: str, scopes: Iterable[Scope]) -> tuple[ApiKey, str]:
    """Make a key. Returns it with its token, which can be had at no other time."""
    key_id = new_id()
    token, secret_hash = new_token(key_id)
    row = ApiKeyRow(
        id=key_id,
        workspace_id=workspace_id,
        name=name,
        hint=hint_of(token),
        secret_hash=secret_hash,
        scopes=sorted({scope.value for scope in scopes}),
    )
    session.add(row)
    session.flush()
    return _key(row), token


def find_key(statements: Statements, token: str) -> tuple[ApiKey, str] | None:
    """Give the key of a token and the name of its workspace, and note once a minute that it is used.

    None: there is no such key, or it is revoked. To be asked outside any workspace, which is not known yet.
    """
    parsed = parse_token(token)
    rows = [] if parsed is None else statements.run(_FIND, {"id": parsed[0], "noted": USE_NOTED_EVERY})
    row = rows[0] if rows else None
    is_right = is_secret("" if parsed is None else parsed[1], _NO_HASH if row is None else row[4])
    return _usable(statements, row) if row is not None and is_right else None


def load_key(statements: Statements, key_id: UUID) -> tuple[ApiKey, str] | None:
    """Give a key that was known by its token before, as `find_key` does; None: it is gone or revoked."""
    rows = statements.run(_FIND, {"id": key_id, "noted": USE_NOTED_EVERY})
    return _usable(statements, rows[0]) if rows else None


def _usable(statements: Statements, row: Sequence[Any]) -> tuple[ApiKey, str] | None:
    if row[8] is not None:
        return None
    id_, workspace_id, name, hint, _, scopes, created_at, last_used_at, revoked_at, workspace, is_noted = row
    if not is_noted:
        statements.run(_NOTE_USE, {"id": id_})
    may = frozenset(Scope(scope) for scope in scopes)
    return ApiKey(id_, workspace_id, name, hint, may, created_at, last_used_at, revoked_at), workspace


def list_keys(session: Session, workspace_id: UUID) -> list[ApiKey]:
    """List the keys of a workspace, revoked ones too, the oldest first."""
    return [
        _key(row)
        for row in session.scalars(
            select(ApiKeyRow).where(ApiKeyRow.workspace_id == workspace_id).order_by(ApiKeyRow.id)
        )
    ]


def revoke_key(session: Session, workspace_id: UUID, key_id: UUID) -> bool:
    """Take a key's rights away for ever; False: the workspace has no such key, or it was done before."""
    revoked = session.scalar(
        update(ApiKeyRow)
        .where(ApiKeyRow.id == key_id, ApiKeyRow.workspace_id == workspace_id, ApiKeyRow.revoked_at.is_(None))
        .values(revoked_at=func.now())
        .returning(ApiKeyRow.id)
    )
    return revoked is not None


def _key(row: ApiKeyRow) -> ApiKey:
    return ApiKey(
        id=row.id,
        workspace_id=row.workspace_id,
        name=row.name,
        hint=row.hint,
        scopes=frozenset(Scope(scope) for scope in row.scopes),
        created_at=row.created_at,
        last_used_at=row.last_used_at,
        revoked_at=row.revoked_at,
    )


# Asked at each request: statements without SQLAlchemy cost a third.
_FIND = """
    SELECT k.id, k.workspace_id, k.name, k.hint, k.secret_hash, k.scopes, k.created_at, k.last_used_at, k.revoked_at,
           w.name, coalesce(k.last_used_at > now() - %(noted)s, false)
    FROM api_key k JOIN workspace w ON w.id = k.workspace_id WHERE k.id = %(id)s
"""
_NOTE_USE = "UPDATE api_key SET last_used_at = now() WHERE id = %(id)s"
