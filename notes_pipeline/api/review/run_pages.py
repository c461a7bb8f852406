"""Runs, transcripts and uploads: what came of an interview, and how a new one gets in."""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, File, Form, Header, Query, Request, UploadFile
from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse

from notes_pipeline.api.asking import Wishes, ask_for_run
from notes_pipeline.api.review.access import PATH, Reviewing, SeesNotes, SeesUpload, Uploads
from notes_pipeline.api.review.passages import Mark, found_in, passages
from notes_pipeline.api.review.rendering import media_of, page
from notes_pipeline.core.errors import InputError, NotesPipelineError
from notes_pipeline.core.guide import Question, Theme
from notes_pipeline.core.notes import NoteStatus, Verdict
from notes_pipeline.core.reviewing import ReviewState, is_readable
from notes_pipeline.core.runs import ChunkState
from notes_pipeline.llm.offline import is_offline
from notes_pipeline.steps.ingest import general_guide, ingest_guide, ingest_transcript
from notes_pipeline.steps.read_overview import read_coverage, read_overview
from notes_pipeline.steps.read_run import EVERY_STATUS, read_progress
from notes_pipeline.store.guides import latest_guides
from notes_pipeline.store.marks import MarkedNote, marks_of_transcript
from notes_pipeline.store.notes import NoteFilter, StoredNote, list_notes
from notes_pipeline.store.runs import latest_runs
from notes_pipeline.store.transcripts import Details, describe_transcript, load_transcript

router = APIRouter(include_in_schema=False)

MOST_RUNS, MOST_NOTES, MOST_GUIDES = 50, 1_000, 100
MOST_FOUND = 1_000
GENERAL = "general"  # the guide for whoever has none


@dataclass(frozen=True, slots=True)
class Topic:
    """A question or theme with its notes, those that stand first."""

    id: str
    text: str
    notes: Sequence[StoredNote]


@router.get("/runs")
def runs(reviewing: SeesNotes) -> Response:
    """List the latest runs."""
    with reviewing.caller.transactions.begin() as session:
        found = latest_runs(session, reviewing.caller.key.workspace_id, limit=MOST_RUNS)
        titles = {each.transcript_id: describe_transcript(session, each.transcript_id).title for each in found}
    return page("runs.html", reviewing, runs=found, titles=titles)


@router.get("/runs/{run_id}")
def run(reviewing: SeesNotes, run_id: UUID) -> Response:
    """Show what came of a run; one that goes on is watched live."""
    transactions = reviewing.caller.transactions
    overview = read_overview(transactions, run_id)
    coverage = read_coverage(transactions, run_id)
    wanted = NoteFilter(run_id=run_id, status=EVERY_STATUS)
    with transactions.begin() as session:
        notes = list_notes(session, reviewing.caller.key.workspace_id, wanted, limit=MOST_NOTES)
        described = describe_transcript(session, overview.run.transcript_id)
    verdicts = dict.fromkeys(Verdict, 0)
    for each in notes:
        for evidence in each.note.evidence:
            verdicts[evidence.verdict] += 1
    chunks = overview.ledger
    return page(
        "run.html",
        reviewing,
        overview=overview,
        coverage=coverage,
        described=described,
        topics=_topics(coverage.guide.topics, notes),
        notes=notes,
        verdicts=verdicts,
        open_notes=sum(each.note.status is NoteStatus.FLAGGED and _is_open(each) for each in notes),
        is_offline=is_offline(overview.run.model),
        done_chunks=sum(each.state in (ChunkState.DONE, ChunkState.FAILED) for each in chunks),
        most_notes=MOST_NOTES,
    )


@router.get("/runs/{run_id}/events")
def events(
    reviewing: SeesNotes, run_id: UUID, last_event_id: Annotated[str | None, Header(max_length=100)] = None
) -> StreamingResponse:
    """Watch a run, as the API's stream has it."""
    caller = reviewing.caller
    read_progress(caller.transactions, run_id)
    return reviewing.parts.streams.open(caller.key, caller.transactions, run_id, known=last_event_id)


