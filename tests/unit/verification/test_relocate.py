"""Evidence in a new version of its transcript is kept, moved or orphaned, never put at a look-alike."""

from collections.abc import Callable

from notes_pipeline.core.notes import Quote
from notes_pipeline.verification import Fate, TranscriptIndex, relocate, verify_quote

MakeIndex = Callable[..., TranscriptIndex]

OLD = ("Ann: First we painted the wall.", "Ann: Then we went home.", "Ben: The weather was bad all day.")


def test_evidence_in_an_unchanged_place_is_kept(make_index: MakeIndex) -> None:
    evidence = verify_quote(Quote("Then we went home."), make_index(*OLD))
    found = relocate(evidence, make_index(*OLD, "Ben: One more line."))
    assert found.fate is Fate.KEPT
    assert found.spans == evidence.spans


def test_evidence_behind_an_inserted_utterance_is_moved(make_index: MakeIndex) -> None:
    evidence = verify_quote(Quote("Then we went home."), make_index(*OLD))
    new = make_index("Mod: Welcome.", *OLD)
    found = relocate(evidence, new)
    assert found.fate is Fate.MOVED
    assert new.transcript.slice(found.spans[0]) == "Then we went home."


def test_evidence_whose_words_are_gone_is_orphaned(make_index: MakeIndex) -> None:
    evidence = verify_quote(Quote("Then we went home."), make_index(*OLD))
    assert relocate(evidence, make_index(OLD[0], OLD[2])).fate is Fate.ORPHANED


def test_a_look_alike_in_other_surroundings_is_not_taken(make_index: MakeIndex) -> None:
    evidence = verify_quote(Quote("Then we went home."), make_index(*OLD))
    new = make_index(
        "Eva: My sister sings in a choir. Then we went home. It rained on the bus and nobody spoke.", OLD[2]
    )
    assert relocate(evidence, new).fate is Fate.ORPHANED


def test_of_two_look_alikes_the_one_with_the_old_surroundings_is_taken(make_index: MakeIndex) -> None:
    evidence = verify_quote(Quote("Then we went home."), make_index(*OLD))
    new = make_index("Eva: A choir sang. Then we went home. It rained.", *OLD)
    found = relocate(evidence, new)
    assert found.fate is Fate.MOVED
    assert new.transcript.utterance_at(found.spans[0].start) == 2


def test_evidence_that_the_new_version_writes_in_another_way_is_moved(make_index: MakeIndex) -> None:
    evidence = verify_quote(
        Quote("we, um, paid twenty euros"), make_index(OLD[0], "Ann: Then we, um, paid twenty euros.")
    )
    new = make_index(OLD[0], "Ann: Then we paid 20 euros.")
    found = relocate(evidence, new)
    assert found.fate is Fate.MOVED
    assert new.transcript.slice(found.spans[0]) == "we paid 20 euros"


def test_evidence_of_which_only_the_case_changed_is_kept(make_index: MakeIndex) -> None:
    evidence = verify_quote(Quote("Then we went home."), make_index(*OLD))
    assert relocate(evidence, make_index(OLD[0], "Ann: THEN we went home.", OLD[2])).fate is Fate.KEPT


def test_words_that_are_reported_rather_than_said_now_are_orphaned(make_index: MakeIndex) -> None:
    evidence = verify_quote(Quote("we went home"), make_index("Ann: So we went home.", OLD[2]))
    new = make_index("Ann: So I don't say we went home.", OLD[2])
    assert relocate(evidence, new).fate is Fate.ORPHANED
