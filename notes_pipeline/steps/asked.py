from dataclasses import replace

from notes_pipeline.core.coverage import CoverageClaim
from notes_pipeline.core.roles import Roles
from notes_pipeline.core.transcript import Transcript


def where_asked(claim: CoverageClaim, transcript: Transcript, roles: Roles, shown: range) -> CoverageClaim:
    """Give the claim with the words that ask the question; without a place where that cannot be the one.

    A place is good when the model was shown it and, where somebody is known to ask, it is they who speak there.
    """
    if claim.asked_at is None:
        return claim
    if claim.asked_at not in shown:
        return replace(claim, asked_at=None)
    speaker = transcript.utterances[claim.asked_at].speaker
    if roles.interviewers and not roles.is_interviewer(speaker):
        return replace(claim, asked_at=None)
    return replace(claim, asked_span=transcript.utterance_span(claim.asked_at))
