"""A second model's view on whether the evidence of a note shows what its statement says."""

from dataclasses import replace

from notes_pipeline.core.errors import ModelError, RetryableError
from notes_pipeline.core.notes import Flag, Judged, Judgement, Note, NoteStatus
from notes_pipeline.core.prompts import Prompt
from notes_pipeline.llm.generating import judge_request
from notes_pipeline.steps.asking import Asking
from notes_pipeline.steps.paying import Who
from notes_pipeline.store.settling import WrittenNote


def judge_written(asking: Asking, who: Who, prompt: Prompt, written: WrittenNote) -> WrittenNote:
    """Judge the attempt that counts."""
    if written.second is not None and written.second.note.status is NoteStatus.SUPPORTED:
        return replace(written, second=judge_written(asking, who, prompt, written.second))
    return replace(written, note=judge_note(asking, who, prompt, written.note))


def can_be_judged(note: Note) -> bool:
    return bool(note.statement) and any(each.matched_text for each in note.evidence)


def judge_note(asking: Asking, who: Who, prompt: Prompt, note: Note) -> Note:
    """Ask the judge, and flag the note unless it says that all is shown. It never lifts a flag.

    A note without statement or without words that were said has nothing to be judged by. One that the judge gives no
    answer to, or for which there is no money left, is left unjudged; the run's reason counts them.

    Raises:
        RetryableError: may succeed later, and is not yet in vain.
    """
    if not can_be_judged(note):
        return note
    try:
        answered = asking.ask(judge_request(prompt, note), who)
    except ModelError:
        return note
    except RetryableError as error:
        if asking.is_in_vain(error, who):
            return note
        raise
    judged = Judged(Judgement(answered.answer.verdict), answered.answer.missing.strip(), answered.model_served)
    note = replace(note, judged=judged)
    return note if judged.judgement is Judgement.SUPPORTED else note.flagged(Flag.JUDGED_UNSUPPORTED)
