"""What the endpoint of the model says."""

from notes_pipeline.bootstrap import Services
from notes_pipeline.core.errors import NotesPipelineError
from notes_pipeline.diagnosis.facts import ModelFacts
from notes_pipeline.settings import OPENAI_URL


def gather_model(services: Services) -> ModelFacts | None:
    """Ask the endpoint what it offers. None: our own offline model, which a command starts."""
    settings = services.settings
    if settings.uses_offline_model:
        return None
    place = settings.openai_base_url or OPENAI_URL
    name = settings.notes_model
    offered: tuple[str, ...] | None = None
    said: str | None = None
    try:
        name = services.models.default()
        offered = tuple(services.models.client(name).list_models())
    except NotesPipelineError as error:
        said = str(error)
    names = [each for each in (name, settings.notes_fallback_model) if each is not None]
    try:
        priced = {each: services.prices.of(each) is not None for each in names}
    except NotesPipelineError:  # the list cannot be read, which is a finding of its own
        priced = {}
    return ModelFacts(place=place, name=name, offered=offered, error=said, is_priced=priced)
