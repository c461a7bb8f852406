"""Ask for a run in the name of a caller."""

from uuid import UUID

from notes_pipeline.api.access import Caller, Parts
from notes_pipeline.bootstrap import Wishes, run_options
from notes_pipeline.steps.ingest import IngestedGuide, IngestedTranscript
from notes_pipeline.steps.next_work import NextWork
from notes_pipeline.steps.request_run import RequestedRun, request_run
from notes_pipeline.store.guides import load_guide
from notes_pipeline.store.transcripts import given_roles, load_transcript

__all__ = ["Wishes", "ask_for_run"]


def ask_for_run(
    parts: Parts, caller: Caller, transcript_id: UUID, guide_id: UUID, wishes: Wishes, *, request_id: str | None
) -> RequestedRun:
    """Store a run as queued and ring for it, or give the stored one of the same request.

    Raises:
        NotFoundError: the caller's workspace has no such transcript or guide.
        InputError: the transcript is too long for a run.
        TooMuchWorkError: too many runs of the workspace wait.
        SettingsError: a budget is set for a model whose price is not known.
    """
    with caller.transactions.begin() as session:
        transcript = IngestedTranscript(
            transcript_id,
            load_transcript(session, transcript_id),
            is_new=False,
            roles=given_roles(session, transcript_id),
        )
        guide = IngestedGuide(guide_id, load_guide(session, guide_id), is_new=False)
    services = parts.services
    run = request_run(
        caller.transactions,
        caller.workspace,
        transcript,
        guide,
        run_options(services, wishes),
        services.prompts,
        limits=services.limits,
        request_id=request_id,
    )
    if run.is_new:
        parts.ring(NextWork(plan=(run.id,)))
    return run
