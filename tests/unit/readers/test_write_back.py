"""What a reader reads, written back in the same format, is read as the same."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notes_pipeline.core.transcript import Span, Transcript, Utterance, Word
from notes_pipeline.readers import read_transcript
from tests.unit.readers.vendor_json import WITH_WORDS, WITHOUT_WORDS, speechmatics_v1

BOUNDED = settings(max_examples=25, deadline=None, derandomize=True)

WORD = st.text(
    st.characters(categories=["L", "N", "P", "S", "M"], exclude_characters="<>&{}[]()*\\:：_#=|"),
    min_size=1,
    max_size=8,
)
TEXT = st.lists(WORD | st.sampled_from(["um,", "don't", "[laughs]", "so -"]), min_size=1, max_size=8).map(" ".join)
NAMES = ("Ann Lee", "Zoë", "P3")


@st.composite
def transcripts(draw: st.DrawFn, *, text: st.SearchStrategy[str] = TEXT, has_words: bool = False) -> Transcript:
    """Draw utterances in time order, each with a speaker, every speaker in two turns at least."""
    at, utterances = draw(st.integers(0, 5_000)), []
    speakers = [*NAMES, *NAMES, *draw(st.lists(st.sampled_from(NAMES), max_size=6))]
    for index, speaker in enumerate(speakers):
        start, length = at + draw(st.integers(0, 4_000_000)), draw(st.integers(100, 9_000))
        said = draw(text)
        words = _words(said, start, length) if has_words else ()
        utterances.append(Utterance(index, speaker, start, start + length, said, words))
        at = start + length
    return Transcript(tuple(utterances))


def _words(text: str, start: int, length: int) -> tuple[Word, ...]:
    words, at, pieces = [], 0, text.split(" ")
    for index, piece in enumerate(pieces):
        times = [start + length * step // len(pieces) for step in (index, index + 1)]
        words.append(Word(Span(at, at + len(piece)), *times))
        at += len(piece) + 1
    return tuple(words)


def clock(time_ms: int, point: str = ".") -> str:
    seconds, rest = divmod(time_ms, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{point}{rest:03}"


def with_seconds_only(transcript: Transcript) -> Transcript:
    """Give what a format keeps that has no ends and no parts of seconds."""
    return Transcript(
        tuple(
            Utterance(one.index, one.speaker, (one.start_ms or 0) // 1000 * 1000, None, one.text)
            for one in transcript.utterances
        )
    )


@BOUNDED
@given(transcripts())
def test_webvtt(transcript: Transcript) -> None:
    cues = [
        f"{clock(one.start_ms or 0)} --> {clock(one.end_ms or 0)}\n<v {one.speaker}>{one.text}</v>\n"
        for one in transcript.utterances
    ]
    assert read_transcript("\n".join(["WEBVTT\n", *cues]).encode(), "a.vtt") == transcript


@BOUNDED
@given(transcripts())
def test_srt_with_names_at_changes(transcript: Transcript) -> None:
    lines, before = [], None
    for one in transcript.utterances:
        name = f"{one.speaker}: " if one.speaker != before else ""
        lines.append(
            f"{one.index + 1}\n{clock(one.start_ms or 0, ',')} --> {clock(one.end_ms or 0, ',')}\n{name}{one.text}\n"
        )
        before = one.speaker
    assert read_transcript("\n".join(lines).encode(), "a.srt") == transcript


@BOUNDED
@given(transcripts())
def test_otter(transcript: Transcript) -> None:
    lines = [f"{one.speaker}  {clock(one.start_ms or 0)[:-4]}  \n{one.text}\n" for one in transcript.utterances]
    assert read_transcript("\n".join(lines).encode(), "a.txt") == with_seconds_only(transcript)


@BOUNDED
@given(transcripts())
def test_rev(transcript: Transcript) -> None:
    lines = [f"{one.speaker} ({clock(one.start_ms or 0)[:-4]}):\n{one.text}\n" for one in transcript.utterances]
    assert read_transcript("\n".join(lines).encode(), "a.txt") == with_seconds_only(transcript)


@BOUNDED
@given(transcripts())
def test_names_before_colons(transcript: Transcript) -> None:
    lines = [f"{one.speaker}: {one.text}\n" for one in transcript.utterances]
    found = read_transcript("\n".join(lines).encode(), "a.txt")
    assert [(one.speaker, one.text) for one in found.utterances] == [
        (one.speaker, one.text) for one in transcript.utterances
    ]


@BOUNDED
@given(transcripts(has_words=True))
def test_whisperx(transcript: Transcript) -> None:
    segments = [
        {
            "start": seconds(one.start_ms),
            "end": seconds(one.end_ms),
            "text": f" {one.text}",
            "speaker": one.speaker,
            "words": list_words(one),
        }
        for one in transcript.utterances
    ]
    assert read_transcript(json.dumps({"segments": segments}).encode(), "a.json") == transcript


@BOUNDED
@given(
    transcripts(has_words=True), st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)
)
def test_our_own_form_with_any_text(transcript: Transcript, text: str) -> None:
    last = Utterance(len(transcript.utterances), None, None, None, text)
    whole = Transcript((*transcript.utterances, last))
    utterances = [
        {
            "id": one.index,
            "speaker": one.speaker,
            "start": seconds(one.start_ms),
            "end": seconds(one.end_ms),
            "text": one.text,
            "words": list_words(one),
        }
        for one in whole.utterances
    ]
    assert read_transcript(json.dumps({"id": "x", "utterances": utterances}).encode(), "a.json") == whole


def list_words(one: Utterance) -> list[dict[str, object]]:
    return [
        {"word": one.text[word.span.start : word.span.end], "start": word.start_ms / 1000, "end": word.end_ms / 1000}
        for word in one.words
    ]


def seconds(time_ms: int | None) -> float | None:
    return None if time_ms is None else time_ms / 1000


@BOUNDED
@given(transcripts(has_words=True))
def test_each_character_leads_back_to_its_utterance(transcript: Transcript) -> None:
    for one in transcript.utterances:
        span = transcript.utterance_span(one.index)
        assert transcript.slice(span) == one.text
        assert [part.index for part, _ in transcript.parts(span)] == [one.index]
        assert transcript.start_ms(span) == one.start_ms
        assert transcript.end_ms(span) == one.end_ms


@pytest.mark.parametrize(("source_format", "write"), [*WITH_WORDS.items(), ("speechmatics-json", speechmatics_v1)])
@BOUNDED
@given(transcripts(has_words=True))
def test_json_of_vendors_with_times_of_words(
    source_format: str, write: Callable[[Transcript], object], transcript: Transcript
) -> None:
    taking_turns = with_another_speaker_each(transcript)
    found = read_transcript(json.dumps(write(taking_turns)).encode(), "a.json")
    assert found == taking_turns
    assert (found.source_format, found.warnings) == (source_format, ())


@pytest.mark.parametrize(("source_format", "write"), WITHOUT_WORDS.items())
@BOUNDED
@given(transcripts())
def test_json_of_vendors_without_times_of_words(
    source_format: str, write: Callable[[Transcript], object], transcript: Transcript
) -> None:
    found = read_transcript(json.dumps(write(transcript)).encode(), "a.json")
    assert found == transcript
    assert found.source_format == source_format


def with_another_speaker_each(transcript: Transcript) -> Transcript:
    """Give one that formats of single words can hold: they know where a speaker changes, and no other border."""
    return Transcript(
        tuple(replace(one, speaker=NAMES[one.index % len(NAMES)]) for one in transcript.utterances), transcript.language
    )
