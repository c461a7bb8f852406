"""Whatever an endpoint does, nothing is lost, nothing is paid twice, and what went wrong can be read.

Each schedule is a random mixture of faults, of what the run asks for, and of transcripts, made from its number alone.
"""

import os
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import nullcontext, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from uuid import UUID

import httpx2
import pytest
from sqlalchemy import text

from notes_pipeline.cli.exits import printable
from notes_pipeline.cli.printing import print_run
from notes_pipeline.core.notes import NoteStatus
from notes_pipeline.core.runs import ChunkOutcome, ChunkState, RunState
from notes_pipeline.core.wording import CALL_OUTCOMES
from notes_pipeline.llm.client import ModelClient
from notes_pipeline.llm.offline import OFFLINE_MODEL
from notes_pipeline.llm.offline.faults import Fault, Rule
from notes_pipeline.llm.offline.serving import running_offline_model
from notes_pipeline.llm.prices import load_prices
from notes_pipeline.llm.prompts import load_prompts
from notes_pipeline.steps.checking import IndexCache
from notes_pipeline.steps.draft_chunk import Drafting, draft_chunk
from notes_pipeline.steps.finish_run import finish_run
from notes_pipeline.steps.ingest import ingest_guide, ingest_transcript
from notes_pipeline.steps.plan_run import plan_run
from notes_pipeline.steps.profiled import ProfiledModel
from notes_pipeline.steps.read_run import RunReport, read_run
from notes_pipeline.steps.request_run import RunOptions, request_run
from notes_pipeline.steps.summarise_run import summarise_run
from notes_pipeline.steps.sweep import sweep
from notes_pipeline.store.database import Transactions
from tests.integration.pipeline import GUIDE, SAID, WORKSPACE, Pipeline
from tests.making import make_asking

SCHEDULES, GROUPS = int(os.environ.get("FAULT_SCHEDULES", "30")), 10  # 200 now and then
CALL_TIMEOUT_S = 1.0
ROUNDS = 60  # in which a run must come to its end; a chunk has six attempts, and being turned away is none
FORMS = ("draft_notes", "repair_note", "judge_support", "summarise", None)
# Of these the double thinks that it answered, and the client does not: it hung up first.
UNHEARD = (Fault.SLOW, Fault.DRIP, Fault.TIMEOUT)
SAYINGS = ("", "no", '{"notes": []}', '{"notes": [], "coverage": []}', '{"sentences": []}', "[]", '{"missing": ""}')


@dataclass(frozen=True, slots=True)
class Double:
    """The model double, a client of it, and the way to set its rules and to read its log."""

    client: ModelClient
    control: httpx2.Client


@pytest.fixture(scope="module")
def double() -> Iterator[Double]:
    with running_offline_model() as url, httpx2.Client(base_url=url.removesuffix("/v1")) as control:
        client = ModelClient(
            base_url=url, api_key=None, model=OFFLINE_MODEL, timeout_s=CALL_TIMEOUT_S, prices=load_prices()
        )
        yield Double(client, control)
        client.close()


@pytest.mark.parametrize("group", range(GROUPS))
def test_no_schedule_of_faults_loses_doubles_or_hides_anything(
    transactions: Transactions, double: Double, group: int
) -> None:
    for number in range(group, SCHEDULES, GROUPS):
        _Schedule(transactions, double, number).check()


