"""Guides: what notes are asked for."""

from uuid import UUID

from pydantic import Field

from notes_pipeline.api.shapes.base import Shape, Time
from notes_pipeline.store.guides import StoredGuide


class GuideQuestion(Shape):
    id: str = Field(description="Stable over versions.")
    text: str
    probes: list[str]


class GuideTheme(Shape):
    id: str = Field(description="Stable over versions.")
    name: str
    definition: str
    include: list[str]
    exclude: list[str]


class GuideInList(Shape):
    """A version of a guide, without its questions and themes."""

    id: UUID
    title: str
    version: int = Field(description="Among the guides of its title, from 1.")
    is_latest: bool
    content_hash: str
    question_count: int
    theme_count: int
    created_at: Time


class Guide(GuideInList):
    """A version of a guide. `interviewers`, `participants`: names of speakers that the guide gives a role."""

    goal: str
    questions: list[GuideQuestion]
    themes: list[GuideTheme]
    interviewers: list[str]
    participants: list[str]


def listed_shape(stored: StoredGuide) -> GuideInList:
    guide = stored.guide
    return GuideInList(
        id=stored.id,
        title=guide.title,
        version=stored.version,
        is_latest=stored.is_latest,
        content_hash=guide.content_hash,
        question_count=len(guide.questions),
        theme_count=len(guide.themes),
        created_at=stored.created_at,
    )


def guide_shape(stored: StoredGuide) -> Guide:
    guide = stored.guide
    return Guide(
        **dict(listed_shape(stored)),
        goal=guide.goal,
        questions=[GuideQuestion(id=each.id, text=each.text, probes=list(each.probes)) for each in guide.questions],
        themes=[
            GuideTheme(
                id=each.id,
                name=each.name,
                definition=each.definition,
                include=list(each.include),
                exclude=list(each.exclude),
            )
            for each in guide.themes
        ],
        interviewers=list(guide.interviewers),
        participants=list(guide.participants),
    )
