"""Answer in the form that is asked for."""

from collections.abc import Sequence

from notes_pipeline.llm.answers import DRAFT, JUDGE, PROBE, REPAIR, SUMMARY, ProbeAnswer
from notes_pipeline.llm.forms import Answer
from notes_pipeline.llm.offline.drafting import write_draft
from notes_pipeline.llm.offline.faults import Fault
from notes_pipeline.llm.offline.judging import write_judgement
from notes_pipeline.llm.offline.repairing import write_repair
from notes_pipeline.llm.offline.summarising import write_summary

FORMS = tuple(form.name for form in (DRAFT, REPAIR, JUDGE, SUMMARY, PROBE))
PROBED = ProbeAnswer(fruit_on_the_scale="quince", weight_in_grams=214)


def write_answer(form: str | None, texts: Sequence[str], fault: Fault | None = None) -> Answer | None:
    """Answer messages in the form of this name; None: it is none of `FORMS`, or they do not hold what it takes.

    `fault`: those of wrong answers spoil drafts and repairs; nothing else is spoilt.
    """
    match form:
        case DRAFT.name:
            return write_draft(texts, fault)
        case REPAIR.name:
            return write_repair(texts, fault)
        case JUDGE.name:
            return write_judgement(texts)
        case SUMMARY.name:
            return write_summary(texts)
        case PROBE.name:
            return PROBED
        case _:
            return None
