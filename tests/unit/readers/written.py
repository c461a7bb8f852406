"""Transcripts written as tools write them, to be read again. All have speakers and times; texts have no line breaks."""

import csv
import io
import json
from collections.abc import Callable
from itertools import groupby
from xml.sax.saxutils import escape, quoteattr

from notes_pipeline.core.transcript import Transcript, Utterance
from tests.unit.readers.word_packages import word_file


def clock(time_ms: int | None, point: str = ".") -> str:
    seconds, rest = divmod(time_ms or 0, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{point}{rest:03}"


def short_clock(time_ms: int | None) -> str:
    """Write 1:02:03 or 2:03, as Teams and Otter do."""
    seconds = (time_ms or 0) // 1000
    return (
        f"{seconds // 3600}:{seconds // 60 % 60:02}" if seconds >= 3600 else f"{seconds // 60}"
    ) + f":{seconds % 60:02}"


def spoken_words(one: Utterance) -> list[tuple[str, int, int]]:
    return [(one.text[word.span.start : word.span.end], word.start_ms, word.end_ms) for word in one.words]


def ttml(transcript: Transcript) -> bytes:
    names = {name: f"a{at}" for at, name in enumerate(transcript.speakers)}
    agents = "".join(
        f'<ttm:agent type="person" xml:id="{id_}"><ttm:name type="full">{escape(name)}</ttm:name></ttm:agent>'
        for name, id_ in names.items()
    )
    paragraphs = "\n".join(
        f'<p begin="{clock(one.start_ms)}" end="{clock(one.end_ms)}" ttm:agent="{names[one.speaker or ""]}">'
        f"{_ttml_text(one)}</p>"
        for one in transcript.utterances
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<tt xmlns="http://www.w3.org/ns/ttml" '
        'xmlns:ttm="http://www.w3.org/ns/ttml#metadata" xml:lang="en">\n'
        f"<head><metadata>{agents}</metadata></head>\n<body><div>\n{paragraphs}\n</div></body></tt>\n"
    ).encode()


def _ttml_text(one: Utterance) -> str:
    if not one.words:
        return escape(one.text)
    return " ".join(
        f'<span begin="{start / 1000:.3f}s" end="{end / 1000:.3f}s">{escape(word)}</span>'
        for word, start, end in spoken_words(one)
    )


def elan(transcript: Transcript) -> bytes:
    slots: list[str] = []
    tiers: list[str] = []
    number = 0
    for speaker in transcript.speakers:
        annotations = []
        for one in transcript.utterances:
            if one.speaker != speaker:
                continue
            ids = []
            for time_ms in (one.start_ms, one.end_ms):
                number += 1
                slots.append(f'<TIME_SLOT TIME_SLOT_ID="ts{number}" TIME_VALUE="{time_ms}"/>')
                ids.append(f"ts{number}")
            annotations.append(
                f'<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a{number}" TIME_SLOT_REF1="{ids[0]}" '
                f'TIME_SLOT_REF2="{ids[1]}"><ANNOTATION_VALUE>{escape(one.text)}</ANNOTATION_VALUE>'
                "</ALIGNABLE_ANNOTATION></ANNOTATION>"
            )
        tiers.append(
            f'<TIER LINGUISTIC_TYPE_REF="speech" PARTICIPANT={quoteattr(speaker)} TIER_ID="T{len(tiers)}">'
            + "\n".join(annotations)
            + "</TIER>"
        )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<ANNOTATION_DOCUMENT AUTHOR="" FORMAT="3.0" VERSION="3.0">\n'
        '<HEADER MEDIA_FILE="" TIME_UNITS="milliseconds"/>\n<TIME_ORDER>\n'
        + "\n".join(slots)
        + "\n</TIME_ORDER>\n"
        + "\n".join(tiers)
        + '\n<LINGUISTIC_TYPE LINGUISTIC_TYPE_ID="speech" TIME_ALIGNABLE="true"/>\n</ANNOTATION_DOCUMENT>\n'
    ).encode()


