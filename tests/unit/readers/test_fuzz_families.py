"""Corpora, captions of broadcasters, tables and Word files, taken apart and put together wrongly: as in `test_fuzz`."""

from xml.sax.saxutils import escape, quoteattr

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.readers.test_fuzz import check
from tests.unit.readers.word_packages import document, word_file

BOUNDED = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)

WHOLE = {
    "talk.ttml": (
        '<tt xmlns="http://www.w3.org/ns/ttml" xmlns:ttm="http://www.w3.org/ns/ttml#metadata" '
        'xmlns:ttp="http://www.w3.org/ns/ttml#parameter" xml:lang="en" ttp:frameRate="25" ttp:tickRate="100" '
        'ttp:frameRateMultiplier="1000 1001"><head><metadata><ttm:agent xml:id="a"><ttm:name>Ann</ttm:name></ttm:agent>'
        '</metadata></head><body ttm:agent="a"><div begin="1s"><p begin="00:00:01.5" end="00:00:03:10">Hello<br/>there'
        '</p><p begin="4.5s" dur="2s" ttm:agent="b"><span begin="4.5s" end="5s">Good</span> <span begin="5s">day</span>'
        "</p><p>No time.</p></div></body></tt>"
    ),
    "talk.eaf": (
        '<ANNOTATION_DOCUMENT><HEADER TIME_UNITS="milliseconds"/><TIME_ORDER><TIME_SLOT TIME_SLOT_ID="t1" '
        'TIME_VALUE="100"/><TIME_SLOT TIME_SLOT_ID="t2" TIME_VALUE="900"/><TIME_SLOT TIME_SLOT_ID="t3"/></TIME_ORDER>'
        '<TIER TIER_ID="Ann" PARTICIPANT="Ann Lee" LANG_REF="eng"><ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a1" '
        'TIME_SLOT_REF1="t1" TIME_SLOT_REF2="t2"><ANNOTATION_VALUE>Hello there.</ANNOTATION_VALUE>'
        '</ALIGNABLE_ANNOTATION></ANNOTATION></TIER><TIER TIER_ID="words" PARENT_REF="Ann"><ANNOTATION>'
        '<REF_ANNOTATION ANNOTATION_ID="a2" ANNOTATION_REF="a1"><ANNOTATION_VALUE>Hello</ANNOTATION_VALUE>'
        "</REF_ANNOTATION></ANNOTATION></TIER></ANNOTATION_DOCUMENT>"
    ),
    "talk.xml": (
        '<TEI xml:lang="en"><teiHeader><person xml:id="A"><persName>Ann</persName></person></teiHeader><text><timeline '
        'unit="ms" origin="#T0"><when xml:id="T0" absolute="00:00:00"/><when xml:id="T1" interval="1.5" since="#T0"/>'
        '</timeline><body><div><u who="#A" start="#T0" end="#T1">So <vocal><desc>laughs</desc></vocal> it <w>is</w>'
        '<pc join="left">.</pc><note>a note</note></u><sp><speaker>Ben:</speaker><p>Yes.</p></sp></div></body></text>'
        "</TEI>"
    ),
    "talk.TextGrid": (
        'File type = "ooTextFile"\nObject class = "TextGrid"\n\nxmin = 0\nxmax = 2.5\ntiers? <exists>\nsize = 2\n'
        'item []:\n    item [1]:\n        class = "IntervalTier"\n        name = "Ann"\n        xmin = 0\n'
        "        xmax = 2.5\n        intervals: size = 2\n        intervals [1]:\n            xmin = 0\n"
        '            xmax = 1\n            text = "Hello ""there""."\n        intervals [2]:\n            xmin = 1\n'
        '            xmax = 2.5\n            text = ""\n    item [2]:\n        class = "IntervalTier"\n'
        '        name = "Ann - words"\n        xmin = 0\n        xmax = 2.5\n        intervals: size = 1\n'
        '        intervals [1]:\n            xmin = 0.1\n            xmax = 0.6\n            text = "hello"\n'
    ),
    "talk.cha": (
        "@UTF8\n@Begin\n@Languages:\teng\n@Participants:\tMOT Mother\n*MOT:\tso [/] (be)cause <it is> [= x] "
        "&=laughs +... \x15100_900\x15\n%mor:\tadv|so\n%wor:\tso \x15100_200\x15 because \x15200_300\x15\n"
        "*CHI:\txxx 0is a@l ‡ you &-um +/.\n"
        "\tgoes on . 1000_2000\n@End\n"
    ),
    "talk.csv": (
        'timestamp,speaker,words,tags\n0:01,Ann,"Hello, ""you"" there.",x\n,Ben,&quot;So&quot;,\n1:02:03 later,,Yes.,\n'
    ),
    "talk.tsv": "start\tend\ttext\n0\t900\tHello\n900\t2000\tthere\n",
    "talk.html": (
        '<!DOCTYPE html><html><head><title>t</title></head><body><p>Title</p><p><a name="ts_0_900_S01">S01: '
        '[00:00:01] Hello (..)</a><br/>\n<a name="ts_900_2000_S02">//S02: so&amp;so//</a></p></body></html>'
    ),
    "talk.srt": "1\n00:00:01,000 --> 00:00:02,000\nAnn: Hello.\n\n2\n00:00:03,000 -->\nBen: Yes.\n",
}
PIECES = st.sampled_from(
    [
        *(
            "<",
            ">",
            "/>",
            "</",
            "<!--",
            "-->",
            "<![CDATA[",
            "]]>",
            "<?x?>",
            "&amp;",
            "&#0;",
            "&#x110000;",
            "&nbsp;",
            '"',
            "'",
        ),
        *(
            "<p>",
            "</p>",
            "<u>",
            "<w>",
            "<br/>",
            '<p begin="1s">',
            ' begin="-1s"',
            ' end="9e9"',
            ' dur="1h"',
            ' xmlns=""',
        ),
        *("<TIER>", "ANNOTATION", 'TIME_VALUE="-5"', 'TIME_VALUE="²"', 'ANNOTATION_REF="a2"', 'PARENT_REF="words"'),
        *('who="#A #B"', 'interval="nan"', 'interval="1e308"', 'frameRate="0"', 'tickRate="0"', "<speaker>", "<note>"),
        *("IntervalTier", "TextTier", '""', "1e99", "-1", "0.5", "999999999999999", "intervals", "size = 5\n", "\n"),
        *("*MOT:\t", "%wor:\t", "@End\n", "\x15", "1_2", "9_1", "[", "]", "(", "&=", "&*", "+", "\t", "xxx", "@s:spa"),
        *(
            ",",
            ";",
            '"\n',
            "=1+1",
            "-1:00",
            "99:99:99",
            '<a name="ts_9_1_X">',
            "</a>",
            "//",
            ":",
            "\x00",
            "\x1b[1m",
            "\r",
        ),
        *("\u202e", "\ufeff", "İ", "ß", "👩\u200d👧", "\ud7ff", "\x85", "\u2028", "²", "٣", "Ann", "hello there. "),
    ]
)


