"""Check quotes against a transcript: pure, deterministic, with the standard library and rapidfuzz."""

from notes_pipeline.verification.candidates import Candidate, candidates
from notes_pipeline.verification.dictation import may_be_dictated
from notes_pipeline.verification.diff import render_diff
from notes_pipeline.verification.index import TranscriptIndex, index_transcript
from notes_pipeline.verification.relocate import Fate, Relocation, relocate
from notes_pipeline.verification.support import unsaid
from notes_pipeline.verification.verify import VERIFIER_VERSION, verify_quote

__all__ = [
    "VERIFIER_VERSION",
    "Candidate",
    "Fate",
    "Relocation",
    "TranscriptIndex",
    "candidates",
    "index_transcript",
    "may_be_dictated",
    "relocate",
    "render_diff",
    "unsaid",
    "verify_quote",
]
