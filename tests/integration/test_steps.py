"""The steps from upload to notes on a real PostgreSQL, with a model that says what each test needs."""

import json
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from notes_pipeline.core.chunking import chunk_transcript
from notes_pipeline.core.errors import (
    ModelBusyError,
    ModelConfigurationError,
    ModelRefusedError,
    ModelUnreachableError,
)
from notes_pipeline.core.notes import CoverageState, Flag, NoteStatus, Verdict
from notes_pipeline.core.runs import ChunkOutcome, ChunkState, RunState
from notes_pipeline.readers import read_transcript
from notes_pipeline.steps.checking import IndexCache
from notes_pipeline.steps.draft_chunk import MAX_ATTEMPTS, Drafting, draft_chunk
from notes_pipeline.steps.finish_run import finish_run
from notes_pipeline.steps.ingest import ingest_guide, ingest_transcript
from notes_pipeline.steps.list_notes import list_notes
from notes_pipeline.steps.plan_run import plan_run
from notes_pipeline.steps.read_run import EVERY_STATUS, RunReport, read_run
from notes_pipeline.steps.request_run import RequestedRun, request_run
from notes_pipeline.steps.sweep import sweep
from notes_pipeline.store.chunks import MAX_LOSSES
from tests.making import ScriptedModel

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

Transactions = sessionmaker[Session]


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

    def request(self, data: bytes, *, anew: bool = False) -> RequestedRun:
        transcript = ingest_transcript(self.transactions, WORKSPACE, data, "interview.txt")
        guide = ingest_guide(self.transactions, WORKSPACE, GUIDE, "guide.yaml")
        return request_run(self.transactions, WORKSPACE, transcript, guide, model="scripted", anew=anew)

    @property
    def drafting(self) -> Drafting:
        return Drafting(self.transactions, lambda _: self.model, IndexCache(), "test", 30.0, lambda _: nullcontext())

    def run(self, data: bytes) -> RunReport:
        """Take an interview to its end, each step once."""
        run_id = self.request(data).id
        for chunk_id in plan_run(self.transactions, run_id).draft:
            draft_chunk(self.drafting, chunk_id)
        finish_run(self.transactions, run_id)
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


@pytest.fixture
def pipeline(transactions: Transactions) -> Callable[..., Pipeline]:
    return lambda *answers: Pipeline(transactions, ScriptedModel(*answers))


Make = Callable[..., Pipeline]


def test_a_true_quote_ends_as_a_supported_note_with_words_speaker_and_place(pipeline: Make) -> None:
    report = pipeline(answer()).run(interview())
    assert report.run.state is RunState.FINISHED
    (stored,) = report.notes
    assert (stored.note.status, stored.note.question_id) == (NoteStatus.SUPPORTED, "how")
    (evidence,) = stored.note.evidence
    assert evidence.verdict is Verdict.VERBATIM
    assert (evidence.matched_text, evidence.speaker, evidence.utterances) == (SAID, "Bram", (1, 1))
    assert report.utterances.slice(evidence.spans[0]) == SAID
    assert report.coverage["how"].state is CoverageState.ANSWERED
    assert report.coverage["cost"].state is CoverageState.NOT_ASKED


@pytest.mark.parametrize(
    "words",
    [
        pytest.param("Most of the orders come in by fax before eight.", id="a word changed"),
        pytest.param("I always take them by mail.", id="a negation turned"),
        pytest.param("The new app has paid for itself within two years.", id="invented"),
        pytest.param("", id="empty"),
    ],
)
def test_a_quote_that_was_not_said_ends_flagged_and_is_not_listed_by_default(pipeline: Make, words: str) -> None:
    made = pipeline(answer(words))
    report = made.run(interview())
    (stored,) = report.notes
    assert stored.note.status is NoteStatus.FLAGGED
    assert report.claims == {NoteStatus.FLAGGED: 1}
    assert list_notes(made.transactions, WORKSPACE) == []
    assert len(list_notes(made.transactions, WORKSPACE, status=EVERY_STATUS)) == 1
    assert report.coverage["how"].state is CoverageState.UNDETERMINED


def test_the_interviewers_words_are_no_evidence(pipeline: Make) -> None:
    report = pipeline(answer("How do orders come in?", utterance=0)).run(interview())
    assert report.notes[0].note.status is NoteStatus.FLAGGED


def test_a_claim_outside_of_guide_or_chunk_is_kept_and_flagged(pipeline: Make) -> None:
    unknown = pipeline(answer(topic="made-up")).run(interview())
    assert unknown.notes[0].note.flags == (Flag.UNKNOWN_TOPIC,)
    outside = pipeline(answer(utterance=999)).run(interview() + b"\n\nBram: And that is all.")
    assert outside.notes[0].note.flags == (Flag.OUTSIDE_CHUNK,)


