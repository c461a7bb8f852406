"""Ask for notes on a transcript."""

import hashlib
import json
from dataclasses import dataclass
from uuid import UUID

from notes_pipeline.core.chunking import CHUNK_CHARACTERS, OVERLAP_TURNS
from notes_pipeline.core.runs import RunState
from notes_pipeline.core.speaking import resolve_roles
from notes_pipeline.llm.answers import draft_schema_text
from notes_pipeline.llm.prompts import DRAFT_PROMPT, load_prompt
from notes_pipeline.steps.ingest import IngestedGuide, IngestedTranscript
from notes_pipeline.store import runs
from notes_pipeline.store.database import Transactions
from notes_pipeline.store.workspaces import ensure_workspace
from notes_pipeline.verification import VERIFIER_VERSION


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
    *,
    model: str,
    anew: bool = False,
) -> RequestedRun:
    """Store a run as queued, or give the stored one of the same transcript, guide, model and recipe.

    A stored run that failed or is partial is tried again as a new one; `anew`: so is any other.
    """
    prompt = load_prompt(DRAFT_PROMPT)
    request = runs.RunRequest(
        model=model,
        prompt_hash=prompt.hash,
        recipe=_recipe(prompt.hash),
        verifier_version=VERIFIER_VERSION,
        roles=resolve_roles(transcript.transcript, guide.guide),
    )
    with transactions.begin() as session:
        workspace_id = ensure_workspace(session, workspace)
        run_id, is_new = runs.request_run(session, workspace_id, transcript.id, guide.id, request, anew=anew)
        state = runs.load_run(session, run_id).state
    return RequestedRun(run_id, is_new, state)


def _recipe(prompt_hash: str) -> str:
    """Hash all that shapes the notes beside transcript, guide and model."""
    parts = [prompt_hash, draft_schema_text(), CHUNK_CHARACTERS, OVERLAP_TURNS, VERIFIER_VERSION]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
