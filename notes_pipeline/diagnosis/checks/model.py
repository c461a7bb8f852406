"""What is usually wrong with the model that is asked."""

from collections.abc import Iterator

from notes_pipeline.diagnosis.facts import Facts, ModelFacts
from notes_pipeline.diagnosis.findings import Finding, Severity, error, fine, warning
from notes_pipeline.settings import OPENAI_URL, Settings


def check_model(facts: Facts) -> Iterator[Finding]:
    settings, model = facts.settings, facts.model
    if settings.uses_offline_model:
        yield from offline(facts)
        return
    found = [*key(settings), *fallback(settings)]
    if model is not None:
        found += [*answers(model), *offered(model), *price(settings, model)]
    yield from found
    if model is not None and all(each.severity is Severity.OK for each in found):
        yield fine("model", f"{model.name} is offered at {model.place}")


def offline(facts: Facts) -> Iterator[Finding]:
    """A trial needs no model; people who set up a database expect one."""
    if facts.is_deployment:
        yield warning(
            "offline_model",
            "NO LANGUAGE MODEL IS SET: notes are picked by word statistics, and no runs can be worked on unless the "
            "offline model is served",
            "set OPENAI_API_KEY, or OPENAI_BASE_URL and NOTES_MODEL",
        )
    else:
        yield fine("model", "the offline model, which picks passages by word statistics and understands nothing")


def key(settings: Settings) -> Iterator[Finding]:
    def needs(url: str | None) -> bool:
        return url is None or url.rstrip("/") == OPENAI_URL

    if needs(settings.openai_base_url) and settings.openai_api_key is None:
        yield error("model_key", f"{OPENAI_URL} needs a key, and OPENAI_API_KEY is not set", "set OPENAI_API_KEY")
    other = settings.notes_fallback_base_url
    if settings.notes_fallback_model and other and needs(other) and settings.notes_fallback_api_key is None:
        yield error(
            "fallback_key", f"{other} needs a key, and NOTES_FALLBACK_API_KEY is not set", "set NOTES_FALLBACK_API_KEY"
        )


def fallback(settings: Settings) -> Iterator[Finding]:
    name, url = settings.notes_fallback_model, settings.notes_fallback_base_url
    same_place = url is None or url.rstrip("/") == (settings.openai_base_url or OPENAI_URL).rstrip("/")
    if name is not None and name == settings.notes_model and same_place:
        yield warning(
            "fallback_same",
            f"NOTES_FALLBACK_MODEL is {name} at the same endpoint as NOTES_MODEL: what stops one stops the other",
            "name another model, or another endpoint by NOTES_FALLBACK_BASE_URL",
        )
    if name is None and url is not None:
        yield warning(
            "fallback_without_model",
            "NOTES_FALLBACK_BASE_URL is set without NOTES_FALLBACK_MODEL: there is no fallback",
            "set NOTES_FALLBACK_MODEL",
        )


def answers(model: ModelFacts) -> Iterator[Finding]:
    if model.error is not None:
        yield error("model_answers", model.error, "correct OPENAI_BASE_URL, OPENAI_API_KEY or NOTES_MODEL")


def offered(model: ModelFacts) -> Iterator[Finding]:
    if model.name is not None and model.offered is not None and model.name not in model.offered:
        names = ", ".join(model.offered[:10]) or "none"
        yield error(
            "model_offered", f"{model.place} does not offer {model.name}", f"set NOTES_MODEL to one of: {names}"
        )


def price(settings: Settings, model: ModelFacts) -> Iterator[Finding]:
    """A model without a price cannot have a budget: each of its calls would be refused."""
    budgets = {
        "NOTES_BUDGET_RUN_USD": settings.notes_budget_run_usd,
        "NOTES_BUDGET_DAY_USD": settings.notes_budget_day_usd,
        "NOTES_BUDGET_WORKSPACE_USD": settings.notes_budget_workspace_usd,
    }
    named = [name for name, budget in budgets.items() if budget is not None]
    for name, is_priced in model.is_priced.items():
        if named and not is_priced:
            yield error(
                "model_price",
                f"{', '.join(named)} is set, and the price of {name} is not known: nothing can be asked",
                "add its price to a list of your own and name that by NOTES_PRICES",
            )
