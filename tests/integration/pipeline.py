"""The steps over one database, with a model that says what each test needs."""

import json
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import text

from notes_pipeline.core.runs import RunState
from notes_pipeline.llm.prompts import load_prompts
from notes_pipeline.steps.checking import IndexCache
from notes_pipeline.steps.draft_chunk import Drafting, draft_chunk
from notes_pipeline.steps.finish_run import finish_run
from notes_pipeline.steps.ingest import ingest_guide, ingest_transcript
from notes_pipeline.steps.plan_run import plan_run
from notes_pipeline.steps.read_run import RunReport, read_run
from notes_pipeline.steps.request_run import RequestedRun, RunOptions, request_run
from notes_pipeline.steps.summarise_run import summarise_run
from notes_pipeline.store.database import Transactions
from tests.making import ScriptedModel, make_asking

WORKSPACE = "test"
FILLER = "We bake bread and rolls and cakes in the old oven every single morning of the week. "
GUIDE = b"""
title: Orders
questions:
  - {id: how, text: "How do orders come in?"}
  - {id: cost, text: "What does it cost?"}
themes:
  - {id: trust, name: Trust, definition: Whether the tool is trusted}
interviewer: Ina
"""
SAID = "Most of the orders come in by phone before eight."
EMPTY = json.dumps({"notes": [], "coverage": []})


def interview(*, turns: int = 0) -> bytes:
    """Write an interview: a question, its answer, and then as many long turns as make further chunks."""
    said = ["Ina: How do orders come in?", f"Bram: {SAID} I never take them by mail.", "Ina: I see.", "Bram: Yes."]
    said += [f"{'Bram' if turn % 2 else 'Ina'}: {FILLER * 8} And that was turn {turn}." for turn in range(turns)]
    return "\n\n".join(said).encode()


def answer(words: str = SAID, *, utterance: int = 1, topic: str = "how", speaker: str = "Bram") -> str:
    quote = {"utterance": utterance, "speaker": speaker, "words": words}
    coverage = [
        {"question": "how", "state": "answered", "asked_at": 0},
        {"question": "cost", "state": "not_asked", "asked_at": None},
    ]
    note = {"topic": topic, "quotes": [quote], "statement": "Orders come in by phone."}
    return json.dumps({"notes": [note], "coverage": coverage})


@dataclass
class Pipeline:
    """The steps over one database, with a model that can be changed on the way."""

    transactions: Transactions
    model: ScriptedModel
    options: dict[str, Any] = field(default_factory=dict)  # of asking

    def request(self, data: bytes, *, guide: bytes = GUIDE, **options: Any) -> RequestedRun:
        transcript = ingest_transcript(self.transactions, WORKSPACE, data, "interview.txt")
        asked = ingest_guide(self.transactions, WORKSPACE, guide, "guide.yaml")
        wanted = RunOptions("scripted", **options)
        return request_run(self.transactions, WORKSPACE, transcript, asked, wanted, load_prompts())

    @property
    def drafting(self) -> Drafting:
        asking = make_asking(self.transactions, self.model_of, **self.options)
        hold = lambda _: nullcontext(lambda: None)  # noqa: E731
        return Drafting(asking, IndexCache(), "test", 30.0, hold)

    def model_of(self, _name: str) -> ScriptedModel:
        return self.model

    def run(self, data: bytes, **options: Any) -> RunReport:
        """Take an interview to its end, each step once."""
        return self.finish(self.request(data, **options).id)

    def finish(self, run_id: UUID) -> RunReport:
        """Take a requested run to its end, each step once."""
        open_chunks = list(plan_run(self.transactions, run_id).draft)
        while open_chunks:
            open_chunks += draft_chunk(self.drafting, open_chunks.pop(0)).draft
        if finish_run(self.transactions, run_id) is RunState.SUMMARISING:
            summarise_run(self.drafting.asking, IndexCache(), run_id)
        return read_run(self.transactions, run_id)

    def planned(self, data: bytes) -> tuple[UUID, tuple[UUID, ...]]:
        run_id = self.request(data).id
        return run_id, plan_run(self.transactions, run_id).draft

    def make_due(self) -> None:
        """Let the time pass that released chunks wait."""
        with self.transactions.begin() as session:
            session.execute(text("UPDATE chunk SET next_attempt_at = now() - interval '1 s'"))

    def expire_leases(self) -> None:
        with self.transactions.begin() as session:
            session.execute(text("UPDATE chunk SET lease_until = now() - interval '1 s' WHERE state = 'running'"))
