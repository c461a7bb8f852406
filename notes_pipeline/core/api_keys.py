"""API keys: how one is written, what of it is stored, and what it may do."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

PREFIX = "npk"
_SECRET_BYTES = 32


class Scope(StrEnum):
    """What a key may do; each alone, none includes another but `admin`, which is all."""

    UPLOAD = "upload"  # transcripts, guides and runs
    READ = "read"
    REVIEW = "review"
    ADMIN = "admin"  # all, and webhooks and erasing


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as it is stored: without its secret. `hint`: to tell keys apart."""

    id: UUID
    workspace_id: UUID
    name: str
    hint: str
    scopes: frozenset[Scope]
    created_at: datetime
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None

    def may(self, scope: Scope) -> bool:
        return self.revoked_at is None and (scope in self.scopes or Scope.ADMIN in self.scopes)


def new_token(key_id: UUID) -> tuple[str, str]:
    """Make a key: the token that its owner keeps, and the hash that is stored.

    The token is `npk_`, the id of the key (32 hexadecimal digits), `_`, and 32 random bytes in base64. They are as many
    as a hash has: there is nothing to guess, so a plain SHA-256 protects them, and takes a microsecond a request.
    """
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    return f"{PREFIX}_{key_id.hex}_{secret}", hash_secret(secret)


def parse_token(token: str) -> tuple[UUID, str] | None:
    """Give the id and the secret of a token; None: it is none."""
    prefix, _, rest = token.partition("_")
    number, _, secret = rest.partition("_")
    if prefix != PREFIX or len(number) != 32 or not secret:
        return None
    try:
        return UUID(hex=number), secret
    except ValueError:
        return None


def hash_secret(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def is_secret(secret: str, stored_hash: str) -> bool:
    """Tell in constant time whether a secret has that hash."""
    return hmac.compare_digest(hash_secret(secret), stored_hash)


def hint_of(token: str) -> str:
    """Give what of a token may be shown again: the end of its id, since ids of one minute begin alike."""
    return f"…{token.split('_')[1][-8:]}"