def textgrid(transcript: Transcript, *, is_long: bool = True) -> bytes:
    """Write a tier for each speaker, with empty intervals between what he says, as Praat needs them."""
    until = max(one.end_ms or 0 for one in transcript.utterances) + 1000
    lines = ['File type = "ooTextFile"', 'Object class = "TextGrid"', ""]
    add = _long if is_long else _short
    lines += add("xmin", "0") + add("xmax", f"{until / 1000}")
    lines += ["tiers? <exists>" if is_long else "<exists>", *add("size", str(len(transcript.speakers)))]
    for speaker in transcript.speakers:
        intervals, at = [], 0
        for one in transcript.utterances:
            if one.speaker == speaker:
                if (one.start_ms or 0) > at:
                    intervals.append((at, one.start_ms or 0, ""))
                intervals.append((one.start_ms or 0, one.end_ms or 0, one.text))
                at = one.end_ms or 0
        intervals.append((at, until, ""))
        lines += add("class", '"IntervalTier"') + add("name", _quoted(speaker))
        lines += add("xmin", "0") + add("xmax", f"{until / 1000}") + add("intervals: size", str(len(intervals)))
        for start, end, text in intervals:
            lines += add("xmin", f"{start / 1000}") + add("xmax", f"{end / 1000}") + add("text", _quoted(text))
    return ("\n".join(lines) + "\n").encode()


def short_textgrid(transcript: Transcript) -> bytes:
    """Write the short form, in UTF-16, as Praat does where a text is not ASCII."""
    return b"\xfe\xff" + textgrid(transcript, is_long=False).decode().encode("utf-16-be")


def _long(key: str, value: str) -> list[str]:
    return [f"        {key} = {value} "]


def _short(key: str, value: str) -> list[str]:
    return [value]


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def chat(transcript: Transcript) -> bytes:
    codes = {name: f"S{at:02}" for at, name in enumerate(transcript.speakers)}
    lines = ["@UTF8", "@Begin", "@Languages:\teng"]
    lines.append("@Participants:\t" + ", ".join(f"{code} Speaker" for code in codes.values()))
    for one in transcript.utterances:
        lines.append(f"*{codes[one.speaker or '']}:\t{one.text} \x15{one.start_ms}_{one.end_ms}\x15")
        if one.words:
            lines.append(
                "%wor:\t" + " ".join(f"{word} \x15{start}_{end}\x15" for word, start, end in spoken_words(one))
            )
    return ("\n".join([*lines, "@End"]) + "\n").encode()


def tei(transcript: Transcript) -> bytes:
    names = {name: f"P{at}" for at, name in enumerate(transcript.speakers)}
    persons = "".join(
        f'<person xml:id="{id_}"><persName>{escape(name)}</persName></person>' for name, id_ in names.items()
    )
    times = sorted({time for one in transcript.utterances for time in (one.start_ms or 0, one.end_ms or 0)})
    whens = "".join(f'<when xml:id="T{time}" absolute="{clock(time)}"/>' for time in times)
    spoken = "\n".join(
        f'<u who="#{names[one.speaker or ""]}" start="#T{one.start_ms}" end="#T{one.end_ms}">{escape(one.text)}</u>'
        for one in transcript.utterances
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<TEI xmlns="http://www.tei-c.org/ns/1.0">\n<teiHeader><profileDesc>'
        f"<particDesc>{persons}</particDesc></profileDesc></teiHeader>\n<text><timeline>{whens}</timeline>\n<body>\n"
        f"{spoken}\n</body></text></TEI>\n"
    ).encode()


def table(transcript: Transcript) -> bytes:
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(["Start", "End", "Speaker", "Text", "Tags"])
    for one in transcript.utterances:
        writer.writerow([clock(one.start_ms), clock(one.end_ms), one.speaker, one.text, "x"])
    return written.getvalue().encode()


