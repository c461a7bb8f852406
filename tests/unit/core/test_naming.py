"""Names and roles that a user gives to the speakers of a file."""

import pytest

from notes_pipeline.core.errors import InputError
from notes_pipeline.core.naming import WhoSpeaks, name_speakers, parse_who_speaks
from notes_pipeline.core.roles import Role
from notes_pipeline.core.transcript import Transcript, Utterance
from notes_pipeline.readers import read_transcript


def said(*speakers: str | None) -> Transcript:
    return Transcript(
        tuple(Utterance(index, name, None, None, f"words {index}") for index, name in enumerate(speakers))
    )


def names_in(transcript: Transcript) -> list[str | None]:
    return [one.speaker for one in transcript.utterances]


def test_names_roles_and_presence_are_told_apart() -> None:
    who = parse_who_speaks(["Ann; Lee, Ben", "SPEAKER_00 = Cleo Park", "Ann=participant"], ["Cleo Park"])
    assert who == WhoSpeaks(
        ("Ann", "Lee, Ben"),
        {"SPEAKER_00": "Cleo Park"},
        {"Ann": Role.PARTICIPANT, "Cleo Park": Role.INTERVIEWER},
    )
    assert who.labels == ("Ann", "Lee, Ben", "SPEAKER_00", "Ann")


def test_commas_part_names_where_no_semicolon_does() -> None:
    assert parse_who_speaks(["Ann, Ben"]).present == ("Ann", "Ben")


@pytest.mark.parametrize("text", ["", "Ann=", "=Ann", "Ann;;Ben", f"A={'x' * 101}"])
def test_half_a_name_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="--speakers"):
        parse_who_speaks([text])


def test_two_names_for_one_label_are_refused() -> None:
    with pytest.raises(InputError, match="'A' gets two names, 'Ann' and 'Ben'"):
        parse_who_speaks(["A=Ann", "A=Ben"])


def test_labels_get_their_names() -> None:
    transcript, roles = name_speakers(
        said("SPEAKER_00", "SPEAKER_01", None, "SPEAKER_02"),
        parse_who_speaks(["speaker_00=Ann; SPEAKER_01=Ben; SPEAKER_02=Ann"], ["Ann"]),
    )
    assert names_in(transcript) == ["Ann", "Ben", None, "Ann"]
    assert roles == {"Ann": Role.INTERVIEWER}
    assert transcript.warnings == (
        "speakers named by whoever handed the file over: 'SPEAKER_00' is 'Ann'; 'SPEAKER_01' is 'Ben'; "
        "'SPEAKER_02' is 'Ann'",
    )


def test_a_role_may_be_given_by_the_old_label_and_by_a_short_form() -> None:
    _, roles = name_speakers(
        said("SPEAKER_00", "Fenwright, Tilda", "TF"), parse_who_speaks(["SPEAKER_00=Bram"], ["SPEAKER_00", "Tilda"])
    )
    assert roles["Bram"] is Role.INTERVIEWER
    assert roles["Fenwright, Tilda"] is Role.INTERVIEWER


def test_nothing_new_changes_nothing() -> None:
    transcript = said("Ann", None)
    assert name_speakers(transcript, WhoSpeaks()) == (transcript, {})
    named, _ = name_speakers(transcript, parse_who_speaks(["Ann=Ann"]))
    assert (named, named.warnings) == (transcript, ())


@pytest.mark.parametrize(
    "who", [parse_who_speaks(["Cleo"]), parse_who_speaks(["Cleo=Ann"]), parse_who_speaks([], ["Cleo"])]
)
def test_who_does_not_speak_is_named_beside_those_who_do(who: WhoSpeaks) -> None:
    with pytest.raises(
        InputError, match=r"'Cleo' is no speaker of this transcript, or fits several\. There speak 'Ann'"
    ):
        name_speakers(said("Ann"), who)


def test_both_roles_at_once_are_refused() -> None:
    with pytest.raises(InputError, match="interviewer and participant"):
        name_speakers(said("Ann Lee"), parse_who_speaks(["Ann=participant"], ["Ann Lee"]))


TALK = b"Ann: We bake at four.\nAnn: And sell at seven.\nThe point: nobody knows.\ncarl: I know.\n"


def test_a_name_that_is_said_to_speak_is_one_where_it_stands_once() -> None:
    assert names_in(read_transcript(TALK, "a.txt")) == ["Ann", "Ann"]
    found = read_transcript(TALK, "a.txt", present=["Carl"])
    assert names_in(found) == ["Ann", "Ann", "carl"]
    assert found.utterances[1].text.endswith("The point: nobody knows.")


def test_also_in_captions() -> None:
    captions = (
        b"1\n00:00:01,000 --> 00:00:02,000\nzoe k: We bake.\n\n2\n00:00:02,000 --> 00:00:03,000\nAnd then we sell.\n"
    )
    assert names_in(read_transcript(captions, "a.srt")) == [None, None]
    assert names_in(read_transcript(captions, "a.srt", present=["Zoe K"])) == ["zoe k", "zoe k"]
