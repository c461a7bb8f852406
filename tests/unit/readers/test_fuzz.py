"""Whatever comes in: a sane transcript or guide, or our own error, and never anything else."""

import json
import unicodedata
from copy import deepcopy
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notes_pipeline.core.errors import InvalidGuideError, UnreadableTranscriptError
from notes_pipeline.core.transcript import Transcript
from notes_pipeline.readers import describe, read_transcript
from notes_pipeline.readers.guides import read_guide

FIXTURES = Path(__file__).parents[3] / "fixtures"
BOUNDED = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)

INTERVIEWS = sorted(path for path in (FIXTURES / "interviews").glob("tool_shed*"))
GUIDES = sorted((FIXTURES / "guides").glob("*.yaml"))
PIECES = st.sampled_from(
    [
        *("WEBVTT\n", "NOTE x\n", "STYLE\n", "\n", "\n\n", "\r", "1\n", " ", "  \n", "---\n", "📖 Transcript\n", "# "),
        *(
            "00:01.000 --> 00:02.000\n",
            "00:00:03,000 --> 00:00:01,000\n",
            "0:00:00.5,0:00:04.1\n",
            "-->",
            "-00:00:01.0",
        ),
        *(
            "<v Ann>",
            "<v >",
            "</v>",
            "<c>",
            "<00:01.500>",
            "<b",
            ">",
            "&amp;",
            "&#0;",
            "&#55296;",
            "&#x1F600;",
            ">> BEN: ",
        ),
        *(
            "Ann: ",
            "Ben Lee:\n",
            "**Ann:** ",
            "**",
            "[00:05] ",
            "(00:00:07):\n",
            "Ann  0:05\n",
            "Ben (01:02.5)\n",
            "[id1] ",
        ),
        *(
            "\x00",
            "\x1b[31m",
            "\x1b]",
            "\x15",
            "\u202e",
            "\ud7ff",
            "é",
            "👩\u200d👧",
            "{\\an8}",
            "99999999999999999999",
            ":",
        ),
        *(
            '{"segments": [',
            '{"utterances": [',
            '{"start": 1, ',
            '"text": "a"}',
            "]}",
            "[[",
            "NaN",
            '"',
            "hello there. ",
            "no?",
        ),
    ]
)
KEYS = st.sampled_from(
    [
        *(
            "segments",
            "utterances",
            "transcription",
            "words",
            "tokens",
            "text",
            "word",
            "start",
            "end",
            "speaker",
            "id",
        ),
        *("offsets", "timestamps", "from", "to", "result", "language"),
    ]
)
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(["00:01,5", " hi", "hi there"]),
)
JSON = st.recursive(
    VALUES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=6), max_leaves=20
)
UGLY = VALUES | st.sampled_from(
    [[], {}, [None], [[]], [{}], "NaN", "-1", "PT1S", "PT99H", "1.5s", "9s", {"seconds": "1", "nanos": True}, -1, 1e300]
)
SEGMENT = st.fixed_dictionaries(
    {"start": VALUES, "text": st.text(max_size=12)},
    optional={
        "end": VALUES,
        "id": VALUES,
        "speaker": VALUES,
        "words": st.lists(st.dictionaries(KEYS, VALUES), max_size=3),
    },
)


def check(data: bytes, name: str) -> None:
    """Read, and check what holds for every transcript."""
    try:
        transcript = read_transcript(data, name)
    except UnreadableTranscriptError as error:
        message = str(error)
    else:
        check_transcript(transcript)
        assert read_transcript(data, name) == transcript
        return
    assert message.isprintable()


def check_transcript(transcript: Transcript) -> None:
    json.dumps(describe(transcript), allow_nan=False)
    transcript.text.encode("utf-8")
    assert transcript.text.strip()
    for one in transcript.utterances:
        assert one.start_ms is None or one.start_ms >= 0
        assert one.end_ms is None or one.start_ms is None or one.end_ms >= one.start_ms
        assert one.speaker is None or 0 < len(one.speaker) <= 100 or transcript.source_format == "contract-json"
        assert all(0 <= word.span.start < word.span.end <= len(one.text) for word in one.words)
        assert all(0 <= word.start_ms <= word.end_ms for word in one.words)
        if transcript.source_format != "contract-json":
            assert not any(unicodedata.category(character) == "Cc" for character in one.text.replace("\t", ""))
    assert all(warning.isprintable() for warning in transcript.warnings)


@BOUNDED
@given(st.binary(max_size=300), st.sampled_from(["a.vtt", "a.srt", "a.txt", "a.json", "a"]))
def test_any_bytes(data: bytes, name: str) -> None:
    check(data, name)


@BOUNDED
@given(st.lists(PIECES, max_size=30), st.sampled_from(["a.vtt", "a.srt", "a.txt", "a.json", "a.md"]))
def test_any_pieces_of_transcripts(pieces: list[str], name: str) -> None:
    check("".join(pieces).encode(), name)


@BOUNDED
@given(st.data(), st.sampled_from(INTERVIEWS))
def test_any_damage_to_a_transcript(data: st.DataObject, path: Path) -> None:
    raw = path.read_bytes()[: data.draw(st.integers(1, 3000))]
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(raw)))
        raw = (
            raw[:at]
            + data.draw(st.binary(max_size=4) | PIECES.map(str.encode))
            + raw[at + data.draw(st.integers(0, 9)) :]
        )
    check(raw, path.name)


@BOUNDED
@given(JSON | st.lists(SEGMENT, max_size=4) | st.fixed_dictionaries({"utterances": st.lists(SEGMENT, max_size=3)}))
def test_any_json(value: object) -> None:
    check(json.dumps(value).encode(), "a.json")


@BOUNDED
@given(st.data(), st.sampled_from([path for path in INTERVIEWS if path.suffix == ".json"]))
def test_any_wrong_value_in_json_of_a_vendor(data: st.DataObject, path: Path) -> None:
    value = json.loads(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        spoil(value, data)
    check(json.dumps(value).encode(), "a.json")


def spoil(value: object, data: st.DataObject) -> None:
    """Go down into `value` by chance and put something ugly there, or take something out."""
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else []
    if not keys:
        return
    assert isinstance(value, dict | list)
    key = data.draw(st.sampled_from(keys[:8]))
    inner = value[key]
    if isinstance(inner, dict | list) and inner and data.draw(st.integers(0, 5)):
        spoil(inner, data)
    elif data.draw(st.booleans()):
        value[key] = deepcopy(data.draw(UGLY))  # it may be spoilt in its turn
    else:
        del value[key]


@BOUNDED
@given(st.data(), st.sampled_from(GUIDES))
def test_any_damage_to_a_guide(data: st.DataObject, path: Path) -> None:
    raw = path.read_bytes()[:1500]
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(raw)))
        piece = st.binary(max_size=4) | st.sampled_from(
            [b"&a ", b"*a", b"\t", b": ", b"- ", b"!!", b"{", b"]", b"%", b"? ", b'"']
        )
        raw = raw[:at] + data.draw(piece) + raw[at + data.draw(st.integers(0, 30)) :]
    check_guide(raw)


@BOUNDED
@given(st.binary(max_size=200))
def test_any_bytes_as_a_guide(data: bytes) -> None:
    check_guide(data)


def check_guide(data: bytes) -> None:
    try:
        guide = read_guide(data, "guide.yaml")
    except InvalidGuideError as error:
        message = str(error)
    else:
        assert guide.ids
        return
    assert message.startswith("guide.yaml")
    assert all(line.isprintable() for line in message.splitlines())
