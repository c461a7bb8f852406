"""The rules file that users take is valid, and speaks of numbers that exist."""

import re
from importlib.resources import files
from typing import Any

import promql_parser
import pytest
import yaml
from prometheus_client import CollectorRegistry

from notes_pipeline.core.model_calls import CallOutcome
from notes_pipeline.core.notes import Verdict
from notes_pipeline.core.runs import ChunkOutcome
from notes_pipeline.telemetry.metrics import REGISTRY
from notes_pipeline.telemetry.system import SystemState, register_system

RULES: list[dict[str, Any]] = [
    rule
    for group in yaml.safe_load(files("notes_pipeline.telemetry").joinpath("alerts.yaml").read_text())["groups"]
    for rule in group["rules"]
]
# Of labels in matchers, what they may be compared with.
VALUES = {
    ("notes_chunks_ended_total", "outcome"): {each.value for each in ChunkOutcome},
    ("notes_model_calls_total", "outcome"): {each.value for each in CallOutcome},
    ("notes_verdicts_total", "verdict"): {each.value for each in Verdict},
    ("notes_gate_turned_back_total", "why"): {"busy", "down"},
}


def served() -> set[str]:
    """Name all series that processes of ours can serve."""
    system = CollectorRegistry()
    state = SystemState({"running": 1}, {"running": 1}, last_sweep_s=1.0, canary_age_s=1.0, canary_alarms=1)
    register_system(system, lambda: state, lambda: {"llm": 1})
    families = [*system.collect(), *REGISTRY.collect()]
    return {family.name + ("_total" if family.type == "counter" else "") for family in families}


def selectors(expression: str) -> list[promql_parser.VectorSelector]:
    found: list[promql_parser.VectorSelector] = []

    def visit(node: promql_parser.Expr) -> bool:
        if isinstance(node, promql_parser.MatrixSelector):
            found.append(node.vector_selector)
        elif isinstance(node, promql_parser.VectorSelector):
            found.append(node)
        return True

    promql_parser.walk(promql_parser.parse(expression), visit)
    return found


@pytest.mark.parametrize("rule", RULES, ids=[rule["alert"] for rule in RULES])
def test_a_rule_can_be_read_and_asks_for_what_is_served(rule: dict[str, Any]) -> None:
    found = selectors(rule["expr"])
    assert found
    assert {selector.name for selector in found} <= served()
    for selector in found:
        for matcher in selector.matchers.matchers:
            allowed = VALUES[(str(selector.name), matcher.name)]
            assert set(matcher.value.split("|")) <= allowed


@pytest.mark.parametrize("rule", RULES, ids=[rule["alert"] for rule in RULES])
def test_a_rule_says_how_urgent_it_is_and_what_is_wrong(rule: dict[str, Any]) -> None:
    assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
    assert rule["labels"]["severity"] in ("page", "ticket")
    assert rule["annotations"]["summary"]
    assert re.fullmatch(r"[A-Z][A-Za-z]+", rule["alert"])


def test_a_query_that_is_none_is_noticed() -> None:
    with pytest.raises(ValueError, match=r".+"):
        promql_parser.parse("sum(rate(notes_verdicts_total[1d])")
