"""The JSON that commands print. Times in seconds, offsets in code points of the transcript's text."""

import json
from typing import TypedDict

from notes_pipeline.core.notes import Coverage, Evidence, Note
from notes_pipeline.core.transcript import Span
from notes_pipeline.llm.offline import is_offline
from notes_pipeline.steps.estimate import Estimate
from notes_pipeline.steps.read_run import RunReport
from notes_pipeline.store.notes import StoredNote
from notes_pipeline.store.summaries import StoredSummary
from notes_pipeline.verification import render_diff


class EvidenceJson(TypedDict):
    verdict: str
    reasons: list[str]
    score: float
    quote: str
    claimed_speaker: str | None
    matched_text: str
    diff: str
    prefix: str
    suffix: str
    spans: list[list[int]]
    utterances: list[int] | None
    speaker: str | None
    start: float | None
    end: float | None
    alternatives: list[list[list[int]]]


class NoteJson(TypedDict):
    statement: str
    status: str
    flags: list[str]
    judged: dict[str, str] | None
    question: str | None
    theme: str | None
    evidence: list[EvidenceJson]


class StoredNoteJson(NoteJson):
    id: str
    run: str
    transcript: str
    review_state: str
    is_overridden: bool
    revision: int
    model: str
    is_offline_model: bool
    also_stated: list[str]
    other_attempts: list[NoteJson]


def note_json(note: Note) -> NoteJson:
    return {
        "statement": note.statement,
        "status": note.status.value,
        "flags": [flag.value for flag in note.flags],
        "judged": None
        if note.judged is None
        else {
            "judgement": note.judged.judgement.value,
            "missing": note.judged.missing,
            "model": note.judged.model,
        },
        "question": note.question_id,
        "theme": note.theme_id,
        "evidence": [evidence_json(each) for each in note.evidence],
    }


def stored_note_json(stored: StoredNote) -> StoredNoteJson:
    return {
        "id": str(stored.id),
        "run": str(stored.run_id),
        "transcript": str(stored.transcript_id),
        "review_state": stored.review_state.value,
        "is_overridden": stored.is_overridden,
        "revision": stored.revision,
        "model": stored.model,
        "is_offline_model": is_offline(stored.model),
        "also_stated": list(stored.also_stated),
        "other_attempts": [note_json(note) for note in stored.other_attempts],
        **note_json(stored.note),
    }


def evidence_json(evidence: Evidence) -> EvidenceJson:
    return {
        "verdict": evidence.verdict.value,
        "reasons": [reason.value for reason in evidence.reasons],
        "score": round(evidence.score, 4),
        "quote": evidence.quote.text,
        "claimed_speaker": evidence.quote.speaker,
        "matched_text": evidence.matched_text,
        "diff": render_diff(evidence.diff),
        "prefix": evidence.prefix,
        "suffix": evidence.suffix,
        "spans": _spans(evidence.spans),
        "utterances": None if evidence.utterances is None else list(evidence.utterances),
        "speaker": evidence.speaker,
        "start": seconds(evidence.start_ms),
        "end": seconds(evidence.end_ms),
        "alternatives": [_spans(place) for place in evidence.alternatives],
    }


