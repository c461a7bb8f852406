from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from notes_pipeline.core.errors import InvalidReviewError
from notes_pipeline.core.notes import (
    Evidence,
    Flag,
    Judged,
    Judgement,
    Note,
    NoteStatus,
    Quote,
    Reason,
    Verdict,
)
from notes_pipeline.core.reviewing import (
    MAX_STATEMENT_CHARS,
    REASONS_AGAINST,
    REASONS_TO_OVERRIDE,
    Decision,
    ReviewedNote,
    ReviewReason,
    ReviewRequest,
    ReviewState,
    decide,
    is_readable,
    objections,
    risk,
)
from notes_pipeline.core.transcript import Span
from tests.making import make_draft, make_evidence

TRUE = replace(make_evidence((0, 5), quote="by phone"), matched_text="by phone")
BENT = make_evidence((0, 5), quote="by fax", verdict=Verdict.ALTERED)
INVENTED = make_evidence(quote="by pigeon", verdict=Verdict.UNSUPPORTED)
CLIPPED = replace(make_evidence((20, 25), quote="it works"), reasons=(Reason.CONTEXT,))
OTHER_PASSAGE = make_evidence((40, 50), quote="before eight")
SOUND = Note("Orders come by phone.", (TRUE,), NoteStatus.SUPPORTED, question_id="how")
NEW_STATEMENT: dict[str, Any] = {"statement": "Orders come in."}
NEW_PASSAGE: dict[str, Any] = {"passage": Quote("words")}
OVERRIDE: dict[str, Any] = {
    "is_override": True,
    "reason": ReviewReason.TRANSCRIPT_WRONG,
    "comment": "The recording says it.",
}


def flagged(*flags: Flag, evidence: Sequence[Evidence] = (TRUE,)) -> Note:
    return replace(SOUND, status=NoteStatus.FLAGGED, flags=flags, evidence=tuple(evidence))


def finding(*flags: Flag) -> Callable[[str, Sequence[Evidence]], Sequence[Flag]]:
    """A check that finds the same in whatever it is given."""
    return lambda _statement, _evidence: flags


def review(
    note: Note,
    decision: Decision,
    *,
    attached: Evidence | None = None,
    check: Callable[[str, Sequence[Evidence]], Sequence[Flag]] = finding(),  # noqa: B008 (never changed)
    **fields: Any,
) -> ReviewedNote:
    return decide(note, ReviewRequest(decision, **fields), attached=attached, check=check)


@pytest.mark.parametrize(
    ("status", "state", "expected"),
    [
        (NoteStatus.SUPPORTED, ReviewState.UNREVIEWED, True),
        (NoteStatus.FLAGGED, ReviewState.UNREVIEWED, False),
        (NoteStatus.FLAGGED, ReviewState.ACCEPTED, True),
        (NoteStatus.FLAGGED, ReviewState.CORRECTED, True),
        (NoteStatus.SUPPORTED, ReviewState.REJECTED, False),
    ],
)
def test_a_reader_gets_what_is_supported_or_accepted(status: NoteStatus, state: ReviewState, expected: bool) -> None:
    assert is_readable(status, state) is expected


def test_what_was_invented_is_riskier_than_what_was_bent_and_a_judge_adds_to_it() -> None:
    invented, bent, sound = (
        make_draft(0, make_evidence((0, 5), verdict=verdict)).note
        for verdict in (Verdict.UNSUPPORTED, Verdict.ALTERED, Verdict.VERBATIM)
    )
    judged = replace(bent, judged=Judged(Judgement.NOT_SUPPORTED, "", "judge"))
    assert risk(judged) > risk(bent) > 1 > risk(sound) >= 0
    assert risk(invented) > risk(bent)
    assert risk(sound.flagged(Flag.NEGATION_NOT_SAID)) > risk(sound.flagged(Flag.OUTSIDE_CHUNK)) >= 1


