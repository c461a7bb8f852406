"""Cursors of lists of notes: by id, or by time of change with the time up to which the whole list goes."""

import base64
import binascii
import struct
from datetime import UTC, datetime, timedelta
from uuid import UUID

from notes_pipeline.api.paging import cursor_at, invalid_cursor, position_of, written
from notes_pipeline.store.notes import StoredNote
from notes_pipeline.store.search import Place

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CHANGED = struct.Struct(">QQ16s")  # until, updated_at (microseconds since 1970), id
_MICROSECOND = timedelta(microseconds=1)


def place_of(cursor: str | None) -> Place | None:
    """Give where a page by id starts.

    Raises:
        ProblemError: it is no cursor of such a list.
    """
    position = position_of(cursor)
    return None if position is None else Place(position)


def after_changed(cursor: str | None) -> tuple[datetime | None, Place | None]:
    """Give until when a list by time of change goes, and where its page starts.

    Raises:
        ProblemError: it is no cursor of such a list.
    """
    if cursor is None:
        return None, None
    try:
        until, updated_at, note_id = _CHANGED.unpack(base64.b64decode(cursor + "=", altchars=b"-_", validate=True))
        place = Place(UUID(bytes=note_id), _EPOCH + updated_at * _MICROSECOND)
        return _EPOCH + until * _MICROSECOND, place
    except (binascii.Error, struct.error, ValueError, OverflowError):
        detail = "cursor: is none of a list with updated_since; take `next` of a page as it is, or leave it out"
        raise invalid_cursor(detail) from None


def cursor_of(last: StoredNote, until: datetime | None) -> str:
    """Give the cursor of the page behind a note."""
    if until is None:
        return cursor_at(last.id)
    times = ((each - _EPOCH) // _MICROSECOND for each in (until, last.updated_at))
    return written(_CHANGED.pack(*times, last.id.bytes))
