"""Each doubt: a transcript that gives rise to it, and a near one that does not."""

from dataclasses import replace

import pytest

from notes_pipeline.core.transcript import Transcript, Utterance
from notes_pipeline.readers import read_transcript
from notes_pipeline.readers.loops import Loop, find_loops
from notes_pipeline.readers.quality import Finding, Kind, judge

LINES = (
    "We moved the nursery to the old mill in spring and it took us most of a month.",
    "Did the seedlings come through that without any harm at all?",
    "Nearly all of them, though the ferns were slow to find their feet again.",
    "And who looked after the ferns while you were away on the coast?",
    "My neighbour did, she has a hand for everything that grows in the shade.",
    "How do you decide which plants are sold and which are kept for seed?",
    "By the roots, mostly; a plant with poor roots is no good to anybody.",
    "What would you do differently if you could move the nursery once more?",
    "I would wait until autumn and hire two more people for the glass.",
)


def said(*texts: str, speakers: str = "AB", step_ms: int = 8000, length_ms: int = 7000) -> Transcript:
    """Give a transcript in which speakers take turns, an utterance of `length_ms` every `step_ms`."""
    return Transcript(
        tuple(
            Utterance(index, speakers[index % len(speakers)], index * step_ms, index * step_ms + length_ms, text)
            for index, text in enumerate(texts)
        )
    )


def with_utterance(transcript: Transcript, index: int, **changes: object) -> Transcript:
    changed = replace(transcript.utterances[index], **changes)  # type: ignore[arg-type]
    return Transcript((*transcript.utterances[:index], changed, *transcript.utterances[index + 1 :]))


def findings(transcript: Transcript, kind: Kind) -> list[Finding]:
    return [one for one in judge(transcript) if one.kind is kind]


SOUND = said(*LINES)
ONE_LOUD = said(*LINES[:8], *[LINES[0]] * 2, speakers="A")


def test_a_sound_interview_raises_no_doubt() -> None:
    assert judge(SOUND) == []