def test_a_turned_meaning_is_riskier_than_a_wording_and_a_narrow_margin_than_a_wide_one() -> None:
    bent = make_evidence((0, 5), verdict=Verdict.ALTERED)

    def risk_of(evidence: Evidence, **fields: Any) -> float:
        return risk(make_draft(0, replace(evidence, **fields)).note)

    order = [Reason.NEGATION, Reason.NUMBER, Reason.ENTITY, Reason.HEDGE, Reason.WORDING]
    risks = [risk_of(bent, reasons=(reason,)) for reason in order]
    assert risks == sorted(risks, reverse=True)
    assert len(set(risks)) == len(risks)
    assert risk_of(bent, score=0.95) > risk_of(bent, score=0.7)
    sound = make_evidence((0, 5))
    assert 1 > risk_of(sound, runner_up_score=0.95) > risk_of(sound, runner_up_score=0.2) > risk_of(sound) >= 0
    assert risk_of(sound, verdict=Verdict.FAITHFUL) > risk_of(sound)
    assert risk_of(sound, reasons=(Reason.CONTEXT,)) > 1


A, C, R, W = Decision.ACCEPT, Decision.CORRECT, Decision.REJECT, Decision.WITHDRAW
BENT_NOTE = flagged(evidence=[BENT])
SUPPORTED, FLAGGED = NoteStatus.SUPPORTED, NoteStatus.FLAGGED
AGAINST: dict[str, Any] = {"reason": ReviewReason.NOT_SAID}
STRETCHED = {"check": finding(Flag.NUMBER_NOT_SAID)}

