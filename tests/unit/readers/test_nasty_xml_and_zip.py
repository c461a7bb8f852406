"""Word files and XML that are damaged, or built to hurt who opens them."""

import re
import resource
import subprocess
import sys
import time
import zipfile

import pytest

from notes_pipeline.core.errors import UnreadableTranscriptError
from notes_pipeline.readers import read_transcript
from notes_pipeline.readers.limits import MAX_MARKS
from tests.unit.readers.word_packages import TALK, document, paragraph, promise_size, word_file

ENTITIES = "".join(f'<!ENTITY b{level} "{f"&b{level - 1};" * 10}">' for level in range(1, 9))
BOMB = f'<!DOCTYPE d [<!ENTITY b0 "aaaaaaaaaa">{ENTITIES}]>'
FROM_DISK = '<!DOCTYPE d [<!ENTITY b8 SYSTEM "file:///etc/hostname">]>'
FROM_THE_NET = '<!DOCTYPE d SYSTEM "http://127.0.0.1:9/d.dtd" [<!ENTITY b8 SYSTEM "http://127.0.0.1:9/x">]>'
TTML = "<tt><body><div>{}</div></body></tt>"


def refused(data: bytes, name: str) -> str:
    with pytest.raises(UnreadableTranscriptError) as caught:
        read_transcript(data, name)
    message = str(caught.value)
    assert message.startswith(f"{name}: ")
    assert message.endswith(".")
    assert message.isprintable()
    return message


def test_a_zip_bomb_is_refused_by_its_directory() -> None:
    data = word_file(paragraph("a" * 100_000_000))
    assert len(data) < 1_000_000
    assert "expands to 95 MB in 3 parts, the limit is 60 MB" in refused(data, "talk.docx")


def test_a_zip_bomb_that_promises_to_be_small_unpacks_no_more_than_it_promised() -> None:
    data = promise_size(word_file(paragraph("a" * 150_000_000)), "word/document.xml", 1000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert "the Word file is damaged" in refused(data, "talk.docx")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # kilobytes


def test_a_zip_inside_a_word_file_is_not_opened() -> None:
    transcript = read_transcript(word_file(others={"word/embeddings/more.zip": word_file()}), "talk.docx")
    assert transcript.speakers == ("Ann", "Ben")


def test_an_archive_of_a_word_file_is_refused_as_an_archive() -> None:
    packed = word_file(xml="").replace(b"[Content_Types].xml", b"talks/of/talks.docx").replace(b"word/", b"wird/")
    assert "this is a zip archive" in refused(packed, "talk.zip")


def test_a_word_file_of_thousands_of_parts_is_refused_within_seconds() -> None:
    data = word_file(others={f"word/p{number}": "" for number in range(6_000)})
    started = time.monotonic()
    assert "in 6003 parts, the limit is 60 MB in 5000" in refused(data, "talk.docx")
    assert time.monotonic() - started < 20


def test_a_word_file_whose_tree_would_fill_the_memory_is_refused() -> None:
    assert "holds 1,100,012 tags, the limit is 1,000,000" in refused(word_file("<w:p/>" * 1_100_000), "talk.docx")


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(word_file(xml=""), id="empty document"),
        pytest.param(word_file(xml=document(TALK)[:200]), id="document cut off"),
        pytest.param(word_file(xml="<a/>"), id="another document"),
        pytest.param(word_file().replace(b"word/document.xml", b"word/documemt.xml"), id="document missing"),
        pytest.param(word_file().replace(b"word/", b"wird/"), id="nothing of Word in it"),
        pytest.param(word_file()[:400], id="file cut off"),
        pytest.param(word_file()[:-30], id="directory cut off"),
        pytest.param(word_file(compression=zipfile.ZIP_STORED).replace(b"Hello", b"Jello"), id="wrong checksum"),
        pytest.param(word_file(compression=zipfile.ZIP_BZIP2), id="compressed as no Word does"),
        pytest.param(word_file(others={"../../x": "x"}), id="a path out of the archive"),
        pytest.param(word_file(others={"/tmp/x": "x"}), id="a path from the root"),  # noqa: S108 - never written
    ],
)
def test_a_damaged_word_file_is_refused(data: bytes) -> None:
    message = refused(data, "talk.docx")
    assert message == "talk.docx: the Word file is damaged. Open it in Word and save it again as .docx, or as .txt."


