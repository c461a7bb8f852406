"""Word, XML, corpora and tables: what a reader reads, written back in the same format, is read as the same."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notes_pipeline.core.transcript import Span, Transcript, Utterance
from notes_pipeline.readers import read_transcript
from tests.unit.readers import written
from tests.unit.readers.test_write_back import TEXT, transcripts
from tests.unit.readers.written import WITH_ENDS, WITH_WORDS, Write

FEW = settings(max_examples=20, deadline=None, derandomize=True)
LETTERS = st.lists(st.text(st.characters(categories=["Lu", "Ll"]), min_size=2, max_size=8), min_size=1, max_size=6)
TEXTS = {"cha": LETTERS.map(" ".join)}  # other signs are codes there


def plain(transcript: Transcript) -> list[tuple[str | None, int | None, int | None, str]]:
    return [(one.speaker, one.start_ms, one.end_ms, one.text) for one in transcript.utterances]


def with_codes(transcript: Transcript) -> Transcript:
    """Give the speakers the codes that CHAT has for them."""
    codes = {name: f"S{at:02}" for at, name in enumerate(transcript.speakers)}
    return Transcript(tuple(replace(one, speaker=codes[one.speaker or ""]) for one in transcript.utterances))


@pytest.mark.parametrize("ending", WITH_ENDS)
@FEW
@given(data=st.data())
def test_speakers_times_and_words(ending: str, data: st.DataObject) -> None:
    source_format, write = WITH_ENDS[ending]
    transcript = data.draw(transcripts(text=TEXTS.get(ending, TEXT)))
    found = read_transcript(write(transcript), f"talk.{ending}")
    wanted = with_codes(transcript) if source_format == "chat-cha" else transcript
    assert plain(found) == plain(wanted)
    assert found.source_format == source_format


@pytest.mark.parametrize("ending", WITH_WORDS)
@FEW
@given(data=st.data())
def test_times_of_words(ending: str, data: st.DataObject) -> None:
    source_format, write = WITH_WORDS[ending]
    transcript = data.draw(transcripts(text=TEXTS.get(ending, TEXT), has_words=True))
    found = read_transcript(write(transcript), f"talk.{ending}")
    wanted = with_codes(transcript) if source_format == "chat-cha" else transcript
    assert found.utterances == wanted.utterances


@FEW
@given(transcript=transcripts())
def test_teams(transcript: Transcript) -> None:
    found = read_transcript(written.teams(transcript), "talk.docx")
    assert plain(found) == [
        (one.speaker, (one.start_ms or 0) // 1000 * 1000, None, one.text) for one in transcript.utterances
    ]
    assert found.warnings == (
        "lines above the first speaker set aside: 3, first at paragraph 1",
        "headings and notices of the tool set aside: 2, first at paragraph 4",
    )


@FEW
@given(transcript=transcripts())
def test_dialogue_in_word(transcript: Transcript) -> None:
    found = read_transcript(written.dialogue(transcript), "talk.docx")
    assert [(found.slice(span), turn.speaker) for turn in found.turns for span in [found.turn_span(turn)]] == [
        (transcript.slice(transcript.turn_span(turn)), turn.speaker) for turn in transcript.turns
    ]


@FEW
@given(transcript=transcripts())
def test_a_table_in_word(transcript: Transcript) -> None:
    found = read_transcript(written.word_table(transcript), "talk.docx")
    assert plain(found) == [
        (one.speaker, (one.start_ms or 0) // 1000 * 1000, None, one.text) for one in transcript.utterances
    ]


@FEW
@given(transcript=transcripts())
def test_f4(transcript: Transcript) -> None:
    found = read_transcript(written.f4(transcript), "talk.txt")
    ends = [0, *(one.end_ms for one in transcript.utterances)]
    assert plain(found) == [
        (one.speaker, since, one.end_ms, one.text) for one, since in zip(transcript.utterances, ends, strict=False)
    ]


ALL: dict[str, Write] = {ending: write for ending, (_, write) in WITH_ENDS.items()} | {
    "teams.docx": written.teams,
    "docx": written.dialogue,
    "table.docx": written.word_table,
    "f4.txt": written.f4,
    "atrain.txt": written.atrain,
}


@pytest.mark.parametrize("ending", ALL)
@settings(FEW, max_examples=6)
@given(transcript=transcripts(has_words=True))
def test_each_character_leads_back_to_its_utterance_and_time(ending: str, transcript: Transcript) -> None:
    check_map(read_transcript(ALL[ending](transcript), f"talk.{ending}"))


def check_map(found: Transcript) -> None:
    """Check that the text is that of the utterances, and that the time of each character lies within its own."""
    whole = Span(0, len(found.text))
    assert found.text == " ".join(found.utterances[one.index].text for one, _ in found.parts(whole))
    for one in found.utterances:
        span = found.utterance_span(one.index)
        assert found.slice(span) == one.text
        latest = 0
        for at in range(span.start, span.end):
            assert found.utterance_at(at) == one.index
            character = Span(at, at + 1)
            starts, ends = found.start_ms(character), found.end_ms(character)
            assert (starts is None) == (one.start_ms is None)
            if starts is not None and not found.text[at].isspace():
                assert latest <= starts
                latest = starts
                assert ends is None or one.end_ms is None or starts <= ends <= _end(one)
                assert starts >= _start(one)


def _start(one: Utterance) -> int:
    return min([one.start_ms or 0, *(word.start_ms for word in one.words)])


def _end(one: Utterance) -> int:
    return max([one.end_ms or 0, *(word.end_ms for word in one.words)])