def noscribe(transcript: Transcript) -> bytes:
    ids = {name: f"S{at:02}" for at, name in enumerate(transcript.speakers)}
    spoken, before = [], None
    for one in transcript.utterances:
        label = f"{escape(one.speaker or '')}: " if one.speaker != before else ""
        anchor = f"ts_{one.start_ms}_{one.end_ms}_{ids[one.speaker or '']}"
        spoken.append(f'<p><a name="{anchor}">{label}{escape(one.text)}</a></p>')
        before = one.speaker
    return (
        "<!DOCTYPE HTML>\n<html><head><title>x</title></head>\n<body>\n<p>Interview</p>\n<p>Transcribed with noScribe "
        "vers. 0.6</p>\n" + "\n".join(spoken) + "\n</body></html>\n"
    ).encode()


def teams(transcript: Transcript) -> bytes:
    """Write a paragraph a turn: name and time, and each utterance after a line break."""
    body = (
        _paragraph("Talk-20260503_101500-Meeting Recording") + _paragraph("3 May 2026, 10:15am") + _paragraph("16m 9s")
    )
    body += _paragraph(f"{escape(transcript.speakers[0])} started transcription")
    for one in transcript.utterances:
        body += _paragraph("", f"{escape(one.speaker or '')}   {short_clock(one.start_ms)}", escape(one.text))
    return word_file(body + _paragraph("Somebody stopped transcription"))


def dialogue(transcript: Transcript) -> bytes:
    """Write a paragraph a turn, `Name: text`."""
    turns = groupby(transcript.utterances, key=lambda one: one.speaker)
    return word_file(
        "".join(
            _paragraph(f"{escape(speaker or '')}: {escape(' '.join(one.text for one in said))}")
            for speaker, said in turns
        )
    )


def word_table(transcript: Transcript) -> bytes:
    """Write a row an utterance: time, speaker, text."""
    rows = "".join(
        "<w:tr>"
        + "".join(
            f"<w:tc>{_paragraph(escape(cell))}</w:tc>"
            for cell in (clock(one.start_ms)[:-4], one.speaker or "", one.text)
        )
        + "</w:tr>"
        for one in transcript.utterances
    )
    return word_file(f"<w:tbl>{rows}</w:tbl>")


def _paragraph(*lines: str) -> str:
    texts = "<w:br/>".join(f'<w:t xml:space="preserve">{line}</w:t>' for line in lines)
    return f"<w:p><w:r>{texts}</w:r></w:p>"


def sbv(transcript: Transcript) -> bytes:
    cues = [
        f"{clock(one.start_ms)[1:]},{clock(one.end_ms)[1:]}\n>> {one.speaker}: {one.text}\n"
        for one in transcript.utterances
    ]
    return "\n".join(cues).encode()


def atrain(transcript: Transcript) -> bytes:
    labels = {name: f"SPEAKER_{at:02}" for at, name in enumerate(transcript.speakers)}
    lines, before = ["Transcription for talk"], None
    for one in transcript.utterances:
        if one.speaker != before:
            lines += ["", labels[one.speaker or ""]]
        lines.append(f"[{clock(one.start_ms)[:-4]}] - {one.text}")
        before = one.speaker
    return ("\n".join(lines) + "\n").encode()


def f4(transcript: Transcript) -> bytes:
    lines = [
        f"{one.speaker}: {one.text} #{clock(one.end_ms)[:-4]}-{(one.end_ms or 0) % 1000:03}#"
        for one in transcript.utterances
    ]
    return ("\n".join(lines) + "\n").encode()


def turns(transcript: Transcript) -> list[tuple[str, int, list[Utterance]]]:
    """Give speaker, start and utterances of each turn."""
    grouped = ((name or "", list(said)) for name, said in groupby(transcript.utterances, key=lambda one: one.speaker))
    return [(name, said[0].start_ms or 0, said) for name, said in grouped]


def _text_of(said: list[Utterance]) -> str:
    return " ".join(one.text for one in said)


def rev(transcript: Transcript) -> bytes:
    return "".join(f"{name} ({clock(at)[:-4]}):\n{_text_of(said)}\n\n" for name, at, said in turns(transcript)).encode()


def riverside(transcript: Transcript) -> bytes:
    return "".join(f"{name} ({clock(at)[3:]})\n{_text_of(said)}\n\n" for name, at, said in turns(transcript)).encode()


