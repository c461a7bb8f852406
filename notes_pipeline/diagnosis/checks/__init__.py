"""All checks: pure functions from facts to findings."""

from collections.abc import Iterator

from notes_pipeline.diagnosis.checks.broker import check_broker
from notes_pipeline.diagnosis.checks.database import check_database
from notes_pipeline.diagnosis.checks.host import check_host
from notes_pipeline.diagnosis.checks.model import check_model
from notes_pipeline.diagnosis.checks.secrets import check_secrets
from notes_pipeline.diagnosis.checks.timing import check_timing
from notes_pipeline.diagnosis.checks.work import check_work
from notes_pipeline.diagnosis.facts import Facts
from notes_pipeline.diagnosis.findings import Finding, fine

AREAS = (
    ("settings", check_timing),
    ("secrets", check_secrets),
    ("database", check_database),
    ("broker", check_broker),
    ("model", check_model),
    ("work", check_work),
    ("machine", check_host),
)


def check_all(facts: Facts) -> Iterator[Finding]:
    """Judge all facts. An area in which nothing is wrong is named as fine."""
    for area, check in AREAS:
        found = list(check(facts))
        yield from found
        if not found:
            yield fine(area, "nothing found")


__all__ = ["check_all"]
