"""What a check found."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad it is, best first. Only an error makes the command fail."""

    OK = "ok"
    WARNING = "warning"  # it works, and will cost time, money or data some day
    ERROR = "error"  # something does not work, or soon stops


@dataclass(frozen=True, slots=True)
class Finding:
    """`check`: its name, stable, for scripts. `found`: what is so. `remedy`: what to set; None where all is well."""

    check: str
    severity: Severity
    found: str
    remedy: str | None = None


def warning(check: str, found: str, remedy: str) -> Finding:
    return Finding(check, Severity.WARNING, found, remedy)


def error(check: str, found: str, remedy: str) -> Finding:
    return Finding(check, Severity.ERROR, found, remedy)


def fine(check: str, found: str) -> Finding:
    return Finding(check, Severity.OK, found)


def worst(findings: Iterable[Finding]) -> Severity:
    order = list(Severity)
    return max((finding.severity for finding in findings), key=order.index, default=Severity.OK)
