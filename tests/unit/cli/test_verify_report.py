import re

from notes_pipeline.cli.results import CheckedClaim
from notes_pipeline.cli.verify_report import html_report, summary
from notes_pipeline.core.notes import DiffKind, DiffPart, Evidence, Quote, Reason, Verdict

ALTERED = CheckedClaim(
    "1",
    7,
    "She <b>signed</b> it.",
    Evidence(
        Quote("I <script>alert(1)</script> signed"),
        Verdict.ALTERED,
        0.8,
        (Reason.NEGATION, Reason.SPEAKER),
        speaker="Ann & Co",
        start_ms=61_000,
        diff=(
            DiffPart(DiffKind.EQUAL, "I"),
            DiffPart(DiffKind.SAID, "never"),
            DiffPart(DiffKind.CLAIMED, "<script>alert(1)</script>"),
            DiffPart(DiffKind.EQUAL, "{{ signed }}"),
        ),
    ),
)
VERBATIM = CheckedClaim("2", 9, "", Evidence(Quote("We baked"), Verdict.VERBATIM, 1.0))


def test_a_page_shows_verdict_reasons_diff_place_and_escapes_all_of_it() -> None:
    page = html_report([ALTERED, VERBATIM], "<notes>.md", "talk.vtt")
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "She &lt;b&gt;signed&lt;/b&gt; it." in page
    assert "<ins>[never]</ins>" in page
    assert "{{ signed }}" in page
    assert "a negation was put in or left out; somebody else said it" in page
    assert "Ann &amp; Co 1:01 · line 7" in re.sub(r"\s+", " ", page)
    assert "We baked" in page
    assert "http" not in page


def test_the_sum_names_each_verdict_that_occurs() -> None:
    assert summary([ALTERED, VERBATIM]) == "2 quotes: 1 word for word, 1 altered"
    assert summary([]) == "no quotes found"
