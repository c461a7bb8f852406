"""`run`: one interview from the file to the printed notes."""

import sys
import time
from contextlib import suppress
from pathlib import Path
from shutil import disk_usage
from uuid import UUID

from rich.console import Console
from rich.progress import Progress as Bar
from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

from notes_pipeline.bootstrap import Services, Wishes, run_options
from notes_pipeline.cli.as_json import estimate_json, run_json
from notes_pipeline.cli.exits import Exit, printable
from notes_pipeline.cli.files import read_file
from notes_pipeline.cli.printing import print_demonstration, print_estimate, print_run
from notes_pipeline.cli.services import upgrade
from notes_pipeline.cli.supervisor import WorkingParts, database, stoppable, working_parts
from notes_pipeline.core.errors import ModelConfigurationError
from notes_pipeline.core.guide import Guide
from notes_pipeline.core.naming import WhoSpeaks, name_speakers
from notes_pipeline.core.notes import Note
from notes_pipeline.core.runs import ChunkState, RunState
from notes_pipeline.core.transcript import Transcript
from notes_pipeline.llm.prompts import DRAFT_PROMPT, load_prompt
from notes_pipeline.readers import read_transcript
from notes_pipeline.readers.guides import read_guide
from notes_pipeline.settings import DEFAULT_DATA, Settings, read_settings
from notes_pipeline.steps.demonstrate import check_by_hand
from notes_pipeline.steps.estimate import Estimate, estimate_run
from notes_pipeline.steps.ingest import (
    IngestedGuide,
    IngestedTranscript,
    general_guide,
    ingest_guide,
    ingest_transcript,
)
from notes_pipeline.steps.next_work import NextWork
from notes_pipeline.steps.read_run import Progress, read_progress, read_run
from notes_pipeline.steps.request_run import RunOptions, request_run
from notes_pipeline.worker.app import create_app
from notes_pipeline.worker.doorbell import Doorbell, check_broker

POLL_S = 0.1
LEAST_FREE_BYTES = 4_000_000  # PostgreSQL cannot begin a new part of its log without
EXITS = {
    RunState.FINISHED: Exit.OK,
    RunState.PARTIAL: Exit.PARTIAL,
    RunState.FAILED: Exit.FAILED,
    RunState.CANCELLED: Exit.PARTIAL,
}


def run_file(
    file: Path,
    guide: Path | None,
    wishes: Wishes,
    *,
    who: WhoSpeaks,
    encoding: str | None,
    as_json: bool,
    only_estimate: bool,
    demonstrate: Path | None,
) -> Exit:
    """Take a file through the whole pipeline, print its notes, and stop everything that was started."""
    data, name = read_file(file), file.name
    guide_data, guide_name = (general_guide(), "general.yaml") if guide is None else (read_file(guide), guide.name)
    by_hand = None if demonstrate is None else read_file(demonstrate)
    settings = read_settings()
    with stoppable(), database(settings) as with_database:
        upgrade(with_database)
        services = Services(with_database)
        try:
            options = run_options(services, wishes)
            if only_estimate:
                transcript, _ = name_speakers(read_transcript(data, name, present=who.labels, encoding=encoding), who)
                estimate = _estimate(services, transcript, read_guide(guide_data, guide_name), options)
                print(estimate_json(estimate, options.model)) if as_json else print_estimate(estimate, options.model)
                return Exit.OK
            ingested = ingest_transcript(
                services.transactions,
                settings.notes_workspace,
                data,
                name,
                most_characters=settings.notes_max_transcript_characters,
                who=who,
                encoding=encoding,
            )
            asked = ingest_guide(services.transactions, settings.notes_workspace, guide_data, guide_name)
            run_id = _finished_run(services, ingested, asked, options)
            report = read_run(services.transactions, run_id)
        finally:
            services.engine.dispose()
    checked: list[tuple[str, Note]] = []
    if by_hand is not None and demonstrate is not None:
        checked = check_by_hand(by_hand, demonstrate.name, ingested.transcript, asked.guide)
    if as_json:
        print(run_json(report, report.notes, checked))
    else:
        print_run(report, report.notes)
        if checked and demonstrate is not None:
            print_demonstration(str(demonstrate), checked)
        _print_place(settings)
    if report.run.state is not RunState.FINISHED:
        _say(f"The run is {report.run.state.value}: {printable(report.run.reason or 'for no known reason')}")
    return EXITS[report.run.state]


