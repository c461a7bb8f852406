"""The steps from upload to notes on a real PostgreSQL, with a model that says what each test needs."""

import json
from collections.abc import Callable

import pytest
from sqlalchemy import text

from notes_pipeline.core.chunking import chunk_transcript
from notes_pipeline.core.errors import (
    InputError,
    ModelBusyError,
    ModelConfigurationError,
    ModelRefusedError,
    ModelUnreachableError,
)
from notes_pipeline.core.naming import parse_who_speaks
from notes_pipeline.core.notes import CoverageState, Flag, NoteStatus, Verdict
from notes_pipeline.core.roles import Role
from notes_pipeline.core.runs import ChunkOutcome, ChunkState, RunState
from notes_pipeline.llm.forms import A
from notes_pipeline.llm.requests import ModelRequest, Record
from notes_pipeline.readers import read_transcript
from notes_pipeline.steps.draft_chunk import MAX_ATTEMPTS, draft_chunk
from notes_pipeline.steps.finish_run import finish_run
from notes_pipeline.steps.ingest import ingest_guide, ingest_transcript
from notes_pipeline.steps.list_notes import list_notes
from notes_pipeline.steps.plan_run import plan_run
from notes_pipeline.steps.read_run import EVERY_STATUS, read_run
from notes_pipeline.steps.sweep import sweep
from notes_pipeline.store.database import Transactions
from notes_pipeline.store.leases import MAX_LOSSES
from tests.integration.pipeline import GUIDE, SAID, WORKSPACE, Pipeline, answer, interview
from tests.making import ScriptedModel


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
        def complete(self, request: ModelRequest[A], *, record: Record, retries: int) -> str:
            made.expire_leases()
            sweep(made.transactions, queue_is_empty=True)
            made.model = ScriptedModel(answer())
            draft_chunk(made.drafting, chunk_id)
            self._answers = [answer("The new app has paid for itself.")]
            return super().complete(request, record=record, retries=retries)

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


def test_names_and_roles_that_come_with_a_file_are_stored_with_it(pipeline: Make) -> None:
    made = pipeline()
    who = parse_who_speaks(["Bram=Bram Oosterlicht"], ["Ina"])
    named = ingest_transcript(made.transactions, WORKSPACE, interview(), "a.txt", who=who)
    assert named.transcript.speakers == ("Ina", "Bram Oosterlicht")
    assert named.roles == {"Ina": Role.INTERVIEWER}
    again = ingest_transcript(
        made.transactions, WORKSPACE, interview(), "a.txt", who=parse_who_speaks(["Bram=Bram Oosterlicht"])
    )
    assert (again.id, again.roles) == (named.id, named.roles)
    with pytest.raises(InputError, match="'Zoe' is no speaker"):
        ingest_transcript(made.transactions, WORKSPACE, interview(), "a.txt", who=parse_who_speaks([], ["Zoe"]))


def test_a_transcript_is_stored_whatever_its_file_is_called(pipeline: Make) -> None:
    made = pipeline()
    stored = ingest_transcript(made.transactions, WORKSPACE, interview(), "a\udcff\n.txt")
    with made.transactions.begin() as session:
        names = session.execute(text("SELECT filename FROM transcript")).scalars().all()
    assert stored.is_new
    assert "a\ufffd\n.txt" in names


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
