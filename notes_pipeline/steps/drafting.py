"""The claims of one chunk: what is known of the guide's topics is taken, the rest is asked for."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from notes_pipeline.core.guide import Guide
from notes_pipeline.core.prompts import Prompt
from notes_pipeline.llm.answers import DRAFT, DraftAnswer
from notes_pipeline.llm.generating import Draft, draft_context, draft_request, read_draft, topic_hashes
from notes_pipeline.steps.asking import Asking
from notes_pipeline.steps.paying import Who
from notes_pipeline.store.answers import KnownAnswer


@dataclass(frozen=True, slots=True)
class ChunkToDraft:
    """What a model is shown of a chunk. `shown`: as `render_chunk` writes it. `topics`: hash by id, of the guide's."""

    prompt: Prompt
    guide: Guide
    shown: str
    topics: dict[str, str]

    def context(self, model: str) -> str:
        return draft_context(self.prompt, self.guide, self.shown, model)


@dataclass(frozen=True, slots=True)
class DraftBy:
    """A draft, and the model that wrote it."""

    draft: Draft
    model: str


def draft_claims(asking: Asking, who: Who, task: ChunkToDraft) -> list[DraftBy]:
    """Get drafts that together are about all topics of the guide, each once.

    Topics that an earlier run of the same model, prompt and chunk asked about in the same words are taken from its
    answer: when a question is added to a guide, only that one is asked.

    Raises:
        What `Asking.ask` raises.
    """
    hashes = task.topics
    parts = asking.paying.known_parts(who, task.context(who.model), list(hashes.values()), task.prompt.hash)
    drafts, rest = _taken(parts, hashes, task.guide)
    if rest:
        guide = task.guide.only(rest)
        answered = asking.ask(
            draft_request(task.prompt, guide, task.shown),
            who,
            context_of=task.context,
            topics=[hashes[topic] for topic in rest],
        )
        drafts.append(DraftBy(read_draft(answered.answer, task.guide), answered.model_served))
    return drafts


def topics_to_ask(parts: Sequence[KnownAnswer], guide: Guide) -> list[str]:
    """Give the ids of the guide's topics that no known answer is about, in the guide's order."""
    return _taken(parts, topic_hashes(guide), guide)[1]


def _taken(parts: Sequence[KnownAnswer], hashes: dict[str, str], guide: Guide) -> tuple[list[DraftBy], list[str]]:
    drafts, rest = [], list(hashes)
    for part in parts:
        topics = {topic for topic in rest if hashes[topic] in part.topics}
        if topics and DRAFT.fits(part.text):
            # What is for no topic at all belongs to an answer as a whole, and is kept with it.
            is_whole = {hashes[topic] for topic in topics} == set(part.topics)
            answer = DRAFT.read(part.text)
            drafts.append(DraftBy(read_draft(_about(answer, topics, guide.ids, is_whole), guide), part.model))
            rest = [topic for topic in rest if topic not in topics]
    return drafts, rest


def _about(answer: DraftAnswer, topics: Collection[str], known: Collection[str], is_whole: bool) -> DraftAnswer:
    return DraftAnswer(
        notes=[note for note in answer.notes if note.topic in topics or (is_whole and note.topic not in known)],
        coverage=[item for item in answer.coverage if item.question in topics],
    )
