"""The canary: the same set day after day, so that a model that changes behind its name is noticed."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import httpx2
import structlog

from notes_pipeline.core.drift import band_of, drift
from notes_pipeline.core.errors import NotesPipelineError
from notes_pipeline.core.evaluating import Evaluation
from notes_pipeline.core.gold import GoldSet
from notes_pipeline.steps.evaluate import Evaluating, EvaluationStoppedError, Progress, evaluate
from notes_pipeline.store.evaluations import Asked, drop_canary, evaluations_for_band, finish_canary, start_canary
from notes_pipeline.store.workspaces import ensure_workspace

log = structlog.get_logger()

WEBHOOK_TIMEOUT_S = 10.0
WEBHOOK_WAITS_S = (0.0, 0.5, 2.0)  # before each try


@dataclass(frozen=True, slots=True)
class Canary:
    """A canary that is over. `compared_with`: how many earlier evaluations made the band; 0: it is the first."""

    id: UUID
    evaluation: Evaluation
    alarms: tuple[str, ...]
    compared_with: int


def run_canary(
    evaluating: Evaluating,
    gold: GoldSet,
    model: str,
    *,
    webhook: str | None,
    only_if_due: bool = False,
    progress: Progress = lambda _done, _of: None,
) -> Canary | None:
    """Evaluate a set, compare with what was usual, and raise an alarm where it differs or parts of it failed.

    `webhook`: where an alarm is posted to. `only_if_due`: not where one was started within a day; None: so it was.

    Raises:
        NotesPipelineError: it could not be evaluated; that is an alarm, too, unless it was stopped.
    """
    asked = evaluating.asked(gold, model)
    with evaluating.transactions.begin() as session:
        workspace_id = ensure_workspace(session, evaluating.workspace)
        id_ = start_canary(session, workspace_id, asked, only_if_due=only_if_due)
    if id_ is None:
        return None
    try:
        evaluation = evaluate(evaluating, gold, model, progress=progress)
    except (EvaluationStoppedError, KeyboardInterrupt):
        with evaluating.transactions.begin() as session:
            drop_canary(session, id_)
        raise
    except NotesPipelineError as error:
        _end(evaluating, id_, asked, None, [f"it could not be evaluated: {error}"], webhook)
        raise
    with evaluating.transactions.begin() as session:
        earlier = evaluations_for_band(session, workspace_id, asked)
    alarms = [f"{interview}: {failure}" for interview, failure in evaluation.failures.items()]
    if earlier:
        alarms += [str(each) for each in drift(evaluation, band_of(earlier))]
    _end(evaluating, id_, asked, evaluation, alarms, webhook)
    return Canary(id_, evaluation, tuple(alarms), len(earlier))


def _end(
    evaluating: Evaluating,
    id_: UUID,
    asked: Asked,
    evaluation: Evaluation | None,
    alarms: Sequence[str],
    webhook: str | None,
) -> None:
    with evaluating.transactions.begin() as session:
        finish_canary(session, id_, evaluation, alarms)
    if not alarms:
        log.info("canary_well", evaluation=str(id_), set=asked.set_name, model=asked.model)
        return
    said = {"evaluation": str(id_), "set": asked.set_name, "model": asked.model, "alarms": list(alarms)}
    log.error("canary_alarm", **said)
    if webhook is not None:
        post_alarm(webhook, {"event": "canary_alarm", **said})


def post_alarm(webhook: str, content: dict[str, object], *, waits_s: Sequence[float] = WEBHOOK_WAITS_S) -> bool:
    """Post an alarm as JSON; tell whether it arrived. What fails is logged, without the URL, which may be a secret."""
    reason = ""
    for wait_s in waits_s:
        time.sleep(wait_s)
        try:
            httpx2.post(webhook, json=content, timeout=WEBHOOK_TIMEOUT_S).raise_for_status()
        except httpx2.HTTPStatusError as error:
            reason = f"status {error.response.status_code}"
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            reason = type(error).__name__
        else:
            return True
    log.error("alarm_not_posted", setting="NOTES_ALARM_WEBHOOK", reason=reason, tries=len(waits_s))
    return False
