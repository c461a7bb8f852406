"""What an endpoint can do, found out by asking it."""

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from notes_pipeline.core.endpoints import AnswerMode, EndpointProfile
from notes_pipeline.core.errors import (
    ModelConfigurationError,
    ModelError,
    ModelUnreachableError,
    RequestNotTakenError,
)
from notes_pipeline.core.model_calls import Purpose
from notes_pipeline.llm.answers import PROBE
from notes_pipeline.llm.requests import ModelRequest

if TYPE_CHECKING:
    from notes_pipeline.llm.client import ModelClient
    from notes_pipeline.llm.requests import Record

PROBE_TOKENS_OUT = 1_000  # room for a model that thinks first
PROBE_VERSION = "probe-1"  # stands where other calls have the hash of their prompt

# Reasoning models of the OpenAI API refuse a temperature.
_FIXED_TEMPERATURE = re.compile(r"^(o\d|gpt-5)")


# Nothing but a description of something else is asked: the answer fits only if the schema came with the question.
_QUESTION = ModelRequest(
    purpose=Purpose.PROBE,
    prompt_hash=PROBE_VERSION,
    messages=(
        {"role": "system", "content": "You describe what is on a kitchen scale, as data."},
        {"role": "user", "content": "On the scale lies a single quince of 214 grams."},
    ),
    form=PROBE,
    most_tokens_out=PROBE_TOKENS_OUT,
)


def first_guess(base_url: str, model: str) -> EndpointProfile:
    return EndpointProfile(
        AnswerMode.JSON_SCHEMA,
        has_new_limit_name="api.openai.com" in base_url,
        takes_temperature=not _FIXED_TEMPERATURE.match(model),
        is_proven=False,
    )


def probe(client: "ModelClient", record: "Record") -> EndpointProfile:
    """Climb down the ladder until an answer of the form asked for comes back: at most seven small calls.

    A server that fails with 5xx at one rung is asked for the next one, since one known server answers every schema so;
    the rung is tried once more before it is given up. Where no rung works, it is the last one, and not proven.

    Raises:
        ModelBusyError, ModelUnreachableError: it cannot be found out now.
        ModelConfigurationError: a setting is wrong.
    """
    profile = first_guess(client.base_url, client.model)
    failure: ModelUnreachableError | None = None
    failed: EndpointProfile | None = None
    for mode in AnswerMode:
        profile = replace(profile, mode=mode)
        try:
            profile, is_proven = _try(client, profile, record)
        except ModelUnreachableError as error:
            if not error.is_failure_of_theirs or mode is AnswerMode.TEXT:
                raise
            failure, failed = failure or error, failed or profile
            continue
        if is_proven:
            if failed is not None and _works(client, failed, record):
                return replace(failed, is_proven=True)
            return replace(profile, is_proven=True)
    if failure is not None:
        raise failure
    return replace(profile, is_proven=False)


def _works(client: "ModelClient", profile: EndpointProfile, record: "Record") -> bool:
    try:
        return _try(client, profile, record)[1]
    except ModelUnreachableError:
        return False


def _try(client: "ModelClient", profile: EndpointProfile, record: "Record") -> tuple[EndpointProfile, bool]:
    """Ask in one mode; parameters that are refused are changed. Tells whether the answer had the form."""
    for _ in range(3):  # as it is, and once for each parameter
        try:
            return profile, PROBE.fits(client.complete(_QUESTION, profile, record=record))
        except RequestNotTakenError as error:
            if error.parameter in ("max_tokens", "max_completion_tokens") and not profile.has_new_limit_name:
                profile = replace(profile, has_new_limit_name=True)
            elif error.parameter == "temperature" and profile.takes_temperature:
                profile = replace(profile, takes_temperature=False)
            else:
                return profile, False
        except ModelConfigurationError:
            raise
        except ModelError:
            return profile, False  # refused, cut off: not in this mode
    return profile, False
