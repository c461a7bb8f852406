from notes_pipeline.core.chunking import chunk_transcript
from notes_pipeline.core.notes import Evidence, Note, NoteStatus, Quote, Verdict
from notes_pipeline.core.roles import Roles
from notes_pipeline.llm.answers import RepairAnswer
from notes_pipeline.llm.offline.repairing import write_repair
from notes_pipeline.llm.rendering import render_chunk, repair_messages
from tests.making import make_transcript

ROLES = Roles(frozenset({"Ina"}), frozenset({"Bram", "Eva"}))
INTERVIEW = make_transcript(
    "Ina: So the wedding cakes go through the app?",
    "Bram: We bake bread. I don't trust it with the wedding cakes, and I still write a card.",
    "Eva: The invoices took me two days every month.",
    "Ina: And the oven?",
    "Bram: Um. The old one never breaks down.",
)


def repaired(statement: str, claimed: str, said: str = "") -> RepairAnswer:
    [chunk] = chunk_transcript(INTERVIEW)
    evidence = Evidence(Quote(claimed, "Ina"), Verdict.ALTERED, 0.5, matched_text=said)
    note = Note(statement, (evidence,), NoteStatus.FLAGGED, question_id="q")
    messages = repair_messages("Try again.", render_chunk(INTERVIEW, chunk, ROLES), note)
    answer = write_repair([message["content"] for message in messages])
    assert answer is not None
    return answer


def test_a_bent_quote_is_set_right_with_speaker_and_utterance() -> None:
    answer = repaired(
        "He trusts it.", "I do trust it with the wedding cakes.", "I don't trust it with the wedding cakes"
    )
    [quote] = answer.quotes
    assert quote.words == "I don't trust it with the wedding cakes, and I still write a card."
    assert (quote.speaker, quote.utterance) == ("Bram", 1)
    assert answer.statement == f"Bram: “{quote.words}”"
    assert not answer.is_withdrawn


def test_the_statement_alone_can_lead_to_the_passage() -> None:
    answer = repaired("Invoices took her two days a month.", "Paperwork kills me.")
    assert [quote.words for quote in answer.quotes] == ["The invoices took me two days every month."]


def test_of_passages_that_are_as_like_the_shortest_is_quoted() -> None:
    answer = repaired("The old one breaks down.", "The old one always breaks down.")
    assert [quote.words for quote in answer.quotes] == ["The old one never breaks down."]


def test_what_nobody_said_is_withdrawn() -> None:
    answer = repaired("They want the lunar plan.", "I would sign up for the lunar delivery plan again.")
    assert answer == RepairAnswer(is_withdrawn=True, quotes=[], statement="")


def test_an_interviewers_words_are_not_quoted_in_a_repair() -> None:
    answer = repaired("The wedding cakes go through the app.", "the wedding cakes go through the app")
    assert "Ina" not in {quote.speaker for quote in answer.quotes}


def test_a_transcript_without_a_passage_withdraws_the_note() -> None:
    texts = ["Try again.", "<transcript>\n</transcript>", '<note>\n{"statement": "Yes."}\n</note>']
    answer = write_repair(texts)
    assert answer is not None
    assert answer.is_withdrawn
