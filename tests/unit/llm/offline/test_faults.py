import pytest

from notes_pipeline.llm.offline.faults import Choice, Fault, FaultPlan, Rule, of_model_name, script
from notes_pipeline.llm.offline.wrong_answers import bend


def test_a_script_gives_its_faults_in_order_and_then_none() -> None:
    plan = FaultPlan(script(Fault.RATE_LIMIT, None, Fault.RESET))
    assert [plan.choose("p").fault for _ in range(5)] == [Fault.RATE_LIMIT, None, Fault.RESET, None, None]


def test_a_rule_meets_only_prompts_with_its_words() -> None:
    plan = FaultPlan([Rule(fault=Fault.REFUSAL, contains="christening")])
    assert plan.choose("a christening cake").fault is Fault.REFUSAL
    assert plan.choose("a birthday cake").fault is None


def test_a_rule_may_be_for_one_form_or_one_model() -> None:
    plan = FaultPlan([Rule(fault=Fault.EMPTY, form="draft_notes"), Rule(fault=Fault.RESET, model="small")])
    assert plan.choose("p", form="draft_notes", model="small").fault is Fault.EMPTY
    assert plan.choose("p", form="judge_support", model="small").fault is Fault.RESET
    assert plan.choose("p", form=None, model="large").fault is None


def test_a_choice_carries_what_is_to_be_said() -> None:
    assert FaultPlan([Rule(fault=Fault.SAYS, text="Hm.")]).choose("p") == Choice(Fault.SAYS, None, "Hm.")


def test_what_one_model_is_asked_leaves_the_chances_of_another_alone() -> None:
    mix = [Rule(fault=Fault.SERVER_ERROR, share=0.5)]
    alone, beside = FaultPlan(mix), FaultPlan(mix)
    for _ in range(7):
        beside.choose("p", model="large")
        beside.choose("p", form="probe", model="small")
    chances = [[plan.choose("p", model="small").fault for _ in range(50)] for plan in (alone, beside)]
    assert chances[0] == chances[1]


def test_a_share_of_faults_depends_on_seed_and_prompt_and_not_on_the_order() -> None:
    prompts = [f"prompt {number}" for number in range(200)]
    mix = [Rule(fault=Fault.SERVER_ERROR, share=0.3)]
    forwards, backwards = FaultPlan(mix, seed=1), FaultPlan(mix, seed=1)
    first = {prompt: forwards.choose(prompt).fault for prompt in prompts}
    second = {prompt: backwards.choose(prompt).fault for prompt in reversed(prompts)}
    assert first == second
    assert 40 <= sum(fault is not None for fault in first.values()) <= 80


def test_asking_again_is_another_chance() -> None:
    plan = FaultPlan([Rule(fault=Fault.SERVER_ERROR, share=0.5)])
    assert {plan.choose("p").fault for _ in range(50)} == {None, Fault.SERVER_ERROR}


@pytest.mark.parametrize(
    ("name", "model", "choice"),
    [
        ("m", "m", Choice(None)),
        ("m+reset", "m", Choice(Fault.RESET)),
        ("m+rate_limit=7", "m", Choice(Fault.RATE_LIMIT, 7.0)),
    ],
)
def test_a_model_name_may_carry_a_fault(name: str, model: str, choice: Choice) -> None:
    assert of_model_name(name) == (model, choice)


def test_an_unknown_fault_is_an_error() -> None:
    with pytest.raises(ValueError, match="tea"):
        of_model_name("m+tea")


@pytest.mark.parametrize(
    ("said", "bent"),
    [
        ("I don't trust it.", "I do trust it."),
        ("She never said so.", "She said so."),
        ("It was not chaos.", "It was chaos."),
        ("We made eleven of seven.", "We made eleven of eleven thousand."),
        ("We made bread.", "It was never true that We made bread."),
    ],
)
def test_a_bent_quote_says_something_else(said: str, bent: str) -> None:
    assert bend(said) == bent
