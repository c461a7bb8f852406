import json
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notes_pipeline.core.errors import InputError
from notes_pipeline.core.evaluating import Observed, count_interview
from notes_pipeline.core.gold import GoldInterview, GoldSet
from notes_pipeline.core.notes import CoverageState, Evidence, Note, NoteStatus, Quote, Verdict
from notes_pipeline.core.reviewing import Decision
from notes_pipeline.core.statistics import MIN_INTERVIEWS
from notes_pipeline.readers.gold_sets import ReviewedQuote, read_gold_set, write_gold_line
from notes_pipeline.verification import index_transcript, verify_quote

FIXTURE = Path(__file__).parents[3] / "fixtures" / "evaluation" / "gold.jsonl"
FILES = {
    "talk.txt": "Ina: How is it?\n\nBea: We baked  every day. Die Straße war laut.\n\nIna: And then?\n\n"
    "Bea: We baked every day, until, um, the oven broke. Yes. Yes.\n".encode(),
    "guide.yaml": b"title: T\nquestions:\n  - {id: how, text: 'How?'}\n  - {id: cost, text: 'What?'}\n",
    "broken.yaml": b"title: T\nquestions: 3\n",
}


def load(path: str) -> bytes:
    if path not in FILES:
        raise FileNotFoundError(2, "No such file or directory")
    return FILES[path]


def load_fixture(path: str) -> bytes:
    return (FIXTURE.parent / path).read_bytes()


def passage(quote: str, topic: str = "how", **fields: object) -> dict[str, object]:
    return {"topic": topic, "quote": quote, **fields}


def line(*passages: dict[str, object], **fields: object) -> dict[str, object]:
    return {"id": "a", "transcript": "talk.txt", "guide": "guide.yaml", "passages": list(passages), **fields}


def read(*lines: dict[str, object]) -> GoldSet:
    return read_gold_set("\n".join(json.dumps(each) for each in lines).encode(), "set/gold.jsonl", load)


def words(interview: GoldInterview) -> list[str]:
    return [interview.transcript.slice(each.span) for each in interview.passages]


@pytest.mark.parametrize(
    ("given_words", "found"),
    [
        pytest.param("Die Straße war laut.", "Die Straße war laut.", id="as they stand"),
        pytest.param("DIE  STRASSE\nwar laut.", "Die Straße war laut.", id="other case and white space"),
        pytest.param("die straße war", "Die Straße war", id="ß keeps its place"),
        pytest.param("laut. And then?", "laut. And then?", id="over a border of utterances"),
        pytest.param("until … broke.", "until, um, the oven broke.", id="around a gap"),
    ],
)
def test_gold_words_are_found_in_the_transcript(given_words: str, found: str) -> None:
    (interview,) = read(line(passage(given_words))).interviews
    assert words(interview) == [found]


def test_words_that_stand_twice_are_told_apart_by_the_utterance() -> None:
    (interview,) = read(line(passage("We baked every day", utterance=3))).interviews
    assert interview.transcript.utterance_at(interview.passages[0].span.start) == 3