class _Schedule:
    def __init__(self, transactions: Transactions, double: Double, number: int) -> None:
        self.transactions = transactions
        self.double = double
        self.number = number
        self.chance = random.Random(number)
        model = ProfiledModel(double.client, transactions)
        asking = make_asking(transactions, lambda _name: model)
        self.drafting = Drafting(asking, IndexCache(), "test", 30.0, lambda _: nullcontext(lambda: None))

    def check(self) -> None:
        self.set_rules()
        report = read_run(self.transactions, self.run())
        said = f"schedule {self.number}"
        assert report.run.state.is_final, said
        states = Counter(chunk.state for chunk in report.ledger)
        assert states[ChunkState.DONE] + states[ChunkState.FAILED] == len(report.ledger) == report.run.chunks_total, (
            said
        )
        self.check_claims(report)
        self.check_payments(report)
        self.check_sight(report)

    def set_rules(self) -> None:
        chance = self.chance
        faults = chance.sample([fault for fault in Fault if fault is not Fault.SAYS], chance.randint(1, 5))
        rules = [self.rule(fault) for fault in faults]
        if chance.random() < 0.3:
            rules.append(Rule(fault=Fault.SAYS, text=chance.choice(SAYINGS), share=chance.random(), times=3))
        body = {"rules": [rule.model_dump(mode="json") for rule in rules], "seed": self.number}
        self.double.control.delete("/control")
        self.double.control.post("/control", json=body).raise_for_status()

    def rule(self, fault: Fault) -> Rule:
        chance = self.chance
        value = {Fault.SLOW: 0.01, Fault.DRIP: 0.05, Fault.TIMEOUT: 0.02, Fault.RATE_LIMIT: 0.0}.get(fault)
        if fault in UNHEARD and chance.random() < 0.05:
            value = 2 * CALL_TIMEOUT_S
        return Rule(
            fault=fault,
            value=value,
            share=chance.choice((0.2, 0.5, 0.8, 1.0)),
            times=chance.choice((1, 2, 5, 20)),
            form=chance.choice(FORMS),
        )

    def run(self) -> UUID:
        chance = self.chance
        transcript = ingest_transcript(self.transactions, WORKSPACE, self.interview(), "interview.txt")
        guide = ingest_guide(self.transactions, WORKSPACE, GUIDE, "guide.yaml")
        options = RunOptions(
            OFFLINE_MODEL,
            repairs=chance.random() < 0.5,
            judge_model=OFFLINE_MODEL if chance.random() < 0.4 else None,
            summarises=chance.random() < 0.4,
            uses_cache=chance.random() < 0.8,
            anew=True,
        )
        run_id = request_run(self.transactions, WORKSPACE, transcript, guide, options, load_prompts()).id
        plan_run(self.transactions, run_id)
        pipeline = Pipeline(self.transactions, None)  # type: ignore[arg-type]  # only to let time pass
        for _ in range(ROUNDS):
            pipeline.make_due()
            work = sweep(self.transactions, queue_is_empty=True)
            for chunk_id in chance.sample(work.draft, len(work.draft)):
                again = draft_chunk(self.drafting, chunk_id)
                draft_chunk(self.drafting, chunk_id)  # the same message twice
                work = again if again.finish else work
            for each in {*work.finish, run_id}:
                if finish_run(self.transactions, each) is RunState.SUMMARISING:
                    summarise_run(self.drafting.asking, self.drafting.indexes, each)
            if read_run(self.transactions, run_id).run.state.is_final:
                break
        return run_id

    def interview(self) -> bytes:
        turns = [f"Ina: How do orders come in, number {self.number}?", f"Bram: {SAID} I never take them by mail."]
        for turn in range(self.chance.choice((0, 4, 8, 14))):
            speaker = "Bram" if turn % 2 else "Ina"
            turns.append(f"{speaker}: {'We bake bread and the orders cost us nothing at all. ' * 30}Turn {turn}.")
        return "\n\n".join(turns).encode()

    def check_claims(self, report: RunReport) -> None:
        said = f"schedule {self.number}"
        claims = report.claims.get(NoteStatus.SUPPORTED, 0) + report.claims.get(NoteStatus.FLAGGED, 0)
        attempts = sum(1 + len(stored.also_stated) + len(stored.other_attempts) for stored in report.notes)
        assert attempts <= claims, said
        if not any(stored.also_stated for stored in report.notes):
            assert attempts == claims, said
        for stored in report.notes:
            if stored.note.status is NoteStatus.SUPPORTED:
                assert stored.note.evidence, said
                for evidence in stored.note.evidence:
                    assert report.utterances.slice(evidence.spans[0]) in evidence.matched_text, said

    def check_payments(self, report: RunReport) -> None:
        """Each distinct request was answered once at most, as far as anybody was there to hear it.

        On a busy machine a call may time out on our side and be answered on the other.
        """
        log = self.double.control.get("/control").json()["requests"]
        paid = Counter(entry["prompt"] for entry in log if entry["answered"] and entry["fault"] not in UNHEARD)
        with self.transactions.begin() as session:
            late = (
                "SELECT count(*) FROM model_call WHERE run_id = :run AND error SIMILAR TO '%(in time|no whole answer)%'"
            )
            unheard = session.execute(text(late), {"run": report.run.id}).scalar_one()
        assert sum(times - 1 for times in paid.values()) <= unheard, f"schedule {self.number}"
        assert report.spending.calls == len(log), f"schedule {self.number}: every call is recorded"

    def check_sight(self, report: RunReport) -> None:
        """What went wrong stands in what `show` prints."""
        with redirect_stdout(StringIO()) as printed:
            print_run(report, report.notes)
        shown = " ".join(printed.getvalue().split())
        for outcome, number in report.spending.failures.items():
            assert f"{number} {CALL_OUTCOMES[outcome]}" in shown, f"schedule {self.number}"
        for position, chunk in enumerate(report.ledger, start=1):
            if chunk.outcome is not ChunkOutcome.DRAFTED:
                assert chunk.error, f"schedule {self.number}"
                assert str(position) in (report.run.reason or ""), f"schedule {self.number}"
        if report.run.reason is not None:
            assert " ".join(printable(report.run.reason).split()) in shown, f"schedule {self.number}"
