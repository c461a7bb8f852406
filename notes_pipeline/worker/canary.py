"""The canary of the workers: a gold set that one of them evaluates once a day."""

from dataclasses import dataclass

import structlog

from notes_pipeline.bootstrap import Services, micro_usd
from notes_pipeline.core.errors import InputError
from notes_pipeline.core.gold import GoldSet
from notes_pipeline.steps.canary import run_canary
from notes_pipeline.steps.draft_chunk import Drafting
from notes_pipeline.steps.evaluate import Evaluating, EvaluationStoppedError, open_gold_set

log = structlog.get_logger()

CALLS = 4  # at once: researchers' chunks go on beside it
LIMIT_S = 1500.0  # below the broker's visibility timeout, after which the message would come again


@dataclass(frozen=True, slots=True)
class DailyCanary:
    """`gold`: as the file was when the worker started."""

    services: Services
    evaluating: Evaluating
    gold: GoldSet

    def run(self) -> None:
        """Evaluate the set unless somebody did or does so today."""
        model, webhook = self.services.models.default(), self.services.settings.notes_alarm_webhook
        try:
            run_canary(self.evaluating, self.gold, model, webhook=webhook, only_if_due=True)
        except EvaluationStoppedError:
            log.info("canary_stopped", set=self.gold.name)

    def stop(self) -> None:
        """Have a canary under way end after the calls in hand; another worker starts it anew."""
        self.evaluating.stop.set()


def daily_canary(services: Services, drafting: Drafting) -> DailyCanary | None:
    """Make the canary of the settings. None: none is set, or it cannot be read, which must not stop other work."""
    settings = services.settings
    if settings.notes_canary is None:
        return None
    try:
        gold = open_gold_set(settings.notes_canary)
    except InputError as error:
        log.error("canary_unreadable", setting="NOTES_CANARY", error=error)
        return None
    evaluating = Evaluating(
        drafting,
        settings.notes_workspace,
        services.prompts,
        concurrency=min(CALLS, settings.notes_concurrency),
        limit_s=LIMIT_S,
        budget_micro_usd=micro_usd(settings.notes_budget_run_usd),
    )
    return DailyCanary(services, evaluating, gold)