@router.get("/transcripts/{transcript_id}")
def transcript(reviewing: SeesNotes, transcript_id: UUID, find: Annotated[str, Query(max_length=200)] = "") -> Response:
    """Show a whole transcript with all evidence marked."""
    with reviewing.caller.transactions.begin() as session:
        described = describe_transcript(session, transcript_id)
        read = load_transcript(session, transcript_id)
        marked = marks_of_transcript(session, transcript_id)
    found = [Mark(span, "found", "found") for span in found_in(read, find, MOST_FOUND)]
    marks = [Mark(span, each.verdict.value, each.verdict.value) for each in marked for span in each.spans]
    at: dict[int, list[MarkedNote]] = {}
    for each in marked:
        index = read.utterance_at(each.spans[0].start)
        if each.note_id not in [other.note_id for other in at.setdefault(index, [])]:
            at[index].append(each)
    return page(
        "transcript.html",
        reviewing,
        media_url=described.media_url,
        described=described,
        said=passages(read, range(len(read.utterances)), found or marks),
        at=at,
        media=media_of(described.media_url),
        find=find,
        found=len(found),
    )


@router.get("/upload")
def ask_for_upload(reviewing: SeesUpload) -> Response:
    return _upload_page(reviewing)


@router.post("/upload")
def upload(
    reviewing: Uploads,
    request: Request,
    file: Annotated[UploadFile, File()],
    guide: Annotated[str, Form(max_length=100)] = "",
    guide_file: Annotated[UploadFile | None, File()] = None,
    title: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Store an interview, ask for notes on it, and go where they will be."""
    caller, parts = reviewing.caller, reviewing.parts
    filename = file.filename or "interview.txt"
    try:
        if guide_file is not None and guide_file.filename:
            guide_data = guide_file.file.read()
            guide_id = ingest_guide(caller.transactions, caller.workspace, guide_data, guide_file.filename).id
        elif guide == GENERAL:
            guide_id = ingest_guide(caller.transactions, caller.workspace, general_guide(), "general.yaml").id
        else:
            guide_id = _chosen(guide)
        stored = ingest_transcript(
            caller.transactions,
            caller.workspace,
            file.file.read(),
            filename,
            most_characters=parts.services.settings.notes_max_transcript_characters,
            details=_titled(title),
        )
        run = ask_for_run(parts, caller, stored.id, guide_id, Wishes(), request_id=request.state.request_id)
    except NotesPipelineError as error:
        return _upload_page(reviewing, HTTPStatus.UNPROCESSABLE_ENTITY, notice=str(error))
    return RedirectResponse(f"{PATH}/runs/{run.id}", HTTPStatus.SEE_OTHER)


def _topics(asked: Sequence[Question | Theme], notes: Sequence[StoredNote]) -> list[Topic]:
    """Put notes under what they are on; what is on nothing of the guide comes last."""
    by_topic: dict[str | None, list[StoredNote]] = {}
    for each in sorted(notes, key=lambda each: (not _stands(each), each.id)):
        by_topic.setdefault(each.note.question_id or each.note.theme_id, []).append(each)
    topics = [
        Topic(each.id, each.text if isinstance(each, Question) else each.name, by_topic.pop(each.id, []))
        for each in asked
    ]
    rest = [each for left in by_topic.values() for each in left]
    return [*topics, Topic("", "On nothing of the guide", rest)] if rest else topics


def _stands(stored: StoredNote) -> bool:
    return is_readable(stored.note.status, stored.review_state)


def _is_open(stored: StoredNote) -> bool:
    return stored.review_state is ReviewState.UNREVIEWED


def _chosen(guide: str) -> UUID:
    """Give the guide that was chosen.

    Raises:
        InputError: none was.
    """
    try:
        return UUID(guide)
    except ValueError:
        raise InputError("no guide was chosen: choose one, or add a guide file") from None


def _titled(title: str) -> Details:
    """Take a title, if one was given; PostgreSQL keeps no U+0000."""
    title = " ".join(title.replace("\x00", "").split())
    return Details(title=title or None)


def _upload_page(reviewing: Reviewing, status: HTTPStatus = HTTPStatus.OK, notice: str | None = None) -> HTMLResponse:
    with reviewing.caller.transactions.begin() as session:
        guides = latest_guides(session, reviewing.caller.key.workspace_id, limit=MOST_GUIDES)
    return page("upload.html", reviewing, status, guides=guides, notice=notice)