TAKEN = {
    "a sound note is accepted": (SOUND, A, {}, ReviewState.ACCEPTED, SUPPORTED, False),
    "a sound note is rejected": (SOUND, R, AGAINST, ReviewState.REJECTED, SUPPORTED, False),
    "a bent one is rejected": (BENT_NOTE, R, AGAINST, ReviewState.REJECTED, FLAGGED, False),
    "a bent one is overridden": (BENT_NOTE, A, OVERRIDE, ReviewState.ACCEPTED, FLAGGED, True),
    "a clipped one is overridden": (flagged(evidence=[CLIPPED]), A, OVERRIDE, ReviewState.ACCEPTED, FLAGGED, True),
    "a doubted one is overridden": (
        flagged(Flag.JUDGED_UNSUPPORTED), A, OVERRIDE, ReviewState.ACCEPTED, FLAGGED, True,
    ),
    "another statement": (SOUND, C, NEW_STATEMENT, ReviewState.CORRECTED, SUPPORTED, False),
    "another statement, with what was wrong": (
        SOUND, C, NEW_STATEMENT | AGAINST, ReviewState.CORRECTED, SUPPORTED, False,
    ),
    "a statement that lost its number": (
        flagged(Flag.NUMBER_NOT_SAID), C, NEW_STATEMENT, ReviewState.CORRECTED, SUPPORTED, False,
    ),
    "a statement that brings a number": (
        SOUND, C, NEW_STATEMENT | OVERRIDE | STRETCHED, ReviewState.CORRECTED, FLAGGED, True,
    ),
    "another statement over a bent quote": (
        BENT_NOTE, C, NEW_STATEMENT | OVERRIDE, ReviewState.CORRECTED, FLAGGED, True,
    ),
    "a real passage for a bent one": (
        BENT_NOTE, C, NEW_PASSAGE | {"attached": OTHER_PASSAGE}, ReviewState.CORRECTED, SUPPORTED, False,
    ),
    "an invented passage": (
        SOUND, C, NEW_PASSAGE | OVERRIDE | {"attached": INVENTED}, ReviewState.CORRECTED, FLAGGED, True,
    ),
    "a real passage on top of a bent one": (
        BENT_NOTE, C, NEW_PASSAGE | OVERRIDE | {"attached": OTHER_PASSAGE, "replaces": ()},
        ReviewState.CORRECTED, FLAGGED, True,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("note", "decision", "fields", "state", "status", "is_overridden"), TAKEN.values(), ids=TAKEN)
def test_what_a_review_makes_of_a_note(
    note: Note, decision: Decision, fields: dict[str, Any], state: ReviewState, status: NoteStatus, is_overridden: bool
) -> None:
    reviewed = review(note, decision, **fields)
    assert (reviewed.state, reviewed.note.status, reviewed.is_overridden) == (state, status, is_overridden)


REFUSED = {
    "a bent note accepted": (BENT_NOTE, A, {}, "quote 1 is altered"),
    "an invented note accepted": (flagged(evidence=[INVENTED]), A, {}, "quote 1 is not in the transcript"),
    "a clipped note accepted": (flagged(evidence=[CLIPPED]), A, {}, "the words around it change what it says"),
    "a doubted note accepted": (flagged(Flag.JUDGED_UNSUPPORTED), A, {}, "a second model says"),
    "a note without a quote accepted": (flagged(evidence=[]), A, {}, "without a quote"),
    "a statement with a new number": (SOUND, C, NEW_STATEMENT | STRETCHED, "has a number"),
    "a statement over a bent quote": (BENT_NOTE, C, NEW_STATEMENT, "quote 1 is altered"),
    "an invented passage": (SOUND, C, NEW_PASSAGE | {"attached": INVENTED}, "quote 1 is not in the transcript"),
    "a passage on top of a bent one": (
        BENT_NOTE, C, NEW_PASSAGE | {"attached": OTHER_PASSAGE, "replaces": ()}, "quote 1 is altered",
    ),
    "a statement of the same words": (SOUND, C, {"statement": " Orders come  by phone.\n"}, "nothing is corrected"),
    "the passage that it has": (SOUND, C, NEW_PASSAGE | {"attached": TRUE}, "nothing is corrected"),
    "the passage that it has, on top": (
        SOUND, C, NEW_PASSAGE | {"attached": TRUE, "replaces": ()}, "has this passage already",
    ),
    "a position that is not there": (
        SOUND, C, NEW_PASSAGE | {"attached": OTHER_PASSAGE, "replaces": (1,)}, "`replaces` names 1",
    ),
    "a position from the end": (
        SOUND, C, NEW_PASSAGE | {"attached": OTHER_PASSAGE, "replaces": (-1,)}, "`replaces` names -1",
    ),
    "an override of nothing": (SOUND, A, OVERRIDE, "leave the override out"),
    "an override of a sound correction": (SOUND, C, NEW_STATEMENT | OVERRIDE, "leave the override out"),
}  # fmt: skip


@pytest.mark.parametrize(("note", "decision", "fields", "message"), REFUSED.values(), ids=REFUSED)
def test_what_no_review_may_make_of_a_note(
    note: Note, decision: Decision, fields: dict[str, Any], message: str
) -> None:
    with pytest.raises(InvalidReviewError, match=message):
        review(note, decision, **fields)


CONTRADICTIONS = {
    "a rejection without a reason": (R, {}, "a rejection needs a reason: not_said"),
    "a rejection for a reason to override": (R, {"reason": ReviewReason.WORDING_ONLY}, "wording_only is no reason"),
    "a rejection that overrides": (R, AGAINST | {"is_override": True, "comment": "No."}, "overrides nothing"),
    "another reason without a comment": (R, {"reason": ReviewReason.OTHER}, "say in the comment"),
    "an acceptance with a reason": (A, AGAINST, "needs no reason"),
    "an override without a reason": (A, {"is_override": True, "comment": "So."}, "an override needs a reason"),
    "an override for another reason, without a comment": (
        A, {"is_override": True, "reason": ReviewReason.OTHER}, "say in the comment",
    ),
    "a decision taken back for a reason": (W, AGAINST, "needs no reason"),
    "a decision taken back and overridden": (W, {"is_override": True}, "needs no reason"),
    "a decision taken back with a statement": (W, NEW_STATEMENT, "withdraw changes no words"),
    "an override with a blank comment": (A, OVERRIDE | {"comment": " "}, "the comment is empty"),
    "an override for a reason to reject": (A, OVERRIDE | AGAINST, "not_said is no reason for an override"),
    "an acceptance with a statement": (A, NEW_STATEMENT, "accept changes no words"),
    "a rejection with a passage": (R, AGAINST | NEW_PASSAGE, "reject changes no words"),
    "a correction of nothing": (C, {}, "nothing is corrected"),
    "a correction to nothing": (C, {"statement": "  "}, "the statement is empty"),
    "a place for no passage": (C, NEW_STATEMENT | {"replaces": (0,)}, "without a passage"),
    "an empty quote": (C, {"passage": Quote("")}, "the quote is empty"),
    "an empty place": (C, {"passage": Span(3, 3)}, "has 0 characters"),
    "a place as long as an interview": (C, {"passage": Span(0, 100_000)}, "has 100000 characters"),
    "a long statement": (C, {"statement": "a" * (MAX_STATEMENT_CHARS + 1)}, "shorten it"),
    "a zero character": (C, {"statement": "a\x00b"}, "no text"),
    "half a pair": (C, {"passage": Quote("a\ud800b")}, "no text"),
}  # fmt: skip


@pytest.mark.parametrize(("decision", "fields", "message"), CONTRADICTIONS.values(), ids=CONTRADICTIONS)
def test_a_request_that_contradicts_itself_says_what_to_do(
    decision: Decision, fields: dict[str, Any], message: str
) -> None:
    with pytest.raises(InvalidReviewError, match=message):
        ReviewRequest(decision, **fields)


def test_a_refusal_repeats_nobodys_words() -> None:
    with pytest.raises(InvalidReviewError) as refused:
        review(flagged(evidence=[INVENTED]), A)
    assert "pigeon" not in str(refused.value)


def test_a_passage_takes_the_place_of_those_that_it_replaces_and_stands_last() -> None:
    note = flagged(evidence=[TRUE, BENT, CLIPPED])
    one = review(note, C, attached=OTHER_PASSAGE, **NEW_PASSAGE, **OVERRIDE, replaces=(1,))
    assert (one.note.evidence, one.retired, one.attached) == ((TRUE, CLIPPED, OTHER_PASSAGE), (1,), OTHER_PASSAGE)
    two = review(note, C, attached=OTHER_PASSAGE, **NEW_PASSAGE, replaces=(2, 1, 2))
    assert (two.note.evidence, two.retired) == ((TRUE, OTHER_PASSAGE), (1, 2))
    every = review(note, C, attached=OTHER_PASSAGE, **NEW_PASSAGE)
    assert (every.note.evidence, every.retired) == ((OTHER_PASSAGE,), (0, 1, 2))


@pytest.mark.parametrize(
    ("flag", "change", "stays"),
    [
        pytest.param(Flag.UNKNOWN_TOPIC, NEW_STATEMENT | NEW_PASSAGE, True, id="its topic is unknown still"),
        pytest.param(Flag.OUTSIDE_CHUNK, NEW_STATEMENT, True, id="its quote is the one that points outside"),
        pytest.param(Flag.OUTSIDE_CHUNK, NEW_PASSAGE, False, id="the quote that pointed outside is gone"),
        pytest.param(Flag.WITHDRAWN, NEW_STATEMENT, True, id="no passage was found still"),
        pytest.param(Flag.WITHDRAWN, NEW_PASSAGE, False, id="a person found a passage"),
        pytest.param(Flag.JUDGED_UNSUPPORTED, NEW_STATEMENT, False, id="another statement than was judged"),
        pytest.param(Flag.JUDGED_UNSUPPORTED, NEW_PASSAGE, False, id="another passage than was judged"),
        pytest.param(
            Flag.JUDGED_UNSUPPORTED, {"statement": "orders come, by phone"}, True, id="another comma is judged so too"
        ),
        pytest.param(Flag.NEGATION_NOT_SAID, NEW_STATEMENT, False, id="found by checking, and not found again"),
    ],
)
def test_a_correction_settles_what_it_answers_and_no_other_doubt(
    flag: Flag, change: dict[str, Any], stays: bool
) -> None:
    judged = Judged(Judgement.NOT_SUPPORTED, "the phone", "judge")
    note = replace(flagged(flag), judged=judged)
    attached = OTHER_PASSAGE if "passage" in change else None
    if not stays:
        assert review(note, C, attached=attached, **change).note.status is SUPPORTED
        return
    with pytest.raises(InvalidReviewError, match="does not stand"):
        review(note, C, attached=attached, **change)
    overridden = review(note, C, attached=attached, **change, **OVERRIDE).note
    assert overridden.flags == (flag,)
    assert overridden.judged == (judged if flag is Flag.JUDGED_UNSUPPORTED else None)


def test_a_judgement_is_not_shown_beside_words_that_it_is_not_about() -> None:
    note = replace(SOUND, judged=Judged(Judgement.SUPPORTED, "", "judge"))
    assert review(note, C, **NEW_STATEMENT).note.judged is None
    assert review(note, C, statement="Orders come by phone!").note.judged == note.judged


def test_the_latest_review_counts_and_an_override_ends_with_it() -> None:
    overridden = review(BENT_NOTE, A, **OVERRIDE)
    with pytest.raises(InvalidReviewError, match="quote 1 is altered"):
        review(overridden.note, A)
    rejected = review(overridden.note, R, **AGAINST)
    assert (rejected.state, rejected.is_overridden) == (ReviewState.REJECTED, False)
    corrected = review(rejected.note, C, attached=OTHER_PASSAGE, **NEW_PASSAGE)
    assert (corrected.state, corrected.is_overridden) == (ReviewState.CORRECTED, False)
    assert review(corrected.note, A).state is ReviewState.ACCEPTED


def test_each_reason_is_for_something() -> None:
    assert set(ReviewReason) == REASONS_AGAINST | REASONS_TO_OVERRIDE
    assert {ReviewReason.OTHER} == REASONS_AGAINST & REASONS_TO_OVERRIDE


_EVIDENCE = st.builds(
    lambda words, verdict, reasons, start: replace(
        make_evidence(*[] if verdict is Verdict.UNSUPPORTED else [(start, start + 5)], quote=words, verdict=verdict),
        reasons=reasons,
        matched_text="" if verdict is Verdict.UNSUPPORTED else words,
    ),
    st.sampled_from(["by phone", "by fax", "before eight"]),
    st.sampled_from(Verdict),
    st.sampled_from([(), (Reason.CONTEXT,), (Reason.AMBIGUOUS,)]),
    st.integers(0, 3),
)
_FLAGS = st.lists(st.sampled_from(Flag), max_size=2, unique=True).map(tuple)


@st.composite
def notes(draw: st.DrawFn) -> Note:
    """A note as the pipeline makes them: supported only where nothing speaks against it."""
    evidence = tuple(draw(st.lists(_EVIDENCE, max_size=3)))
    flags = draw(st.one_of(st.just(()), _FLAGS))
    note = Note("Orders come by phone.", evidence, NoteStatus.FLAGGED, question_id="how", flags=flags)
    return note if objections(note) else replace(note, status=NoteStatus.SUPPORTED)


_WORDS = {
    "statement": st.none() | st.sampled_from(["Orders come.", "Orders come by phone!", "It is so."]),
    "replaces": st.none() | st.lists(st.integers(0, 2), max_size=2).map(tuple),
}
_OVERRIDES = {
    "is_override": st.just(True),
    "reason": st.sampled_from(sorted(REASONS_TO_OVERRIDE)),
    "comment": st.just("I heard it."),
}
_ANYTHING = {
    "decision": st.sampled_from([A, C, R]),
    "is_override": st.booleans(),
    "reason": st.none() | st.sampled_from(ReviewReason),
    "comment": st.none() | st.just("I heard it."),
}
_FOUND = st.one_of(st.just(()), _FLAGS)
# Requests of any kind, and more of those that make sense: most of the others are refused as they are made.
_STEPS = st.lists(
    st.one_of(
        st.tuples(st.fixed_dictionaries({"decision": st.just(A)}), st.none(), _FOUND),
        st.tuples(st.fixed_dictionaries({"decision": st.just(A)} | _OVERRIDES), st.none(), _FOUND),
        st.tuples(st.fixed_dictionaries({"decision": st.just(C)} | _WORDS), _EVIDENCE, _FOUND),
        st.tuples(st.fixed_dictionaries({"decision": st.just(C)} | _WORDS | _OVERRIDES), _EVIDENCE, _FOUND),
        st.tuples(st.just({"decision": R} | AGAINST), st.none(), _FOUND),
        st.tuples(st.fixed_dictionaries(_ANYTHING | _WORDS), st.none() | _EVIDENCE, _FOUND),
    ),
    max_size=8,
)


@given(note=notes(), steps=_STEPS)
def test_whatever_reviewers_ask_what_does_not_stand_is_read_only_as_overridden_and_verdicts_stay(
    note: Note, steps: list[tuple[dict[str, Any], Evidence | None, tuple[Flag, ...]]]
) -> None:
    state, is_overridden = ReviewState.UNREVIEWED, False
    verified = list(note.evidence)
    for fields, attached, found in steps:
        try:
            passage = None if attached is None else attached.quote
            request = ReviewRequest(**fields, passage=passage)
            reviewed = decide(note, request, attached=attached, check=finding(*found))
        except InvalidReviewError:
            continue  # as it was
        verified += [] if attached is None else [attached]
        note, state, is_overridden = reviewed.note, reviewed.state, reviewed.is_overridden
        event(f"{state.value}{', overridden' * is_overridden}")
        stands = bool(note.evidence) and all(each.stands for each in note.evidence) and not note.flags
        assert (note.status is NoteStatus.SUPPORTED) is stands
        if is_readable(note.status, state):
            assert stands is not is_overridden
        if is_overridden:
            assert request.reason in REASONS_TO_OVERRIDE
            assert request.comment or request.reason is not ReviewReason.OTHER
        assert all(each in verified for each in note.evidence)
