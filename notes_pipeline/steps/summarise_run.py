"""What the checked notes of a run say on each question and theme."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID, uuid4

import structlog

from notes_pipeline.core.errors import ModelBusyError, ModelError, NotYetError, RetryableError
from notes_pipeline.core.guide import Guide, Question, Theme
from notes_pipeline.core.notes import Evidence
from notes_pipeline.core.prompts import Prompt
from notes_pipeline.core.runs import RunState, final_state
from notes_pipeline.core.summaries import DroppedSentence, Sentence, Summary
from notes_pipeline.core.transcript import Transcript
from notes_pipeline.core.wording import FLAGS
from notes_pipeline.llm.answers import SummaryAnswer
from notes_pipeline.llm.generating import summary_request
from notes_pipeline.llm.prompts import SUMMARY_PROMPT
from notes_pipeline.steps.asking import Asking
from notes_pipeline.steps.checking import IndexCache
from notes_pipeline.steps.finish_run import tell_of_end
from notes_pipeline.steps.patience import insist
from notes_pipeline.steps.paying import Who
from notes_pipeline.store.answers import Asker
from notes_pipeline.store.chunks import chunk_ledger
from notes_pipeline.store.database import Transactions
from notes_pipeline.store.guides import load_guide
from notes_pipeline.store.notes import NoteFilter, StoredNote, list_notes
from notes_pipeline.store.prompts import load_stored_prompt
from notes_pipeline.store.runs import StoredRun, find_run, postpone_summary, set_state
from notes_pipeline.store.summaries import StoredSummary, save_summary
from notes_pipeline.store.transcripts import load_transcript
from notes_pipeline.telemetry.context import bound
from notes_pipeline.telemetry.tracing import span
from notes_pipeline.verification import TranscriptIndex, unsaid

log = structlog.get_logger()

MAX_ATTEMPTS = 4
MAX_BUSY_ATTEMPTS = 40  # being turned away says little
MAX_NOTES = 5_000  # of a run


@dataclass(frozen=True, slots=True)
class _Task:
    run: StoredRun
    guide: Guide
    prompt: Prompt
    notes: Sequence[StoredNote]


def summarise_run(asking: Asking, indexes: IndexCache, run_id: UUID) -> RunState | None:
    """Have an answer to each question and a summary of each theme written from the notes that may be believed.

    Not from those that a reviewer took against what the checks found: nobody would see that in a summary.

    It may run twice, or in two workers: each topic's answer is paid for once and then known. What cannot be written is
    named in the run's reason; the notes stand without it. Returns the state that the run has afterwards.
    None: it was erased meanwhile.
    """
    with asking.transactions.begin() as session:
        run = find_run(session, run_id, lock=True)
        if run is None:
            return None
        if run.state is not RunState.SUMMARISING:
            return run.state
    with (
        bound(run_id=run_id, request_id=run.request_id),
        span("summarise", parent=run.traceparent, notes__run_id=str(run_id)),
    ):
        return _summarise(asking, indexes, run)


def _summarise(asking: Asking, indexes: IndexCache, run: StoredRun) -> RunState | None:
    run_id = run.id
    hold = partial(_hold, asking, run_id)
    hold()
    summaries: list[StoredSummary] = []
    try:
        task = _load_task(asking.transactions, run)
        index = indexes.get(run.transcript_id, run.roles, partial(_load, asking.transactions, run.transcript_id))
        summaries, failures = _write(asking, task, index, hold)
    except RetryableError as error:
        wait_s = 2.0**run.attempts if error.retry_after_s is None else error.retry_after_s
        insist(partial(_postpone, asking.transactions, run_id, wait_s, counts=not isinstance(error, NotYetError)))
        log.info("summary_postponed", wait_s=wait_s, error=error)
        return RunState.SUMMARISING
    except Exception as error:
        if insist(partial(_is_erased, asking.transactions, run_id)):
            log.info("run_erased")
            return None
        log.error("summary_broken", error=error, exc_info=error)
        if run.attempts + 1 < MAX_ATTEMPTS:
            insist(partial(_postpone, asking.transactions, run_id, 2.0**run.attempts, counts=True))
            return RunState.SUMMARISING
        failures = [f"no summary: a fault of ours: {type(error).__name__} (the log has more)"]
    ended = insist(partial(_finish, asking.transactions, run_id, summaries, failures))
    if ended is None:
        log.info("run_erased")
        return None
    before, state = ended
    if state is not before.state:
        tell_of_end(before, state)
    return state


def _is_erased(transactions: Transactions, run_id: UUID) -> bool:
    with transactions.begin() as session:
        return find_run(session, run_id) is None


def _load_task(transactions: Transactions, run: StoredRun) -> _Task:
    with transactions.begin() as session:
        notes = list_notes(session, run.workspace_id, NoteFilter(run_id=run.id), limit=MAX_NOTES)
        prompt = load_stored_prompt(session, run.prompts[SUMMARY_PROMPT])
        believed = [each for each in notes if not each.is_overridden]
        return _Task(run, load_guide(session, run.guide_id), prompt, believed)


def _postpone(transactions: Transactions, run_id: UUID, wait_s: float, *, counts: bool) -> None:
    with transactions.begin() as session:
        postpone_summary(session, run_id, wait_s=wait_s, counts=counts)


def _hold(asking: Asking, run_id: UUID) -> None:
    """Keep the sweep from ringing for it as long as a call may take."""
    with asking.transactions.begin() as session:
        postpone_summary(session, run_id, wait_s=asking.paying.call_timeout_s, counts=False)


def _write(
    asking: Asking, task: _Task, index: TranscriptIndex, touch: Callable[[], None]
) -> tuple[list[StoredSummary], list[str]]:
    run = task.run
    asker = Asker(run.workspace_id, run.transcript_id, run.id, uuid4(), has_chunk=False, takes_known=run.uses_cache)
    is_last = run.attempts + 1 >= MAX_ATTEMPTS
    who = Who(asker, run.model, None, run.budget_micro_usd, attempts=run.attempts, is_last_attempt=is_last, touch=touch)
    summaries: list[StoredSummary] = []
    failures: list[str] = []
    for topic in task.guide.topics:
        notes = [each for each in task.notes if topic.id in (each.note.question_id, each.note.theme_id)]
        if not notes:
            continue
        listed = {f"n{position}": each for position, each in enumerate(notes, start=1)}
        request = summary_request(task.prompt, topic, [(short, each.note) for short, each in listed.items()])
        try:
            answered = asking.ask(request, who)
        except ModelError as error:
            failures.append(f"no summary of {topic.id}: {error}")
            continue
        except RetryableError as error:
            most = MAX_BUSY_ATTEMPTS if isinstance(error, ModelBusyError) else MAX_ATTEMPTS
            if isinstance(error, NotYetError) or run.attempts + 1 < most:
                raise
            failures.append(f"no summary of {topic.id}: {error} ({run.attempts + 1} attempts)")
            continue
        summaries.append(StoredSummary(take_sentences(topic, answered.answer, listed, index), answered.model_served))
    return summaries, failures


def take_sentences(
    topic: Question | Theme, answer: SummaryAnswer, listed: dict[str, StoredNote], index: TranscriptIndex
) -> Summary:
    """Keep the sentences that cite notes of the list and say nothing that these have not; the others are dropped."""
    taken, dropped = [], []
    for sentence in answer.sentences:
        text = " ".join(sentence.text.split())
        cited = [listed[short] for short in dict.fromkeys(sentence.notes) if short in listed]
        reason = _objection(text, cited, len(set(sentence.notes) - set(listed)), index)
        if reason is None:
            taken.append(Sentence(text, tuple(each.id for each in cited), tuple(each.revision for each in cited)))
        else:
            dropped.append(DroppedSentence(text, reason))
    return Summary(topic.id, tuple(taken), tuple(dropped))


def _objection(text: str, cited: Sequence[StoredNote], unknown: int, index: TranscriptIndex) -> str | None:
    if not text:
        return "it is empty"
    if not cited:
        return "it cites no note of the list"
    if unknown:
        return "it cites a note that is not in the list"
    evidence: list[Evidence] = [each for stored in cited for each in stored.note.evidence]
    flags = unsaid(text, evidence, index)
    return ", ".join(FLAGS[flag] for flag in flags) or None


def _finish(
    transactions: Transactions, run_id: UUID, summaries: Sequence[StoredSummary], failures: Sequence[str]
) -> tuple[StoredRun, RunState] | None:
    """Give the run as it was, and its state afterwards. None: it was erased meanwhile."""
    with transactions.begin() as session:
        run = find_run(session, run_id, lock=True)
        if run is None:
            return None
        if run.state is not RunState.SUMMARISING:
            return run, run.state
        for each in summaries:
            save_summary(session, run_id, each)
        state = final_state(Counter(chunk.state for chunk in chunk_ledger(session, run_id)))
        set_state(session, run_id, state, reason="; ".join(filter(None, [run.reason, *failures])) or None)
    return run, state


def _load(transactions: Transactions, transcript_id: UUID) -> Transcript:
    with transactions.begin() as session:
        return load_transcript(session, transcript_id)
