"""`verify`: quotes that any tool claims, checked without a model or a database."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from notes_pipeline.cli.exits import Exit, complain
from notes_pipeline.cli.files import read_file
from notes_pipeline.cli.forms import ReportForm
from notes_pipeline.cli.results import CheckedClaim
from notes_pipeline.cli.transcripts import read_named
from notes_pipeline.core.errors import InputError, InvalidClaimError
from notes_pipeline.core.naming import WhoSpeaks
from notes_pipeline.core.roles import Roles
from notes_pipeline.core.transcript import Transcript
from notes_pipeline.readers.claims import NotesFormat, detect_notes_format, read_claims
from notes_pipeline.verification import index_transcript, verify_quote
from notes_pipeline.verification.contract import parse_claim, verdict_line


def verify_files(
    transcript: Path, claims: Path, who: WhoSpeaks, form: ReportForm | None, encoding: str | None = None
) -> Exit:
    """Check a file of claims, verdicts to stdout. A line that is no claim costs only itself.

    `form` None: JSON lines for JSON lines, else a table.
    """
    read, roles = read_named(transcript, who, encoding)
    data = read_file(claims)
    is_json = detect_notes_format(data, claims.name) is NotesFormat.JSON_LINES
    complaints: list[str] = []
    checked = _check(read, roles, data, claims, complaints)
    match form or (ReportForm.jsonl if is_json else ReportForm.table):
        case ReportForm.jsonl:
            _write_lines(checked, read, sys.stdout)
        case ReportForm.table:
            from notes_pipeline.cli.verify_report import print_report

            print_report(list(checked), str(claims))
        case ReportForm.html:
            from notes_pipeline.cli.verify_report import html_report

            print(html_report(list(checked), str(claims), str(transcript)))
    return Exit.INPUT if complaints else Exit.OK


def verify_pairs(pairs: Path, who: WhoSpeaks) -> Exit:
    """Check many: each line of `pairs` names a transcript, its claims and where to write, apart by blanks or tabs."""
    ended = Exit.OK
    for number, line in enumerate(read_file(pairs).decode("utf-8", errors="replace").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            ended = max(ended, _verify_pair(line, who))
        except InputError as error:
            complain(InputError(f"{pairs}: line {number}: {error}"))
            ended = Exit.INPUT
    return ended


def _verify_pair(line: str, who: WhoSpeaks) -> Exit:
    names = line.strip().split("\t") if "\t" in line else line.split()
    if len(names) != 3:
        raise InputError(f"has {len(names)} paths; it needs transcript, claims, output")
    transcript, claims, output = (Path(name) for name in names)
    read, roles = read_named(transcript, who)
    complaints: list[str] = []
    checked = _check(read, roles, read_file(claims), claims, complaints)
    try:
        with output.open("w", encoding="utf-8") as out:
            _write_lines(checked, read, out)
    except OSError as error:
        raise InputError(f"cannot write {output}: {error.strerror}") from error
    return Exit.INPUT if complaints else Exit.OK


def _write_lines(checked: Iterator[CheckedClaim], transcript: Transcript, out: TextIO) -> None:
    out.writelines(json.dumps(verdict_line(claim.id, claim.evidence, transcript)) + "\n" for claim in checked)


def _check(
    transcript: Transcript, roles: Roles, data: bytes, path: Path, complaints: list[str]
) -> Iterator[CheckedClaim]:
    """Verify the claims of a file one by one; what is no claim is named on stderr and in `complaints`."""
    index = index_transcript(transcript, roles)
    for raw in read_claims(data, path.name):
        try:
            if raw.fields is None:
                raise InvalidClaimError(raw.problem)
            claim = parse_claim(raw.fields)
        except InvalidClaimError as error:
            complaints.append(str(error))
            complain(InvalidClaimError(f"{path}: line {raw.line}: {error}"))
            continue
        yield CheckedClaim(claim.id, raw.line, raw.statement, verify_quote(claim.quote, index))
