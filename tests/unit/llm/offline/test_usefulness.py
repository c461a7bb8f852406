"""What the offline model is worth on the interview of the demonstration, whose right answers are known."""

from pathlib import Path

from notes_pipeline.core.chunking import chunk_transcript
from notes_pipeline.core.coverage import CoverageClaim, judge_coverage
from notes_pipeline.core.notes import CoverageState, Quote, Verdict
from notes_pipeline.core.roles import Roles
from notes_pipeline.llm.offline.drafting import draft
from notes_pipeline.llm.offline.prompts import read_draft_prompt
from notes_pipeline.llm.rendering import draft_messages, render_chunk
from notes_pipeline.readers.guides import read_guide
from notes_pipeline.readers.reading import read_transcript
from notes_pipeline.verification.index import index_transcript
from notes_pipeline.verification.verify import verify_quote

FIXTURES = Path(__file__).parents[4] / "fixtures"
INTERVIEW = FIXTURES / "interviews" / "bakery.vtt"
GUIDE = FIXTURES / "guides" / "bakery.yaml"


def test_on_the_bakery_interview_it_tells_what_was_answered_and_quotes_only_what_was_said() -> None:
    transcript = read_transcript(INTERVIEW.read_bytes(), INTERVIEW.name)
    guide = read_guide(GUIDE.read_bytes(), GUIDE.name)
    roles = Roles(frozenset(guide.interviewers), frozenset(guide.participants))
    notes, claims = [], []
    for chunk in chunk_transcript(transcript):
        messages = draft_messages("…", guide, render_chunk(transcript, chunk, roles))
        prompt = read_draft_prompt(message["content"] for message in messages)
        assert prompt is not None
        drafted = draft(prompt)
        notes += drafted.notes
        claims += [CoverageClaim(c.question, CoverageState(c.state), c.asked_at) for c in drafted.coverage]

    index = index_transcript(transcript)
    quotes = [quote for note in notes for quote in note.quotes]
    verdicts = {verify_quote(Quote(quote.words, quote.speaker, quote.utterance), index).verdict for quote in quotes}
    assert verdicts == {Verdict.VERBATIM}
    assert {quote.speaker for quote in quotes} <= set(guide.participants)
    assert 12 <= len(notes) <= 30
    assert {note.topic for note in notes} >= {"before", "decision", "first-weeks", "team", "trust", "contact"}

    supported = {question.id: sum(note.topic == question.id for note in notes) for question in guide.questions}
    states = {each.question_id: each.state for each in judge_coverage(guide, claims, supported, is_whole=True)}
    assert states == {
        "before": CoverageState.ANSWERED,
        "decision": CoverageState.ANSWERED,
        "first-weeks": CoverageState.ANSWERED,
        "team": CoverageState.ANSWERED,
        "cost": CoverageState.ASKED_NOT_ANSWERED,
        "privacy": CoverageState.NOT_ASKED,
    }
