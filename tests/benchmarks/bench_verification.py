"""Measure the verification of quotes: `python tests/benchmarks/bench_verification.py [--peers]`.

Prints the score on our own labelled quotes (fixtures/quotes) and, where it lies beside the project, on the shared set;
then what a claim and an index cost, and how the cost grows. The score is 100 x A x (1 - FA)^2: A is the share of honest
quotes that are accepted at their place, FA the share of altered and invented ones that are accepted, both as means over
kinds of at most 30 claims' weight.
"""

import argparse
import gc
import importlib
import json
import random
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from notes_pipeline.core.notes import Evidence, Quote, Verdict
from notes_pipeline.core.transcript import Span, Transcript, Utterance
from notes_pipeline.readers import read_transcript
from notes_pipeline.verification import TranscriptIndex, index_transcript, verify_quote

ROOT = Path(__file__).parents[2]
SETS = {"fixtures/quotes": ROOT / "fixtures" / "quotes", "../shared/quotes": ROOT.parent / "shared" / "quotes"}
MAX_KIND_WEIGHT = 30
PEER_BUDGET_MS = 40_000
MIN_OVERLAP = 0.8
HONEST = ("verbatim", "faithful")
STATUS = {"verbatim": "verbatim", "faithful": "faithful", "altered": "altered", "fabricated": "unsupported"}


@dataclass(frozen=True)
class Case:
    """A labelled quote. `places`: where it may stand, each a list of (utterance, from, to)."""

    transcript: str
    kind: str
    label: str
    quote: Quote
    places: list[list[list[int]]]
    has_hull: bool
    reason: str
    start_s: float | None


