"""Write guide and chunk as messages for the model.

The order serves the providers' prefix caches: what never changes, then the guide, then the chunk.
"""

import json
from typing import Literal, TypedDict

from notes_pipeline.core.chunking import Chunk
from notes_pipeline.core.guide import Guide
from notes_pipeline.core.roles import Role, Roles
from notes_pipeline.core.transcript import Transcript

UNKNOWN_SPEAKER = "unknown"
TRANSCRIPT_OPEN, TRANSCRIPT_CLOSE = "<transcript>", "</transcript>"
GUIDE_OPEN, GUIDE_CLOSE = "<guide>", "</guide>"


class Message(TypedDict):
    role: Literal["system", "user", "assistant"]
    content: str


def draft_messages(prompt: str, guide: Guide, transcript: Transcript, chunk: Chunk, roles: Roles) -> list[Message]:
    return [
        {"role": "system", "content": prompt},
        {"role": "user", "content": render_guide(guide)},
        {"role": "user", "content": render_chunk(transcript, chunk, roles)},
    ]


def render_guide(guide: Guide) -> str:
    """Write the guide as JSON between its marks; names of speakers are left out, the transcript has the roles."""
    content = {
        "title": guide.title,
        "goal": guide.goal,
        "questions": [{"id": q.id, "text": q.text, "probes": list(q.probes)} for q in guide.questions],
        "themes": [
            {
                "id": t.id,
                "name": t.name,
                "definition": t.definition,
                "include": list(t.include),
                "exclude": list(t.exclude),
            }
            for t in guide.themes
        ],
    }
    return f"{GUIDE_OPEN}\n{json.dumps(content, ensure_ascii=False, indent=1)}\n{GUIDE_CLOSE}"


def render_chunk(transcript: Transcript, chunk: Chunk, roles: Roles) -> str:
    """Write each utterance on a line of its own: `[number] Speaker (role): words`.

    Line breaks inside an utterance become blanks, so no utterance can pass for another or for the end of the data.
    """
    lines = [TRANSCRIPT_OPEN]
    for utterance, part in transcript.parts(chunk.span):
        words = _one_line(utterance.text[part.start : part.end])
        lines.append(f"[{utterance.index}] {_speaker(utterance.speaker, roles)}: {words}")
    lines.append(TRANSCRIPT_CLOSE)
    return "\n".join(lines)


def _speaker(speaker: str | None, roles: Roles) -> str:
    if speaker is None:
        return UNKNOWN_SPEAKER
    name = _one_line(speaker)
    if roles.is_interviewer(speaker):
        return f"{name} ({Role.INTERVIEWER.value})"
    if speaker in roles.participants:
        return f"{name} ({Role.PARTICIPANT.value})"
    return name


def _one_line(text: str) -> str:
    return " ".join(text.split())
