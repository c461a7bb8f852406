"""What `verify` prints for people: a table in the terminal, or a page to pass on."""

from collections import Counter
from collections.abc import Sequence
from importlib.resources import files
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from notes_pipeline.cli.exits import printable
from notes_pipeline.cli.printing import console, diff_text
from notes_pipeline.core.notes import Evidence, Verdict
from notes_pipeline.core.wording import REASONS, VERDICTS, clock

if TYPE_CHECKING:
    from notes_pipeline.cli.results import CheckedClaim

_STYLE = {
    Verdict.VERBATIM: "green",
    Verdict.FAITHFUL: "green",
    Verdict.ALTERED: "yellow",
    Verdict.UNSUPPORTED: "red",
}


def print_report(checked: Sequence["CheckedClaim"], source: str) -> None:
    """Print one row for each claim: where it stands in the notes, verdict, why, the words, by whom and when."""
    out = console()
    table = Table(box=None, padding=(0, 2, 0, 0), show_edge=False)
    table.add_column("line", justify="right", style="dim")
    table.add_column("verdict", no_wrap=True)
    table.add_column("quote, with what was [said] and what was only {+claimed+}", overflow="fold", ratio=1)
    table.add_column("who, when", overflow="fold", style="cyan", max_width=22)
    for claim in checked:
        evidence = claim.evidence
        words = diff_text(evidence) if evidence.diff else Text(printable(evidence.quote.text))
        if why := reasons_in_words(evidence):
            words.append(f"\n{why}", style=_STYLE[evidence.verdict])
        verdict = Text(evidence.verdict.value, style=_STYLE[evidence.verdict])
        table.add_row(str(claim.line), verdict, words, printable(place(evidence)))
    out.print(table)
    out.print(Text(f"\n{source}: {summary(checked)}", style="bold"))


def html_report(checked: Sequence["CheckedClaim"], source: str, transcript: str) -> str:
    """Write the same as one HTML page without scripts or anything from outside; all text is escaped."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string(files(__package__).joinpath("verify_report.html.j2").read_text(encoding="utf-8"))
    return template.render(
        checked=checked,
        source=source,
        transcript=transcript,
        summary=summary(checked),
        verdicts=VERDICTS,
        why=reasons_in_words,
        place=place,
    )


def summary(checked: Sequence["CheckedClaim"]) -> str:
    """Count the claims by verdict, in words."""
    found = Counter(claim.evidence.verdict for claim in checked)
    counted = ", ".join(f"{found[verdict]} {words}" for verdict, words in VERDICTS.items() if found[verdict])
    return f"{len(checked)} quotes: {counted}" if checked else "no quotes found"


def reasons_in_words(evidence: Evidence) -> str:
    return "; ".join(REASONS[reason] for reason in evidence.reasons)


def place(evidence: Evidence) -> str:
    """Tell who said it and when; empty where nothing was found."""
    return " ".join(filter(None, [evidence.speaker, clock(evidence.start_ms)]))
