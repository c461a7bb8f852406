"""Signatures of the Standard Webhooks (https://www.standardwebhooks.com), scheme `v1`: HMAC-SHA256."""

import base64
import hmac
import re
import secrets
from collections.abc import Mapping, Sequence

from notes_pipeline.core.errors import NotesPipelineError

ID_HEADER = "webhook-id"
TIMESTAMP_HEADER = "webhook-timestamp"
SIGNATURE_HEADER = "webhook-signature"
SECRET_PREFIX = "whsec_"  # noqa: S105 - the mark of a secret, not one
TOLERANCE_S = 300  # as the libraries of the standard have it

_NEW_SECRET_BYTES = 32  # as many as SHA-256 gives
_LEAST_SECRET_BYTES, _MOST_SECRET_BYTES = 24, 64  # the standard's bounds
_SCHEME = "v1,"
# What is signed is joined with full stops: an id with one could pass for another id and timestamp.
_MESSAGE_ID = re.compile(r"[A-Za-z0-9_-]{1,128}", re.ASCII)
_TIMESTAMP = re.compile(r"[0-9]{1,12}", re.ASCII)


class WebhookSecretError(NotesPipelineError):
    """A webhook secret is not `whsec_` and the base64 of 24 to 64 bytes; make a new one."""


class InvalidSignatureError(NotesPipelineError):
    """A message is not signed with any of our secrets, or not lately; do not act on it."""


def new_secret() -> str:
    """Make a secret: `whsec_` and the base64 of 32 random bytes."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(_NEW_SECRET_BYTES)).decode()


def sign(body: bytes, *, message_id: str, timestamp_s: int, secrets: Sequence[str]) -> dict[str, str]:
    """Give the three headers that prove who sent `body`, and when.

    `message_id`: 1 to 128 ASCII letters, digits, `_` or `-`; the same for each attempt, so that a receiver can drop
    repeats. `timestamp_s`: of this attempt, in Unix seconds. `secrets`: all that hold now; while one replaces another,
    both sign, and a receiver with either takes the message.

    Raises:
        WebhookSecretError: a secret is malformed.
        ValueError: no secret, or an id or a timestamp of another form.
    """
    timestamp = str(timestamp_s)
    if not secrets:
        raise ValueError("a message needs at least one secret to be signed with")
    if not _MESSAGE_ID.fullmatch(message_id) or not _TIMESTAMP.fullmatch(timestamp):
        raise ValueError(f"cannot sign the id {message_id!r} at {timestamp}")
    return {
        ID_HEADER: message_id,
        TIMESTAMP_HEADER: timestamp,
        SIGNATURE_HEADER: " ".join(_signatures(body, message_id, timestamp, secrets)),
    }


def verify(body: bytes, headers: Mapping[str, str], *, secrets: Sequence[str], now_s: float) -> None:
    """Make sure that whoever holds one of `secrets` sent `body`, within 5 minutes of `now_s` (Unix seconds) either way.

    `body` must be the bytes as received, before any parsing. Header names are taken in any case; of several signatures
    one must fit, those of other schemes are passed over. Every secret is compared with every signature in constant
    time, so neither the answer nor its delay tells which was nearly right.

    Raises:
        InvalidSignatureError: a header is missing or malformed, no signature fits, or the message is too old or new.
        WebhookSecretError: a secret of ours is malformed.
    """
    given = {name.lower(): value for name, value in headers.items()}
    message_id, timestamp = given.get(ID_HEADER, ""), given.get(TIMESTAMP_HEADER, "")
    signatures = [part for part in given.get(SIGNATURE_HEADER, "").split(" ") if part.startswith(_SCHEME)]
    if not _MESSAGE_ID.fullmatch(message_id) or not _TIMESTAMP.fullmatch(timestamp) or not signatures:
        names = f"{ID_HEADER}, {TIMESTAMP_HEADER} and {SIGNATURE_HEADER}"
        raise InvalidSignatureError(f"A signed message has the headers {names}; one is missing or malformed.")
    expected = _signatures(body, message_id, timestamp, secrets)
    fits = [
        hmac.compare_digest(ours.encode(), theirs.encode(errors="replace"))
        for ours in expected
        for theirs in signatures
    ]
    if not any(fits):
        raise InvalidSignatureError("No signature of the message fits its id, its timestamp and its body as received.")
    # Told only to who signed it.
    if abs(now_s - int(timestamp)) > TOLERANCE_S:
        raise InvalidSignatureError(
            f"The message was signed more than {TOLERANCE_S} s from now; is one of the clocks wrong, or is it a repeat?"
        )


def _signatures(body: bytes, message_id: str, timestamp: str, secrets: Sequence[str]) -> list[str]:
    content = f"{message_id}.{timestamp}.".encode() + body
    digests = (hmac.digest(_key_of(secret), content, "sha256") for secret in secrets)
    return [_SCHEME + base64.b64encode(digest).decode() for digest in digests]


def _key_of(secret: str) -> bytes:
    """Give the bytes of a secret. The error holds none of it, nor the one of `base64` that could."""
    try:
        key = base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    except ValueError:
        key = b""
    if not secret.startswith(SECRET_PREFIX) or not _LEAST_SECRET_BYTES <= len(key) <= _MOST_SECRET_BYTES:
        raise WebhookSecretError(
            f"A webhook secret is {SECRET_PREFIX} and the base64 of {_LEAST_SECRET_BYTES} to {_MOST_SECRET_BYTES} "
            "bytes, and this one is not; make a new one."
        )
    return key
