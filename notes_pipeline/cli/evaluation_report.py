"""What an evaluation found, for people and as JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import shorten
from uuid import UUID

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from notes_pipeline.cli.exits import printable
from notes_pipeline.cli.printing import OFFLINE_LABEL, console
from notes_pipeline.core.drift import Change
from notes_pipeline.core.evaluating import Evaluation
from notes_pipeline.core.figures import MEASURES, Figure, Measure, confusion, figures, written
from notes_pipeline.core.gold import GoldInterview, GoldSet
from notes_pipeline.core.notes import CoverageState
from notes_pipeline.core.statistics import MIN_INTERVIEWS
from notes_pipeline.core.wording import COVERAGE
from notes_pipeline.llm.offline import is_offline
from notes_pipeline.steps.canary import Canary
from notes_pipeline.store.evaluations import Asked, StoredEvaluation

SHOWN_MISSED = 3  # essential passages of an interview
SHOWN_WORDS = 110  # of a passage, characters: two lines
# What a figure rests on.
_UNITS = {
    Measure.VERBATIM: "quotes",
    Measure.FAITHFUL: "quotes",
    Measure.ALTERED: "quotes",
    Measure.UNSUPPORTED: "quotes",
    Measure.FLAGGED: "notes",
    Measure.RECALL: "passages",
    Measure.ESSENTIAL_RECALL: "passages",
    Measure.RECALL_ANY_TOPIC: "passages",
    Measure.PRECISION: "supported notes",
    Measure.NEGATIVES_QUOTED: "passages",
    Measure.COVERAGE: "questions",
    Measure.NOTES: "interviews",
    Measure.COST: "interviews",
    Measure.LATENCY_P50: "calls",
    Measure.LATENCY_P95: "calls",
}
# Of a difference: in which unit and with how many decimals it is written.
_SCALES = {
    Measure.NOTES: (1.0, 1),
    Measure.COST: (1e-6, 4),
    Measure.LATENCY_P50: (1.0, 0),
    Measure.LATENCY_P95: (1.0, 0),
}


@dataclass(frozen=True, slots=True)
class PlainEvaluation:
    """An evaluation that is no canary."""

    id: UUID
    evaluation: Evaluation


def print_result(result: "Canary | PlainEvaluation", asked: Asked, gold: GoldSet, prompt_version: int) -> None:
    out = console()
    evaluation = result.evaluation
    _print_head(out, asked, gold, prompt_version)
    out.print()
    found = figures(evaluation)
    out.print(_figures_table(found))
    if any(each.interval is None for each in found):
        said = f"No interval: fewer than {MIN_INTERVIEWS} interviews have something to count."
        out.print(Text(said, style="dim"))
    _print_confusion(out, evaluation)
    _print_missed(out, evaluation, gold)
    for interview, failure in evaluation.failures.items():
        out.print(Text(f"\n{printable(interview)} is not whole, {printable(failure)}", style="yellow"))
    if isinstance(result, Canary):
        _print_alarms(out, result)
    out.print()
    out.print(Text.assemble("evaluation ", (str(result.id), "bold")))


def _print_head(out: Console, asked: Asked, gold: GoldSet, prompt_version: int) -> None:
    facts = Table.grid(padding=(0, 2, 0, 0))
    facts.add_column(style="dim", no_wrap=True)
    facts.add_column(overflow="fold")
    passages = sum(len(each.passages) for each in gold.interviews)
    size = f"{len(gold.interviews)} interviews, {passages} passages"
    facts.add_row("set", printable(f"{asked.set_name} {asked.set_hash[:12]} ({size})"))
    model = Text(printable(asked.model))
    if is_offline(asked.model):
        model.append(f"  ({OFFLINE_LABEL})", style="yellow")
    facts.add_row("model", model)
    for name, hash_ in asked.prompts.items():
        facts.add_row("prompt", f"{name} version {prompt_version} ({hash_[:12]})")
    facts.add_row("verifier", asked.verifier_version)
    out.print(facts)


def _figures_table(found: Sequence[Figure]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    table.add_column("figure")  # the one that gives way in a narrow terminal
    table.add_column("value", justify="right", no_wrap=True)
    table.add_column("95 % interval", justify="right", no_wrap=True)
    table.add_column("of", no_wrap=True)
    for each in found:
        interval = "" if each.interval is None else _between(each.measure, each.interval.low, each.interval.high)
        table.add_row(
            MEASURES[each.measure],
            _or_dash(each.measure, each.value),
            interval,
            f"{each.of:,} {_UNITS[each.measure]}",
        )
    return table


def _or_dash(measure: Measure, value: float | None) -> str:
    return "—" if value is None else written(measure, value)


def _between(measure: Measure, low: float, high: float) -> str:
    """Write an interval with its unit once."""
    first, last = written(measure, low), written(measure, high)
    unit = next((unit for unit in (" %", " ms") if last.endswith(unit)), "")
    return f"{first.removesuffix(unit)} to {last}"


def _print_confusion(out: Console, evaluation: Evaluation) -> None:
    counts = confusion(evaluation)
    if not counts:
        return
    states = [state for state in CoverageState if any(found is state for _, found in counts)]
    table = Table(box=None, padding=(0, 2, 0, 0))
    table.add_column("people say", no_wrap=True)
    for state in states:
        table.add_column(COVERAGE[state], justify="right", min_width=max(map(len, COVERAGE[state].split())))
    for gold in CoverageState:
        numbers = [counts.get((gold, found), 0) for found in states]
        if any(numbers):
            styles = [
                "bold green" if found is gold else "" if number else "dim"
                for number, found in zip(numbers, states, strict=True)
            ]
            table.add_row(COVERAGE[gold], *map(Text, map(str, numbers), styles))
    out.print()
    out.print(Text("Questions by what people say (rows) and what the runs found (columns)", style="bold"))
    out.print(table)


def _print_missed(out: Console, evaluation: Evaluation, gold: GoldSet) -> None:
    missed = _missed_essential(evaluation, gold)
    if not any(missed.values()):
        return
    out.print()
    out.print(Text("Essential passages that no supported note of their topic quotes", style="bold"))
    interviews = {each.id: each for each in gold.interviews}
    for id_, positions in missed.items():
        interview = interviews[id_]
        essential = sum(each.is_essential for each in interview.passages)
        out.print(Text.assemble((printable(id_), "bold cyan"), f"  {len(positions)} of {essential} missed"))
        for at in positions[:SHOWN_MISSED]:
            topic, words = _passage(interview, at)
            shown = shorten(words, SHOWN_WORDS, placeholder=" …")
            line = Text.assemble((f"{printable(topic)}: ", "dim"), f"“{printable(shown)}”")
            out.print(Padding(line, (0, 0, 0, 2)))
        if (more := len(positions) - SHOWN_MISSED) > 0:
            out.print(Padding(Text(f"and {more} more (--json has them all)", style="dim"), (0, 0, 0, 2)))


def _missed_essential(evaluation: Evaluation, gold: GoldSet) -> dict[str, list[int]]:
    """Give the positions of the essential passages that were missed, by interview; only where there are some."""
    interviews = {each.id: each for each in gold.interviews}
    missed = {
        counts.interview_id: [at for at in counts.missed if interviews[counts.interview_id].passages[at].is_essential]
        for counts in evaluation.interviews
    }
    return {id_: positions for id_, positions in missed.items() if positions}


def _passage(interview: GoldInterview, at: int) -> tuple[str, str]:
    passage = interview.passages[at]
    return passage.topic, interview.transcript.slice(passage.span)


def _print_alarms(out: Console, canary: Canary) -> None:
    out.print()
    if not canary.compared_with:
        out.print(Text("This is the first canary of its kind: the next ones are compared with it."))
    elif not canary.alarms:
        out.print(Text(f"No drift from {canary.compared_with} earlier evaluations.", style="green"))
    for alarm in canary.alarms:
        out.print(Text(f"ALARM  {printable(alarm)}", style="bold red"))


def print_changes(before: StoredEvaluation, after: StoredEvaluation, changes: Sequence[Change], left_out: int) -> None:
    out = console()
    facts = Table.grid(padding=(0, 2, 0, 0))
    facts.add_column(style="dim", no_wrap=True)
    facts.add_column(overflow="fold")
    for name, stored in (("before", before), ("after", after)):
        prompts = ", ".join(f"{prompt} {hash_[:12]}" for prompt, hash_ in stored.asked.prompts.items())
        facts.add_row(name, printable(f"{stored.asked.model}, {prompts}, verifier {stored.asked.verifier_version}"))
        facts.add_row("", Text(f"{stored.created_at:%Y-%m-%d %H:%M} UTC, {stored.id}", style="dim"))
    out.print(facts)
    shared = changes[0].interviews
    out.print(Text(f"\nOver {shared} interviews that both have with the same words and gold; {left_out} left out."))
    out.print()
    table = Table(box=None, padding=(0, 2, 0, 0))
    table.add_column("figure")  # the one that gives way in a narrow terminal
    for column in ("before", "after", "change, 95 % interval"):
        table.add_column(column, justify="right", no_wrap=True)
    for each in changes:
        row = [_or_dash(each.name, each.before), _or_dash(each.name, each.after), _difference(each)]
        style = "bold" if each.is_clear else "" if each.low is not None else "dim"
        table.add_row(MEASURES[each.name], *row, style=style)
    out.print(table)
    clear = [MEASURES[each.name] for each in changes if each.is_clear]
    out.print()
    if shared < MIN_INTERVIEWS:
        out.print(Text(f"With fewer than {MIN_INTERVIEWS} interviews no change can be told from chance."))
    else:
        out.print(Text(f"Clear changes: {', '.join(clear) or 'none'}. The others may be chance."))


def _difference(change: Change) -> str:
    """Write a difference, in points for a rate, with its interval."""
    if change.difference is None:
        return ""
    scale, digits = (100.0, 1) if change.name.is_rate else _SCALES[change.name]

    def signed(value: float) -> str:
        return f"{value * scale + 0.0:+.{digits}f}"

    said = signed(change.difference)
    if change.low is None or change.high is None:
        return said
    return f"{said}  ({signed(change.low)} to {signed(change.high)})"


def head_json(id_: UUID, asked: Asked) -> dict[str, object]:
    return {
        "id": str(id_),
        "set": asked.set_name,
        "set_hash": asked.set_hash,
        "model": asked.model,
        "is_offline_model": is_offline(asked.model),
        "prompts": dict(asked.prompts),
        "verifier_version": asked.verifier_version,
    }


def result_json(result: "Canary | PlainEvaluation", asked: Asked, gold: GoldSet) -> Mapping[str, object]:
    interviews = {each.id: each for each in gold.interviews}
    evaluation = result.evaluation
    content: dict[str, object] = {
        **head_json(result.id, asked),
        "figures": {each.measure.value: figure_json(each) for each in figures(evaluation)},
        "coverage": [
            {"gold": before.value, "found": after.value, "questions": number}
            for (before, after), number in confusion(evaluation).items()
        ],
        "missed_essential": [
            dict(zip(("interview", "topic", "words"), (id_, *_passage(interviews[id_], at)), strict=True))
            for id_, positions in _missed_essential(evaluation, gold).items()
            for at in positions
        ],
        "not_whole": evaluation.failures,
        "models_served": sorted(evaluation.models_served),
        "fingerprints": sorted(evaluation.fingerprints),
    }
    if isinstance(result, Canary):
        content |= {"alarms": list(result.alarms), "compared_with": result.compared_with}
    return content


def figure_json(figure: Figure) -> dict[str, object]:
    interval = figure.interval
    bounds = None if interval is None else [interval.low, interval.high]
    return {"value": figure.value, "of": figure.of, "interval": bounds}


def change_json(change: Change) -> dict[str, object]:
    return {
        "name": change.name.value,
        "before": change.before,
        "after": change.after,
        "difference": change.difference,
        "interval": None if change.low is None else [change.low, change.high],
        "is_clear": change.is_clear,
    }
