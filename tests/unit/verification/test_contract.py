"""The JSON forms of the `verify` command."""

import json

import pytest

from notes_pipeline.core.errors import InvalidClaimError, UnreadableTranscriptError
from notes_pipeline.core.notes import Quote
from notes_pipeline.core.transcript import Span, Transcript
from notes_pipeline.readers import read_transcript
from notes_pipeline.verification import index_transcript, verify_quote
from notes_pipeline.verification.contract import parse_claim, verdict_line

DOCUMENT = {
    "id": "t",
    "utterances": [
        {"id": 0, "speaker": "Ann", "start": 0.0, "end": 2.0, "text": "We went home.",
         "words": [{"word": "We", "start": 0.1, "end": 0.3}, {"word": "went", "start": 0.5, "end": 0.8},
                   {"word": "home.", "start": 1.2, "end": 1.9}]},
        {"id": 1, "speaker": None, "start": None, "end": None, "text": " And then "},
        {"id": 2, "speaker": "Ann", "start": 3, "end": 5, "text": "we slept."},
    ],
}  # fmt: skip


def read(document: object) -> Transcript:
    return read_transcript(json.dumps(document).encode(), "talk.json")


def test_texts_are_kept_as_they_are_and_words_have_their_places() -> None:
    transcript = read(DOCUMENT)
    assert transcript.utterances[1].text == " And then "
    assert [word.span for word in transcript.utterances[0].words] == [Span(0, 2), Span(3, 7), Span(8, 13)]
    assert transcript.utterances[0].words[1].start_ms == 500


def test_a_verdict_counts_inside_the_utterance_and_tells_the_words_own_time() -> None:
    index = index_transcript(read(DOCUMENT))
    verdict = verdict_line("c1", verify_quote(Quote("went home. And then"), index), index.transcript)
    assert verdict["spans"] == [[0, 3, 13], [1, 0, 9]]
    assert verdict["start"] == 0.5
    assert verdict["utterances"] == [0, 1]


def test_an_unsupported_verdict_has_no_place() -> None:
    index = index_transcript(read(DOCUMENT))
    verdict = verdict_line("c1", verify_quote(Quote("nobody ever said that"), index), index.transcript)
    assert verdict["status"] == "unsupported"
    assert verdict["spans"] == []
    assert verdict["utterances"] is None


def test_a_claim_line_is_read_with_its_optional_fields() -> None:
    claim = parse_claim({"id": "a", "quote": "so", "speaker": " Ann ", "utterance_hint": 3})
    assert claim.quote == Quote("so", "Ann", 3)


@pytest.mark.parametrize(
    ("line", "named"),
    [
        pytest.param([], "object", id="no object"),
        pytest.param({"quote": "x"}, '"id"', id="no id"),
        pytest.param({"id": "a"}, '"quote"', id="no quote"),
        pytest.param({"id": "a", "quote": 1}, '"quote"', id="quote is a number"),
        pytest.param({"id": "a", "quote": "x", "speaker": 5}, '"speaker"', id="speaker is a number"),
        pytest.param({"id": "a", "quote": "x", "utterance_hint": "3"}, '"utterance_hint"', id="hint is a string"),
    ],
)
def test_a_bad_claim_line_names_the_field(line: object, named: str) -> None:
    with pytest.raises(InvalidClaimError, match=named):
        parse_claim(line)


@pytest.mark.parametrize(
    "document",
    [
        {},
        [],
        {"utterances": [{"id": 0}]},
        {"utterances": [{"id": 4, "text": ""}]},
        {"utterances": [{"text": "", "start": "x"}]},
    ],
)
def test_a_transcript_of_another_form_is_refused(document: object) -> None:
    with pytest.raises(UnreadableTranscriptError):
        read(document)
