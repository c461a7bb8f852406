"""Signed-in reviewers: a cookie that says who, sealed so that nobody can write one, and tokens for what forms send."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from uuid import UUID

from itsdangerous import BadSignature, Signer, URLSafeTimedSerializer

COOKIE = "notes_session"
LASTS = timedelta(hours=12)  # a working day; then the key is asked for again


@dataclass(frozen=True, slots=True)
class Session:
    """`nonce`: of this signing-in. The key itself is not in it."""

    key_id: UUID
    reviewer: str
    nonce: str


class Sessions:
    """Seals and opens sessions. `secret`: shared by all processes; None: one of this process, and ends with it."""

    def __init__(self, secret: str | None) -> None:
        secret = secret or secrets.token_urlsafe(32)
        self._serializer = URLSafeTimedSerializer(secret, salt="notes.session", signer_kwargs={"digest_method": sha256})
        self._signer = Signer(secret, salt="notes.form", digest_method=sha256)

    def begin(self, key_id: UUID, reviewer: str) -> str:
        """Give the cookie of a new session."""
        return str(self._serializer.dumps([key_id.hex, reviewer, secrets.token_urlsafe(12)]))

    def read(self, cookie: str) -> Session | None:
        """Give the session of a cookie; None: it is none of ours, or too old."""
        try:
            key_id, reviewer, nonce = self._serializer.loads(cookie, max_age=int(LASTS.total_seconds()))
            return Session(UUID(hex=key_id), reviewer, nonce)
        except (BadSignature, ValueError, TypeError, AttributeError):
            return None

    def form_token(self, session: Session) -> str:
        """Give what every form of a session sends along, which no page of others can know."""
        return self._signer.get_signature(session.nonce).decode()

    def is_form_token(self, session: Session, token: str) -> bool:
        """Tell in constant time."""
        return self._signer.verify_signature(session.nonce.encode(), token.encode("utf-8", "replace"))