def run_json(report: RunReport, notes: tuple[StoredNote, ...], demonstration: list[tuple[str, Note]]) -> str:
    """Write a whole run. `notes`: those to show; `demonstration`: what was done to a hand-written note, and it."""
    run, transcript, spending = report.run, report.transcript, report.spending
    content = {
        "run": {
            "id": str(run.id),
            "state": run.state.value,
            "reason": run.reason,
            "model": run.model,
            "models_served": list(spending.models_served),
            "is_offline_model": is_offline(run.model),
            "prompts": run.prompts,
            "judge_model": run.judge_model,
            "repairs": run.repairs,
            "uses_cache": run.uses_cache,
            "budget_usd": None if run.budget_micro_usd is None else run.budget_micro_usd / 1e6,
            "verifier_version": run.verifier_version,
            "interviewers": sorted(run.roles.interviewers),
            "roles_guessed": run.roles.guessed,
            "created_at": run.created_at.isoformat(),
            "finished_at": None if run.finished_at is None else run.finished_at.isoformat(),
        },
        "transcript": {
            "id": str(transcript.id),
            "filename": transcript.filename,
            "format": transcript.source_format,
            "content_hash": transcript.content_hash,
            "speakers": list(transcript.speakers),
            "words": transcript.word_count,
            "duration": seconds(transcript.duration_ms),
        },
        "guide": {"title": report.guide.title, "id": str(run.guide_id)},
        "claims": {status.value: number for status, number in report.claims.items()},
        "quotes": report.quotes,
        "coverage": [
            {"question": question.id, "text": question.text}
            | (
                {"state": None, "asked": None}
                if (found := report.coverage.get(question.id)) is None
                else {"state": found.state.value, "asked": _asked_json(found, report)}
            )
            for question in report.guide.questions
        ],
        "summaries": [_summary_json(stored) for stored in report.summaries.values()],
        "notes": [stored_note_json(note) for note in notes],
        "chunks": [
            {
                "index": chunk.index,
                "span": [chunk.span.start, chunk.span.end],
                "state": chunk.state.value,
                "outcome": None if chunk.outcome is None else chunk.outcome.value,
                "error": chunk.error,
                "attempts": chunk.attempts,
                "halvings": chunk.halvings,
            }
            for chunk in report.ledger
        ],
        "cost": {
            "usd": None if spending.cost_micro_usd is None else spending.cost_micro_usd / 1e6,
            "calls": spending.calls,
            "cached": spending.cached,
            "failures": {outcome.value: number for outcome, number in spending.failures.items()},
            "tokens_in": spending.tokens_in,
            "tokens_cached": spending.tokens_cached,
            "tokens_out": spending.tokens_out,
        },
    }
    if demonstration:
        content["demonstration"] = [{"what_was_done": done, **note_json(note)} for done, note in demonstration]
    return to_text(content)


def _asked_json(coverage: Coverage, report: RunReport) -> dict[str, object] | None:
    """Write the passage in which a question was asked."""
    if coverage.asked_at is None or coverage.asked_span is None:
        return None
    utterance = report.utterances.utterances[coverage.asked_at]
    return {
        "utterance": coverage.asked_at,
        "span": [coverage.asked_span.start, coverage.asked_span.end],
        "words": report.utterances.slice(coverage.asked_span),
        "speaker": utterance.speaker,
        "start": seconds(utterance.start_ms),
        "end": seconds(utterance.end_ms),
    }


def _summary_json(stored: StoredSummary) -> dict[str, object]:
    return {
        "topic": stored.summary.topic_id,
        "model": stored.model,
        "sentences": [
            {"text": each.text, "notes": [str(note_id) for note_id in each.note_ids]}
            for each in stored.summary.sentences
        ],
        "dropped": [{"text": each.text, "reason": each.reason} for each in stored.summary.dropped],
    }


def estimate_json(estimate: Estimate, model: str) -> str:
    return to_text(
        {
            "model": model,
            "chunks": estimate.chunks,
            "chunks_known": estimate.chunks_known,
            "tokens_in": estimate.tokens_in,
            "tokens_out": estimate.tokens_out,
            "usd": None if estimate.cost_micro_usd is None else estimate.cost_micro_usd / 1e6,
            "usd_at_most": None if estimate.most_micro_usd is None else estimate.most_micro_usd / 1e6,
            "seconds": round(estimate.seconds, 1),
            "calls_before": estimate.calls_before,
        }
    )


def to_text(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, indent=1)


def seconds(time_ms: int | None) -> float | None:
    return None if time_ms is None else time_ms / 1000


def _spans(spans: tuple[Span, ...]) -> list[list[int]]:
    return [[span.start, span.end] for span in spans]