def markdown(transcript: Transcript) -> bytes:
    """Write bold names with a time, below front matter and a title."""
    head = "---\ntitle: The tool shed\n---\n\n# The tool shed\n\n"
    spoken = (f"**{name}** [{short_clock(at)}] {_text_of(said)}\n\n" for name, at, said in turns(transcript))
    return (head + "".join(spoken)).encode()


def descript(transcript: Transcript) -> bytes:
    """Write bold names, and a time inside the text at each half minute."""
    blocks, due = [], 30_000
    for name, _, said in turns(transcript):
        words = []
        for one in said:
            if (one.start_ms or 0) >= due:
                words.append(f"[{clock(due)[:-4]}]")
                due += 30_000
            words.append(one.text)
        blocks.append(f"**{name}:** {' '.join(words)}\n\n")
    return "".join(blocks).encode()


def meet(transcript: Transcript) -> bytes:
    """Write a title, who took part, a line of time each minute, a footer."""
    lines, due = ["Tool shed (2026-05-03 10:15 GMT) - Transcript", "Attendees", ", ".join(transcript.speakers), ""], 0
    for name, at, said in turns(transcript):
        if at >= due:
            lines += [clock(due)[:-4], ""]
            due += 60_000
        lines.append(f"{name}: {_text_of(said)}")
    lines += ["", f"Meeting ended after {clock(transcript.duration_ms)[:-4]} 👋"]
    lines.append("This editable transcript was computer generated and might contain errors.")
    return ("\n".join(lines) + "\n").encode()


def stamped(transcript: Transcript) -> bytes:
    return "".join(f"[{short_clock(at)}] {name}: {_text_of(said)}\n" for name, at, said in turns(transcript)).encode()


def zoom_chat(transcript: Transcript) -> bytes:
    return "".join(f"{clock(at)[:-4]}\t{name}:\t{_text_of(said)}\r\n" for name, at, said in turns(transcript)).encode()


def stream(transcript: Transcript) -> bytes:
    """Write WebVTT as Microsoft Stream does: a confidence before each cue, no speakers."""
    lines = ["\ufeffWEBVTT", "", 'NOTE duration:"00:02:10"', "", "NOTE language:en-us", ""]
    for one in transcript.utterances:
        lines += ["NOTE Confidence: 0.91", "", f"0f1e2d3c-{one.index:04}-4a5b-8c9d-0e1f2a3b4c5d"]
        lines += [f"{clock(one.start_ms)} --> {clock(one.end_ms)}", one.text, ""]
    return "\r\n".join(lines).encode()


def whisper(transcript: Transcript) -> bytes:
    """Write what the command of openai-whisper does: segments without speakers."""
    segments = [
        {"id": one.index, "start": (one.start_ms or 0) / 1000, "end": (one.end_ms or 0) / 1000, "text": f" {one.text}"}
        for one in transcript.utterances
    ]
    whole = {"text": "".join(f" {one.text}" for one in transcript.utterances), "segments": segments, "language": "en"}
    return json.dumps(whole, indent=1).encode()


def noscribe_text(transcript: Transcript) -> bytes:
    labels = {name: f"S{at:02}" for at, name in enumerate(transcript.speakers)}
    head = "Tool shed\n\nTranscribed with noScribe vers. 0.6\nAudio source: talk.mp3\n\n"
    spoken = (f"{labels[name]}: [{clock(at)[:-4]}] {_text_of(said)}\n\n" for name, at, said in turns(transcript))
    return (head + "".join(spoken)).encode()


Write = Callable[[Transcript], bytes]

# By file ending, with the name of the format that a reader gives it.
WITH_WORDS: dict[str, tuple[str, Write]] = {"ttml": ("ttml", ttml), "cha": ("chat-cha", chat)}
WITH_ENDS: dict[str, tuple[str, Write]] = {
    **WITH_WORDS,
    "eaf": ("elan-eaf", elan),
    "TextGrid": ("praat-textgrid", textgrid),
    "short.TextGrid": ("praat-textgrid", short_textgrid),
    "tei.xml": ("tei-xml", tei),
    "csv": ("csv", table),
    "noscribe.html": ("noscribe", noscribe),
    "sbv": ("sbv", sbv),
}
