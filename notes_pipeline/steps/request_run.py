"""Ask for notes on a transcript."""

import hashlib
import json
from dataclasses import dataclass
from uuid import UUID

from notes_pipeline.core.chunking import CHUNK_CHARACTERS, OVERLAP_TURNS
from notes_pipeline.core.prompts import Prompt
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
    """

    model: str
    anew: bool = False
    uses_cache: bool = True
    repairs: bool = False
    judge_model: str | None = None
    summarises: bool = False
    budget_micro_usd: int | None = None


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
) -> RequestedRun:
    """Store a run as queued, or give the stored one of the same transcript, guide, model and recipe.

    A stored run that failed or is partial is tried again as a new one; so is any other that is asked for anew or
    without known answers. `prompts`: the texts to ask with; the run keeps those that it needs.
    """
    needed = _needed(options)
    chosen = [prompt for prompt in prompts if prompt.name in needed]
    hashes = {prompt.name: prompt.hash for prompt in chosen}
    request = runs.RunRequest(
        model=options.model,
        prompts=hashes,
        recipe=_recipe(options, hashes),
        verifier_version=VERIFIER_VERSION,
        roles=resolve_roles(transcript.transcript, guide.guide),
        uses_cache=options.uses_cache,
        repairs=options.repairs,
        summarises=options.summarises,
        judge_model=options.judge_model,
        budget_micro_usd=options.budget_micro_usd,
    )
    anew = options.anew or not options.uses_cache
    with transactions.begin() as session:
        workspace_id = ensure_workspace(session, workspace)
        save_prompts(session, chosen)
        run_id, is_new = runs.request_run(session, workspace_id, transcript.id, guide.id, request, anew=anew)
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


def _recipe(options: RunOptions, hashes: dict[str, str]) -> str:
    """Hash all that shapes the notes beside transcript, guide and model."""
    parts = [hashes, _needed(options), options.judge_model, CHUNK_CHARACTERS, OVERLAP_TURNS, VERIFIER_VERSION]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
