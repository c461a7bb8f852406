"""TTML, ELAN, Praat, CHAT, TEI, tables, noScribe: what the tools of each write beside the plain case."""

import pytest

from notes_pipeline.core.transcript import Transcript
from notes_pipeline.readers import read_transcript

Found = list[tuple[str | None, int | None, int | None, str]]


def read(text: str, ending: str) -> Transcript:
    return read_transcript(text.encode(), f"talk.{ending}")


def found(transcript: Transcript) -> Found:
    return [(one.speaker, one.start_ms, one.end_ms, one.text) for one in transcript.utterances]


def times(transcript: Transcript) -> list[tuple[int | None, int | None]]:
    return [(one.start_ms, one.end_ms) for one in transcript.utterances]


def ttml(body: str, attributes: str = "") -> Transcript:
    spaces = 'xmlns="http://www.w3.org/ns/ttml" xmlns:ttp="http://www.w3.org/ns/ttml#parameter"'
    return read(f"<tt {spaces} {attributes}><head/><body><div>{body}</div></body></tt>", "ttml")


@pytest.mark.parametrize(
    ("written", "attributes", "expected"),
    [
        ('begin="00:00:01:05" end="00:00:02:10"', 'ttp:frameRate="25"', (1200, 2400)),
        ('begin="50f" dur="25f"', 'ttp:frameRate="25"', (2000, 3000)),
        ('begin="10000000t" end="20000000t"', 'ttp:tickRate="10000000"', (1000, 2000)),
        (
            'begin="00:00:10;15" end="00:00:11;00"',
            'ttp:frameRate="30" ttp:frameRateMultiplier="1000 1001"',
            (10500, 11000),
        ),
        ('begin="5s" end="6500ms"', "", (5000, 6500)),
        ('begin="0.5m" end="0.01h"', "", (30000, 36000)),
        ('begin="19.764" end="1:02.5"', "", (19764, 62500)),
        ('begin="00:00:03.5"', "", (3500, None)),
    ],
)
def test_times_of_ttml(written: str, attributes: str, expected: tuple[int, int | None]) -> None:
    assert times(ttml(f"<p {written}>One</p>", attributes)) == [expected]


def test_times_of_ttml_count_from_those_around() -> None:
    text = (
        '<tt xmlns="http://www.w3.org/ns/ttml"><body begin="10s"><div begin="5s"><p begin="1s" end="2s">One</p>'
        '<p begin="3s" end="4s">Two</p></div></body></tt>'
    )
    assert times(read(text, "xml")) == [(16000, 17000), (18000, 19000)]


def test_dfxp_with_prefixes_and_line_breaks() -> None:
    text = (
        '<?xml version="1.0"?><x:tt xmlns:x="http://www.w3.org/2006/10/ttaf1"><x:body><x:div>'
        '<x:p begin="00:00:01.00" end="00:00:02.00"><x:span>Two<x:br/>lines</x:span></x:p></x:div></x:body></x:tt>'
    )
    assert found(read(text, "dfxp")) == [(None, 1000, 2000, "Two lines")]


def elan(slots: list[int | None], *tiers: str) -> Transcript:
    times = "".join(
        f'<TIME_SLOT TIME_SLOT_ID="ts{at}"' + ("" if value is None else f' TIME_VALUE="{value}"') + "/>"
        for at, value in enumerate(slots)
    )
    return read(
        f'<ANNOTATION_DOCUMENT><HEADER TIME_UNITS="milliseconds"/><TIME_ORDER>{times}</TIME_ORDER>{"".join(tiers)}'
        "</ANNOTATION_DOCUMENT>",
        "eaf",
    )


def aligned(id_: str, start: int, end: int, text: str) -> str:
    return (
        f'<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="{id_}" TIME_SLOT_REF1="ts{start}" TIME_SLOT_REF2="ts{end}">'
        f"<ANNOTATION_VALUE>{text}</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION>"
    )


def referring(to: str, text: str) -> str:
    return (
        f'<ANNOTATION><REF_ANNOTATION ANNOTATION_ID="r{to}{text[:2]}" ANNOTATION_REF="{to}"><ANNOTATION_VALUE>{text}'
        "</ANNOTATION_VALUE></REF_ANNOTATION></ANNOTATION>"
    )


