"""Guides: read from YAML or JSON, and every fault named with its line and field."""

import re

import pytest

from notes_pipeline.core.errors import InvalidGuideError
from notes_pipeline.core.guide import Guide, Question, Theme
from notes_pipeline.readers.guides import read_guide

YAML = """\
title: Moving orders
goal: >
  Learn what
  changed.
interviewer: [Tilda, Kim]
participant: Bram
questions:
  - id: before
    text: How was it before?
    probes:
      - How often?
      - "Why?"
  - {id: 2, text: "What now: the app?"}
themes:
  - id: trust
    name: Trust
    definition: To rely on it.
    include: fear
    exclude: [people, "no"]
"""
JSON = """\
{
\t"title": "Moving orders",\t"goal": "Learn what changed.",
\t"interviewer": ["Tilda", "Kim"], "participant": "Bram",
\t"questions": [
\t\t{"id": "before", "text": "How was it before?", "probes": ["How often?", "Why?"]},
\t\t{"id": "2", "text": "What now: the app?"}
\t],
\t"themes": [{"id": "trust", "name": "Trust", "definition": "To rely on it.", "include": ["fear"],
\t\t"exclude": ["people", "no"]}]
}
"""
GUIDE = Guide(
    title="Moving orders",
    goal="Learn what changed.",
    questions=(
        Question("before", "How was it before?", ("How often?", "Why?")),
        Question("2", "What now: the app?"),
    ),
    themes=(Theme("trust", "Trust", "To rely on it.", ("fear",), ("people", "no")),),
    interviewers=("Tilda", "Kim"),
    participants=("Bram",),
)


def read(text: str) -> Guide:
    return read_guide(text.encode(), "guide.yaml")


@pytest.mark.parametrize("text", [pytest.param(YAML, id="YAML"), pytest.param(JSON, id="JSON with tabs")])
def test_a_guide_is_read_whole(text: str) -> None:
    assert read(text) == GUIDE


def test_line_ends_a_byte_order_mark_and_emoji_do_no_harm() -> None:
    text = '\ufefftitle: "a \\ud83d\\ude00"\r\nthemes:\r\n- {id: a, name: größer 😀}\r\n'
    assert read(text) == Guide("a 😀", themes=(Theme("a", "größer 😀"),))


