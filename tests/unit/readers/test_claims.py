from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notes_pipeline.core.errors import InputError, InvalidClaimError
from notes_pipeline.readers.claims import RawClaim, read_claims


def read(text: str, name: str) -> list[RawClaim]:
    return list(read_claims(text.encode(), name))


def fields(text: str, name: str = "notes.md") -> list[dict[str, object]]:
    return [dict(claim.fields or {}) for claim in read(text, name)]


def test_json_lines_are_taken_as_they_are_and_a_bad_line_costs_only_itself() -> None:
    one, two, three = read(
        '{"id": 1, "quote": "a b"}\n\nnothing\n{"id": 2, "quote": "c", "note": "It is so."}', "c.jsonl"
    )
    assert (one.line, one.fields) == (1, {"id": 1, "quote": "a b"})
    assert (two.line, two.fields) == (3, None)
    assert "no JSON object" in two.problem
    assert three.statement == "It is so."


@pytest.mark.parametrize(
    ("head", "row"),
    [
        pytest.param("note,quote,speaker", 'It is so.,"We baked, mostly",Ann', id="commas"),
        pytest.param("note;quote;speaker", "It is so.;We baked, mostly;Ann", id="semicolons"),
        pytest.param("Finding\tExcerpt\tWho", "It is so.\tWe baked, mostly\tAnn", id="other names, tabs"),
    ],
)
def test_a_table_is_read_by_its_column_names(head: str, row: str) -> None:
    (claim,) = read(f"{head}\n{row}\n", "notes.csv")
    assert claim.fields == {"id": "1", "quote": "We baked, mostly", "speaker": "Ann"}
    assert (claim.line, claim.statement) == (2, "It is so.")


def test_a_table_without_quotes_is_refused_with_its_columns() -> None:
    with pytest.raises(InvalidClaimError, match="no column of quotes among a, b"):
        read("a,b\n1,2\n", "notes.csv")


@pytest.mark.parametrize(
    ("line", "quote", "speaker"),
    [
        pytest.param('- So: "we baked every day" — Ann', "we baked every day", "Ann", id="straight, dash"),
        pytest.param("“We baked every day” (Ann, 10:30)", "We baked every day", "Ann", id="curly, brackets"),
        pytest.param("**Ann**: “We baked every day”", "We baked every day", "Ann", id="name before"),
        pytest.param("Sie sagt: „Wir haben jeden Tag gebacken“", "Wir haben jeden Tag gebacken", "Sie", id="German"),
        pytest.param("« On a cuit du pain »", "On a cuit du pain", None, id="French"),
        pytest.param("「毎日焼きました」", "毎日焼きました", None, id="Japanese"),
    ],
)
def test_words_in_quotation_marks_are_claims(line: str, quote: str, speaker: str | None) -> None:
    (claim,) = fields(line)
    assert claim["quote"] == quote
    assert claim.get("speaker") == speaker


def test_a_block_quote_is_one_claim_with_who_said_it() -> None:
    (claim,) = read("Bread first.\n\n> We baked\n> every day.\n> — Ann\n", "notes.md")
    assert claim.fields == {"id": "1", "quote": "We baked every day.", "speaker": "Ann"}
    assert (claim.line, claim.statement) == (3, "Bread first.")


@pytest.mark.parametrize("line", ['The "so-called" problem', "No quotes at all.", "5'6\" and 6'2\" tall"])
def test_other_uses_of_quotation_marks_are_no_claims(line: str) -> None:
    assert fields(line) == []


@given(st.binary(max_size=200), st.sampled_from(["a.md", "a.csv", "a.jsonl", "a"]))
def test_whatever_the_file_holds_there_is_no_other_error(data: bytes, name: str) -> None:
    with suppress(InputError):
        list(read_claims(data, name))
