import json
from dataclasses import replace

import pytest

from notes_pipeline.core.chunking import chunk_transcript
from notes_pipeline.core.errors import ModelAnswerError
from notes_pipeline.core.guide import Question
from notes_pipeline.core.notes import CoverageState, Quote
from notes_pipeline.core.roles import Roles
from notes_pipeline.llm.answers import DRAFT, JUDGE, MAX_NOTES, REPAIR, SUMMARY, DraftAnswer
from notes_pipeline.llm.forms import AnswerForm
from notes_pipeline.llm.generating import (
    Draft,
    ask_in_form,
    draft_context,
    draft_request,
    read_draft,
    topic_hashes,
)
from notes_pipeline.llm.prompts import DRAFT_PROMPT, load_prompt
from notes_pipeline.llm.rendering import render_chunk
from tests.making import GUIDE, ScriptedModel, make_transcript

TRANSCRIPT = make_transcript("Ina: How?", "Bram: By phone.")
PROMPT = load_prompt(DRAFT_PROMPT)
NOTE = {
    "topic": "how",
    "quotes": [{"utterance": 1, "speaker": "Bram (participant)", "words": "By phone."}],
    "statement": "By phone.",
}


def ask(model: ScriptedModel) -> Draft:
    (chunk,) = chunk_transcript(TRANSCRIPT)
    request = draft_request(PROMPT, GUIDE, render_chunk(TRANSCRIPT, chunk, Roles()))
    answer = ask_in_form(lambda asked, retries: model.complete(asked, record=print, retries=retries), request)
    return read_draft(answer, GUIDE)


def answer(*notes: object, coverage: object = ()) -> str:
    return json.dumps({"notes": notes, "coverage": coverage})


def test_an_answer_becomes_claims_with_quotes_and_coverage() -> None:
    draft = ask(ScriptedModel(answer(NOTE, coverage=[{"question": "how", "state": "answered", "asked_at": 0}])))
    (claim,) = draft.claims
    assert (claim.question_id, claim.theme_id) == ("how", None)
    assert claim.quotes == (Quote("By phone.", "Bram", 1),)
    assert draft.coverage[0].state is CoverageState.ANSWERED


def test_a_claim_on_a_topic_that_the_guide_has_not_is_kept_without_topic() -> None:
    (claim,) = ask(ScriptedModel(answer(NOTE | {"topic": "made-up"}))).claims
    assert (claim.question_id, claim.theme_id) == (None, None)


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param("I would rather talk.", id="no JSON"),
        pytest.param('{"notes": [', id="cut off"),
        pytest.param('{"notes": []}', id="a field is missing"),
        pytest.param(answer(NOTE | {"confidence": 1}), id="a field too many"),
        pytest.param(answer(*[NOTE] * (MAX_NOTES + 1)), id="notes without end"),
    ],
)
def test_a_wrong_answer_is_asked_for_once_more_with_what_is_wrong(wrong: str) -> None:
    model = ScriptedModel(wrong, answer(NOTE))
    assert len(ask(model).claims) == 1
    assert model.asked[1][-2] == {"role": "assistant", "content": wrong}
    assert "not JSON of the schema" in model.asked[1][-1]["content"]


@pytest.mark.parametrize(
    "around",
    [
        pytest.param("Here are the notes:\n\n```json\nNOTES\n```", id="a sentence and a fence"),
        pytest.param("```\nNOTES\n```", id="a fence"),
        pytest.param("<think>{ should I? }</think>\nNOTES", id="thoughts"),
        pytest.param("NOTES\n\nI hope this helps.", id="a sentence behind it"),
    ],
)
def test_what_models_put_around_their_json_is_taken_off(around: str) -> None:
    assert len(ask(ScriptedModel(around.replace("NOTES", answer(NOTE)))).claims) == 1


def test_two_wrong_answers_are_a_typed_failure() -> None:
    with pytest.raises(ModelAnswerError, match="twice"):
        ask(ScriptedModel("no", "no again"))


@pytest.mark.parametrize("form", [DRAFT, REPAIR, JUDGE, SUMMARY], ids=lambda form: form.name)
def test_the_schemas_forbid_what_is_not_asked_for_and_require_the_rest(form: AnswerForm[DraftAnswer]) -> None:
    schema = form.schema
    definitions = schema.get("$defs", {})
    assert isinstance(definitions, dict)
    for each in (schema, *definitions.values()):
        assert each["additionalProperties"] is False
        assert sorted(each["required"]) == sorted(each["properties"])
    assert "maxItems" not in form.schema_text


def test_quotes_and_citations_stand_before_what_is_written_from_them() -> None:
    note = DRAFT.schema["$defs"]["NoteAnswer"]["properties"]  # type: ignore[index]  # JSON
    assert list(note) == ["topic", "quotes", "statement"]
    sentence = SUMMARY.schema["$defs"]["SentenceAnswer"]["properties"]  # type: ignore[index]  # JSON
    assert list(sentence) == ["notes", "text"]


def test_a_request_is_known_by_all_that_decides_its_answer() -> None:
    (chunk,) = chunk_transcript(TRANSCRIPT)
    request = draft_request(PROMPT, GUIDE, render_chunk(TRANSCRIPT, chunk, Roles()))
    other_guide = draft_request(PROMPT, GUIDE.only(["how"]), render_chunk(TRANSCRIPT, chunk, Roles()))
    keys = [request.key("a"), request.key("b"), other_guide.key("a")]
    assert len(set(keys)) == 3
    assert draft_request(PROMPT, GUIDE, render_chunk(TRANSCRIPT, chunk, Roles())).key("a") == keys[0]


def test_a_question_more_changes_neither_the_context_nor_the_other_topics() -> None:
    (chunk,) = chunk_transcript(TRANSCRIPT)
    longer = replace(GUIDE, questions=(*GUIDE.questions, Question("who", "Who decides?")))
    contexts = [
        draft_context(PROMPT, guide, render_chunk(TRANSCRIPT, chunk, Roles()), "a") for guide in (GUIDE, longer)
    ]
    assert contexts[0] == contexts[1]
    assert topic_hashes(GUIDE).items() < topic_hashes(longer).items()