def read_cases(folder: Path) -> list[Case]:
    cases = []
    for line in (folder / "truth.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        claimed = row["claimed"] if "claimed" in row else row["speaker"]
        cases.append(
            Case(
                row["transcript"],
                row["kind"],
                row["label"],
                Quote(row["quote"], claimed, row.get("hint")),
                [places for places in [row["spans"], *row.get("alts", [])] if places],
                bool(row.get("hull")),
                row["reason"],
                row.get("t0") if row.get("fine") else None,
            )
        )
    return [case for case in cases if case.label in STATUS]


def letters(transcript: Transcript, spans: list[Span]) -> set[int]:
    """Give the letters and digits of spans in the transcript's text."""
    return {at for span in spans for at in range(span.start, span.end) if transcript.text[at].isalnum()}


def is_located(case: Case, spans: list[Span], transcript: Transcript) -> bool:
    """Tell whether spans lie in the right utterances and share most letters with an allowed place."""
    if not spans:
        return False
    found = letters(transcript, spans)
    touched = (transcript.utterance_at(spans[0].start), transcript.utterance_at(max(0, spans[-1].end - 1)))
    for place in case.places:
        if touched != (min(part[0] for part in place), max(part[0] for part in place)):
            continue
        wanted = [Span(transcript.offsets[u] + start, transcript.offsets[u] + end) for u, start, end in place]
        for choice in [wanted, [Span(wanted[0].start, wanted[-1].end)]] if case.has_hull else [wanted]:
            there = letters(transcript, choice)
            if there | found and len(there & found) >= MIN_OVERLAP * len(there | found):
                return True
    return False


def mean_over_kinds(cases: list[Case], hits: list[bool]) -> float:
    kinds: dict[str, list[bool]] = defaultdict(list)
    for case, hit in zip(cases, hits, strict=True):
        kinds[case.kind].append(hit)
    weights = [min(len(hits), MAX_KIND_WEIGHT) for hits in kinds.values()]
    means = [statistics.fmean(hits) for hits in kinds.values()]
    return sum(w * m for w, m in zip(weights, means, strict=True)) / sum(weights)


def score(cases: list[Case], accepted: list[bool], located: list[bool]) -> tuple[float, float, float]:
    """Give (score, A, FA), the last two as shares."""
    honest = [at for at, case in enumerate(cases) if case.label in HONEST]
    others = [at for at, case in enumerate(cases) if case.label not in HONEST]
    a = mean_over_kinds([cases[at] for at in honest], [accepted[at] and located[at] for at in honest])
    fa = mean_over_kinds([cases[at] for at in others], [accepted[at] for at in others])
    return 100 * a * (1 - fa) ** 2, a, fa


def read_transcripts(folder: Path, cases: list[Case]) -> dict[str, Transcript]:
    return {
        name: read_transcript((folder / "transcripts" / f"{name}.json").read_bytes(), f"{name}.json")
        for name in sorted({case.transcript for case in cases})
    }


def bench_set(name: str, folder: Path, *, with_peers: bool) -> None:
    """Print the goal table for one set of labelled quotes."""
    cases = read_cases(folder)
    transcripts = read_transcripts(folder, cases)
    indexes = {key: index_transcript(transcript) for key, transcript in transcripts.items()}
    evidence, costs = [], []
    for case in cases:
        start = time.perf_counter()
        evidence.append(verify_quote(case.quote, indexes[case.transcript]))
        costs.append(1000 * (time.perf_counter() - start))
    accepted = [found.verdict.is_accepted for found in evidence]
    located = [
        is_located(case, list(found.spans), transcripts[case.transcript])
        for case, found in zip(cases, evidence, strict=True)
    ]
    total, a, fa = score(cases, accepted, located)
    print(f"\n{name}: {len(cases)} labelled claims over {len(transcripts)} transcripts")
    _row("score", f"{total:.2f}", ">= 99.0")
    _row("accepted and located (A), %", f"{100 * a:.2f}", ">= 99.2")
    _row("false acceptance (FA), %", f"{100 * fa:.2f}", "<= 0.05")
    _row("status / altered located / right reason, %", _details(cases, evidence, located), ">= 96 / 95 / 92")
    _row("start error, median / p90, s", _start_errors(cases, evidence, located), "<= 0.05 / 0.5 with word times")
    costs.sort()
    _row("milliseconds a claim, median / p99", f"{_at(costs, 0.5):.3f} / {_at(costs, 0.99):.2f}", "<= 0.15 / 2")
    if with_peers:
        bench_peers(cases, transcripts)


def _details(cases: list[Case], evidence: list[Evidence], located: list[bool]) -> str:
    statuses: dict[str, list[bool]] = defaultdict(list)
    places, reasons = [], []
    for case, found, there in zip(cases, evidence, located, strict=True):
        statuses[case.label].append(found.verdict == STATUS[case.label])
        if case.label == "altered" and found.verdict is Verdict.ALTERED:
            reasons.append(case.reason in found.reasons)
            if case.places:
                places.append(there)
    status = statistics.fmean(statistics.fmean(hits) for hits in statuses.values())
    return f"{100 * status:.1f} / {100 * statistics.fmean(places):.1f} / {100 * statistics.fmean(reasons):.1f}"


def _start_errors(cases: list[Case], evidence: list[Evidence], located: list[bool]) -> str:
    errors = sorted(
        abs(found.start_ms / 1000 - case.start_s)
        for case, found, there in zip(cases, evidence, located, strict=True)
        if there and case.start_s is not None and found.start_ms is not None
    )
    return f"{_at(errors, 0.5):.2f} / {_at(errors, 0.9):.2f}" if errors else "no times"


def _at(values: list[float], share: float) -> float:
    return values[min(len(values) - 1, int(share * len(values)))] if values else float("nan")


def _row(name: str, value: str, goal: str) -> None:
    print(f"  {name:<46} {value:<22} {goal}")


def bench_peers(cases: list[Case], transcripts: dict[str, Transcript]) -> None:
    """Print what others score on the same claims, in chance order until a peer's time is up: some take seconds each."""
    sys.path.insert(0, str(Path(__file__).parent))
    peers = importlib.import_module("peers")

    shuffled = random.Random(1).sample(cases, len(cases))
    for peer in peers.installed_peers():
        prepared = {name: peer.prepare(transcript.text) for name, transcript in transcripts.items()}
        accepted, located, costs = [], [], []
        for case in shuffled:
            start = time.perf_counter()
            place = peer.accepts(prepared[case.transcript], case.quote.text)
            costs.append(1000 * (time.perf_counter() - start))
            accepted.append(place is not None)
            spans = [Span(*place)] if place else []
            located.append(is_located(case, spans, transcripts[case.transcript]))
            if sum(costs) > PEER_BUDGET_MS:
                break
        total, a, fa = score(shuffled[: len(costs)], accepted, located)
        costs.sort()
        speed = f"{_at(costs, 0.5):.2f} / {_at(costs, 0.99):.1f} ms"
        found = f"score {total:5.1f}   A {100 * a:5.1f}   FA {100 * fa:5.1f}"
        print(f"  {peer.name:<32} {found}   {speed}   {len(costs)} claims")


def bench_growth() -> None:
    """Print what an index costs, and how the cost of a claim grows with the transcript."""
    small, quotes = _invented_talk(100_000)
    large, _ = _invented_talk(1_000_000)
    print("\nCost, on an invented talk")
    _row("index of 100,000 characters, ms", f"{_best_ms(lambda: index_transcript(small)):.1f}", "<= 40")
    per_claim = [_claim_ms(quotes, index_transcript(transcript)) for transcript in (small, large)]
    _row("median ms a claim, 100,000 / 1,000,000 chars", f"{per_claim[0]:.3f} / {per_claim[1]:.3f}", "")
    _row("growth: 10 times the transcript", f"{per_claim[1] / per_claim[0]:.2f}", "<= 1.3")


def _best_ms(work: Callable[[], Any]) -> float:
    times = []
    for _ in range(5):
        gc.collect()
        start = time.perf_counter()
        work()
        times.append(1000 * (time.perf_counter() - start))
    return min(times)


def _claim_ms(quotes: list[str], index: TranscriptIndex) -> float:
    times = []
    for text in quotes:
        start = time.perf_counter()
        verify_quote(Quote(text), index)
        times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times)


def _invented_talk(size: int) -> tuple[Transcript, list[str]]:
    """Give a talk of about `size` characters in words of the fixtures, and quotes from its start, half altered."""
    chance = random.Random(7)
    folder = SETS["fixtures/quotes"] / "transcripts"
    first = read_transcript((folder / "en-allotment.json").read_bytes(), "en-allotment.json")
    words = first.text.split() + [f"thing{number}" for number in range(2_000)]
    utterances: list[Utterance] = []
    length = 0
    while length < size:
        text = " ".join(chance.choices(words, k=25)) + "."
        utterances.append(replace(first.utterances[0], index=len(utterances), text=text, start_ms=None, end_ms=None))
        length += len(text)
    chance = random.Random(8)
    quotes = []
    for number in range(400):
        quote = utterances[chance.randrange(400)].text.split()
        if number % 2:
            quote[chance.randrange(len(quote))] = "elephant"
        quotes.append(" ".join(quote))
    return Transcript(tuple(utterances), language="en"), quotes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", action="store_true", help="score others beside ours; slow")
    arguments = parser.parse_args()
    for name, folder in SETS.items():
        if (folder / "truth.jsonl").exists():
            bench_set(name, folder, with_peers=arguments.peers and name.startswith("fixtures"))
        else:
            print(f"\n{name}: not there, left out")
    bench_growth()


if __name__ == "__main__":
    main()
