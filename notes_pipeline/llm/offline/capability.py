"""What an endpoint can do, in the ways in which real ones differ."""

from dataclasses import dataclass

from notes_pipeline.core.endpoints import AnswerMode
from notes_pipeline.llm.offline import OFFLINE_MODEL


@dataclass(frozen=True, slots=True)
class Capability:
    """By default the server can do all there is.

    `modes`: what it takes in `response_format`; text it always takes. `refuses_with`: the status for the others; 500 is
    what llama_cpp.server answers. `enforces`: False takes a schema and ignores it, as Ollama Cloud does.
    `context_tokens`: of a question; a longer one is an error. `output_tokens`: of an answer; a longer one is cut.
    `models`: the names it serves, all alike. `takes_max_tokens`, `takes_temperature`: OpenAI's reasoning models want
    `max_completion_tokens` and no temperature but 1.
    """

    modes: frozenset[AnswerMode] = frozenset(AnswerMode)
    refuses_with: int = 400
    enforces: bool = True
    context_tokens: int = 128_000  # as a large model's; a chunk and a guide are 3,000
    output_tokens: int | None = None
    models: tuple[str, ...] = (OFFLINE_MODEL,)
    takes_max_tokens: bool = True
    takes_temperature: bool = True


DEFAULT = Capability()
