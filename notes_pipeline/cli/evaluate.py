"""`eval`: judge a model by a gold set, compare evaluations, and make a set of what reviewers decided."""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

from rich.console import Console
from rich.progress import Progress as Bar
from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

from notes_pipeline.bootstrap import Services, micro_usd
from notes_pipeline.cli.as_json import to_text
from notes_pipeline.cli.evaluation_report import (
    PlainEvaluation,
    change_json,
    head_json,
    print_changes,
    print_result,
    result_json,
)
from notes_pipeline.cli.exits import Exit
from notes_pipeline.cli.services import upgrade
from notes_pipeline.cli.stored import stored_services
from notes_pipeline.cli.supervisor import database, stoppable
from notes_pipeline.core.drift import compare
from notes_pipeline.core.errors import InputError, ModelConfigurationError, NotFoundError
from notes_pipeline.core.gold import GoldSet
from notes_pipeline.llm.gate import Gate, OpenGate
from notes_pipeline.llm.recording import Recording, RecordingModel, ReplayedModel, read_recording
from notes_pipeline.logs import configure_logging
from notes_pipeline.settings import Settings, read_settings
from notes_pipeline.steps.asking import Asking
from notes_pipeline.steps.canary import Canary, run_canary
from notes_pipeline.steps.evaluate import (
    Evaluating,
    Progress,
    evaluate,
    keep_evaluation,
    open_gold_set,
)
from notes_pipeline.steps.export_gold import export_gold
from notes_pipeline.steps.paying import Model
from notes_pipeline.store.budgets import NO_BUDGETS
from notes_pipeline.store.evaluations import StoredEvaluation, latest_evaluations, load_evaluation
from notes_pipeline.store.workspaces import ensure_workspace
from notes_pipeline.worker.doorbell import redis_client
from notes_pipeline.worker.process import make_drafting

