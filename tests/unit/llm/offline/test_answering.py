import pytest

from notes_pipeline.llm.answers import DRAFT, JUDGE, PROBE, REPAIR, SUMMARY, DraftAnswer, RepairAnswer
from notes_pipeline.llm.forms import Answer, AnswerForm
from notes_pipeline.llm.offline.answering import FORMS, write_answer
from notes_pipeline.llm.offline.faults import Fault
from notes_pipeline.llm.offline.wrong_answers import INVENTED_WORDS

GUIDE = '<guide>\n{"questions": [{"id": "how", "text": "How do orders come in?"}]}\n</guide>'
TRANSCRIPT = (
    "<transcript>\n[4] Ina (interviewer): How do orders come in?\n"
    "[5] Bram (participant): They don't come by letter, they come by phone.\n</transcript>"
)
NOTE = '<note>\n{"statement": "Orders come by letter and by phone.", "quotes": []}\n</note>'
STRANGE_NOTE = '<note>\n{"statement": "Giraffes sleep upright."}\n</note>'
NOTES = '<topic>\n{}\n</topic>\n<notes>\n[{"id": "1", "statement": "By phone."}]\n</notes>'
SPOILING = [Fault.INVENTED, Fault.BENT, Fault.WRONG_SPEAKER, Fault.UNKNOWN_IDS, Fault.WRONG_NUMBERS]


def repaired(fault: Fault | None, note: str = NOTE) -> RepairAnswer:
    answer = write_answer(REPAIR.name, ["Try again.", TRANSCRIPT, note], fault)
    assert isinstance(answer, RepairAnswer)
    return answer


@pytest.mark.parametrize(
    ("form", "texts"),
    [
        pytest.param(DRAFT, ["Take notes.", GUIDE, TRANSCRIPT], id="draft"),
        pytest.param(REPAIR, ["Try again.", TRANSCRIPT, NOTE], id="repair"),
        pytest.param(JUDGE, ["Judge.", NOTE], id="judge"),
        pytest.param(SUMMARY, ["Sum up.", NOTES], id="summary"),
        pytest.param(PROBE, ["What is on the scale?"], id="probe"),
    ],
)
def test_every_form_gets_an_answer_that_fits_it(form: AnswerForm[Answer], texts: list[str]) -> None:
    answer = write_answer(form.name, texts)
    assert answer is not None
    assert form.fits(answer.model_dump_json())


@pytest.mark.parametrize("form", [*sorted(set(FORMS) - {PROBE.name}), "poem", None])
def test_without_what_it_reads_there_is_no_answer(form: str | None) -> None:
    assert write_answer(form, ["Hello."]) is None


def test_a_repair_can_be_spoilt_like_a_draft() -> None:
    assert repaired(Fault.INVENTED).statement == INVENTED_WORDS
    assert repaired(Fault.BENT).quotes[0].words == "They do come by letter, they come by phone."
    assert repaired(Fault.WRONG_SPEAKER).quotes[0].speaker == "Ina"
    assert repaired(Fault.UNKNOWN_IDS) == repaired(Fault.WRONG_NUMBERS) == repaired(None)


def test_who_invents_quotes_withdraws_no_note() -> None:
    assert repaired(None, STRANGE_NOTE).is_withdrawn
    assert repaired(Fault.BENT, STRANGE_NOTE).is_withdrawn
    assert repaired(Fault.INVENTED, STRANGE_NOTE).quotes[0].words == INVENTED_WORDS


@pytest.mark.parametrize("fault", SPOILING)
def test_a_draft_is_spoilt_in_every_way_and_other_forms_in_none(fault: Fault) -> None:
    drafted = write_answer(DRAFT.name, ["Take notes.", GUIDE, TRANSCRIPT])
    assert isinstance(drafted, DraftAnswer)
    assert drafted.notes
    assert write_answer(DRAFT.name, ["Take notes.", GUIDE, TRANSCRIPT], fault) != drafted
    assert write_answer(JUDGE.name, ["Judge.", NOTE], fault) == write_answer(JUDGE.name, ["Judge.", NOTE])
    assert write_answer(SUMMARY.name, ["Sum up.", NOTES], fault) == write_answer(SUMMARY.name, ["Sum up.", NOTES])
