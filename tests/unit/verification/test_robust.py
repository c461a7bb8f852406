"""Long and hostile input costs time in proportion, and raises nothing."""

import time
from collections.abc import Callable

import pytest

from notes_pipeline.core.notes import Quote, Verdict
from notes_pipeline.core.transcript import Transcript, Utterance
from notes_pipeline.verification import TranscriptIndex, index_transcript, verify_quote

MakeIndex = Callable[..., TranscriptIndex]
SECONDS = 5.0  # far above what is needed (0.3 s), far below what a quadratic way would take (minutes)


def _index(*texts: str) -> TranscriptIndex:
    return index_transcript(Transcript(tuple(Utterance(at, "A", None, None, text) for at, text in enumerate(texts))))


@pytest.mark.parametrize(
    "quote",
    [
        pytest.param("the " * 10_000, id="10,000 equal words"),
        pytest.param("the " * 9_999 + "cat", id="all but the last"),
        pytest.param("the cat " * 3_000, id="every second"),
        pytest.param("[a]" * 3_000, id="brackets"),
        pytest.param("[" * 50_000, id="open brackets"),
        pytest.param("( " * 20_000, id="open parentheses"),
        pytest.param(". " * 20_000, id="dots"),
        pytest.param("-" * 50_000, id="dashes"),
        pytest.param("a" * 100_000, id="one long word"),
        pytest.param("\ud800", id="lone surrogate"),
    ],
)
def test_repetition_is_no_trap(quote: str) -> None:
    index = _index("the " * 100_000)
    start = time.perf_counter()
    verify_quote(Quote(quote), index)
    assert time.perf_counter() - start < SECONDS


def test_a_quote_of_10000_words_is_verbatim_in_a_transcript_of_100000() -> None:
    texts = [" ".join(f"w{(7 * at + 13 * word) % 977}" for word in range(20)) for at in range(5_000)]
    quote = " ".join(texts[1_000:1_500])
    assert verify_quote(Quote(quote), _index(*texts)).verdict is Verdict.VERBATIM


@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "pt", "zh", None])
@pytest.mark.parametrize(
    "text",
    [
        pytest.param("1" * 10_000, id="digits"),
        pytest.param("1/" + "3" * 9_000 + " 1 1/" + "1" * 9_000, id="fractions"),
        pytest.param("1" * 9_000 + "½", id="vulgar fraction"),
        pytest.param("5k million trillion and a half of 999999999999999k trillion billion", id="beyond all scales"),
        pytest.param("零" * 6_000 + " " + "一" * 6_000 + "万", id="Han digits"),
        pytest.param("twenty " * 2_000 + "hours vingt heures zwanzig Uhr", id="hours"),
        pytest.param("²³ 1/² 9h99 1/0", id="no numbers"),
    ],
)
def test_numbers_without_end_raise_nothing(make_index: MakeIndex, language: str | None, text: str) -> None:
    index = make_index(f"Ann: {text} people", language=language)
    assert verify_quote(Quote(text), index).score > 0.9
    assert not verify_quote(Quote(f"nobody five {text[:50]} dogs"), index).verdict.is_accepted