def test_elan_speakers_overlap_and_borders_may_have_no_time() -> None:
    transcript = elan(
        [0, 1000, 500, 1500, None, 2000],
        f'<TIER TIER_ID="A" PARTICIPANT="Ann">{aligned("a1", 0, 1, "Hello there")}'
        f"{aligned('a3', 5, 4, 'open end')}</TIER>",
        f'<TIER TIER_ID="B">{aligned("a2", 2, 3, "Me too")}</TIER>',
        f'<TIER TIER_ID="A-gloss" PARENT_REF="A">{referring("a1", "GREETING")}</TIER>',
    )
    assert found(transcript) == [
        ("Ann", 0, 1000, "Hello there"),
        ("B", 500, 1500, "Me too"),
        ("Ann", 2000, None, "open end"),
    ]
    assert "tier A-gloss" in transcript.warnings[0]


def test_elan_tiers_of_numbers_have_their_speech_below() -> None:
    transcript = elan(
        [0, 1000, 1000, 2000],
        f'<TIER TIER_ID="ref@Ann" PARTICIPANT="Ann">{aligned("a1", 0, 1, "utt_001")}'
        f"{aligned('a2', 2, 3, 'utt_002')}</TIER>",
        f'<TIER TIER_ID="tx@Ann" PARTICIPANT="Ann" PARENT_REF="ref@Ann">{referring("a1", "Hello there")}'
        f"{referring('a2', 'Good bye')}</TIER>",
        f'<TIER TIER_ID="ft@Ann" PARTICIPANT="Ann" PARENT_REF="ref@Ann">{referring("a1", "Guten Tag")}</TIER>',
    )
    assert found(transcript) == [("Ann", 0, 1000, "Hello there"), ("Ann", 1000, 2000, "Good bye")]


def textgrid(*tiers: tuple[str, list[tuple[float, float, str]]]) -> Transcript:
    lines = ['File type = "ooTextFile"', 'Object class = "TextGrid"', "", "0", "9", "<exists>", str(len(tiers))]
    for name, intervals in tiers:
        lines += ['"IntervalTier"', f'"{name}"', "0", "9", str(len(intervals))]
        lines += [str(each) for start, end, text in intervals for each in (start, end, f'"{text}"')]
    return read("\n".join(lines), "TextGrid")


def test_praat_doubled_quotes_tiny_overlaps_and_silences() -> None:
    transcript = textgrid(
        ("Ann", [(0, 1.0000001, 'He said ""hello"".'), (1, 2, ""), (2, 3, "Bye.")]),
        ("Ben", [(0.5, 1.5, "Hm."), (1.5, 9, "")]),
    )
    assert found(transcript) == [
        ("Ann", 0, 1000, 'He said "hello".'),
        ("Ben", 500, 1500, "Hm."),
        ("Ann", 2000, 3000, "Bye."),
    ]


def test_praat_words_give_the_speech_its_times() -> None:
    transcript = textgrid(
        ("Ann", [(0, 2, "Good day.")]), ("Ann - words", [(0, 0.8, "good"), (0.8, 1, "<eps>"), (1, 2, "day")])
    )
    (one,) = transcript.utterances
    assert [(one.text[w.span.start : w.span.end], w.start_ms, w.end_ms) for w in one.words] == [
        ("Good", 0, 800),
        ("day", 1000, 2000),
    ]


def test_praat_words_that_are_not_those_of_the_speech_are_not_said_twice() -> None:
    transcript = textgrid(
        ("Ann", [(0, 2, "Good day, 12 of them.")]), ("Ann - words", [(0, 0.8, "good"), (1, 2, "twelve")])
    )
    assert found(transcript) == [("Ann", 0, 2000, "Good day, 12 of them.")]
    assert transcript.warnings == (
        "tiers of words that are not those of the speech, set aside: 1, first at tier Ann - words",
    )


def test_praat_words_alone_are_joined_where_nobody_pauses() -> None:
    transcript = textgrid(("words", [(0, 0.5, "good"), (0.5, 1, "day"), (1, 2, "sil"), (2, 3, "bye")]))
    assert found(transcript) == [(None, 0, 1000, "good day"), (None, 2000, 3000, "bye")]


