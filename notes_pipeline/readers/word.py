"""Word files: Teams in both its forms, captions in paragraphs, and else dialogue as in plain text (Google Meet too)."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from notes_pipeline.readers.asides import is_aside
from notes_pipeline.readers.captions import Cue, parse_timing
from notes_pipeline.readers.counted_times import with_decimals
from notes_pipeline.readers.decoding import Source
from notes_pipeline.readers.dialogue import read_dialogue
from notes_pipeline.readers.marks import parse_mark
from notes_pipeline.readers.names import is_proper, looks_like_name
from notes_pipeline.readers.remarks import Remarks
from notes_pipeline.readers.said import Reading, Said, clean_name
from notes_pipeline.readers.srt import read_srt
from notes_pipeline.readers.times import parse_clock
from notes_pipeline.readers.webvtt import read_webvtt
from notes_pipeline.readers.word_package import open_word
from notes_pipeline.readers.word_tables import MAX_TITLE_WORDS, Paragraph
from notes_pipeline.readers.word_text import read_paragraphs

MIN_HEADINGS_SHARE = 0.5  # of the headings have their text below them in the same paragraph where Teams wrote them
MAX_HEADING = 300  # characters
MIN_TABBED_SHARE = 0.5  # of the paragraphs
_HEADING = re.compile(r"[ \t\xa0]*(\S.{0,199}?)?[ \t\xa0]{2,}(\d{1,4}(?::\d{2}){1,2})")
_MEETING_NOTICE = re.compile(r".{0,100}\b(?:(?:started|stopped) transcription|(?:left|joined) the meeting)\.?")
# The same in the languages of Teams, where a paragraph has no heading: "Ann hat die Transkription beendet".
_FOREIGN_NOTICE = re.compile(
    r"[^.?!:]{0,100}\b(?:transkription|transcription|transcripción|transcrição|trascrizione|transcriptie)\b[^.?!:]{0,40}",
    re.IGNORECASE,
)


def read_word(data: bytes, name: str, present: Sequence[str], remarks: Remarks) -> Reading:
    """Read a Word file. `present`: names that are known to be of speakers.

    Raises:
        UnreadableTranscriptError: it cannot be opened safely.
    """
    paragraphs, names = read_paragraphs(open_word(data, name), remarks)
    present = (*present, *sorted(names))
    filled = [one for one in paragraphs if not one.is_empty]
    if not filled:
        return Reading("docx", [])
    headings = [_heading(one) for one in filled]
    with_text = sum(1 for one, heading in zip(filled, headings, strict=True) if heading and _below(one))
    if with_text and with_text >= MIN_HEADINGS_SHARE * sum(1 for heading in headings if heading):
        return Reading("docx", _read_teams(filled, remarks), seen="has headings of name and time as Teams writes them")
    captions = _read_captions(Source(name, "", present=present), paragraphs, filled, remarks)
    if captions is not None:
        return captions
    lines = [("", filled[0].place)]
    tabbed = _names_before_tabs(filled)
    present = (*present, *sorted(tabbed))
    for one in _without_headings([_with_colon(one, tabbed) for one in filled], remarks):
        lines += [*((line, one.place) for line in one.lines), ("", one.place)]
    source = Source(name, "\n".join(line for line, _ in lines), tuple(place for _, place in lines), present)
    dialogue = read_dialogue(source, remarks)
    return Reading("docx", dialogue.said, seen=dialogue.seen)


def _without_headings(paragraphs: Sequence[Paragraph], remarks: Remarks) -> Iterator[Paragraph]:
    """Set paragraphs in the style of a heading aside; one that comes back is a name, and gets the form of one."""
    texts = Counter(" ".join(one.lines).strip() for one in paragraphs if one.is_heading)
    for one in paragraphs:
        text = " ".join(one.lines).strip()
        if one.is_heading and texts[text] > 1 and looks_like_name(text):
            yield replace(one, lines=[f"{text}  "])
        elif one.is_heading and _is_title(text) and len(texts) < len(paragraphs):
            remarks.add("headings and notices of the tool set aside", one.place)
        else:
            yield one


def _names_before_tabs(paragraphs: Sequence[Paragraph]) -> set[str]:
    """Give the names that only a tab sets apart from what they say: two at least that come back, in most paragraphs."""
    heads = Counter(line.partition("\t")[0].strip() for one in paragraphs for line in one.lines if "\t" in line.strip())
    names = {name: count for name, count in heads.items() if count > 1 and is_proper(name) and looks_like_name(name)}
    is_style = len(names) > 1 and sum(names.values()) >= MIN_TABBED_SHARE * len(paragraphs)
    return {name for name in names if ":" not in name} if is_style else set()


def _with_colon(paragraph: Paragraph, names: set[str]) -> Paragraph:
    """Put a colon behind those of `names` that stand before a tab."""
    lines = []
    for line in paragraph.lines:
        name, tab, text = line.strip().partition("\t")
        lines.append(f"{name.strip()}: {text}" if tab and name.strip() in names else line)
    return replace(paragraph, lines=lines) if names else paragraph


def _is_title(text: str) -> bool:
    """Tell a title from a question that somebody put in the style of a heading."""
    return len(text.split()) <= MAX_TITLE_WORDS and text[-1:] not in ".?!…" and parse_mark(text) is None


def _heading(paragraph: Paragraph) -> re.Match[str] | None:
    first = next(line for line in paragraph.lines if line.strip())
    bare = first.rstrip(" \t\xa0")
    return _HEADING.fullmatch(bare) if len(bare) <= MAX_HEADING else None


def _below(paragraph: Paragraph) -> str:
    """Give the text below the first line that is not empty."""
    return " ".join([line.strip() for line in paragraph.lines if line.strip()][1:])


def _read_teams(paragraphs: Sequence[Paragraph], remarks: Remarks) -> list[Said]:
    """Read one paragraph a turn: name and time on its first line, a sentence on each line below."""
    turns: list[tuple[Said, list[str]]] = []
    for one in paragraphs:
        heading = _heading(one)
        text = " ".join(line.strip() for line in one.lines if line.strip())
        if heading is not None:
            speaker = clean_name(heading[1] or "", remarks, one.place)
            turns.append((Said("", speaker, parse_clock(heading[2]), place=one.place), [_below(one)]))
        elif _is_notice(text) or _FOREIGN_NOTICE.fullmatch(text):
            remarks.add("headings and notices of the tool set aside", one.place)
        elif turns:
            remarks.add("paragraphs without a heading, read as speech of the turn above", one.place)
            turns[-1][1].append(text)
        else:
            remarks.add("lines above the first speaker set aside", one.place)
    for said, texts in turns:
        said.text = " ".join(filter(None, texts))
    return [said for said, _ in turns]


def _is_notice(text: str) -> bool:
    return is_aside(text) or _MEETING_NOTICE.fullmatch(text) is not None


def _read_captions(
    source: Source, paragraphs: Sequence[Paragraph], filled: Sequence[Paragraph], remarks: Remarks
) -> Reading | None:
    """Read `start --> end` and what follows; None where there are no such lines."""
    lines = [(line, one.place) for one in filled for line in one.lines if line.strip()]
    first = next((index for index, (line, _) in enumerate(lines) if parse_timing(line, 0) is not None), None)
    if first is None:
        return None
    whole = replace(source, text="\n".join(line for one in paragraphs for line in one.lines))
    if lines[0][0].startswith("WEBVTT"):
        return Reading("docx", read_webvtt(whole, remarks).said)
    if first and lines[first - 1][0].strip().isdigit():
        return Reading("docx", read_srt(whole, remarks).said)
    if first:
        remarks.add("lines above the transcript set aside", lines[0][1], times=first)
    padded = with_decimals([line for line, _ in lines[first:]])
    cues = list(_cut_at_timings(list(zip(padded, (place for _, place in lines[first:]), strict=True))))
    return Reading("docx", _name_cues(cues, remarks))


def _cut_at_timings(lines: Sequence[tuple[str, str]]) -> Iterator[tuple[str, Cue]]:
    """Give each cue with its place; the line of a notice between cues is left in the cue, for `_name_cues`."""
    cue: Cue | None = None
    at = ""
    for line, place in lines:
        timing = parse_timing(line, 0)
        if timing is not None:
            if cue is not None:
                yield at, cue
            cue, at = timing, place
        elif cue is not None:
            cue.lines.append(line.strip())
    if cue is not None:
        yield at, cue


def _name_cues(cues: Sequence[tuple[str, Cue]], remarks: Remarks) -> list[Said]:
    """Take the first of two lines or more as the name: the older form of Teams has name and text below each time.

    A lone line is text; where most cues have one line only, there are no names.
    """
    for place, cue in cues:
        kept = [line for line in cue.lines if not _is_notice(line)]
        if len(kept) < len(cue.lines):
            remarks.add("headings and notices of the tool set aside", place)
            cue.lines = kept
    has_names = 2 * sum(1 for _, cue in cues if len(cue.lines) >= 2) >= len(cues)
    said = []
    for place, cue in cues:
        has_name = has_names and len(cue.lines) >= 2
        speaker = clean_name(cue.lines[0], remarks, place) if has_name else None
        text = " ".join(cue.lines[1:] if has_name else cue.lines)
        said.append(Said(text, speaker, cue.start_ms, cue.end_ms, place=place))
    return said
