"""Results for people, on stdout."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from notes_pipeline.cli.exits import printable
from notes_pipeline.core.notes import CoverageState, DiffKind, Evidence, Judgement, Note, NoteStatus, Verdict
from notes_pipeline.core.reviewing import ReviewState, risk
from notes_pipeline.core.runs import ChunkState, RunState
from notes_pipeline.core.wording import CALL_OUTCOMES, COVERAGE, FLAGS, JUDGEMENTS, REASONS, VERDICTS, clock, dollars
from notes_pipeline.llm.offline import is_offline

if TYPE_CHECKING:
    from notes_pipeline.cli.results import Part, Relocated
    from notes_pipeline.core.transcript import Transcript
    from notes_pipeline.steps.estimate import Estimate
    from notes_pipeline.steps.read_run import RunReport
    from notes_pipeline.store.notes import StoredNote

OFFLINE_LABEL = (
    "offline model: it picks passages by word statistics and quotes them, it understands nothing; what it says of a "
    "question being asked or answered is a guess"
)
SHOWN_WARNINGS = 3
SHOWN_QUESTION = 200  # characters of the passage that asks
_FATE_STYLE = {"kept": "green", "moved": "yellow", "orphaned": "red"}
_STATE_STYLE = {
    RunState.FINISHED: "green",
    RunState.PARTIAL: "yellow",
    RunState.FAILED: "red",
    RunState.CANCELLED: "yellow",
}
_COVERAGE_STYLE = {
    CoverageState.ANSWERED: "green",
    CoverageState.PARTLY: "yellow",
    CoverageState.ASKED_NOT_ANSWERED: "magenta",
    CoverageState.NOT_ASKED: "dim",
    CoverageState.UNDETERMINED: "red",
}
_DIFF_STYLE = {DiffKind.SAID: "bold green", DiffKind.CLAIMED: "strike red"}


def console() -> Console:
    """Write to stdout, without markup or emoji codes: transcripts may hold anything in brackets."""
    return Console(markup=False, emoji=False, highlight=False, soft_wrap=False)


def print_run(report: "RunReport", notes: Sequence["StoredNote"], *, heading: bool = True) -> None:
    """Print a run: what it was, notes by question and theme, what is flagged, coverage, chunks that failed, cost."""
    out = console()
    if heading:
        _print_heading(out, report)
    by_question: dict[str | None, list[StoredNote]] = {}
    by_theme: dict[str | None, list[StoredNote]] = {}
    others: list[StoredNote] = []
    for stored in notes:
        if stored.note.question_id is not None:
            by_question.setdefault(stored.note.question_id, []).append(stored)
        elif stored.note.theme_id is not None:
            by_theme.setdefault(stored.note.theme_id, []).append(stored)
        else:
            others.append(stored)
    for question in report.guide.questions:
        title = _title(question.id, question.text)
        found = report.coverage.get(question.id)
        if found is not None:
            title.append(f"  {COVERAGE[found.state]}", style=_COVERAGE_STYLE[found.state])
        _print_topic(out, title, by_question.get(question.id, []), report, question.id)
    for theme in report.guide.themes:
        _print_topic(out, _title(theme.id, theme.name), by_theme.get(theme.id, []), report, theme.id)
    if not notes and report.run.state is RunState.FINISHED:
        out.print(Text("\nNo notes: the model found nothing for this guide, or nothing fits what was asked for."))
    if others:
        _print_topic(out, _title("?", "For no question or theme of the guide"), others, report, None)
    _print_sums(out, report)


def print_stored_notes(notes: Iterable["StoredNote"]) -> None:
    out = console()
    for stored in notes:
        out.print(Text(f"{stored.id}  {stored.note.question_id or stored.note.theme_id or '?'}", style="dim"))
        _print_note(out, stored.note, stored)


def print_demonstration(source: str, checked: Sequence[tuple[str, Note]]) -> None:
    """Print hand-written notes after checking, labelled as what they are."""
    out = console()
    caught = sum(note.status is NoteStatus.FLAGGED for _, note in checked)
    out.print()
    out.rule(Text("What verification catches", style="bold"), align="left")
    out.print(
        Text(
            f"No model wrote these {len(checked)} notes: they were written by hand for this demonstration ({source}), "
            f"with quotes bent or invented on purpose, and checked against the same interview. Nothing of them is "
            f"stored. Flagged: {caught} of {len(checked)}.",
            style="italic",
        )
    )
    for what_was_done, note in checked:
        out.print()
        out.print(Text(f"By hand: {printable(what_was_done)}", style="bold"))
        _print_note(out, note, None)


def print_relocated(found: Sequence["Relocated"], new: "Transcript") -> None:
    """Print what became of each piece of evidence in a new version of its transcript."""
    out = console()
    table = Table(box=None, padding=(0, 2, 0, 0))
    for column in ("fate", "words", "now at"):
        table.add_column(column, overflow="fold")
    for each in found:
        spans = each.relocation.spans
        where = f"[{each.cut[0][0]}] {clock(new.start_ms(spans[0]))}".strip() if spans else ""
        fate = Text(each.relocation.fate.value, _FATE_STYLE[each.relocation.fate.value])
        table.add_row(fate, Text(printable(each.words)), where)
    out.print(table)
    fates = Counter(each.relocation.fate.value for each in found)
    out.print(Text(", ".join(f"{number} {fate}" for fate, number in fates.items()) or "no evidence in the file"))


def print_parts(parts: Sequence["Part"], versions: Mapping[str, str]) -> None:
    out = console()
    table = Table(box=None, padding=(0, 2, 0, 0))
    for column in ("part", "where", "answers", "what it says"):
        table.add_column(column, overflow="fold")
    for part in parts:
        answers = (
            Text("—", style="dim")
            if part.answers is None
            else Text("yes", "green")
            if part.answers
            else Text("no", "red")
        )
        table.add_row(part.name, part.place, answers, part.detail)
    out.print(table)
    out.print(Text(", ".join(f"{name} {number}" for name, number in versions.items()), style="dim"))


def _print_heading(out: Console, report: "RunReport") -> None:
    run, transcript = report.run, report.transcript
    facts = Table.grid(padding=(0, 2, 0, 0))
    facts.add_column(style="dim", no_wrap=True)
    facts.add_column(overflow="fold")
    length = f", {clock(transcript.duration_ms)}" if transcript.duration_ms else ", without times"
    facts.add_row(
        "interview",
        printable(f"{transcript.filename} ({transcript.source_format}, {transcript.word_count:,} words{length})"),
    )
    facts.add_row("speakers", printable(_speakers(report)))
    for warning in report.utterances.warnings[:SHOWN_WARNINGS]:
        facts.add_row("warning", Text(printable(warning), style="yellow"))
    if (more := len(report.utterances.warnings) - SHOWN_WARNINGS) > 0:
        facts.add_row("", f"and {_count(more, 'more warning')}: notes-pipeline inspect shows them")
    facts.add_row(
        "guide",
        printable(f"{report.guide.title}: {len(report.guide.questions)} questions, {len(report.guide.themes)} themes"),
    )
    model = Text(run.model)
    if is_offline(run.model):
        model.append(f"  ({OFFLINE_LABEL})", style="yellow")
    facts.add_row("model", model)
    state = Text(run.state.value, style=_STATE_STYLE.get(run.state, "bold"))
    if run.reason:
        state.append(f": {printable(run.reason)}")
    facts.add_row("run", Text(f"{run.id} ", style="dim") + state)
    out.print(facts)


def _speakers(report: "RunReport") -> str:
    roles = report.run.roles
    if not report.transcript.speakers:
        return "unknown"
    named = [f"{name} (interviewer)" if roles.is_interviewer(name) else name for name in report.transcript.speakers]
    guess = "; who asks is a guess" if roles.guessed and roles.interviewers else ""
    shown = named if len(named) <= 12 else [*named[:12], f"and {len(named) - 12} more"]
    return ", ".join(shown) + guess


def _title(id_: str, text: str) -> Text:
    return Text.assemble((f"{printable(id_)}  ", "bold cyan"), (printable(text), "bold"))


def _about(report: "RunReport", topic_id: str, notes: Sequence["StoredNote"]) -> list[Text]:
    """Give what stands above the notes of a topic: the passage that asks, and what the notes say together.

    Its sentences cite the notes by their place in the list.
    """
    lines = []
    coverage = report.coverage.get(topic_id)
    if coverage is not None and coverage.asked_at is not None and coverage.asked_span is not None:
        asked = report.utterances.utterances[coverage.asked_at]
        where = " ".join(filter(None, [asked.speaker and printable(asked.speaker), clock(asked.start_ms)]))
        words = printable(report.utterances.slice(coverage.asked_span))
        shown = words if len(words) <= SHOWN_QUESTION else f"{words[:SHOWN_QUESTION]}…"
        lines.append(Text.assemble((f"asked: “{shown}”  ", "dim"), (where, "dim cyan")))
    if (stored := report.summaries.get(topic_id)) is not None:
        numbers = {each.id: position for position, each in enumerate(notes, start=1)}
        said = " ".join(
            f"{printable(each.text)} [{', '.join(str(numbers.get(note_id, '?')) for note_id in each.note_ids)}]"
            for each in stored.summary.sentences
        )
        lines.append(Text(f"in short: {said or '(no sentence held)'}", style="italic"))
        if stored.summary.dropped:
            reasons = "; ".join(sorted({each.reason for each in stored.summary.dropped}))
            dropped = _count(len(stored.summary.dropped), "sentence")
            lines.append(Text(f"{dropped} of the summary dropped: {reasons}", style="yellow"))
    return lines


def _print_topic(
    out: Console, title: Text, notes: Sequence["StoredNote"], report: "RunReport", topic_id: str | None
) -> None:
    """Print a question or theme with its notes.

    What may be believed first, in the order of the interview; then what is flagged, the riskiest first.
    """
    in_order = sorted(notes, key=_order)
    out.print()
    out.print(title)
    for line in [] if topic_id is None else _about(report, topic_id, in_order):
        out.print(Padding(line, (0, 0, 0, 2)))
    for number, stored in enumerate(in_order, start=1):
        _print_note(out, stored.note, stored, number=number if topic_id in report.summaries else None)


def _order(stored: "StoredNote") -> tuple[bool, float, int]:
    is_flagged = stored.note.status is NoteStatus.FLAGGED
    return is_flagged, -risk(stored.note) if is_flagged else 0.0, _place(stored.note)


def _place(note: Note) -> int:
    return min((each.spans[0].start for each in note.evidence if each.spans), default=1 << 60)


def _print_note(out: Console, note: Note, stored: "StoredNote | None", *, number: int | None = None) -> None:
    is_flagged = note.status is NoteStatus.FLAGGED
    mark = ("⚑ ", "bold red") if is_flagged else ("✓ ", "green")
    cited = "" if number is None else f"[{number}] "
    line = Text.assemble(mark, (cited, "dim"), printable(note.statement) or "(no statement)")
    if stored is not None and stored.review_state is not ReviewState.UNREVIEWED:
        against = ", against what the checks found" if stored.is_overridden else ""
        line.append(f"  [{stored.review_state.value} by a reviewer{against}]", style="bold")
    if is_flagged:
        line.append("  flagged", style="bold red")
    out.print(Padding(line, (0, 0, 0, 2)))
    for flag in note.flags:
        out.print(Padding(Text(f"why: {FLAGS[flag]}", style="red"), (0, 0, 0, 6)))
    if note.judged is not None and note.judged.judgement is not Judgement.SUPPORTED:
        missing = f": {printable(note.judged.missing)}" if note.judged.missing else ""
        said = f"{printable(note.judged.model)} says that {JUDGEMENTS[note.judged.judgement]}{missing}"
        out.print(Padding(Text(said, style="yellow"), (0, 0, 0, 6)))
    for evidence in note.evidence:
        _print_evidence(out, evidence, is_in_statement=evidence.matched_text in note.statement)
    for statement in stored.also_stated if stored is not None else ():
        if statement != note.statement:
            out.print(Padding(Text(f"also stated: {printable(statement)}", style="dim"), (0, 0, 0, 6)))
    for attempt in stored.other_attempts if stored is not None else ():
        quotes = " ".join(f"“{printable(each.quote.text)}”" for each in attempt.evidence)
        said = f"the other attempt did not stand: {printable(attempt.statement)} {quotes}"
        out.print(Padding(Text(said, style="dim"), (0, 0, 0, 6)))


def _print_evidence(out: Console, evidence: Evidence, *, is_in_statement: bool) -> None:
    """Print a quote with verdict and place; one whose words the statement repeats, by its place alone."""
    words = evidence.matched_text if evidence.verdict.is_accepted else evidence.quote.text
    line = Text(f"“{printable(words)}”", style="" if evidence.verdict.is_accepted else "red")
    if evidence.verdict.is_accepted and is_in_statement:
        line = Text(VERDICTS[evidence.verdict], style="dim")
    where = " ".join(filter(None, [evidence.speaker and printable(evidence.speaker), _times(evidence)]))
    if evidence.verdict.is_accepted and where:
        line.append(f"  {where}", style="cyan")
    out.print(Padding(line, (0, 0, 0, 6)))
    why = ", ".join(REASONS[reason] for reason in evidence.reasons)
    if evidence.verdict.is_accepted:
        if why:
            out.print(Padding(Text(f"but: {why}", "yellow"), (0, 0, 0, 8)))
        return
    out.print(
        Padding(
            Text(f"{VERDICTS[evidence.verdict]}: {why}" if why else VERDICTS[evidence.verdict], "red"), (0, 0, 0, 8)
        )
    )
    if evidence.verdict is Verdict.ALTERED and evidence.diff:
        said = Text.assemble("what was said: ", diff_text(evidence))
        out.print(Padding(said.append(f"  {where}", style="cyan"), (0, 0, 0, 8)))


def diff_text(evidence: Evidence) -> Text:
    """Show a word diff as `render_diff` does: [said, not claimed], {+claimed, not said+}; colours only repeat it."""
    text = Text()
    for position, part in enumerate(evidence.diff):
        if position:
            text.append(" ")
        words = printable(part.text)
        match part.kind:
            case DiffKind.SAID:
                text.append(f"[{words}]", _DIFF_STYLE[part.kind])
            case DiffKind.CLAIMED:
                text.append(f"{{+{words}+}}", _DIFF_STYLE[part.kind])
            case DiffKind.LEFT_OUT:
                text.append("…")
            case DiffKind.EQUAL:
                text.append(words)
    return text


def _times(evidence: Evidence) -> str:
    if evidence.start_ms is None:
        return ""
    return clock(evidence.start_ms) + (f"–{clock(evidence.end_ms)}" if evidence.end_ms is not None else "")


def _print_sums(out: Console, report: "RunReport") -> None:
    supported = report.claims.get(NoteStatus.SUPPORTED, 0)
    flagged = report.claims.get(NoteStatus.FLAGGED, 0)
    spending = report.spending
    out.print()
    out.print(
        Text(
            f"{_count(len(report.ledger), 'chunk')}, {_count(supported + flagged, 'claim')} = {supported} supported + "
            f"{flagged} flagged, {_count(len(report.notes), 'note')} after merging, "
            f"{_count(report.quotes, 'quote')} checked"
        )
    )
    out.print(
        Text(
            f"{_count(spending.calls, 'model call')}, {_count(spending.cached, 'answer')} known before, "
            f"{spending.tokens_in:,} tokens in ({spending.tokens_cached:,} cached), {spending.tokens_out:,} out, "
            f"cost {dollars(spending.cost_micro_usd)}"
        )
    )
    for chunk in report.ledger:
        if chunk.state is ChunkState.PENDING and chunk.error:
            out.print(Text(f"A chunk waits to be tried again: {printable(chunk.error)}", style="yellow"))
            break
    if spending.failures:
        ends = ", ".join(f"{number} {CALL_OUTCOMES[outcome]}" for outcome, number in spending.failures.items())
        out.print(Text(f"Calls without a usable answer: {ends}", style="yellow"))
    served = [name for name in spending.models_served if name != report.run.model]
    if served:
        out.print(Text(f"Answered by {', '.join(printable(name) for name in served)}", style="yellow"))
    halved = max((chunk.halvings for chunk in report.ledger), default=0)
    if halved:
        out.print(Text(f"Chunks were cut in two up to {halved} times, since they were too long for the model"))


def print_estimate(estimate: "Estimate", model: str) -> None:
    """Print what a run would take."""
    out = console()
    known = f", {estimate.chunks_known} of them known already" if estimate.chunks_known else ""
    out.print(Text(f"{_count(estimate.chunks, 'chunk')}{known}"))
    out.print(Text(f"about {estimate.tokens_in:,} tokens in, {estimate.tokens_out:,} out, for {printable(model)}"))
    most = "" if estimate.most_micro_usd is None else f", at most {dollars(estimate.most_micro_usd)}"
    out.print(Text(f"cost about {dollars(estimate.cost_micro_usd)}{most}"))
    ground = (
        f"from {_count(estimate.calls_before, 'earlier call')} of this model"
        if estimate.calls_before
        else "a guess: this model was not asked before"
    )
    out.print(Text(f"about {estimate.seconds:,.0f} s ({ground})"))


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"
