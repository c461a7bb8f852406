import pytest

from notes_pipeline.core.notes import Evidence, Note, NoteStatus, Quote, Verdict
from notes_pipeline.llm.answers import JudgeAnswer
from notes_pipeline.llm.offline.judging import write_judgement
from notes_pipeline.llm.rendering import judge_messages

SAID = "We take a hundred and forty orders by telephone every week."


def judged(statement: str, *said: str) -> JudgeAnswer:
    evidence = tuple(
        Evidence(Quote(words), Verdict.VERBATIM, 1.0, matched_text=words, prefix="Aubergines. ", speaker="Bram")
        for words in said
    )
    messages = judge_messages("Judge.", Note(statement, evidence, NoteStatus.SUPPORTED))
    answer = write_judgement([message["content"] for message in messages])
    assert answer is not None
    return answer


@pytest.mark.parametrize(
    ("statement", "verdict", "missing"),
    [
        pytest.param(f"Bram: “{SAID}”", "supported", "", id="the quote itself, with its speaker"),
        pytest.param("Every week orders by telephone!", "supported", "", id="other order, other small words"),
        pytest.param("Telephone orders pay for ovens.", "partly", "pay, ovens", id="half of it"),
        pytest.param("Hotels buy aubergines.", "not_supported", "hotels, buy, aubergines", id="none of it"),
        pytest.param("", "not_supported", "", id="nothing stated"),
    ],
)
def test_a_statement_is_judged_by_the_share_of_its_words_that_were_said(
    statement: str, verdict: str, missing: str
) -> None:
    answer = judged(statement, SAID)
    assert (answer.verdict, answer.missing) == (verdict, missing)


def test_all_quotes_count_together() -> None:
    assert judged("Telephone orders, green notebook.", SAID).verdict == "partly"
    assert judged("Telephone orders, green notebook.", SAID, "A green notebook.").verdict == "supported"


def test_a_statement_of_small_words_is_judged_by_them() -> None:
    assert judged("Yes.", "Yes, sure.").verdict == "supported"
    assert judged("No.", "Yes, sure.").verdict == "not_supported"


def test_without_quotes_nothing_is_supported() -> None:
    assert judged("Orders come by telephone.").verdict == "not_supported"
