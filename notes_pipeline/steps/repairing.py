"""One more try at each note that did not stand."""

from dataclasses import replace

from notes_pipeline.core.errors import ModelError, RetryableError
from notes_pipeline.core.notes import Claim, Flag, NoteStatus
from notes_pipeline.core.prompts import Prompt
from notes_pipeline.llm.generating import read_quotes, repair_request
from notes_pipeline.steps.asking import Asking
from notes_pipeline.steps.checking import check_claim
from notes_pipeline.steps.drafting import ChunkToDraft
from notes_pipeline.steps.paying import Who
from notes_pipeline.store.settling import WrittenNote
from notes_pipeline.verification import TranscriptIndex

_NOT_ASKED_AGAIN = frozenset({Flag.UNKNOWN_TOPIC, Flag.SPEAKS_TO_MACHINE})


def repair_note(
    asking: Asking,
    who: Who,
    prompt: Prompt,
    task: ChunkToDraft,
    written: WrittenNote,
    index: TranscriptIndex,
    shown: range,
) -> WrittenNote:
    """Show a flagged note to the model that wrote it, with what is wrong, and check what it answers.

    The second attempt is for the same topic and goes through the same checks. A note without a topic of the guide has
    nothing to be asked about and is left alone; one on words that speak to the machine gives them no second try; and
    where no answer comes, the note stays as it is.

    Raises:
        RetryableError: may succeed later, and is not yet in vain.
    """
    note = written.note
    if note.status is not NoteStatus.FLAGGED or _NOT_ASKED_AGAIN & set(note.flags):
        return written
    try:
        answered = asking.ask(repair_request(prompt, task.shown, note), who)
    except ModelError:
        return written
    except RetryableError as error:
        if asking.is_in_vain(error, who):
            return written
        raise
    answer = answered.answer
    if answer.is_withdrawn or not answer.quotes:
        return replace(written, note=note.flagged(Flag.WITHDRAWN))
    claim = Claim(
        answer.statement.strip(), read_quotes(answer.quotes), question_id=note.question_id, theme_id=note.theme_id
    )
    return replace(written, second=WrittenNote(check_claim(claim, index, shown), answered.model_served))
