"""What a run would take, before anything is asked."""

from dataclasses import dataclass
from math import ceil
from uuid import uuid4

from notes_pipeline.core.chunking import chunk_transcript
from notes_pipeline.core.guide import Guide
from notes_pipeline.core.prompts import Prompt
from notes_pipeline.core.speaking import resolve_roles
from notes_pipeline.core.transcript import Transcript
from notes_pipeline.llm.generating import draft_request, topic_hashes
from notes_pipeline.llm.prices import PriceList
from notes_pipeline.llm.rendering import render_chunk
from notes_pipeline.llm.requests import MAX_OUTPUT_TOKENS
from notes_pipeline.steps.drafting import ChunkToDraft, topics_to_ask
from notes_pipeline.steps.request_run import RunOptions
from notes_pipeline.store.answers import Asker, find_parts
from notes_pipeline.store.database import Transactions
from notes_pipeline.store.direct import InSession
from notes_pipeline.store.model_calls import Experience, experience_with
from notes_pipeline.store.workspaces import find_workspace

# Where a model was not asked before: our notes are a good third as long as the chunk, and a call takes some seconds.
UNKNOWN = Experience(calls=0, out_per_in=0.35, seconds=15.0)


@dataclass(frozen=True, slots=True)
class Estimate:
    """What drafting a transcript would take; repairs, judging and summaries come on top.

    `chunks_known`: of `chunks`, need no call. `most_micro_usd`: if every answer were as long as allowed. Costs are None
    where the model's price is not known. `calls_before`: how many earlier calls the figures rest on.
    """

    chunks: int
    chunks_known: int
    tokens_in: int
    tokens_out: int
    cost_micro_usd: int | None
    most_micro_usd: int | None
    seconds: float
    calls_before: int


def estimate_run(
    transactions: Transactions,
    workspace: str,
    transcript: Transcript,
    guide: Guide,
    options: RunOptions,
    prompt: Prompt,
    prices: PriceList,
    *,
    concurrency: int,
) -> Estimate:
    """Count chunks and tokens of what would be asked; nothing is stored and nothing asked."""
    roles = resolve_roles(transcript, guide)
    topics = topic_hashes(guide)
    hashes = list(topics.values())
    tokens: list[int] = []
    chunks = chunk_transcript(transcript)
    with transactions.begin() as session:
        workspace_id = find_workspace(session, workspace)
        before = experience_with(session, options.model) or UNKNOWN
        for chunk in chunks:
            task = ChunkToDraft(prompt, guide, render_chunk(transcript, chunk, roles), topics)
            parts = []
            if workspace_id is not None and options.uses_cache:
                nobody = Asker(workspace_id, uuid4(), uuid4(), uuid4(), has_chunk=False, takes_known=True)
                parts = find_parts(InSession(session), nobody, task.context(options.model), hashes)
            if rest := topics_to_ask(parts, guide):
                request = draft_request(prompt, guide.only(rest), task.shown)
                tokens.append(request.tokens_in)
    tokens_in, tokens_out = sum(tokens), round(before.out_per_in * sum(tokens))
    price = prices.of(options.model)
    most_out = MAX_OUTPUT_TOKENS * len(tokens)
    return Estimate(
        chunks=len(chunks),
        chunks_known=len(chunks) - len(tokens),
        tokens_in=tokens_in,
        tokens_out=tokens_out,
        cost_micro_usd=None
        if price is None
        else price.micro_usd(tokens_in=tokens_in, tokens_cached=0, tokens_out=tokens_out),
        most_micro_usd=None
        if price is None
        else price.micro_usd(tokens_in=tokens_in, tokens_cached=0, tokens_out=most_out),
        seconds=ceil(len(tokens) / concurrency) * before.seconds,
        calls_before=before.calls,
    )