def _mutate(data: st.DataObject, text: str, most: int = 4) -> str:
    for _ in range(data.draw(st.integers(1, most))):
        at = data.draw(st.integers(0, len(text)))
        gone = data.draw(st.sampled_from([0, 0, 1, 5, 40]))
        again = text[at : at + data.draw(st.sampled_from([0, 0, 0, 5, 80]))]
        piece = again or data.draw(PIECES)
        text = text[:at] + piece + text[at + gone :]
    return text


@BOUNDED
@given(st.data(), st.sampled_from(sorted(WHOLE)))
def test_any_damage_to_a_file_of_any_family(data: st.DataObject, name: str) -> None:
    check(_mutate(data, WHOLE[name]).encode("utf-8", "replace"), name)


@BOUNDED
@given(st.lists(PIECES | st.sampled_from(sorted(text[:80] for text in WHOLE.values())), max_size=25), st.data())
def test_any_pieces_of_any_family(pieces: list[str], data: st.DataObject) -> None:
    check("".join(pieces).encode(), data.draw(st.sampled_from([*sorted(WHOLE), "talk.txt", "talk"])))


TIMES = st.sampled_from(
    [
        "1s",
        "-1s",
        "0",
        "00:00:01.5",
        "00:00:01:99",
        "9999999999h",
        "5f",
        "7t",
        "",
        "x",
        "1e5",
        "99999999999999:00",
        "#T1",
        "²",
    ]
)
IDS = st.sampled_from(["A", "#A", "#A #B", "", "T0", "T1", "a1", "a2", "words", "\u202e", " "])
ATTRIBUTES = st.dictionaries(
    st.sampled_from(
        [
            *(
                "begin",
                "end",
                "dur",
                "start",
                "who",
                "xml:id",
                "xml:lang",
                "unit",
                "interval",
                "since",
                "absolute",
                "agent",
            ),
            *("TIER_ID", "PARENT_REF", "PARTICIPANT", "TIME_SLOT_ID", "TIME_VALUE", "TIME_SLOT_REF1", "TIME_SLOT_REF2"),
            *("ANNOTATION_ID", "ANNOTATION_REF", "frameRate", "frameRateMultiplier", "tickRate", "join", "TIME_UNITS"),
        ]
    ),
    TIMES | IDS | st.text("ab1 #:.-", max_size=6),
    max_size=3,
)
NAMES = st.sampled_from(
    [
        *(
            "head",
            "body",
            "div",
            "p",
            "span",
            "br",
            "metadata",
            "agent",
            "name",
            "text",
            "u",
            "sp",
            "seg",
            "w",
            "pc",
            "note",
        ),
        *("speaker", "vocal", "desc", "timeline", "when", "person", "persName", "teiHeader", "HEADER", "TIME_ORDER"),
        *("TIME_SLOT", "TIER", "ANNOTATION", "ALIGNABLE_ANNOTATION", "REF_ANNOTATION", "ANNOTATION_VALUE"),
    ]
)
TEXTS = st.sampled_from(["", " ", "hello", "So it is. ", "a\u200bb", "\n  ", "12", "é", "[x]"])


