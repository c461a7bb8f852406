"""What is wrapping around a quote and what is a part of it."""

from collections.abc import Callable

import pytest

from notes_pipeline.core.notes import Quote, Verdict
from notes_pipeline.verification import TranscriptIndex, verify_quote

MakeIndex = Callable[..., TranscriptIndex]

SAID = ("Ben Hale: Who sold it?", "Ann Quill: They sold the garden in May, and the ferry company kept quiet.")


@pytest.mark.parametrize(
    "quote",
    [
        "[00:12:34] They sold the garden in May",
        "(10:31) They sold the garden in May",
        "00:12:34 They sold the garden in May",
        "12:34 - They sold the garden in May",
        "12:34 Ann Quill: They sold the garden in May",
        "[12:34] Ann: They sold the garden in May",
        "Ann Quill (12:34): They sold the garden in May",
        "ANN: They sold the garden in May",
        "**Ann Quill (host):** They sold the garden in May",
        '"They sold the garden in May" — Ann Quill',
        '"They sold the garden in May" (Ann)',
        '"They sold the garden in May" — Ann Quill, 12:34',
        "They [the ferry company] sold the garden in May",
        "[The owners] sold the garden in May",
        "They [Smith] sold the garden in May",
    ],
)
def test_wrapping_and_named_pronouns_are_faithful(make_index: MakeIndex, quote: str) -> None:
    assert verify_quote(Quote(quote), make_index(*SAID)).verdict is Verdict.FAITHFUL


@pytest.mark.parametrize(
    "quote",
    [
        "9:30 They sold the garden in May",
        "Ann lied: They sold the garden in May",
        "Ben asked Ann: They sold the garden in May",
        "Nobody ever heard Ann say: They sold the garden in May",
        "Ann Quill (lying): They sold the garden in May",
        "They sold the garden in May (as Ann falsely claimed)",
        "They sold the garden in May - Ann never said so",
        '"They sold the garden in May" - except Ann',
        "They [almost] sold the garden in May",
        "They [definitely] sold the garden in May",
        "They [always] sold the garden in May",
        "They [stupidly] sold the garden in May",
        "They [never] sold the garden in May",
    ],
)
def test_content_that_looks_like_wrapping_is_refused(make_index: MakeIndex, quote: str) -> None:
    assert not verify_quote(Quote(quote), make_index(*SAID)).verdict.is_accepted