def _estimate(services: Services, transcript: Transcript, guide: Guide, options: RunOptions) -> Estimate:
    settings = services.settings
    return estimate_run(
        services.transactions,
        settings.notes_workspace,
        transcript,
        guide,
        options,
        load_prompt(DRAFT_PROMPT, settings.notes_prompts),
        services.prices,
        concurrency=settings.notes_concurrency,
    )


def _finished_run(
    services: Services, transcript: IngestedTranscript, guide: IngestedGuide, options: RunOptions
) -> UUID:
    """Give a run that is over: the stored one of the same request, or a new one, worked on by a worker of our own.

    Raises:
        ModelUnreachableError: the endpoint does not answer, and there is no other to fall back to.
    """
    settings = services.settings
    run = request_run(
        services.transactions,
        settings.notes_workspace,
        transcript,
        guide,
        options,
        services.prompts,
        limits=services.limits,
    )
    if run.state.is_final:
        _say(f"This run is stored, nothing was asked again (--anew asks again): {run.id}")
        return run.id
    if not settings.uses_offline_model and settings.notes_fallback_model is None:
        with suppress(ModelConfigurationError):  # what the endpoint says to the run itself is more to the point
            services.models.client(options.model).list_models()
    work_until_over(services, run.id, NextWork(plan=(run.id,)))
    return run.id


def work_until_over(services: Services, run_id: UUID, work: NextWork) -> None:
    """Ring for the work of a run, with a worker of our own beside others, and show progress until the run is over."""
    with working_parts(services.settings) as parts:
        if parts.settings.redis_url is not None:
            check_broker(parts.settings.redis_url)
            Doorbell(create_app(parts.settings.redis_url)).ring(work)
        _wait(services, run_id, parts)


def _wait(services: Services, run_id: UUID, parts: WorkingParts) -> None:
    """Show progress on stderr until the run is over.

    Raises:
        ServiceUnavailableError: the worker ended before the run did.
    """
    with Bar(
        SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=Console(stderr=True)
    ) as bar:
        shown = bar.add_task("starting")
        last = ""
        while True:
            progress = read_progress(services.transactions, run_id)
            description = _describe(progress) + _full_disk(parts.settings)
            bar.update(shown, description=description)
            if description != last and not bar.console.is_terminal:
                _say(description)
            last = description
            if progress.run.state.is_final:
                return
            parts.check()
            time.sleep(POLL_S)


def _describe(progress: Progress) -> str:
    total = progress.run.chunks_total
    if total is None:
        return "reading"
    ended = progress.chunks.get(ChunkState.DONE, 0) + progress.chunks.get(ChunkState.FAILED, 0)
    waiting = f" (waiting: {printable(progress.waiting)})" if progress.waiting else ""
    return f"chunks drafted {ended}/{total}, quotes checked {progress.quotes}, notes {progress.claims}{waiting}"


def _full_disk(settings: Settings) -> str:
    """Say so where the disk of the embedded servers is full: until it is not, nothing is stored, and nothing lost."""
    if read_settings().database_url is not None or disk_usage(settings.notes_data).free > LEAST_FREE_BYTES:
        return ""
    return f" (waiting: the disk of {settings.notes_data} is full: make room, and it goes on)"


def _print_place(settings: Settings) -> None:
    if settings.database_url is None:
        removal = "`make clean` removes it" if settings.notes_data == DEFAULT_DATA else "remove the folder to forget it"
        _say(f"\nData: {settings.notes_data.absolute()} ({removal}). Once more: .venv/bin/notes-pipeline show")


def _say(text: str) -> None:
    print(text, file=sys.stderr)
