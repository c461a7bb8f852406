from notes_pipeline.core.chunking import chunk_transcript
from notes_pipeline.core.notes import Claim, Evidence, Flag, NoteStatus, Quote, Reason, Verdict
from notes_pipeline.steps.checking import check_claim, shown_utterances
from notes_pipeline.verification import index_transcript
from tests.making import make_transcript

TRANSCRIPT = make_transcript(
    "Ina: How do they come in?", "Bram: They come in by phone, mostly before eight.", "Ina: Ah."
)
INDEX = index_transcript(TRANSCRIPT)
GOOD, INVENTED = Quote("They come in by phone", "Bram", 1), Quote("The app has paid for itself twice over", "Bram", 1)


def check(
    *quotes: Quote, statement: str = "By phone.", topic: str | None = "how"
) -> tuple[NoteStatus, tuple[Flag, ...]]:
    note = check_claim(Claim(statement, quotes, question_id=topic), INDEX, range(3))
    return note.status, note.flags


def test_a_note_whose_quotes_all_stand_is_supported() -> None:
    assert check(GOOD) == (NoteStatus.SUPPORTED, ())


def test_one_quote_that_does_not_stand_flags_the_note() -> None:
    assert check(GOOD, INVENTED)[0] is NoteStatus.FLAGGED


def test_what_is_missing_or_points_elsewhere_flags_the_note() -> None:
    assert check() == (NoteStatus.FLAGGED, (Flag.NO_QUOTE,))
    assert check(GOOD, statement="") == (NoteStatus.FLAGGED, (Flag.NO_STATEMENT,))
    assert check(GOOD, topic=None) == (NoteStatus.FLAGGED, (Flag.UNKNOWN_TOPIC,))
    assert check(Quote("They come in by phone", "Bram", 9)) == (NoteStatus.FLAGGED, (Flag.OUTSIDE_CHUNK,))


def test_a_quote_that_was_said_but_clipped_does_not_stand() -> None:
    assert Evidence(GOOD, Verdict.VERBATIM, 1.0).stands
    assert Evidence(GOOD, Verdict.VERBATIM, 1.0, (Reason.AMBIGUOUS,)).stands
    assert not Evidence(GOOD, Verdict.VERBATIM, 1.0, (Reason.CONTEXT,)).stands
    assert not Evidence(GOOD, Verdict.ALTERED, 1.0, (Reason.NUMBER,)).stands


def test_the_model_was_shown_the_utterances_of_its_chunk() -> None:
    (chunk,) = chunk_transcript(TRANSCRIPT)
    assert shown_utterances(TRANSCRIPT, chunk) == range(3)