def chat(*lines: str) -> Transcript:
    return read(
        "\n".join(["@UTF8", "@Begin", "@Participants:\tINV Ann Investigator, PAR Ben Participant", *lines, "@End"]),
        "cha",
    )


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("so &-um what <did you> [/] did you see ?", "so um what did you did you see?"),
        ("I saw a dog [: cat] [* s:r] +...", "I saw a dog..."),
        ("xxx (be)cause &=laughs it was runnin(g) .", "xxx because [laughs] it was running."),
        ("+< mhm .", "mhm."),
        ("&+ba ball [!] , please [=! whispers] .", "ba ball, please [whispers]."),
        ("uno@s:spa (.) dos (2.5) .", "uno (.) dos (2.5)."),
        ("he 0is gone_away .", "he gone away."),
    ],
)
def test_codes_of_chat_are_read_for_what_was_said(line: str, said: str) -> None:
    assert [one.text for one in chat(f"*INV:\t{line}").utterances] == [said]


def test_chat_lines_go_on_and_times_stand_in_bullets_or_sound_lines() -> None:
    transcript = chat(
        "*INV:\tso what",
        "\tdid you see ? \x150_1500\x15",
        "%mor:\tadv|so",
        "*PAR:\ta dog .",
        '%snd:\t"talk.wav"_1500_3000',
        "*PAR:\ta cat . 3000_4000",
    )
    assert found(transcript) == [
        ("INV", 0, 1500, "so what did you see?"),
        ("PAR", 1500, 3000, "a dog."),
        ("PAR", 3000, 4000, "a cat."),
    ]


def tei(body: str, header: str = "", timeline: str = "") -> Transcript:
    return read(
        f'<TEI xmlns="http://www.tei-c.org/ns/1.0"><teiHeader>{header}</teiHeader><text>{timeline}<body>{body}</body>'
        "</text></TEI>",
        "xml",
    )


def test_tei_keeps_what_was_said_and_heard() -> None:
    transcript = tei(
        '<u who="#A"><seg>Hello <vocal><desc>laughs</desc></vocal> there <pause/> you <unclear>man</unclear> '
        '<gap reason="inaudible"/> <choice><sic>wos</sic><corr>was</corr></choice> <del>no</del> yes</seg></u>'
        '<head>Part 2</head><u who="#B"><w>Good</w> <w>day</w><pc>.</pc><note>smiling</note></u>'
    )
    assert found(transcript) == [
        ("A", None, None, "Hello [laughs] there [pause] you man [inaudible] wos no yes"),
        ("B", None, None, "Good day."),
    ]
    assert transcript.warnings[:2] == (
        "notes, headings and events between utterances set aside",
        "notes set aside: 1, first at utterance 2: smiling",
    )


def test_tei_names_persons_and_counts_intervals() -> None:
    transcript = tei(
        '<u who="#A" start="#T0" end="#T1">Hello.</u><u who="#A #B" start="#T1" end="#T2">Hi.</u>',
        '<particDesc><person xml:id="A"><persName><forename>Ann</forename> <surname>Lee</surname></persName></person>'
        '<person xml:id="B"><persName>Ben</persName></person></particDesc>',
        '<timeline unit="s"><when xml:id="T0"/><when xml:id="T1" interval="1.5" since="#T0"/>'
        '<when xml:id="T2" interval="3" since="#T0"/></timeline>',
    )
    assert found(transcript) == [("Ann Lee", 0, 1500, "Hello."), ("Ann Lee, Ben", 1500, 3000, "Hi.")]


def test_tei_plays_name_their_speakers_in_the_text() -> None:
    transcript = tei("<sp><speaker>ANN:</speaker><p>Hello <stage>waves</stage> there.</p><p>Again.</p></sp>")
    assert found(transcript) == [("ANN", None, None, "Hello there. Again.")]


