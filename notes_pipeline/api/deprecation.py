"""What of the API is to go, and when: said in the answers themselves, long before.

A route of /v1 that is to be taken away is listed here; its answers then carry `Deprecation` (RFC 9745), `Sunset`
(RFC 8594) and a link to what to use instead, and its description is marked `deprecated`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from email.utils import format_datetime
from types import MappingProxyType

LEAST_NOTICE_DAYS = 180


@dataclass(frozen=True, slots=True)
class Leaving:
    """`since`: from this day on it should not be used; `until`: the last day on which it works. `instead`: a URL."""

    since: date
    until: date
    instead: str

    def __post_init__(self) -> None:
        if (self.until - self.since).days < LEAST_NOTICE_DAYS:
            raise ValueError(f"whoever uses it gets {LEAST_NOTICE_DAYS} days to go elsewhere")

    @property
    def headers(self) -> dict[str, str]:
        since = datetime.combine(self.since, time.min, UTC)
        until = datetime.combine(self.until, time.max, UTC).replace(microsecond=0)
        return {
            "Deprecation": f"@{int(since.timestamp())}",
            "Sunset": format_datetime(until, usegmt=True),
            "Link": f'<{self.instead}>; rel="successor-version"',
        }


# By method and path template: {("GET", "/v1/notes"): Leaving(...)}. Nothing leaves yet.
LEAVING: Mapping[tuple[str, str], Leaving] = MappingProxyType({})