@pytest.mark.parametrize(
    ("kind", "doubtful", "near"),
    [
        pytest.param(Kind.TOO_SHORT, said(*LINES[:4]), SOUND, id="too short"),
        pytest.param(
            Kind.NO_SPEAKERS,
            Transcript(tuple(replace(one, speaker=None) for one in SOUND.utterances)),
            with_utterance(SOUND, 3, speaker=None),
            id="no speakers",
        ),
        pytest.param(
            Kind.NO_TIMES,
            Transcript(tuple(replace(one, start_ms=None, end_ms=None) for one in SOUND.utterances)),
            with_utterance(SOUND, 3, start_ms=None, end_ms=None),
            id="no times",
        ),
        pytest.param(
            Kind.OUT_OF_ORDER,
            with_utterance(SOUND, 4, start_ms=1000, end_ms=2000),
            with_utterance(SOUND, 4, start_ms=24_000, end_ms=39_000),
            id="times go back",
        ),
        pytest.param(
            Kind.LOOP, said(*LINES, *["Thank you."] * 3), said(*LINES, *["Thank you."] * 2), id="a line thrice"
        ),
        pytest.param(
            Kind.LOOP,
            said(*LINES, *["Yes.", "Yes!", "yes"], speakers="A"),
            said(*LINES, *["Yes.", "Yes!", "yes"], speakers="AB"),
            id="one word by one speaker, not by two in turn",
        ),
        pytest.param(
            Kind.LOOP,
            said(*LINES, *["Bye for now.", "See you."] * 3),
            said(*LINES, *["Bye for now.", "See you."] * 2),
            id="a cycle of two lines",
        ),
        pytest.param(
            Kind.LOOP,
            said(*LINES, "So we " + "planted and " * 5 + "left."),
            said(*LINES, "So we " + "planted and " * 4 + "left."),
            id="a phrase within an utterance",
        ),
        pytest.param(
            Kind.LOOP,
            said(*LINES, "No " * 10 + "never."),
            said(*LINES, "No " * 6 + "never."),
            id="a word again and again",
        ),
        pytest.param(
            Kind.SPLIT_WORDS,
            said(*LINES, "The nurs ery has roo ts, and see dlings for every thing."),
            said(*LINES, "The nurs ery has see dlings in the nurs ery, and nurs ery means nurs ery."),
            id="words cut in two",
        ),
        pytest.param(
            Kind.SPLIT_WORDS,
            said(*LINES, "An exam- ple of the green- ery is the orchid col- lection in the gar- den."),
            said(*LINES, "I was go- going to th- the mill, w- well, we we- went to an- another."),
            id="hyphens of line ends, no stutter",
        ),
        pytest.param(
            Kind.TOO_FAST,
            with_utterance(SOUND, 2, end_ms=17_000),
            with_utterance(SOUND, 2, end_ms=18_800),
            id="faster than speech",
        ),
        pytest.param(
            Kind.TOO_FAST,
            Transcript(tuple(replace(one, start_ms=one.index * 1000, end_ms=None) for one in SOUND.utterances)),
            Transcript(tuple(replace(one, start_ms=one.index * 6000, end_ms=None) for one in SOUND.utterances)),
            id="more words than the length allows",
        ),
        pytest.param(
            Kind.SILENCE,
            with_utterance(SOUND, 8, start_ms=184_000, end_ms=190_000),
            with_utterance(SOUND, 8, start_ms=174_000, end_ms=180_000),
            id="two minutes of nothing",
        ),
        pytest.param(
            Kind.SILENCE,
            with_utterance(SOUND, 8, end_ms=64_000 + 80_000),
            with_utterance(SOUND, 8, end_ms=64_000 + 59_000),
            id="hardly a word in a minute",
        ),
        pytest.param(
            Kind.UNCLEAR,
            said(*LINES, "It was [inaudible] and (unclear) by the [inaudible 0:12] gate."),
            said(*LINES, "It was [inaudible] and (unclear) by the [laughs] gate."),
            id="marks of what was not heard",
        ),
        pytest.param(
            Kind.ONE_SPEAKER,
            Transcript((*ONE_LOUD.utterances, Utterance(10, "B", 90_000, 91_000, "Thank you."))),
            said(*LINES[:8], *["Thank you so much for all of this, it was lovely."] * 1, speakers="AAAAAAAAB"),
            id="nearly all by one",
        ),
        pytest.param(
            Kind.BEFORE_SPEAKERS,
            with_utterance(SOUND, 0, speaker=None),
            with_utterance(SOUND, 1, speaker=None),
            id="words before the first speaker",
        ),
    ],
)
def test_a_doubt_is_raised_for_the_fault_and_not_for_what_is_near_it(
    kind: Kind, doubtful: Transcript, near: Transcript
) -> None:
    assert findings(doubtful, kind) != []
    assert findings(near, kind) == []


def test_a_doubt_names_its_place_and_all_utterances() -> None:
    text = "\n\n".join(f"{'Ann' if index % 2 else 'Bea'}: {line}" for index, line in enumerate(LINES))
    text += "\n\n" + "\n\n".join(["Ann: We are done here."] * 3) + "\n"
    (loop,) = findings(read_transcript(text.encode(), "talk.txt"), Kind.LOOP)
    assert loop.message == "said 3 times in a row, as recognisers invent it on silence: “We are done here.”"
    assert (loop.place, loop.utterances) == ("utterance 9, line 19", (9, 10, 11))


def test_a_language_without_spaces_is_measured_in_characters() -> None:
    assert findings(said("我们" * 100), Kind.TOO_SHORT) == []
    (short,) = findings(said("我们" * 50), Kind.TOO_SHORT)
    assert short.message.startswith("only 100 characters")


def test_loops_are_found_by_their_shortest_period_and_do_not_overlap() -> None:
    assert list(find_loops("xababababyzzz", longest=4, least=lambda _: 3)) == [Loop(1, 9, 2), Loop(10, 13, 1)]
