from pathlib import Path

import pytest

from notes_pipeline.bootstrap import MIGRATIONS
from notes_pipeline.diagnosis.gathering.host import memory_limit
from notes_pipeline.diagnosis.liveness import SEEN_WITHIN_S
from notes_pipeline.diagnosis.revisions import Standing, shipped_revisions, standing
from notes_pipeline.store.workers import SEEN_WITHIN


@pytest.mark.parametrize(
    ("revision", "expected"),
    [
        (None, Standing.MISSING),
        ("0001", Standing.OLDER),
        ("0002", Standing.SAME),
        ("0003", Standing.NEWER),
    ],
)
def test_a_schema_stands_older_same_or_newer_beside_the_code(revision: str | None, expected: Standing) -> None:
    assert standing(revision, ("0001", "0002")) is expected


def test_the_shipped_revisions_are_those_of_the_migrations_in_their_order() -> None:
    files = sorted(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("*.py"))
    assert list(shipped_revisions()) == files


def test_a_worker_is_alive_for_its_health_check_as_long_as_for_everybody_else() -> None:
    assert SEEN_WITHIN.total_seconds() == SEEN_WITHIN_S


@pytest.mark.parametrize(
    ("written", "expected"), [("536870912\n", 536870912), ("max\n", None), ("9223372036854771712\n", None)]
)
def test_a_limit_of_memory_is_read_from_the_control_group(written: str, expected: int | None, tmp_path: Path) -> None:
    limit = tmp_path / "memory.max"
    limit.write_text(written)
    found = memory_limit((tmp_path / "not_there", limit))
    assert found is not None
    assert found == expected if expected is not None else found > 2**27  # the machine's own
