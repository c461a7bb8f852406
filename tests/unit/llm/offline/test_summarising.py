from notes_pipeline.core.guide import Theme
from notes_pipeline.core.notes import Evidence, Note, NoteStatus, Quote, Verdict
from notes_pipeline.llm.answers import SummaryAnswer
from notes_pipeline.llm.offline.summarising import write_summary
from notes_pipeline.llm.rendering import summary_messages


def summed_up(*notes: tuple[str, str, str]) -> SummaryAnswer:
    """Ask for a summary of notes, each given by id, statement and words."""
    listed = [
        (
            short_id,
            Note(statement, (Evidence(Quote(words), Verdict.VERBATIM, 1.0, matched_text=words),), NoteStatus.SUPPORTED),
        )
        for short_id, statement, words in notes
    ]
    messages = summary_messages("Sum up.", Theme("trust", "Trust in the tool"), listed)
    answer = write_summary([message["content"] for message in messages])
    assert answer is not None
    return answer


def test_each_sentence_is_the_statement_of_a_note_and_cites_it() -> None:
    [first, second] = summed_up(("n1", "He trusts it.", "I trust it."), ("n2", "She does not.", "I do not.")).sentences
    assert (first.notes, first.text) == (["n1"], "He trusts it.")
    assert (second.notes, second.text) == (["n2"], "She does not.")


def test_of_many_notes_the_five_with_the_longest_words_are_kept_in_their_order() -> None:
    answer = summed_up(*((f"n{number}", f"Statement {number}.", "word " * (number % 4 + 1)) for number in range(8)))
    assert [sentence.notes for sentence in answer.sentences] == [["n1"], ["n2"], ["n3"], ["n6"], ["n7"]]


def test_a_note_without_a_statement_is_left_out() -> None:
    assert summed_up(("n1", " ", "I trust it.")).sentences == []
    assert summed_up().sentences == []
