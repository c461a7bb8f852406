"""What holds for any transcript and any quote, against a slow plain oracle."""

from hypothesis import given, settings
from hypothesis import strategies as st

from notes_pipeline.core.notes import Quote, Verdict
from notes_pipeline.core.roles import Roles
from notes_pipeline.core.transcript import Transcript, Utterance
from notes_pipeline.verification import index_transcript, verify_quote

PLAIN = ("the", "a", "we", "you", "not", "never", "paid", "house", "twenty", "five", "20", "don't", "it's", "is", "um,")
ODD = ("uh", "well,", "garden", "red.", "blue?", "Anna", "七転", "ñandú", "ß", "ﬁrm", "🔥")
WORDS = st.sampled_from(PLAIN + ODD)
LINES = st.lists(st.tuples(st.sampled_from(["Ann", "Ben", None]), st.lists(WORDS, max_size=12)), min_size=1, max_size=8)


def _transcript(lines: list[tuple[str | None, list[str]]]) -> Transcript:
    return Transcript(
        tuple(Utterance(at, speaker, None, None, " ".join(words)) for at, (speaker, words) in enumerate(lines)),
        language="en",
    )


@settings(max_examples=300, deadline=None)
@given(LINES, st.data())
def test_any_slice_of_whole_words_of_one_utterance_is_at_its_place(
    lines: list[tuple[str | None, list[str]]], data: st.DataObject
) -> None:
    transcript = _transcript(lines)
    full = [at for at, (_, words) in enumerate(lines) if words]
    if not full:
        return
    at = data.draw(st.sampled_from(full))
    words = lines[at][1]
    start = data.draw(st.integers(0, len(words) - 1))
    end = data.draw(st.integers(start + 1, len(words)))
    quote = " ".join(words[start:end])
    evidence = verify_quote(Quote(quote), index_transcript(transcript))
    if not any(character.isalnum() for character in quote) and "🔥" not in quote:
        assert evidence.verdict is Verdict.UNSUPPORTED
        return
    assert evidence.matched_text == quote
    assert quote in transcript.text  # the oracle: a plain search
    assert transcript.text[evidence.spans[0].start : evidence.spans[0].end] == quote
    assert evidence.verdict in (Verdict.VERBATIM, Verdict.ALTERED)  # altered only for a lost context


@settings(max_examples=300, deadline=None)
@given(LINES, st.text(max_size=120) | st.lists(WORDS, max_size=25).map(" ".join))
def test_any_quote_gets_evidence_whose_offsets_slice_to_its_words(
    lines: list[tuple[str | None, list[str]]], quote: str
) -> None:
    transcript = _transcript(lines)
    evidence = verify_quote(Quote(quote, speaker="Ann"), index_transcript(transcript, Roles(frozenset({"Ben"}))))
    assert " … ".join(transcript.slice(span) for span in evidence.spans) == evidence.matched_text
    assert 0 <= evidence.score <= 1
    assert bool(evidence.spans) == (evidence.verdict is not Verdict.UNSUPPORTED)
    assert evidence.verdict.is_accepted or evidence.reasons
    assert list(evidence.spans) == sorted(evidence.spans)


@settings(max_examples=100, deadline=None)
@given(LINES, st.lists(st.lists(WORDS, min_size=1, max_size=8).map(" ".join), min_size=2, max_size=5))
def test_a_verdict_does_not_depend_on_the_order_of_claims(
    lines: list[tuple[str | None, list[str]]], quotes: list[str]
) -> None:
    index = index_transcript(_transcript(lines))
    forward = [verify_quote(Quote(quote), index) for quote in quotes]
    backward = [verify_quote(Quote(quote), index) for quote in reversed(quotes)]
    assert forward == backward[::-1]


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=200), st.text(max_size=100))
def test_any_unicode_is_taken(text: str, quote: str) -> None:
    index = index_transcript(Transcript((Utterance(0, None, None, None, text),)))
    verify_quote(Quote(quote), index)