def test_a_word_file_with_macros_is_refused() -> None:
    assert "holds macros" in refused(word_file(others={"word/vbaProject.bin": b"x"}), "talk.docm")


def test_speech_in_a_table_is_read_in_order_and_deleted_speech_is_not() -> None:
    table = "".join(f"<w:tr><w:tc>{paragraph(text)}</w:tc></w:tr>" for text in ("Ben: Two.", "Ann: Three."))
    deleted = "<w:p><w:r><w:t>Ben: Four.</w:t></w:r><w:del><w:r><w:delText> Not this.</w:delText></w:r></w:del></w:p>"
    box = f"<w:p><w:r><w:pict><w:txbxContent>{paragraph('A box.')}</w:txbxContent></w:pict></w:r></w:p>"
    note = '<w:p><w:r><w:t>Ann: Five.</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r></w:p>'
    body = paragraph("Ann: One.") + f"<w:tbl>{table}</w:tbl>" + deleted + box + note
    transcript = read_transcript(word_file(body), "talk.docx")
    assert transcript.text == "One. Two. Three. Four. Five."
    for kind in ("text boxes set aside", "deleted with tracked changes", "footnotes set aside"):
        assert any(kind in warning for warning in transcript.warnings)


@pytest.mark.parametrize(
    "doctype", [BOMB, FROM_DISK, FROM_THE_NET], ids=["bomb", "file of the disk", "file of the net"]
)
@pytest.mark.parametrize(
    ("name", "xml"),
    [
        ("talk.ttml", '<tt><body><p begin="0s">&b8;</p></body></tt>'),
        ("talk.eaf", "<ANNOTATION_DOCUMENT><TIER>&b8;</TIER></ANNOTATION_DOCUMENT>"),
        ("talk.xml", "<TEI><text><u>&b8;</u></text></TEI>"),
    ],
)
def test_xml_with_a_dtd_is_refused_at_once(name: str, xml: str, doctype: str) -> None:
    started = time.monotonic()
    assert "it has a DTD (<!DOCTYPE …>). Take it out" in refused((doctype + xml).encode(), name)
    assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    "doctype", [BOMB, FROM_DISK, FROM_THE_NET], ids=["bomb", "file of the disk", "file of the net"]
)
def test_a_word_file_with_a_dtd_is_refused_at_once(doctype: str) -> None:
    started = time.monotonic()
    message = refused(word_file(xml=document(paragraph("Ann: &b8;"), doctype)), "talk.docx")
    assert re.search(r"holds a DTD|is damaged", message)
    assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    ("data", "name", "message"),
    [
        pytest.param(
            TTML.format("<div>" * 100_000 + "</div>" * 100_000).encode(), "talk.ttml", "nested too deep", id="XML"
        ),
        pytest.param(word_file("<w:p>" * 100_000 + "</w:p>" * 100_000), "talk.docx", "nested too deep", id="Word"),
        pytest.param(
            TTML.format(f'<p begin="0s" x="{"a" * 10_000_000}">Hi.</p>').encode(),
            "talk.ttml",
            "an attribute of over 100,000 characters",
            id="attribute",
        ),
        pytest.param(
            word_file(TALK + f'<w:p x="{"a" * 10_000_001}"/>'), "talk.docx", "is damaged", id="attribute in Word"
        ),
        pytest.param(TTML.format("<a/>" * 1_600_000).encode(), "talk.ttml", "1,600,006 tags", id="elements"),
    ],
)
def test_absurd_xml_is_refused(data: bytes, name: str, message: str) -> None:
    started = time.monotonic()
    assert message in refused(data, name)
    assert time.monotonic() - started < 20