def test_a_passage_in_the_overlap_of_two_chunks_gives_one_note(pipeline: Make) -> None:
    transcript = read_transcript(interview(turns=12), "interview.txt")
    _, second = chunk_transcript(transcript)
    in_both = next(u.index for u, _ in transcript.parts(second.span) if u.speaker == "Bram")
    assert transcript.utterance_span(in_both).start < second.new_from
    said = answer(f"And that was turn {in_both - 4}.", utterance=in_both)
    report = pipeline(said, said).run(interview(turns=12))
    assert report.claims == {NoteStatus.SUPPORTED: 2}
    assert len(report.notes) == 1


def test_every_step_may_run_twice(pipeline: Make) -> None:
    made = pipeline(answer(), answer())
    run_id, (chunk_id,) = made.planned(interview())
    assert plan_run(made.transactions, run_id).draft == ()
    assert draft_chunk(made.drafting, chunk_id).finish == (run_id,)
    assert draft_chunk(made.drafting, chunk_id).finish == ()
    assert finish_run(made.transactions, run_id) is RunState.FINISHED
    assert finish_run(made.transactions, run_id) is RunState.FINISHED
    report = read_run(made.transactions, run_id)
    assert (len(report.notes), len(made.model.asked)) == (1, 1)


def test_the_same_request_gives_the_stored_run_unless_it_is_asked_for_anew(pipeline: Make) -> None:
    made = pipeline(answer())
    first = made.run(interview()).run.id
    again = made.request(interview())
    assert (again.id, again.is_new) == (first, False)
    anew = made.request(interview(), anew=True)
    assert anew.id != first
    assert anew.is_new


def test_a_worker_that_lost_its_lease_writes_nothing(pipeline: Make) -> None:
    made = pipeline()
    run_id, (chunk_id,) = made.planned(interview())

    class Slow(ScriptedModel):
        def complete(self, *args: object, **kwargs: object) -> str:
            made.expire_leases()
            sweep(made.transactions, queue_is_empty=True)
            made.model = ScriptedModel(answer())
            draft_chunk(made.drafting, chunk_id)
            return answer("The new app has paid for itself.")

    made.model = Slow()
    draft_chunk(made.drafting, chunk_id)
    finish_run(made.transactions, run_id)
    report = read_run(made.transactions, run_id)
    assert [stored.note.status for stored in report.notes] == [NoteStatus.SUPPORTED]


def test_a_refusal_is_an_outcome_that_a_person_sees(pipeline: Make) -> None:
    report = pipeline(ModelRefusedError("the model declined: no")).run(interview())
    assert report.run.state is RunState.FINISHED
    assert report.run.reason == "chunk 1 of 1: the model declined: no"
    assert report.ledger[0].outcome is ChunkOutcome.REFUSED
    assert report.coverage["how"].state is CoverageState.UNDETERMINED


def test_a_wrong_key_ends_the_run_at_once_with_what_to_set(pipeline: Make) -> None:
    made = pipeline(ModelConfigurationError("set OPENAI_API_KEY"))
    run_id, chunk_ids = made.planned(interview(turns=12))
    draft_chunk(made.drafting, chunk_ids[0])
    finish_run(made.transactions, run_id)
    report = read_run(made.transactions, run_id)
    assert report.run.state is RunState.FAILED
    assert "OPENAI_API_KEY" in (report.run.reason or "")
    assert {chunk.state for chunk in report.ledger} == {ChunkState.FAILED}
    assert len(made.model.asked) == 1


def test_a_chunk_that_fails_for_good_makes_the_run_partial_and_is_named(pipeline: Make) -> None:
    made = pipeline(answer())
    run_id, chunk_ids = made.planned(interview(turns=12))
    draft_chunk(made.drafting, chunk_ids[0])
    made.model = ScriptedModel(*[ModelUnreachableError("no answer")] * (MAX_ATTEMPTS * len(chunk_ids)))
    for _ in range(MAX_ATTEMPTS):
        made.make_due()
        for chunk_id in chunk_ids[1:]:
            draft_chunk(made.drafting, chunk_id)
    finish_run(made.transactions, run_id)
    report = read_run(made.transactions, run_id)
    assert report.run.state is RunState.PARTIAL
    assert f"2 of {len(chunk_ids)}" in (report.run.reason or "")
    assert len(report.notes) == 1
    assert report.ledger[1].attempts == MAX_ATTEMPTS - 1
    states = [chunk.state for chunk in report.ledger]
    assert states.count(ChunkState.DONE) + states.count(ChunkState.FAILED) == len(chunk_ids)


