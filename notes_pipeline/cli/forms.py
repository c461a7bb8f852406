"""The forms of a report of `verify`; apart, since the command line needs them before it needs anything else."""

from enum import StrEnum


class ReportForm(StrEnum):
    jsonl = "jsonl"
    table = "table"
    html = "html"
