"""Who asks and who answers."""

import pytest

from notes_pipeline.core.guide import Guide
from notes_pipeline.core.roles import Roles
from notes_pipeline.core.speaking import guess_roles, match_speakers, resolve_roles
from notes_pipeline.core.transcript import Transcript, Utterance

ASKING = "So how was it?"
ANSWERING = "It was good, mostly. I did not like the end. It took long."


def talk(*lines: tuple[str | None, str]) -> Transcript:
    return Transcript(tuple(Utterance(i, who, None, None, text) for i, (who, text) in enumerate(lines)))


def interview(asking: str, answering: str) -> Transcript:
    return talk(*[(asking, ASKING), (answering, ANSWERING)] * 4)


@pytest.mark.parametrize(
    ("transcript", "interviewers"),
    [
        pytest.param(interview("Ann", "Ben"), {"Ann"}, id="who asks"),
        pytest.param(
            talk(("Ann", "So how"), ("Ann", "was it?"), ("Ben", ANSWERING * 3)), set(), id="too few questions"
        ),
        pytest.param(talk(*[("Ann", ASKING), ("Ben", ASKING)] * 4), set(), id="both ask"),
        pytest.param(talk(*[("Ann", "So how"), ("Ben", "It was good")] * 9), set(), id="no punctuation"),
        pytest.param(talk(*[("Ann", ASKING * 9), ("Ben", "Well.")] * 4), set(), id="who asks speaks most"),
        pytest.param(talk(*[("Ann", ASKING)] * 9), set(), id="one speaker"),
        pytest.param(talk(*[(None, ASKING)] * 9), set(), id="no speakers"),
        pytest.param(
            talk(*[("Ann", ANSWERING), ("Ben", ANSWERING)] * 20, *[("Eve", ASKING), ("Ann", ANSWERING)] * 4),
            set(),
            id="a guest who only asks",
        ),
        pytest.param(talk(("Interviewer", "Hm."), ("ES1", "Yes.")), {"Interviewer"}, id="label"),
        pytest.param(
            talk(("MODERATOR:", "Hm."), ("Ann", "Yes."), ("Ben", "No.")), {"MODERATOR:"}, id="label in capitals"
        ),
        pytest.param(talk(("I", "Hm."), ("R", "Yes.")), {"I"}, id="I and R"),
        pytest.param(talk(("Q", "Hm."), ("A", "Yes.")), {"Q"}, id="Q and A"),
        pytest.param(talk(("A", "Hm."), ("B", "Yes.")), set(), id="A and B"),
        pytest.param(talk(("Tilda", "Hm."), ("P1", "Yes."), ("P2", "No.")), {"Tilda"}, id="one beside participants"),
        pytest.param(talk(("P1", "Yes."), ("P2", "No.")), set(), id="participants only"),
        pytest.param(talk(("Speaker 1", "Yes."), ("Speaker 2", "No.")), set(), id="numbers only"),
    ],
)
def test_roles_are_guessed_only_where_it_is_clear(transcript: Transcript, interviewers: set[str]) -> None:
    roles = guess_roles(transcript)
    assert roles.guessed
    assert roles.interviewers == interviewers
    assert roles.participants == (set(transcript.speakers) - interviewers if interviewers else set())


def test_a_name_and_its_initials_have_one_role() -> None:
    transcript = talk(("Devin Becker", "Hi."), ("Kasey Mohammad", "Hi."), *[("DB", ASKING), ("KM", ANSWERING)] * 4)
    assert guess_roles(transcript).interviewers == {"Devin Becker", "DB"}


@pytest.mark.parametrize(
    ("name", "speakers", "expected"),
    [
        pytest.param("Tilda Fenwright", ("Tilda Fenwright", "Bram"), {"Tilda Fenwright"}, id="as it is"),
        pytest.param("TILDA FENWRIGHT:", ("Tilda Fenwright", "Bram"), {"Tilda Fenwright"}, id="capitals and colon"),
        pytest.param("Fenwright, Tilda (UX)", ("tilda fenwright",), {"tilda fenwright"}, id="last name first"),
        pytest.param("Tilda", ("Tilda Fenwright", "Bram"), {"Tilda Fenwright"}, id="first name"),
        pytest.param("Tilda Fenwright", ("Tilda", "Bram"), {"Tilda"}, id="first name in the file"),
        pytest.param("T. Fenwright", ("Tilda Fenwright",), {"Tilda Fenwright"}, id="initial"),
        pytest.param("Tilda Fenwright", ("Tilda Fenwright", "TF"), {"Tilda Fenwright", "TF"}, id="initials after"),
        pytest.param("Ann", ("Ann Lee", "Ann Roe"), set(), id="two of that name"),
        pytest.param("Ann Lee", ("Ann Lee", "Ann Roe", "Ann"), {"Ann Lee", "Ann"}, id="one of two"),
        pytest.param("Bob", ("Tilda", "Bram"), set(), id="nobody"),
        pytest.param("...", ("Tilda", "..."), set(), id="no name"),
    ],
)
def test_a_name_is_matched_in_its_short_forms(name: str, speakers: tuple[str, ...], expected: set[str]) -> None:
    assert match_speakers(name, speakers) == expected


def test_roles_of_the_guide_are_not_guessed() -> None:
    roles = resolve_roles(interview("Ann Lee", "Ben"), Guide("t", interviewers=("Ben",)))
    assert roles == Roles(frozenset({"Ben"}), frozenset({"Ann Lee"}), guessed=False)


def test_the_other_speaker_is_the_interviewer_where_the_guide_names_the_participant() -> None:
    roles = resolve_roles(talk(("Ann", "Hm."), ("Ben", "Yes.")), Guide("t", participants=("ben",)))
    assert roles == Roles(frozenset({"Ann"}), frozenset({"Ben"}), guessed=True)


@pytest.mark.parametrize(
    "guide", [Guide("t"), Guide("t", interviewers=("Zoë",))], ids=["names nobody", "names another"]
)
def test_roles_are_guessed_where_the_guide_helps_nothing(guide: Guide) -> None:
    roles = resolve_roles(interview("Ann", "Ben"), guide)
    assert roles == Roles(frozenset({"Ann"}), frozenset({"Ben"}), guessed=True)


def test_nobody_is_interviewer_and_participant() -> None:
    roles = resolve_roles(interview("Ann", "Ben"), Guide("t", interviewers=("Ann",), participants=("Ann", "Ben")))
    assert roles == Roles(frozenset({"Ann"}), frozenset({"Ben"}))


def test_roles_that_were_given_count_before_those_of_the_guide() -> None:
    guide = Guide("t", interviewers=("Ben",))
    given = Roles(interviewers=frozenset({"Ann Lee"}), participants=frozenset({"Ben"}))
    assert resolve_roles(interview("Ann Lee", "Ben"), guide, given) == given


def test_who_was_given_no_role_has_that_of_the_guide() -> None:
    guide = Guide("t", interviewers=("Ben",))
    roles = resolve_roles(interview("Ann Lee", "Ben"), guide, Roles(participants=frozenset({"Ann Lee"})))
    assert roles == Roles(frozenset({"Ben"}), frozenset({"Ann Lee"}))


def test_where_one_role_of_two_speakers_is_given_the_other_is_known() -> None:
    roles = resolve_roles(interview("Ann Lee", "Ben"), Guide("t"), Roles(interviewers=frozenset({"Ann Lee"})))
    assert roles == Roles(frozenset({"Ann Lee"}), frozenset({"Ben"}))
