"""A clock that jumps, for processes that have this folder on their PYTHONPATH.

The file named by CHAOS_CLOCK holds one double: the seconds by which `time.time` and `datetime.now` are wrong. It is
mapped into memory, so that a jump shows at once and reading it costs nothing.
"""

import datetime as dt
import mmap
import os
import struct
import time
from pathlib import Path
from typing import Any


class _Kind(type):
    """Takes every real datetime for one of the class: those that C code makes are not of the subclass."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, _REAL)

    def __subclasscheck__(cls, subclass: type) -> bool:
        return issubclass(subclass, _REAL)


_REAL = dt.datetime
_real_time, _real_time_ns = time.time, time.time_ns


def _jump(file: Path) -> None:
    with file.open("rb") as opened:
        shift = mmap.mmap(opened.fileno(), struct.calcsize("d"), prot=mmap.PROT_READ)

    def wrong_by() -> float:
        return float(struct.unpack_from("d", shift)[0])

    class Shifted(_REAL, metaclass=_Kind):
        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> Any:
            return cls.fromtimestamp(time.time(), tz)

        @classmethod
        def utcnow(cls) -> Any:
            return cls.fromtimestamp(time.time(), dt.UTC).replace(tzinfo=None)

    Shifted.__module__, Shifted.__name__, Shifted.__qualname__ = _REAL.__module__, _REAL.__name__, _REAL.__qualname__
    dt.datetime = Shifted  # type: ignore[misc]
    time.time = lambda: _real_time() + wrong_by()
    time.time_ns = lambda: _real_time_ns() + int(wrong_by() * 1e9)


if "CHAOS_CLOCK" in os.environ:
    _jump(Path(os.environ["CHAOS_CLOCK"]))