def test_being_turned_away_is_no_attempt(pipeline: Make) -> None:
    made = pipeline(*[ModelBusyError("busy", retry_after_s=0.0)] * (MAX_ATTEMPTS + 3), answer())
    _run_id, (chunk_id,) = made.planned(interview())
    for _ in range(MAX_ATTEMPTS + 3):
        assert draft_chunk(made.drafting, chunk_id).finish == ()
        made.make_due()
    assert draft_chunk(made.drafting, chunk_id).finish != ()


def test_a_chunk_is_not_tried_before_its_time(pipeline: Make) -> None:
    made = pipeline(ModelBusyError("busy", retry_after_s=60.0), answer())
    _run_id, (chunk_id,) = made.planned(interview())
    draft_chunk(made.drafting, chunk_id)
    draft_chunk(made.drafting, chunk_id)
    assert len(made.model.asked) == 1


def test_the_sweep_frees_what_a_killed_worker_held(pipeline: Make) -> None:
    made = pipeline(KeyboardInterrupt(), answer())
    _run_id, (chunk_id,) = made.planned(interview())
    with pytest.raises(KeyboardInterrupt):
        draft_chunk(made.drafting, chunk_id)
    assert sweep(made.transactions, queue_is_empty=True).draft == ()
    made.expire_leases()
    assert sweep(made.transactions, queue_is_empty=True).draft == (chunk_id,)
    assert draft_chunk(made.drafting, chunk_id).finish != ()


def test_a_chunk_that_kills_its_workers_is_set_aside(pipeline: Make) -> None:
    made = pipeline(*[KeyboardInterrupt()] * MAX_LOSSES)
    run_id, (chunk_id,) = made.planned(interview())
    for _ in range(MAX_LOSSES):
        with pytest.raises(KeyboardInterrupt):
            draft_chunk(made.drafting, chunk_id)
        made.expire_leases()
        work = sweep(made.transactions, queue_is_empty=True)
    assert work.finish == (run_id,)
    finish_run(made.transactions, run_id)
    report = read_run(made.transactions, run_id)
    assert report.run.state is RunState.FAILED
    assert report.ledger[0].outcome is ChunkOutcome.POISONED


def test_the_sweep_announces_a_run_whose_bell_nobody_heard(pipeline: Make) -> None:
    made = pipeline()
    run_id = made.request(interview()).id
    assert sweep(made.transactions, queue_is_empty=True).plan == ()
    with made.transactions.begin() as session:
        session.execute(text("UPDATE run SET enqueued_at = now() - interval '1 minute'"))
    assert sweep(made.transactions, queue_is_empty=True).plan == (run_id,)
    assert sweep(made.transactions, queue_is_empty=True).plan == ()


def test_a_full_queue_is_not_rung_for_again(pipeline: Make) -> None:
    made = pipeline()
    _run_id, chunk_ids = made.planned(interview())
    assert sweep(made.transactions, queue_is_empty=False).draft == ()
    assert sweep(made.transactions, queue_is_empty=True).draft == chunk_ids


def test_the_same_upload_is_stored_once_and_an_edit_is_another_version(pipeline: Make) -> None:
    made = pipeline()
    one = ingest_transcript(made.transactions, WORKSPACE, interview(), "a.txt")
    same = ingest_transcript(made.transactions, WORKSPACE, interview(), "b.txt")
    edited = ingest_transcript(made.transactions, WORKSPACE, interview().replace(b"phone", b"fax"), "a.txt")
    assert (same.id, same.is_new) == (one.id, False)
    assert edited.id != one.id
    elsewhere = ingest_transcript(made.transactions, "another workspace", interview(), "a.txt")
    assert elsewhere.id != one.id


def test_a_changed_guide_is_the_next_version_of_its_title(pipeline: Make) -> None:
    made = pipeline()
    first = ingest_guide(made.transactions, WORKSPACE, GUIDE, "g.yaml")
    same = ingest_guide(made.transactions, WORKSPACE, GUIDE, "g.yaml")
    changed = ingest_guide(made.transactions, WORKSPACE, GUIDE.replace(b"cost?", b"cost you?"), "g.yaml")
    assert (same.id, same.is_new) == (first.id, False)
    assert changed.id != first.id
    with made.transactions.begin() as session:
        versions = session.execute(text("SELECT version FROM guide WHERE title = 'Orders' ORDER BY 1")).scalars().all()
    assert versions == [1, 2]


def test_pages_of_notes_follow_each_other_without_gap_or_overlap(pipeline: Make) -> None:
    notes = json.loads(answer())["notes"] * 5
    made = pipeline(json.dumps({"notes": notes, "coverage": []}))
    made.run(interview())
    pages, after = [], None
    while page := list_notes(made.transactions, WORKSPACE, after=after, limit=2):
        pages.append([note.id for note in page])
        after = page[-1].id
    assert [len(page) for page in pages] == [2, 2, 1]
    assert len({each for page in pages for each in page}) == 5