@pytest.mark.parametrize(
    ("text", "ending", "expected"),
    [
        pytest.param(
            '\ufeffSpeaker;Start (s);End (s);Transcript\nAnn;0,5;1,5;"Hello; ""there""\nyou"\n'
            'Ben;1.5;2,5;"A &amp; b"\n',
            "csv",
            [("Ann", 500, 1500, 'Hello; "there" you'), ("Ben", 1500, 2500, "A & b")],
            id="semicolons, a byte order mark, quotes, a line break",
        ),
        pytest.param(
            "start\tend\ttext\n0\t1500\tHello there\n1500\t3000\tBye\n",
            "tsv",
            [(None, 0, 1500, "Hello there"), (None, 1500, 3000, "Bye")],
            id="Whisper's milliseconds",
        ),
        pytest.param(
            "timestamp,speaker,words,tags\n0:00:05,DB:,Hello there,x\n,,and more,\n0:07 (laughs),JS:,Hi,\n",
            "csv",
            [("DB", 5000, None, "Hello there"), ("DB", None, None, "and more"), ("JS", 7000, None, "Hi")],
            id="an oral history",
        ),
        pytest.param(
            "Timespan,Content,Speaker\n0:00.0 - 0:12.5,Hello,Ann\n",
            "csv",
            [("Ann", 0, 12500, "Hello")],
            id="NVivo",
        ),
        pytest.param(
            "Zeit;Sprecher;Inhalt\n00:01;Ann;Guten Tag\n", "csv", [("Ann", 1000, None, "Guten Tag")], id="German"
        ),
    ],
)
def test_tables(text: str, ending: str, expected: Found) -> None:
    assert found(read(text, ending)) == expected


def test_noscribe_gives_names_that_people_wrote_and_keeps_overlaps() -> None:
    transcript = read(
        "<!DOCTYPE HTML><html><head><style>p{}</style></head><body><p>Talk</p><p>Transcribed with noScribe</p>"
        '<p><a name="ts_0_3000_S00">Ann: [00:00:00] Hello &amp; (..) you</a></p>'
        '<p><a name="ts_3000_5000_S01"><span style="color: #78909c">S01: </span>Yes, </a>'
        '<a name="ts_5000_5500_S00">//Ann: mhm//</a><a name="ts_5500_9000_S01"> so: it is.</a></p></body></html>',
        "html",
    )
    assert found(transcript) == [
        ("Ann", 0, 3000, "Hello & (..) you"),
        ("S01", 3000, 5000, "Yes,"),
        ("Ann", 5000, 5500, "//mhm//"),
        ("S01", 5500, 9000, "so: it is."),
    ]


def apple(*words: str, unit: str = "") -> str:
    spans = "".join(f'<span begin="{at}.0" end="{at}.9"{unit}>{word}</span>' for at, word in enumerate(words))
    return f'<p begin="0.0" end="{len(words)}.0"><span>{spans}</span></p>'


def test_ttml_of_apple_has_no_spaces_between_its_words() -> None:
    marked = ttml(apple("Hello,", "there", "you", unit=' podcasts:unit="word"'), 'xmlns:podcasts="http://example.org"')
    (one,) = marked.utterances
    assert one.text == "Hello, there you"
    assert [(one.text[w.span.start : w.span.end], w.start_ms) for w in one.words] == [
        ("Hello,", 0),
        ("there", 1000),
        ("you", 2000),
    ]
    many = ttml(apple(*(f"word{at}" for at in range(25))))
    assert many.text == " ".join(f"word{at}" for at in range(25))


def test_ttml_of_apple_in_a_script_without_spaces() -> None:
    assert (
        ttml(apple(*"今日は良い天気ですねそうですねはいはいどうも")).text
        == "今日は良い天気ですねそうですねはいはいどうも"
    )


def test_ttml_syllables_stay_together() -> None:
    assert ttml(apple("Hel", "lo ", "there")).text == "Hello there"


def test_ttml_names_before_colons_are_speakers_where_no_agent_is_named() -> None:
    said = ("ANN: Hello.", "And more.", "BEN: Hi.", "ANN: So.", "BEN: No.")
    transcript = ttml("".join(f'<p begin="{at}s" end="{at + 1}s">{text}</p>' for at, text in enumerate(said)))
    assert [(one.speaker, one.start_ms, one.text) for one in transcript.utterances] == [
        ("ANN", 0, "Hello."),
        (None, 1000, "And more."),
        ("BEN", 2000, "Hi."),
        ("ANN", 3000, "So."),
        ("BEN", 4000, "No."),
    ]
