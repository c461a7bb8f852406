"""The rungs of the ladder below a schema that the server enforces: the schema stands in the prompt."""

from notes_pipeline.core.endpoints import AnswerMode
from notes_pipeline.llm.forms import A, AnswerForm
from notes_pipeline.llm.rendering import Message

__all__ = ["AnswerMode", "schema_instruction", "with_schema"]


def with_schema(messages: tuple[Message, ...], form: AnswerForm[A]) -> tuple[Message, ...]:
    """Write the schema at the end of the first message, where it is part of the prefix that never changes."""
    first, *rest = messages
    content = f"{first['content']}\n\n{schema_instruction(form)}"
    return ({"role": first["role"], "content": content}, *rest)


def schema_instruction(form: AnswerForm[A]) -> str:
    wanted = f"Answer with one JSON object that fits the JSON schema `{form.name}`, and with nothing else:"
    return f"{wanted}\n{form.schema_text}"
