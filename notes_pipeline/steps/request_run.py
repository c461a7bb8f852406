"""Ask for notes on a transcript."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from notes_pipeline.core.chunking import CHUNK_CHARACTERS, OVERLAP_TURNS, chunk_transcript
from notes_pipeline.core.errors import InputError, TooMuchWorkError
from notes_pipeline.core.prompts import Prompt
from notes_pipeline.core.roles import Role, roles_of
from notes_pipeline.core.runs import RunState
from notes_pipeline.core.speaking import resolve_roles
from notes_pipeline.llm.answers import DRAFT, JUDGE, REPAIR, SUMMARY
from notes_pipeline.llm.prompts import DRAFT_PROMPT, JUDGE_PROMPT, REPAIR_PROMPT, SUMMARY_PROMPT
from notes_pipeline.steps.ingest import IngestedGuide, IngestedTranscript
from notes_pipeline.store import runs
from notes_pipeline.store.database import Transactions
from notes_pipeline.store.prompts import save_prompts
from notes_pipeline.store.workspaces import ensure_workspace
from notes_pipeline.verification import VERIFIER_VERSION


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How a run is to be done. `anew`: also if the same is stored. `uses_cache`: known answers are good enough.

    `repairs`: a note that does not stand is asked for once more. `judge_model`: who judges the notes, None: nobody.
    `summarises`: each question is answered from the notes. `budget_micro_usd`: what the calls may cost, None: no limit.
    `is_backfill`: whatever else waits goes first. `deadline_s`: what is not drafted by then fails, None: no end.
    """

    model: str
    anew: bool = False
    uses_cache: bool = True
    repairs: bool = False
    judge_model: str | None = None
    summarises: bool = False
    budget_micro_usd: int | None = None
    is_backfill: bool = False
    deadline_s: float | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """What one workspace may ask for: chunks of a run, and runs that have not ended."""

    chunks: int = 2_000
    open_runs: int = 10_000


@dataclass(frozen=True, slots=True)
class RequestedRun:
    """`is_new`: it is to be planned now; else the stored run of the same request, in whatever state."""

    id: UUID
    is_new: bool
    state: RunState


def request_run(
    transactions: Transactions,
    workspace: str,
    transcript: IngestedTranscript,
    guide: IngestedGuide,
    options: RunOptions,
    prompts: list[Prompt],
    *,
    limits: Limits = Limits(),
    request_id: str | None = None,
    traceparent: str | None = None,
) -> RequestedRun:
    """Store a run as queued, or give the stored one of the same transcript, guide, model and recipe.

    A stored run that is incomplete is tried again as a new one; so is any other that is asked for anew or without known
    answers. `prompts`: the texts to ask with; the run keeps those that it needs. `request_id`, `traceparent`: of the
    request or command that asks.

    Raises:
        NotFoundError: the transcript was erased meanwhile.
        InputError: the transcript is cut into more chunks than the limits allow.
        TooMuchWorkError: too many runs of the workspace wait.
    """
    number = len(chunk_transcript(transcript.transcript))
    if number > limits.chunks:
        raise InputError(
            f"the transcript is {number:,} chunks long and a run may have {limits.chunks:,}: cut it into parts, or "
            "raise NOTES_MAX_CHUNKS"
        )
    needed = _needed(options)
    chosen = [prompt for prompt in prompts if prompt.name in needed]
    hashes = {prompt.name: prompt.hash for prompt in chosen}
    given = roles_of(transcript.roles) if transcript.roles else None
    request = runs.RunRequest(
        model=options.model,
        prompts=hashes,
        recipe=_recipe(options, hashes, transcript.roles),
        verifier_version=VERIFIER_VERSION,
        roles=resolve_roles(transcript.transcript, guide.guide, given),
        uses_cache=options.uses_cache,
        repairs=options.repairs,
        summarises=options.summarises,
        judge_model=options.judge_model,
        budget_micro_usd=options.budget_micro_usd,
        is_backfill=options.is_backfill,
        deadline_s=options.deadline_s,
        request_id=request_id,
        traceparent=traceparent,
    )
    anew = options.anew or not options.uses_cache
    with transactions.begin() as session:
        workspace_id = ensure_workspace(session, workspace)
        save_prompts(session, chosen)
        run_id, is_new = runs.request_run(session, workspace_id, transcript.id, guide.id, request, anew=anew)
        if is_new and runs.count_open_runs(session, workspace_id, at_most=limits.open_runs + 1) > limits.open_runs:
            raise TooMuchWorkError(
                f"{limits.open_runs:,} runs of this workspace wait already: ask again when some have ended, or raise "
                "NOTES_MAX_OPEN_RUNS"
            )
        state = runs.load_run(session, run_id).state
    return RequestedRun(run_id, is_new, state)


def _needed(options: RunOptions) -> dict[str, str]:
    """Give the prompts that a run asks with, each with the schema of its answer."""
    wanted = {DRAFT_PROMPT: DRAFT.schema_text}
    if options.repairs:
        wanted[REPAIR_PROMPT] = REPAIR.schema_text
    if options.judge_model is not None:
        wanted[JUDGE_PROMPT] = JUDGE.schema_text
    if options.summarises:
        wanted[SUMMARY_PROMPT] = SUMMARY.schema_text
    return wanted


def _recipe(options: RunOptions, hashes: dict[str, str], roles: Mapping[str, Role]) -> str:
    """Hash all that shapes the notes beside transcript, guide and model. `roles`: that were given."""
    parts = [hashes, _needed(options), options.judge_model, CHUNK_CHARACTERS, OVERLAP_TURNS, VERIFIER_VERSION]
    if roles:  # what was asked for before roles could be given is the same request still
        parts.append({name: role.value for name, role in roles.items()})
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
