"""`costs`: what models cost, by run, by interview and by note."""

from collections.abc import Sequence
from typing import TypedDict
from uuid import UUID

from rich.table import Table
from rich.text import Text

from notes_pipeline.cli.as_json import to_text
from notes_pipeline.cli.exits import printable
from notes_pipeline.cli.printing import console
from notes_pipeline.cli.stored import stored_services
from notes_pipeline.core.wording import dollars
from notes_pipeline.store.costs import RunCost, costs_of_runs
from notes_pipeline.store.workspaces import ensure_workspace


class Sums(TypedDict):
    """`interview`: the file's name where all is about one."""

    interview: str | None
    interviews: int
    notes: int
    usd: float | None
    usd_per_interview: float | None
    usd_per_note: float | None


def print_costs(*, days: int, as_json: bool) -> None:
    with stored_services() as services, services.transactions.begin() as session:
        workspace_id = ensure_workspace(session, services.settings.notes_workspace)
        runs = costs_of_runs(session, workspace_id, days=days)
    if as_json:
        listed = {
            "runs": [_run_json(run) for run in runs],
            "by_interview": [_sums(each) for each in _by_interview(runs)],
        }
        print(to_text({"days": days, **listed, **_sums(runs)}))
        return
    table = Table(box=None, padding=(0, 2, 0, 0))
    table.add_column("run", no_wrap=True)
    table.add_column("interview", overflow="fold", min_width=12)
    table.add_column("state", no_wrap=True)
    for column in ("calls", "known", "cost", "notes", "per note"):
        table.add_column(column, justify="right", no_wrap=True)
    for run in runs:
        per_note = _per(run.cost_micro_usd, run.notes)
        table.add_row(
            Text(f"{run.created_at:%m-%d %H:%M}", style="dim"),
            Text.assemble(printable(run.interview), (f"\n{printable(run.model)}", "dim")),
            run.state.value,
            f"{run.calls:,}",
            f"{run.cached:,}",
            _short(run.cost_micro_usd),
            f"{run.notes:,}",
            "" if per_note is None else dollars(per_note),
        )
    out = console()
    out.print(table)
    for each in _by_interview(runs):
        if len(each) > 1:
            sums = _sums(each)
            out.print(
                Text(
                    f"{printable(each[0].interview)}: {len(each)} runs, {_dollars(sums['usd'])}, "
                    f"{_dollars(sums['usd_per_note'])} a note that may be believed"
                )
            )
    sums = _sums(runs)
    out.print(
        Text(
            f"{len(runs)} runs, {sums['interviews']} interviews, {days} days: {_dollars(sums['usd'])} in all, "
            f"{_dollars(sums['usd_per_interview'])} an interview, {_dollars(sums['usd_per_note'])} a note that may be "
            "believed"
        )
    )


def _run_json(run: RunCost) -> dict[str, object]:
    return {
        "run": str(run.run_id),
        "transcript": str(run.transcript_id),
        "interview": run.interview,
        "model": run.model,
        "state": run.state.value,
        "created_at": run.created_at.isoformat(),
        "calls": run.calls,
        "cached": run.cached,
        "tokens_in": run.tokens_in,
        "tokens_cached": run.tokens_cached,
        "tokens_out": run.tokens_out,
        "usd": _usd(run.cost_micro_usd),
        "notes": run.notes,
        "usd_per_note": _usd(_per(run.cost_micro_usd, run.notes)),
    }


def _by_interview(runs: Sequence[RunCost]) -> list[list[RunCost]]:
    by_transcript: dict[UUID, list[RunCost]] = {}
    for run in runs:
        by_transcript.setdefault(run.transcript_id, []).append(run)
    return list(by_transcript.values())


def _sums(runs: Sequence[RunCost]) -> Sums:
    """Add up; one run without a known price makes the sums unknown."""
    costs = [run.cost_micro_usd for run in runs]
    total = None if None in costs else sum(cost for cost in costs if cost is not None)
    interviews = len({run.transcript_id for run in runs})
    return {
        "interview": runs[0].interview if interviews == 1 else None,
        "interviews": interviews,
        "notes": sum(run.notes for run in runs),
        "usd": _usd(total),
        "usd_per_interview": _usd(_per(total, interviews)),
        "usd_per_note": _usd(_per(total, sum(run.notes for run in runs))),
    }


def _per(cost_micro_usd: int | None, number: int) -> int | None:
    return None if cost_micro_usd is None or not number else round(cost_micro_usd / number)


def _usd(cost_micro_usd: int | None) -> float | None:
    return None if cost_micro_usd is None else cost_micro_usd / 1e6


def _dollars(usd: float | None) -> str:
    return _short(None if usd is None else round(usd * 1e6))


def _short(cost_micro_usd: int | None) -> str:
    return "unknown" if cost_micro_usd is None else dollars(cost_micro_usd)