LIMIT_S = 4 * 3600.0  # a set of a hundred interviews with a slow local model
_LATEST = ("last", "previous")


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the user asked for. `model` None: the one of the settings, or of the recording that is replayed."""

    model: str | None = None
    record: Path | None = None
    replay: Path | None = None
    is_canary: bool = False


def evaluate_set(path: Path, wishes: Wishes, *, as_json: bool) -> Exit:
    """Evaluate a model on a set, print how it did, and store that."""
    settings = read_settings()
    configure_logging(as_json=settings.logs_as_json(sys.stderr.isatty()))
    gold = open_gold_set(path)
    with stoppable(), ExitStack() as stack:
        settings = stack.enter_context(database(settings))
        upgrade(settings)
        if settings.uses_offline_model and wishes.replay is None:
            settings = stack.enter_context(_with_offline_model(settings))
        services = Services(settings)
        stack.callback(services.engine.dispose)
        model, wrap = _model(services, wishes, stack)
        gate: Gate = OpenGate()
        if settings.redis_url is not None and wishes.replay is None:
            gate = services.gate(redis_client(settings.redis_url))
        drafting, renewal = make_drafting(services, gate)
        renewal.start()
        stack.callback(renewal.stop)
        evaluating = Evaluating(
            replace(drafting, asking=wrap(drafting.asking)),
            settings.notes_workspace,
            services.prompts,
            concurrency=settings.notes_concurrency,
            limit_s=LIMIT_S,
            budget_micro_usd=None if wishes.replay is not None else micro_usd(settings.notes_budget_run_usd),
        )
        result = _evaluated(evaluating, gold, model, settings, wishes)
    asked = evaluating.asked(gold, model)
    if as_json:
        print(to_text(result_json(result, asked, gold)))
    else:
        print_result(result, asked, gold, evaluating.prompt.version)
    if isinstance(result, Canary) and result.alarms:
        return Exit.PARTIAL
    return Exit.FAILED if len(result.evaluation.failures) == len(gold.interviews) else Exit.OK


def _evaluated(
    evaluating: Evaluating, gold: GoldSet, model: str, settings: Settings, wishes: Wishes
) -> "Canary | PlainEvaluation":
    with _progress() as progress:
        if wishes.is_canary:
            canary = run_canary(evaluating, gold, model, webhook=settings.notes_alarm_webhook, progress=progress)
            if canary is not None:
                return canary
        evaluation = evaluate(evaluating, gold, model, progress=progress)
    return PlainEvaluation(keep_evaluation(evaluating, gold, evaluation), evaluation)


@contextmanager
def _with_offline_model(settings: Settings) -> Iterator[Settings]:
    from notes_pipeline.llm.offline import OFFLINE_MODEL
    from notes_pipeline.llm.offline.serving import running_offline_model

    with running_offline_model() as url:
        name = settings.notes_model or OFFLINE_MODEL
        yield settings.model_copy(update={"openai_base_url": url, "notes_model": name})


def _model(services: Services, wishes: Wishes, stack: ExitStack) -> tuple[str, Callable[[Asking], Asking]]:
    """Give the name of the model to ask, and what puts recording or replaying between.

    Raises:
        InputError: the recording cannot be used.
        ModelUnreachableError: the endpoint does not answer.
    """
    if wishes.replay is not None:
        answers = read_recording(wishes.replay)
        names = sorted({answer.model for answer in answers.values()})
        if wishes.model is None and len(names) != 1:
            raise InputError(f"{wishes.replay} has answers of {', '.join(names) or 'no model'}; choose one by --model")
        # What was paid when it was recorded is not spent again: no budget holds it up.
        return wishes.model or names[0], lambda asking: replace(
            asking,
            paying=replace(asking.paying, budgets=NO_BUDGETS),
            models=lambda name: ReplayedModel(name, answers),
        )
    model = wishes.model or services.models.default()
    with suppress(ModelConfigurationError):  # what the endpoint says to the evaluation itself is more to the point
        services.models.client(model).list_models()
    if wishes.record is None:
        return model, lambda asking: asking
    recording = Recording(wishes.record)
    stack.callback(recording.close)

    def recorded(name: str) -> Model:
        return RecordingModel(services.models(name), name, recording)

    return model, lambda asking: replace(asking, models=recorded)


@contextmanager
def _progress() -> Iterator[Progress]:
    """Show on stderr how many chunks are done."""
    out = Console(stderr=True)
    with Bar(
        SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=out, transient=True
    ) as bar:
        shown = bar.add_task("reading")
        yield lambda done, of: bar.update(shown, description=f"chunks drafted {done}/{of}")


def compare_stored(one: str, other: str, path: Path | None, model: str | None, *, as_json: bool) -> Exit:
    """Print what changed between two stored evaluations.

    Each is an id, `last` or `previous`: of all evaluations, or of those of the set and the model that are named.
    """
    gold = None if path is None else open_gold_set(path)
    with stored_services() as services:
        before, after = (_find(services, each, gold, model) for each in (one, other))
    if before.evaluation is None or after.evaluation is None:
        raise InputError("one of the evaluations has not come to its end; compare others")
    changes = compare(before.evaluation, after.evaluation)
    known = {each.interview_id for each in (*before.evaluation.interviews, *after.evaluation.interviews)}
    left_out = len(known) - changes[0].interviews
    if as_json:
        sides = [head_json(each.id, each.asked) for each in (before, after)]
        listed = [change_json(change) for change in changes]
        print(
            to_text(
                {
                    "before": sides[0],
                    "after": sides[1],
                    "interviews": changes[0].interviews,
                    "left_out": left_out,
                    "changes": listed,
                }
            )
        )
    else:
        print_changes(before, after, changes, left_out)
    return Exit.OK


def _find(services: Services, name: str, gold: GoldSet | None, model: str | None) -> StoredEvaluation:
    with services.transactions.begin() as session:
        workspace_id = ensure_workspace(session, services.settings.notes_workspace)
        if name not in _LATEST:
            try:
                id_ = UUID(name)
            except ValueError:
                raise InputError(f"{name!r} is no id of an evaluation, nor last or previous") from None
            return load_evaluation(session, workspace_id, id_)
        set_hash = None if gold is None else gold.content_hash
        latest = latest_evaluations(session, workspace_id, set_hash=set_hash, model=model, limit=len(_LATEST))
    position = _LATEST.index(name)
    if position >= len(latest):
        raise NotFoundError(f"there are {len(latest)} such evaluations, so there is no {name} one")
    return latest[position]


def export_set(folder: Path) -> Exit:
    """Write reviewers' decisions as a gold set into a folder that has none.

    Raises:
        InputError: nobody has decided on anything, or the folder has a set, or cannot be written.
    """
    with stored_services() as services:
        files = export_gold(services.transactions, services.settings.notes_workspace)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any((folder / name).exists() for name in files):
            raise InputError(f"{folder}: there is a set in it already; name another folder")
        for name, data in files.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_bytes(data)
    except OSError as error:
        raise InputError(f"{folder}: {(error.strerror or str(error)).lower()}") from error
    gold = open_gold_set(folder)
    passages = sum(len(each.passages) for each in gold.interviews)
    rejected = sum(len(each.negatives) for each in gold.interviews)
    print(f"{folder}: {len(gold.interviews)} interviews, {passages} passages, {rejected} rejected")
    print("No passage is marked as essential and no question has a state yet: add them by hand where you know them.")
    return Exit.OK
