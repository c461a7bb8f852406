"""The commands that put work in, and take it out again: submit, retry, cancel."""

import json
import sys
from functools import partial
from pathlib import Path
from uuid import UUID, uuid4

from notes_pipeline.bootstrap import Services, Wishes, run_options
from notes_pipeline.cli.exits import Exit, complain, exit_code, printable
from notes_pipeline.cli.files import read_file
from notes_pipeline.cli.printing import print_run
from notes_pipeline.cli.run import EXITS, work_until_over
from notes_pipeline.cli.services import upgrade
from notes_pipeline.cli.supervisor import database, stoppable
from notes_pipeline.core.errors import InputError, NotesPipelineError, NotFoundError, ServiceUnavailableError
from notes_pipeline.core.naming import WhoSpeaks
from notes_pipeline.settings import read_settings
from notes_pipeline.steps.cancel_run import cancel_run
from notes_pipeline.steps.ingest import IngestedGuide, general_guide, ingest_guide, ingest_transcript
from notes_pipeline.steps.next_work import NOTHING, NextWork
from notes_pipeline.steps.patience import insist
from notes_pipeline.steps.read_run import find_run, read_run
from notes_pipeline.steps.request_run import RequestedRun, RunOptions, request_run
from notes_pipeline.steps.retry_run import retry_run
from notes_pipeline.store.database import server_version
from notes_pipeline.telemetry.context import bound
from notes_pipeline.telemetry.tracing import span, start_tracing, traceparent
from notes_pipeline.worker.app import create_app
from notes_pipeline.worker.doorbell import Doorbell


def submit_files(
    files: list[Path], guide: Path | None, wishes: Wishes, *, who: WhoSpeaks, encoding: str | None, as_json: bool
) -> Exit:
    """Store a run for each file, tell the workers, and print the runs' ids; what cannot be read is named."""
    settings = read_settings()
    if settings.database_url is None:
        raise ServiceUnavailableError(
            "nobody would work on it: set DATABASE_URL and REDIS_URL and start `notes-pipeline worker`, or use "
            "`notes-pipeline run`, which starts all it needs"
        )
    start_tracing("notes-submit")
    services = Services(settings)
    server_version(services.engine)
    guide_data, guide_name = (general_guide(), "general.yaml") if guide is None else (read_file(guide), guide.name)
    asked = ingest_guide(services.transactions, settings.notes_workspace, guide_data, guide_name)
    options = run_options(services, wishes)
    request_id = f"submit-{uuid4().hex[:12]}"
    stored, failed = [], Exit.OK
    for file in files:
        try:
            stored.append((file, _submit(services, file, asked, options, who, encoding, request_id)))
        except NotesPipelineError as error:
            complain(error if str(file) in str(error) else InputError(f"{file}: {error}"))
            failed = exit_code(error)
    new = tuple(run.id for _, run in stored if run.is_new)
    with bound(request_id=request_id):
        is_heard = _ring(services, NextWork(plan=new))
    if not is_heard:
        print("the broker does not answer: the workers find the runs by themselves within a minute", file=sys.stderr)
    services.engine.dispose()
    if as_json:
        lines = [
            {"file": str(file), "run": str(run.id), "is_new": run.is_new, "state": run.state} for file, run in stored
        ]
        print(json.dumps(lines, indent=1))
    else:
        for file, run in stored:
            print(f"{run.id}  {printable(str(file))}{'' if run.is_new else f'  (stored: {run.state})'}")
    return failed


def _submit(
    services: Services,
    file: Path,
    guide: IngestedGuide,
    options: RunOptions,
    who: WhoSpeaks,
    encoding: str | None,
    request_id: str,
) -> RequestedRun:
    settings = services.settings
    transcript = ingest_transcript(
        services.transactions,
        settings.notes_workspace,
        read_file(file),
        file.name,
        most_characters=settings.notes_max_transcript_characters,
        who=who,
        encoding=encoding,
    )
    with span("upload", notes__transcript_id=str(transcript.id)) as traced:
        run = request_run(
            services.transactions,
            settings.notes_workspace,
            transcript,
            guide,
            options,
            services.prompts,
            limits=services.limits,
            request_id=request_id,
            traceparent=traceparent(),
        )
        traced.set(notes__run_id=str(run.id))
    return run


def retry(of: UUID | None) -> Exit:
    """Draft what failed of a run once more; without servers of one's own wait for its end, as `run` does."""
    settings = read_settings()
    with stoppable(), database(settings) as with_database:
        upgrade(with_database)
        services = Services(with_database)
        try:
            run_id = find_run(services.transactions, settings.notes_workspace, of)
            before = read_run(services.transactions, run_id).run
            deadline_s = settings.notes_run_deadline_s
            work = insist(partial(retry_run, services.transactions, run_id, deadline_s=deadline_s))
            if work == NOTHING and before.state.is_final:
                print(f"nothing to retry: the run {run_id} is {before.state}")
                return Exit.OK
            if settings.database_url is not None and settings.redis_url is not None:
                _ring(services, work)
                print(f"{run_id} is tried again; `notes-pipeline show {run_id}` tells how it went")
                return Exit.OK
            work_until_over(services, run_id, work if work != NOTHING else NextWork(plan=(run_id,)))
            report = read_run(services.transactions, run_id)
        finally:
            services.engine.dispose()
    print_run(report, report.notes)
    return EXITS[report.run.state]


def cancel(of: UUID) -> Exit:
    """Stop a run; calls in flight end by themselves, and their answers are kept."""
    settings = read_settings()
    with database(settings) as with_database:
        upgrade(with_database)
        services = Services(with_database)
        try:
            run_id = find_run(services.transactions, settings.notes_workspace, of)
            is_cancelled = insist(partial(cancel_run, services.transactions, run_id))
            state = read_run(services.transactions, run_id).run.state
        except NotFoundError as error:
            raise NotFoundError(f"no run has the id {of}") from error
        finally:
            services.engine.dispose()
    print(f"{run_id} is cancelled" if is_cancelled else f"{run_id} has ended already: {state}")
    return Exit.OK


def _ring(services: Services, work: NextWork) -> bool:
    """Tell the workers; False: the broker does not hear."""
    url = services.settings.redis_url
    return url is None or Doorbell(create_app(url)).ring(work)
