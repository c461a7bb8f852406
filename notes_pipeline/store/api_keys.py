"""API keys in and out."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from notes_pipeline.core.api_keys import ApiKey, Scope, hash_secret, hint_of, is_secret, new_token, parse_token
from notes_pipeline.core.ids import new_id
from notes_pipeline.store.tables import ApiKeyRow, WorkspaceRow

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


def find_key(session: Session, token: str) -> tuple[ApiKey, str] | None:
    """Give the key of a token and the name of its workspace, and note that it was used.

    None: there is no such key, or it is revoked. To be asked outside any workspace, which is not known yet.
    """
    parsed = parse_token(token)
    row = None if parsed is None else session.get(ApiKeyRow, parsed[0])
    is_right = is_secret("" if parsed is None else parsed[1], _NO_HASH if row is None else row.secret_hash)
    if row is None or not is_right or row.revoked_at is not None:
        return None
    session.execute(
        update(ApiKeyRow)
        .where(
            ApiKeyRow.id == row.id,
            or_(ApiKeyRow.last_used_at.is_(None), ApiKeyRow.last_used_at < func.now() - USE_NOTED_EVERY),
        )
        .values(last_used_at=func.now())
        .execution_options(synchronize_session=False)
    )
    workspace = session.scalars(select(WorkspaceRow.name).where(WorkspaceRow.id == row.workspace_id)).one()
    return _key(row), workspace


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
