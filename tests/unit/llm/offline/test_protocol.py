import pytest

from notes_pipeline.core.endpoints import AnswerMode
from notes_pipeline.llm.answers import DRAFT, JUDGE, PROBE, REPAIR, SUMMARY
from notes_pipeline.llm.forms import Answer, AnswerForm
from notes_pipeline.llm.modes import schema_instruction, with_schema
from notes_pipeline.llm.offline.protocol import ChatRequest
from notes_pipeline.llm.rendering import Message


def request(*messages: Message, **options: object) -> ChatRequest:
    return ChatRequest.model_validate({"model": "m", "messages": list(messages), **options})


@pytest.mark.parametrize("form", [DRAFT, REPAIR, JUDGE, SUMMARY, PROBE], ids=lambda form: str(form.name))
def test_a_form_is_known_by_its_schema_in_the_prompt(form: AnswerForm[Answer]) -> None:
    messages = with_schema(({"role": "system", "content": "Work."}, {"role": "user", "content": "Data."}), form)
    assert request(*messages).form == form.name


def test_a_schema_that_is_sent_along_names_the_form() -> None:
    wanted = {"type": "json_schema", "json_schema": {"name": "draft_notes"}}
    asked = request({"role": "user", "content": schema_instruction(JUDGE)}, response_format=wanted)
    assert (asked.form, asked.form_in_prompt, asked.mode) == ("draft_notes", "judge_support", AnswerMode.JSON_SCHEMA)


def test_a_schema_that_somebody_speaks_of_is_data() -> None:
    said: Message = {"role": "user", "content": schema_instruction(JUDGE)}
    assert request({"role": "system", "content": "Work."}, said).form is None


def test_without_a_format_text_is_wanted() -> None:
    assert request({"role": "user", "content": "Hello."}).mode is AnswerMode.TEXT
