"""What can go wrong between us and a model, to be had on demand: which fault meets which request."""

import hashlib
import random
from collections import Counter
from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field


class Fault(StrEnum):
    # The answer is whole, but late.
    SLOW = "slow"  # `value`: seconds before the answer, 3 by default
    DRIP = "drip"  # `value`: seconds over which the answer trickles in, 10 by default
    # No answer, or an error.
    TIMEOUT = "timeout"  # `value`: seconds of silence, then the connection ends; 3600 by default
    RATE_LIMIT = "rate_limit"  # 429; `value`: Retry-After in seconds, 1 by default
    QUOTA = "quota"
    SERVER_ERROR = "server_error"  # 500
    BAD_GATEWAY = "bad_gateway"  # 502 with a page of HTML, as proxies answer
    RESET = "reset"
    CUT = "cut"  # the connection ends in the middle of the body
    WRONG_KEY = "wrong_key"
    UNKNOWN_MODEL = "unknown_model"
    TOO_LONG = "too_long"
    # 200, but not what was asked for.
    NOT_JSON = "not_json"
    NO_CHOICES = "no_choices"
    MALFORMED = "malformed"  # the content is no JSON
    WRONG_SCHEMA = "wrong_schema"  # JSON of another form
    TRUNCATED = "truncated"
    REFUSAL = "refusal"
    CONTENT_FILTER = "content_filter"
    EMPTY = "empty"
    OTHER_MODEL = "other_model"  # served by another model than the one asked for
    NO_USAGE = "no_usage"
    SAYS = "says"  # the content is `text`, whatever was asked
    # Well-formed, and wrong: what verification is there for. A draft may be each of it, a repair the first three.
    INVENTED = "invented"  # quotes that nobody said
    BENT = "bent"  # quotes with a negation dropped or a number changed
    WRONG_SPEAKER = "wrong_speaker"
    UNKNOWN_IDS = "unknown_ids"
    WRONG_NUMBERS = "wrong_numbers"  # utterances that the prompt does not show


class Rule(BaseModel):
    """Where a fault happens. The first rule that fits a request decides; without one it is answered well.

    `fault`: None answers well, too. `text`: what `SAYS` says. `contains`: in any message. `form`, `model`: only
    requests for the form or the model of this name, None for all. `times`: how often, None for ever. `share`: of the
    requests that fit, chosen by the seed, the model, the form and the prompt, so the order of arrival plays no part.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    fault: Fault | None
    value: float | None = Field(default=None, ge=0)
    text: str = ""
    contains: str = ""
    form: str | None = None
    model: str | None = None
    times: int | None = Field(default=None, ge=0)
    share: float = Field(default=1.0, ge=0, le=1)


class Choice(NamedTuple):
    fault: Fault | None
    value: float | None = None
    text: str = ""


# What a client gets is no whole completion, though the status may be 200.
NO_ANSWER = frozenset({Fault.CUT, Fault.NOT_JSON, Fault.NO_CHOICES})


def script(*faults: Fault | None) -> list[Rule]:
    """Give the rules for one request after the other; those after the last are answered well."""
    return [Rule(fault=fault, times=1) for fault in faults]


class FaultPlan:
    """Chooses by rules, and counts what it has chosen. Not for threads: the server asks it from its event loop."""

    def __init__(self, rules: Sequence[Rule] = (), seed: int = 0) -> None:
        self._rules = list(rules)
        self._seed = seed
        self._used: Counter[int] = Counter()
        self._seen: Counter[str] = Counter()

    def choose(self, prompt: str, *, form: str | None = None, model: str = "") -> Choice:
        """Choose for a request. `prompt`: all its messages. `form`: the name of the form asked for, None: of none."""
        identity = hashlib.sha256(f"{model}\0{form or ''}\0{prompt}".encode(errors="replace")).hexdigest()
        self._seen[identity] += 1
        for position, rule in enumerate(self._rules):
            if rule.times is not None and self._used[position] >= rule.times:
                continue
            if rule.contains not in prompt or rule.form not in (None, form) or rule.model not in (None, model):
                continue
            chance = random.Random(f"{self._seed} {position} {identity} {self._seen[identity]}").random()  # noqa: S311
            if chance >= rule.share:
                continue
            self._used[position] += 1
            return Choice(rule.fault, rule.value, rule.text)
        return Choice(None)


def of_model_name(name: str) -> tuple[str, Choice]:
    """Take "model+rate_limit=7" apart into the model and the fault that the caller wants.

    Raises:
        ValueError: there is no such fault.
    """
    model, _, wish = name.partition("+")
    fault, _, value = wish.partition("=")
    return model, Choice(Fault(fault) if fault else None, float(value) if value else None)
