"""The usual way: plain Celery with prefork and a chord a transcript, for comparison.

Each task does with the same functions what `draft_chunk` does at the least: it renders the chunk, asks through the same
client, verifies the quotes, and writes the notes through the ORM in one transaction. It keeps no answers and no calls,
holds no budget and no limit, and loses what is in flight or in the queue with the broker.

    celery --app tests.benchmarks.usual_way worker --pool prefork --concurrency 16
"""

import os
from collections.abc import Sequence
from functools import cache
from uuid import UUID

from celery import Celery, chord
from sqlalchemy import create_engine, select, text
from sqlalchemy.orm import Session

from notes_pipeline.core.chunking import Chunk
from notes_pipeline.core.endpoints import AnswerMode, EndpointProfile
from notes_pipeline.core.ids import new_id
from notes_pipeline.llm.client import ModelClient
from notes_pipeline.llm.generating import ask_in_form, draft_request, read_draft
from notes_pipeline.llm.offline import OFFLINE_MODEL
from notes_pipeline.llm.prices import load_prices
from notes_pipeline.llm.prompts import DRAFT_PROMPT, load_prompts
from notes_pipeline.llm.rendering import render_chunk
from notes_pipeline.steps.checking import IndexCache, check_claim, shown_utterances
from notes_pipeline.store.chunks import chunk_ledger
from notes_pipeline.store.database import Transactions
from notes_pipeline.store.evidence import evidence_values
from notes_pipeline.store.guides import load_guide
from notes_pipeline.store.runs import load_run
from notes_pipeline.store.tables import ChunkRow, EvidenceRow, NoteRow
from notes_pipeline.store.transcripts import load_transcript

QUEUE = "usual"
BROKER = os.environ.get("REDIS_URL", "redis://")
app = Celery("usual_way", broker=BROKER, backend=BROKER)
app.conf.update(task_default_queue=QUEUE, worker_prefetch_multiplier=1, task_acks_late=True)
indexes = IndexCache()


@cache
def session_maker():  # type: ignore[no-untyped-def]
    engine = create_engine(os.environ["DATABASE_URL"], pool_pre_ping=True)
    return lambda: Session(engine)


@cache
def client() -> ModelClient:
    return ModelClient(
        base_url=os.environ["OPENAI_BASE_URL"],
        api_key=None,
        model=OFFLINE_MODEL,
        timeout_s=60,
        prices=load_prices(None),
    )


@app.task(name="usual.draft")  # type: ignore[untyped-decorator]
def draft(run_id: str, chunk_id: str) -> int:
    with session_maker()() as session:
        run = load_run(session, UUID(run_id))
        row = session.get_one(ChunkRow, UUID(chunk_id))
        guide = load_guide(session, run.guide_id)
        (chunk,) = [each for each in chunk_ledger(session, run.id) if each.id == row.id]
        index = indexes.get(run.transcript_id, run.roles, lambda: load_transcript(session, run.transcript_id))
    cut = Chunk(chunk.index, chunk.span, row.new_from)
    (prompt,) = [each for each in load_prompts() if each.name == DRAFT_PROMPT]
    request = draft_request(prompt, guide, render_chunk(index.transcript, cut, run.roles))
    profile = EndpointProfile(AnswerMode.JSON_SCHEMA)
    answer = ask_in_form(
        lambda asked, retries: client().complete(asked, profile, record=lambda _: None, retries=retries), request
    )
    shown = shown_utterances(index.transcript, cut)
    notes = [check_claim(claim, index, shown) for claim in read_draft(answer, guide).claims]
    with session_maker()() as session, session.begin():
        for ordinal, note in enumerate(notes):
            note_id = new_id()
            session.add(
                NoteRow(
                    id=note_id,
                    workspace_id=run.workspace_id,
                    transcript_id=run.transcript_id,
                    run_id=run.id,
                    chunk_id=row.id,
                    ordinal=ordinal,
                    stage="published",
                    question_id=note.question_id,
                    theme_id=note.theme_id,
                    statement=note.statement,
                    status=note.status.value,
                    flags=[flag.value for flag in note.flags],
                    speakers=[],
                    model=OFFLINE_MODEL,
                )
            )
            session.flush()
            for position, each in enumerate(note.evidence):
                session.add(EvidenceRow(**evidence_values(each, note_id, position, run.transcript_id, "usual")))
        session.get_one(ChunkRow, row.id).state = "done"
    return len(notes)


@app.task(name="usual.finish")  # type: ignore[untyped-decorator]
def finish(numbers: list[int], run_id: str) -> int:
    with session_maker()() as session, session.begin():
        session.execute(text("UPDATE run SET state = 'finished', finished_at = now() WHERE id = :id"), {"id": run_id})
    return sum(numbers)


def start(transactions: Transactions, run_ids: Sequence[UUID]) -> None:
    """Send a chord for each planned run."""
    with transactions.begin() as session:
        for run_id in run_ids:
            ids = session.scalars(select(ChunkRow.id).where(ChunkRow.run_id == run_id))
            last = finish.s(str(run_id)).set(ignore_result=True)
            chord([draft.s(str(run_id), str(each)) for each in ids])(last)
    # Nobody reads the results here; at the end of the process each would tell so to a broker that is gone.
    app.backend.result_consumer.subscribed_to.clear()
