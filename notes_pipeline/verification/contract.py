"""The JSON forms of the `verify` command: claims in, verdicts out. Transcripts are read by `readers`."""

from collections.abc import Mapping
from typing import NamedTuple

from notes_pipeline.core.errors import InvalidClaimError
from notes_pipeline.core.notes import Evidence, Quote, Reason
from notes_pipeline.core.transcript import Span, Transcript
from notes_pipeline.verification.verify import VERIFIER_VERSION


class ClaimLine(NamedTuple):
    """One line of a file of claims."""

    id: str
    quote: Quote


def parse_claim(line: object) -> ClaimLine:
    """Read one decoded line of claims.

    Raises:
        InvalidClaimError: a field is missing or of the wrong type; the message names it.
    """
    if not isinstance(line, Mapping):
        raise InvalidClaimError(f"a claim is a JSON object, not {_name(line)}")
    claim_id = line.get("id")
    if isinstance(claim_id, int) and not isinstance(claim_id, bool):
        claim_id = str(claim_id)
    if not isinstance(claim_id, str) or not claim_id:
        raise InvalidClaimError('"id" is missing or not a string; every claim needs one')
    text = line.get("quote")
    if not isinstance(text, str):
        raise InvalidClaimError(f'claim {claim_id}: "quote" must be a string, not {_name(text)}')
    speaker = line.get("speaker")
    if speaker is not None and not isinstance(speaker, str):
        raise InvalidClaimError(f'claim {claim_id}: "speaker" must be a string, not {_name(speaker)}')
    hint = line.get("utterance_hint")
    if hint is not None and (isinstance(hint, bool) or not isinstance(hint, int)):
        raise InvalidClaimError(f'claim {claim_id}: "utterance_hint" must be a whole number, not {_name(hint)}')
    return ClaimLine(claim_id, Quote(text, (speaker or "").strip() or None, hint))


def _name(value: object) -> str:
    return "nothing" if value is None else type(value).__name__


def verdict_line(claim_id: str, evidence: Evidence, transcript: Transcript) -> dict[str, object]:
    """Give the verdict as it is written, spans cut per utterance."""
    cut = [_cut(spans, transcript) for spans in (evidence.spans, *evidence.alternatives)]
    return {
        "id": claim_id,
        "status": evidence.verdict.value,
        "score": round(evidence.score, 4),
        "spans": cut[0],
        "utterances": list(evidence.utterances) if evidence.utterances else None,
        "speaker": evidence.speaker,
        "start": _seconds(evidence.start_ms),
        "end": _seconds(evidence.end_ms),
        "matched_text": evidence.matched_text,
        "reasons": [reason.value for reason in evidence.reasons],
        "ambiguous": Reason.AMBIGUOUS in evidence.reasons,
        "alternatives": cut[1:],
        "runner_up_score": None if evidence.runner_up_score is None else round(evidence.runner_up_score, 4),
        "diff": [{"kind": part.kind.value, "text": part.text} for part in evidence.diff],
        "prefix": evidence.prefix,
        "suffix": evidence.suffix,
        "verifier_version": VERIFIER_VERSION,
    }


def _cut(spans: tuple[Span, ...], transcript: Transcript) -> list[list[int]]:
    return [[part.index, cut.start, cut.end] for span in spans for part, cut in transcript.parts(span)]


def _seconds(milliseconds: int | None) -> float | None:
    return None if milliseconds is None else milliseconds / 1000
