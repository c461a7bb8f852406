"""The score on labelled quotes: our own, and the shared set where it is at hand."""

import importlib.util
import json
from collections import defaultdict
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from notes_pipeline.core.notes import Evidence, Quote
from notes_pipeline.readers import read_transcript
from notes_pipeline.verification import TranscriptIndex, index_transcript, verify_quote
from notes_pipeline.verification.contract import parse_claim, verdict_line

ROOT = Path(__file__).parents[3]
FIXTURES = ROOT / "fixtures" / "quotes"
SHARED = ROOT.parent / "shared" / "quotes"
GUARDED = ("en", "de", "fr", "es", "pt")
OTHERS = ("ja", "th", "zh")
KINDS_IN_EVERY_GUARDED_LANGUAGE = (
    "altered-light annotation antonym backchannel bracket bracket-abuse bracket-not case combo context-cut "
    "cross-speaker degenerate drift ellipsis ellipsis-far ellipsis-not ellipsis-order ellipsis-speakers entity exact "
    "exact-cross exact-long exact-multi exact-repeated exact-short false-filler filler hedge indirect insert "
    "llm-format long-light long-negation long-number misattributed modal negation ngram-mix number number-format "
    "order-swap other-transcript paraphrase pronoun punctuation quantifier question-flat repeat restart short-altered "
    "short-light short-unreal shuffled speaker-form spliced stitched synonym tail-add typography unicode-unreal unit "
    "word-drop word-swap"
)


def _cases() -> list[dict[str, Any]]:
    return [json.loads(line) for line in (FIXTURES / "truth.jsonl").read_text(encoding="utf-8").splitlines()]


def _cases_by_hand(language: str) -> list[dict[str, Any]]:
    by_hand = {path.stem for path in (FIXTURES / "labelled").glob(f"{language}-*.txt")}
    return [case for case in _cases() if case["transcript"] in by_hand]


def _places(case: dict[str, Any]) -> set[tuple[int, int]]:
    """Give the first and last utterance of each place that is right."""
    return {(place[0][0], place[-1][0]) for place in [case["spans"], *case.get("alts", [])]}


@pytest.fixture(scope="module")
def judged() -> list[tuple[dict[str, Any], Evidence]]:
    indexes: dict[str, TranscriptIndex] = {}
    found = []
    for case in _cases():
        name = case["transcript"]
        if name not in indexes:
            document = (FIXTURES / "transcripts" / f"{name}.json").read_bytes()
            indexes[name] = index_transcript(read_transcript(document, f"{name}.json"))
        found.append((case, verify_quote(Quote(case["quote"], case["speaker"]), indexes[name])))
    return found


def test_there_are_enough_labelled_quotes_of_every_language() -> None:
    counts: dict[str, int] = defaultdict(int)
    for case in _cases():
        counts[case["transcript"][:2]] += 1
    assert sum(counts.values()) >= 1_500
    assert all(counts[language] >= 200 for language in GUARDED)
    assert all(counts[language] >= 20 for language in OTHERS)


@pytest.mark.parametrize("language", GUARDED)
def test_every_kind_of_edit_is_labelled_by_hand_in_every_guarded_language(language: str) -> None:
    labelled = {case["kind"] for case in _cases_by_hand(language)}
    assert set(KINDS_IN_EVERY_GUARDED_LANGUAGE.split()) - labelled == set()


@pytest.mark.parametrize("language", GUARDED)
def test_honest_and_dishonest_quotes_labelled_by_hand_are_about_as_many(language: str) -> None:
    labels = [case["label"] for case in _cases_by_hand(language)]
    assert len(labels) >= 70
    assert 0.35 <= sum(label in ("verbatim", "faithful") for label in labels) / len(labels) <= 0.65


def test_every_honest_quote_of_ours_is_accepted_at_its_place(judged: list[tuple[dict[str, Any], Evidence]]) -> None:
    missed = [
        case["id"]
        for case, evidence in judged
        if case["label"] in ("verbatim", "faithful")
        and not (evidence.verdict.is_accepted and evidence.utterances in _places(case))
    ]
    assert missed == []


def test_no_altered_or_invented_quote_of_ours_is_accepted(judged: list[tuple[dict[str, Any], Evidence]]) -> None:
    accepted = [
        case["id"]
        for case, evidence in judged
        if case["label"] in ("altered", "fabricated") and evidence.verdict.is_accepted
    ]
    assert accepted == []


def test_a_quote_cut_so_that_a_turning_word_is_lost_is_refused_or_flagged(
    judged: list[tuple[dict[str, Any], Evidence]],
) -> None:
    cut = [(case, evidence) for case, evidence in judged if case["label"] == "context"]
    unnoticed = [case["id"] for case, evidence in cut if evidence.stands]
    assert len(cut) >= 30
    assert unnoticed == []


def test_nearly_all_refusals_in_guarded_languages_name_the_right_reason(
    judged: list[tuple[dict[str, Any], Evidence]],
) -> None:
    named = [
        case["reason"] in evidence.reasons
        for case, evidence in judged
        if case["label"] == "altered" and case["transcript"][:2] in GUARDED and evidence.verdict == "altered"
    ]
    assert sum(named) / len(named) >= 0.95


def _load_judge() -> ModuleType:
    spec = importlib.util.spec_from_file_location("quote_judge", SHARED / "run.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class _Adapter:
    def prepare(self, transcript: dict[str, Any]) -> TranscriptIndex:
        return index_transcript(read_transcript(json.dumps(transcript).encode(), "talk.json"))

    def verify(self, index: TranscriptIndex, line: dict[str, Any]) -> dict[str, object]:
        claim = parse_claim(line)
        return verdict_line(claim.id, verify_quote(claim.quote, index), index.transcript)


@pytest.mark.skipif(not (SHARED / "run.py").exists(), reason="the shared labelled quotes are not beside the project")
def test_the_score_on_the_shared_quotes_holds() -> None:
    judge = _load_judge()
    cases = judge.jl(SHARED / "truth.jsonl")
    names = {case["transcript"] for case in cases}
    transcripts = {name: json.loads((SHARED / "transcripts" / f"{name}.json").read_text()) for name in names}
    claims = {name: judge.jl(SHARED / "claims" / f"{name}.jsonl") for name in names}
    verdicts, ms, prep, total, start = judge.run_adapter(_Adapter(), transcripts, claims)
    results = [
        judge.judge(case, verdicts.get(case["id"]), transcripts[case["transcript"]]["utterances"]) for case in cases
    ]
    summary = judge.summarise("ours", cases, results, ms, prep, total, start)
    assert summary["FA"] <= 0.0005
    assert summary["score"] >= 99.0
    assert summary["status"] >= 0.96
    assert summary["loc_altered"] >= 0.95
    assert summary["reason"] >= 0.92
