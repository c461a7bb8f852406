from hypothesis import given
from hypothesis import strategies as st

from notes_pipeline.core.chunking import chunk_transcript
from notes_pipeline.core.transcript import Transcript, Utterance
from tests.making import make_transcript


def test_a_short_interview_is_one_chunk() -> None:
    transcript = make_transcript("Ina: How?", "Bram: By phone.")
    (chunk,) = chunk_transcript(transcript)
    assert transcript.slice(chunk.span) == "How? By phone."


def test_turns_are_not_cut_and_the_last_of_one_chunk_open_the_next() -> None:
    transcript = make_transcript(*(f"{'Ina' if n % 2 else 'Bram'}: {'word ' * 9}{n}." for n in range(10)))
    first, second, *_ = chunk_transcript(transcript, size=200, overlap_turns=1)
    assert transcript.slice(first.span).endswith("3.")
    assert transcript.slice(second.span).startswith("word")
    assert transcript.utterance_at(second.span.start) == 3
    assert transcript.utterance_at(second.new_from) == 4


def test_a_monologue_is_cut_between_sentences() -> None:
    transcript = make_transcript("Bram: " + " ".join(f"This is sentence {n}." for n in range(50)))
    chunks = chunk_transcript(transcript, size=120)
    assert len(chunks) > 5
    assert all(transcript.slice(chunk.span).rstrip().endswith(".") for chunk in chunks)


def test_no_speech_gives_no_chunk() -> None:
    assert chunk_transcript(Transcript(())) == []


@given(
    st.lists(st.tuples(st.sampled_from(["Ina", "Bram", None]), st.text("ab. \n。", max_size=60)), max_size=12),
    st.integers(10, 80),
    st.integers(0, 3),
)
def test_every_character_is_new_in_exactly_one_chunk(
    said: list[tuple[str | None, str]], size: int, overlap_turns: int
) -> None:
    transcript = Transcript(tuple(Utterance(i, speaker, None, None, text) for i, (speaker, text) in enumerate(said)))
    chunks = chunk_transcript(transcript, size=size, overlap_turns=overlap_turns)
    assert all(len(chunk.span) <= size for chunk in chunks)
    assert [chunk.index for chunk in chunks] == list(range(len(chunks)))
    new = [(chunk.new_from, chunk.span.end) for chunk in chunks]
    assert all(chunk.span.start <= chunk.new_from <= chunk.span.end for chunk in chunks)
    covered = {offset for start, end in new for offset in range(start, end)}
    assert len(covered) == sum(end - start for start, end in new)
    borders = {offset - 1 for offset in transcript.offsets[1:]}
    assert covered | borders >= set(range(len(transcript.text)))