@pytest.mark.parametrize("key", ["goal", "questions", "interviewer"])
def test_an_empty_field_that_may_be_left_out_counts_as_left_out(key: str) -> None:
    assert read(f"title: t\n{key}:\nthemes: [{{id: a, name: b}}]") == Guide("t", themes=(Theme("a", "b"),))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("", "guide.yaml: the guide is empty", id="empty"),
        pytest.param("# nothing\n", "guide.yaml: the guide is empty", id="comment only"),
        pytest.param("hello", "line 1, must be fields (title, goal,", id="text"),
        pytest.param("- a\n", "line 1, must be fields (title, goal,", id="list"),
        pytest.param("title: t\n", "line 1, there is no question and no theme; add at least one", id="nothing asked"),
        pytest.param(
            "title: t\nquestions: []\nthemes: []", "line 1, there is no question and no theme", id="empty lists"
        ),
        pytest.param("themes: [{id: a, name: b}]", "line 1, title: is missing", id="no title"),
        pytest.param("title: ''\nthemes: [{id: a, name: b}]", "line 1, title: is empty", id="empty title"),
        pytest.param(
            "title: t\nquestons: []", "line 2, unknown field 'questons'; did you mean 'questions'?", id="typo"
        ),
        pytest.param("title: t\nxyz: 1", "line 2, unknown field 'xyz'; the fields here are title, goal,", id="unknown"),
        pytest.param("title: t\n1: 2", "line 2, unknown field '1'", id="number as field"),
        pytest.param("title: t\n? [a]\n: b", "line 2, unknown field ''", id="list as field"),
        pytest.param(
            "title: t\ntitle: u\nthemes: [{id: a, name: b}]", "line 2, the field 'title' stands here twice", id="twice"
        ),
        pytest.param(
            "title: t\nquestions: how?", "line 2, questions: must be a list, not text", id="questions as text"
        ),
        pytest.param(
            "title: t\nquestions:\n- how?",
            "line 3, questions[0]: must be fields (id, text, probes)",
            id="bare question",
        ),
        pytest.param("title: t\nquestions:\n- id: a", "line 3, questions[0].text: is missing", id="no text"),
        pytest.param("title: t\nquestions:\n- text: b", "line 3, questions[0].id: is missing", id="no id"),
        pytest.param(
            "title: t\nthemes:\n- {id: a b, name: n}", "line 3, themes[0].id: the id 'a b' is not allowed", id="bad id"
        ),
        pytest.param(
            "title: t\nthemes:\n- {id: ä, name: n}", "line 3, themes[0].id: the id 'ä' is not allowed", id="umlaut"
        ),
        pytest.param(
            "title: t\nquestions:\n- {id: a, text: b}\nthemes:\n- {id: a, name: b}",
            "line 5, themes[0].id: the id 'a' is already used on line 3",
            id="same id",
        ),
        pytest.param(
            "title: yes\nthemes: [{id: a, name: b}]",
            'line 1, title: must be text, not true or false; put it in quotes: "yes"',
            id="boolean",
        ),
        pytest.param(
            "title: [a]\nthemes: [{id: a, name: b}]", "line 1, title: must be text, not a list", id="list as text"
        ),
        pytest.param(
            "title: t\nthemes:\n- id: a\n  name: n\n  include: {a: b}",
            "line 5, themes[0].include: must be a list, not fields",
            id="include",
        ),
        pytest.param(
            "title: t\nthemes:\n- id: a\n  name: n\n  exclude: [a, '']",
            "line 5, themes[0].exclude[1]: is empty",
            id="empty entry",
        ),
        pytest.param(
            "title: &x t\ngoal: *x", "line 1, column 8: anchors (&) and aliases (*) are not allowed", id="anchor"
        ),
        pytest.param("title: !!python/object/apply:os.system [x]", "line 1, title: must be text, not a list", id="tag"),
        pytest.param(
            "title: !x t\nthemes: [{id: a, name: b}]", "line 1, title: must be text, not a value", id="own tag"
        ),
        pytest.param("title:\n\t- a", "line 2, column 1: a tab at the start of a line; indent with spaces", id="tab"),
        pytest.param("title: [a\nb: c", "line 2, column 2: ", id="broken YAML"),
        pytest.param('{"title": "t",\n"goal": "x"', "line 2, column 12: ", id="truncated JSON"),
        pytest.param("[" * 100_000, "nested deeper than 12 levels", id="deep"),
        pytest.param("title: a\n--- \ntitle: b", "line 2, column 1: ", id="two documents"),
        pytest.param("title: a\0b", "line 1: a character that YAML does not allow", id="NUL"),
        pytest.param(
            "title: t\nthemes: " + str([{"id": f"a{i}", "name": "n"} for i in range(201)]),
            "line 2, themes: has 201 entries, the limit is 200",
            id="many",
        ),
        pytest.param(
            "title: " + "t" * 5001 + "\nthemes: [{id: a, name: b}]",
            "line 1, title: has 5001 characters, the limit is 5000",
            id="long",
        ),
        pytest.param("x" * 300_000, "the guide has 292 kB, the limit is 256 kB", id="large"),
    ],
)
def test_a_fault_is_named_with_line_and_field(text: str, message: str) -> None:
    with pytest.raises(InvalidGuideError, match=re.escape(message)) as caught:
        read(text)
    assert str(caught.value).startswith("guide.yaml")
    assert "\n" not in str(caught.value)


def test_bytes_of_another_encoding_are_refused_with_the_line() -> None:
    with pytest.raises(InvalidGuideError, match=r"guide.yaml, line 2: not UTF-8\. Save the guide as UTF-8\."):
        read_guide(b"title: t\ngoal: \xe4\n", "guide.yaml")


def test_all_faults_of_a_guide_stand_in_one_message() -> None:
    with pytest.raises(InvalidGuideError) as caught:
        read("titel: t\nquestions:\n- id: a\n  txt: b\n- id: a\n  text: c\n")
    assert str(caught.value).splitlines() == [
        "guide.yaml: the guide has 5 faults:",
        "  line 1, title: is missing",
        "  line 1, unknown field 'titel'; did you mean 'title'?",
        "  line 3, questions[0].text: is missing",
        "  line 4, questions[0]: unknown field 'txt'; did you mean 'text'?",
        "  line 5, questions[1].id: the id 'a' is already used on line 3",
    ]


def test_many_faults_are_cut_short() -> None:
    with pytest.raises(InvalidGuideError) as caught:
        read("title: t\nquestions:\n" + "- {}\n" * 50)
    assert str(caught.value).splitlines()[0] == "guide.yaml: the guide has 100 faults:"
    assert str(caught.value).splitlines()[-1] == "  and 80 more"