def _element(name: str, attributes: dict[str, str], text: str, inner: list[str], tail: str) -> str:
    written = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items())
    return f"<{name}{written}>{escape(text)}{''.join(inner)}</{name}>{escape(tail)}"


TREES = st.recursive(
    st.builds(_element, NAMES, ATTRIBUTES, TEXTS, st.just([]), TEXTS),
    lambda inner: st.builds(_element, NAMES, ATTRIBUTES, TEXTS, st.lists(inner, max_size=4), TEXTS),
    max_leaves=12,
)


@BOUNDED
@given(
    st.sampled_from(["tt", "TEI", "ANNOTATION_DOCUMENT"]),
    ATTRIBUTES,
    st.lists(TREES, min_size=1, max_size=4),
    st.data(),
)
def test_any_tree_under_a_known_root(
    root: str, attributes: dict[str, str], inner: list[str], data: st.DataObject
) -> None:
    around = {"tt": "<body>{}</body>", "TEI": "<text>{}</text>", "ANNOTATION_DOCUMENT": "{}"}[root]
    check(_element(root, attributes, "", [around.format("".join(inner))], "").encode(), "talk.xml")


WORD_NAMES = st.sampled_from(
    [
        *(
            "p",
            "r",
            "t",
            "tab",
            "br",
            "cr",
            "tbl",
            "tr",
            "tc",
            "del",
            "ins",
            "moveFrom",
            "delText",
            "txbxContent",
            "pict",
        ),
        *("footnoteReference", "commentReference", "noBreakHyphen", "hyperlink", "sdt", "sdtContent", "smartTag", "rt"),
    ]
)
WORD_TEXTS = st.sampled_from(
    [
        "",
        " ",
        "Ann: ",
        "Ben:",
        "hello",
        "0:05",
        "Ann   0:05",
        "00:00:01.000 --> 00:00:02.000",
        "WEBVTT",
        "1",
        "Transcript",
    ]
)
WORD_TREES = st.recursive(
    st.builds(lambda name, text: f"<w:{name}>{escape(text)}</w:{name}>", WORD_NAMES, WORD_TEXTS)
    | WORD_TEXTS.map(lambda text: f"<w:p><w:r><w:t>{escape(text)}</w:t></w:r></w:p>"),
    lambda inner: st.builds(
        lambda name, parts: f"<w:{name}>{''.join(parts)}</w:{name}>", WORD_NAMES, st.lists(inner, max_size=5)
    ),
    max_leaves=16,
)


@BOUNDED
@given(st.lists(WORD_TREES, max_size=6))
def test_any_tree_in_a_word_file(parts: list[str]) -> None:
    check(word_file("".join(parts)), "talk.docx")


@BOUNDED
@given(st.data())
def test_any_damage_to_a_word_file(data: st.DataObject) -> None:
    if data.draw(st.booleans()):
        check(word_file(xml=_mutate(data, document("<w:p><w:r><w:t>Ann: Hi.</w:t></w:r></w:p>" * 3))), "talk.docx")
        return
    raw = word_file()
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(raw)))
        raw = raw[:at] + data.draw(st.binary(max_size=4)) + raw[at + data.draw(st.integers(0, 9)) :]
    check(raw, "talk.docx")


@BOUNDED
@given(st.lists(st.lists(TIMES | TEXTS | PIECES, max_size=5), max_size=6), st.sampled_from(",;\t"), st.data())
def test_any_rows_under_known_headings(rows: list[list[str]], delimiter: str, data: st.DataObject) -> None:
    headings = data.draw(st.permutations(["start", "end", "speaker", "text", "start", "note"]))
    lines = [delimiter.join(headings), *(delimiter.join(row) for row in rows)]
    check("\n".join(lines).encode(), "talk.csv")
