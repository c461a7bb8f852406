import json

import pytest

from notes_pipeline.core.chunking import chunk_transcript
from notes_pipeline.core.errors import ModelAnswerError
from notes_pipeline.core.notes import CoverageState, Quote
from notes_pipeline.core.roles import Roles
from notes_pipeline.llm.answers import MAX_NOTES, draft_schema
from notes_pipeline.llm.generating import Draft, generate_claims
from tests.making import GUIDE, ScriptedModel, make_transcript

TRANSCRIPT = make_transcript("Ina: How?", "Bram: By phone.")
NOTE = {
    "topic": "how",
    "quotes": [{"utterance": 1, "speaker": "Bram (participant)", "words": "By phone."}],
    "statement": "By phone.",
}


def ask(model: ScriptedModel) -> Draft:
    (chunk,) = chunk_transcript(TRANSCRIPT)
    return generate_claims(model, GUIDE, TRANSCRIPT, chunk, Roles(), record=lambda call: None)


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


def test_two_wrong_answers_are_a_typed_failure() -> None:
    with pytest.raises(ModelAnswerError, match="twice"):
        ask(ScriptedModel("no", "no again"))


def test_a_nul_in_an_answer_does_not_reach_the_database() -> None:
    (claim,) = ask(ScriptedModel(answer(NOTE | {"statement": "By\0phone."}))).claims
    assert claim.statement == "By\ufffdphone."


def test_the_schema_forbids_what_is_not_asked_for_and_requires_the_rest() -> None:
    schema = draft_schema()
    definitions = schema["$defs"]
    assert isinstance(definitions, dict)
    for each in (schema, *definitions.values()):
        assert each["additionalProperties"] is False
        assert sorted(each["required"]) == sorted(each["properties"])
    assert "maxItems" not in json.dumps(schema)