ANNOTATION = (
    '<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="{}"><ANNOTATION_VALUE>{}</ANNOTATION_VALUE>'
    "</ALIGNABLE_ANNOTATION></ANNOTATION>"
)


def _tier(attributes: str, text: str) -> str:
    return f'<TIER TIER_ID="A" {attributes}>{ANNOTATION.format(text, text)}</TIER>'


def _praat(name: str) -> str:
    return f'"IntervalTier"\n"{name}"\n0\n1\n1\n0\n1\n"Hello"\n'


@pytest.mark.parametrize(
    ("data", "name"),
    [
        pytest.param(
            "<ANNOTATION_DOCUMENT>"
            + (_tier("", "1") + _tier('PARENT_REF="A"', "2")) * 8_000
            + _tier("", "So it is.")
            + "</ANNOTATION_DOCUMENT>",
            "talk.eaf",
            id="tiers of one name",
        ),
        pytest.param(
            'File type = "ooTextFile"\n"TextGrid"\n0\n1\n<exists>\n15001\n' + _praat("phones") + _praat("Ann") * 15_000,
            "talk.TextGrid",
            id="tiers of Praat",
        ),
        pytest.param(
            TTML.format("<p>" * 80 + "So it is. " * 100_000 + "</p>" * 80), "talk.ttml", id="paragraphs in paragraphs"
        ),
        pytest.param(
            f'<tt xmlns:m="m"><body m:agent="{"a " * 45_000}">{"<p>Hi.</p>" * 10_000}</body></tt>',
            "talk.ttml",
            id="agents of all",
        ),
        pytest.param(
            f'<TEI><text><div who="{"#a " * 30_000}">{"<u>Hi.</u>" * 8_000}</div></text></TEI>',
            "talk.xml",
            id="speakers of all",
        ),
        pytest.param(
            f"<TEI><text><u>Hi. {'<note>' * 90}{'a b ' * 500_000}{'</note>' * 90}</u></text></TEI>",
            "talk.xml",
            id="notes in notes",
        ),
    ],
)
def test_no_repetition_makes_a_reader_of_trees_slow(data: str, name: str) -> None:
    started = time.monotonic()
    transcript = read_transcript(data.encode(), name)
    assert len(transcript.text) < len(data)
    assert time.monotonic() - started < 20


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(paragraph(" " * 300_000 + "Ann"), id="spaces before a heading"),
        pytest.param(paragraph("Ann" + " " * 300_000 + "said"), id="spaces in a heading"),
        pytest.param(
            "<w:p><w:r><w:t>Ann   0:05</w:t><w:br/><w:t>Hi.</w:t></w:r></w:p>" + paragraph("so on " * 20) * 8_000,
            id="paragraphs without a heading",
        ),
    ],
)
def test_no_repetition_makes_the_reader_of_word_files_slow(body: str) -> None:
    started = time.monotonic()
    assert read_transcript(word_file(body), "talk.docx").text
    assert time.monotonic() - started < 20


def test_the_largest_tree_that_is_read_stays_under_a_gigabyte() -> None:
    paragraphs = 30_000
    program = (
        "import resource\n"
        "from notes_pipeline.readers import read_transcript\n"
        "def used(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "before = used()\n"
        f"data = ('<tt><body>' + '<p begin=\"1s\">Hi.</p>' * {paragraphs} + '</body></tt>').encode()\n"
        "print(len(read_transcript(data, 'a.ttml').utterances), used() - before)\n"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    utterances, kilobytes = map(int, run.stdout.split())
    assert utterances == paragraphs
    assert kilobytes * MAX_MARKS / (3 * paragraphs) < 1_000_000