def test_a_line_gives_all_that_it_holds() -> None:
    gold = read(
        line(
            passage("Die Straße war laut.", essential=True),
            rejected=[passage("And then?", "cost")],
            coverage={"how": "partly", "cost": "not_asked"},
        )
    )
    (interview,) = gold.interviews
    assert (gold.name, interview.id) == ("gold.jsonl", "a")
    assert interview.passages[0].is_essential
    assert [interview.transcript.slice(each.span) for each in interview.negatives] == ["And then?"]
    assert interview.coverage == {"how": CoverageState.PARTLY, "cost": CoverageState.NOT_ASKED}


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        pytest.param(
            line(passage("We made cakes")), r"line 1, passages\[0\].quote: .*does not stand.*copy", id="words"
        ),
        pytest.param(line(passage("We baked every day")), r"utterances 1, 3; name the one.*`utterance`", id="twice"),
        pytest.param(line(passage("Yes.")), r"2 times in the same utterance; add the words", id="twice in one"),
        pytest.param(
            line(passage("laut", utterance=3)), r"not start in utterance 3, but in 1; correct", id="elsewhere"
        ),
        pytest.param(
            line(passage("laut", utterance=9)), r"cannot stand in utterance 9: there are 0 to 3", id="too far"
        ),
        pytest.param(line(passage(" ")), r"passages\[0\].quote: .*is empty", id="no words"),
        pytest.param(line(passage("laut", "hwo")), r"passages\[0\].topic: .*did you mean 'how'", id="topic"),
        pytest.param(line(passage("laut"), passage("LAUT")), r"passages\[1\]: .*twice for this topic", id="same twice"),
        pytest.param(
            line(passage("laut"), rejected=[passage("laut")]), r"rejected\[0\]: .*keep one of them", id="both"
        ),
        pytest.param(line(coverage={"when": "answered"}), r"coverage.when: .*no question 'when'", id="question"),
        pytest.param(line(coverage={"how": "undetermined"}), r"coverage.how: input should be 'answered'", id="state"),
        pytest.param(line(passage("laut", esential=True)), r"passages\[0\].esential: is no field", id="field"),
        pytest.param({"id": "a"}, r"line 1, transcript: is missing", id="missing"),
        pytest.param(line(id=" "), r"line 1, id: is empty", id="no id"),
        pytest.param(line(transcript="x.txt"), r"transcript: x.txt cannot be read \(No such file", id="no file"),
        pytest.param(line(guide="broken.yaml"), r"line 1, guide: broken.yaml, line 2.*must be a list", id="guide"),
    ],
)
def test_a_fault_names_line_and_field_and_what_to_do(wrong: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        read(wrong)


def test_all_faults_of_a_set_come_in_one_message() -> None:
    with pytest.raises(InputError, match="the set has 3 faults") as caught:
        read(line(passage("No such words")), line(passage("Yes."), id="b"), line(id="a"))
    assert "line 3, id: 'a' is already used on line 1" in str(caught.value)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        pytest.param(b"", "no interview in it", id="empty"),
        pytest.param(b"[1]", "line 1: must be an object", id="no object"),
        pytest.param(b"\n{", "line 2: is no JSON", id="no JSON"),
    ],
)
def test_what_is_no_set_is_refused(data: bytes, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_gold_set(data, "gold.jsonl", load)


@given(st.binary(max_size=200))
def test_whatever_the_file_holds_there_is_no_other_error(data: bytes) -> None:
    with suppress(InputError):
        read_gold_set(data, "gold.jsonl", load)


@given(
    st.text(alphabet="We baked evryİßﬁ…,. \n", max_size=30),
    st.one_of(st.none(), st.integers(min_value=-1, max_value=5)),
)
def test_whatever_is_quoted_a_span_holds_its_words(quote: str, utterance: int | None) -> None:
    with suppress(InputError):
        (interview,) = read(line(passage(quote, utterance=utterance))).interviews
        first = quote.split(" … ")[0].split()[0].casefold()
        assert words(interview)[0].casefold().startswith(first)


def test_decisions_of_reviewers_make_a_line_that_can_be_read() -> None:
    written = write_gold_line(
        "a",
        "talk.txt",
        "guide.yaml",
        [
            ReviewedQuote("how", "We baked every day", 3, Decision.ACCEPT),
            ReviewedQuote("how", "We baked every day", 3, Decision.CORRECT),  # of another note
            ReviewedQuote("cost", "until, um, … broke.", 3, Decision.CORRECT),
            ReviewedQuote("cost", "And then?", 2, Decision.REJECT),
            ReviewedQuote("how", "we baked every day", 3, Decision.REJECT),  # the statement was wrong, not the words
            ReviewedQuote("how", "", None, Decision.REJECT),
        ],
        {"how": CoverageState.ANSWERED, "cost": CoverageState.UNDETERMINED},
    )
    (interview,) = read_gold_set(written.encode(), "gold.jsonl", load).interviews
    assert words(interview) == ["We baked every day", "until, um, the oven broke."]
    assert [interview.transcript.slice(each.span) for each in interview.negatives] == ["And then?"]
    assert interview.coverage == {"how": CoverageState.ANSWERED}
    assert "\n" not in written


@pytest.fixture(scope="module")
def gold() -> GoldSet:
    return read_gold_set(FIXTURE.read_bytes(), FIXTURE.name, load_fixture)


def quote_all(interview: GoldInterview) -> list[Note]:
    """Make the notes of somebody who knows the gold."""
    notes = []
    for each in interview.passages:
        evidence = Evidence(Quote("words"), Verdict.VERBATIM, 1.0, spans=(each.span,))
        note = Note("It is so.", (evidence,), NoteStatus.SUPPORTED)
        is_question = any(question.id == each.topic for question in interview.guide.questions)
        notes.append(replace(note, question_id=each.topic) if is_question else replace(note, theme_id=each.topic))
    return notes


def test_every_gold_passage_of_the_fixture_is_found(gold: GoldSet) -> None:
    assert len(gold.interviews) == 7 >= MIN_INTERVIEWS
    assert sum(len(each.passages) for each in gold.interviews) == 224
    assert sum(one.is_essential for each in gold.interviews for one in each.passages) == 130
    assert sum(len(each.negatives) for each in gold.interviews) == 30


def test_whoever_quotes_the_gold_of_the_fixture_misses_nothing_and_quotes_nothing_rejected(gold: GoldSet) -> None:
    for interview in gold.interviews:
        counts = count_interview(interview, Observed(quote_all(interview), interview.coverage))
        assert (counts.missed, counts.notes_on_gold) == ((), counts.notes_on_gold_topics)
        assert (counts.negatives_quoted, counts.negatives) == (0, len(interview.negatives))
        assert all(question.gold is question.found for question in counts.coverage)


def test_every_question_of_the_fixture_has_a_state_and_gold_where_it_is_answered(gold: GoldSet) -> None:
    for interview in gold.interviews:
        topics = {passage.topic for passage in interview.passages}
        assert set(interview.coverage) == {question.id for question in interview.guide.questions}
        for question, state in interview.coverage.items():
            has_answer = state in (CoverageState.ANSWERED, CoverageState.PARTLY)
            assert (question in topics) is has_answer, (interview.id, question)
        assert {theme.id for theme in interview.guide.themes} <= topics
    assert set(Counter(state for each in gold.interviews for state in each.coverage.values())) == {
        CoverageState.ANSWERED,
        CoverageState.PARTLY,
        CoverageState.ASKED_NOT_ANSWERED,
        CoverageState.NOT_ASKED,
    }


def test_gold_passages_of_the_fixture_are_words_of_participants(gold: GoldSet) -> None:
    for interview in gold.interviews:
        for each in interview.passages:
            speakers = {utterance.speaker for utterance, _ in interview.transcript.parts(each.span)}
            assert not speakers & set(interview.guide.interviewers), interview.transcript.slice(each.span)


def test_gold_passages_of_the_fixture_stand_when_they_are_quoted_as_they_are(gold: GoldSet) -> None:
    """A passage that the verification flags could never be found by a supported note."""
    for interview in gold.interviews:
        index = index_transcript(interview.transcript)
        for each in interview.passages:
            utterance = interview.transcript.utterance_at(each.span.start)
            speaker = interview.transcript.utterances[utterance].speaker
            evidence = verify_quote(Quote(interview.transcript.slice(each.span), speaker, utterance), index)
            assert evidence.stands, evidence
            assert evidence.spans == (each.span,)
