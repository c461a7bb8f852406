"""The interviews and guides that come with the project are whole, and fit together."""

from pathlib import Path

import pytest
import yaml

from notes_pipeline.core.speaking import resolve_roles
from notes_pipeline.core.transcript import Transcript
from notes_pipeline.readers import read_transcript
from notes_pipeline.readers.guides import read_guide
from notes_pipeline.steps.ingest import general_guide

FIXTURES = Path(__file__).parents[3] / "fixtures"
SHED = {
    "tool_shed.zoom.vtt": ("vtt", ("Odile Marsh", "Perrin Vale")),
    "tool_shed.srt": ("srt", ("Odile Marsh", "Perrin Vale")),
    "tool_shed.otter.txt": ("otter", ("Odile Marsh", "Perrin Vale")),
    "tool_shed.txt": ("plain-dialogue", ("Interviewer", "P1")),
    "tool_shed.whisperx.json": ("diarized-json", ("SPEAKER_00", "SPEAKER_01")),
    "tool_shed.whispercpp.json": ("whispercpp-json", ()),
    "tool_shed.youtube.vtt": ("vtt", ()),
    "tool_shed.assemblyai.json": ("assemblyai-json", ("A", "B")),
    "tool_shed.deepgram.json": ("deepgram-json", ("0", "1")),
    "tool_shed.aws.json": ("aws-transcribe-json", ("spk_0", "spk_1")),
    "tool_shed.calls.json": ("aws-call-analytics-json", ("AGENT", "CUSTOMER")),
    "tool_shed.google.json": ("google-speech-json", ("1", "2")),
    "tool_shed.azure.json": ("azure-batch-json", ("1", "2")),
    "tool_shed.azure_fast.json": ("azure-fast-json", ("1", "2")),
    "tool_shed.speechmatics.json": ("speechmatics-json", ("S1", "S2")),
    "tool_shed.speechmatics_v1.json": ("speechmatics-json", ("M1", "M2")),
    "tool_shed.revai.json": ("revai-json", ("0", "1")),
    "tool_shed.rev_editor.json": ("rev-editor-json", ("Odile Marsh", "Perrin Vale")),
    "tool_shed.gladia.json": ("gladia-json", ("0", "1")),
    "tool_shed.podcast.json": ("podcast-json", ("Odile Marsh", "Perrin Vale")),
    "tool_shed.fireflies.json": ("fireflies-json", ("Odile Marsh", "Perrin Vale")),
    "tool_shed.grain.json": ("grain-json", ("Odile Marsh", "Perrin Vale")),
    "tool_shed.rev.txt": ("rev", ("Odile Marsh", "Perrin Vale")),
    "tool_shed.riverside.txt": ("riverside", ("Odile Marsh", "Perrin Vale")),
    "tool_shed.md": ("markdown", ("Odile Marsh", "Perrin Vale")),
    "tool_shed.descript.md": ("markdown", ("Odile Marsh", "Perrin Vale")),
    "tool_shed.meet.txt": ("google-meet", ("Odile Marsh", "Perrin Vale")),
    "tool_shed.stamped.txt": ("stamped-text", ("Odile Marsh", "Perrin Vale")),
    "tool_shed.noscribe.txt": ("stamped-text", ("S00", "S01")),
    "tool_shed.chat.txt": ("zoom-chat", ("Odile Marsh", "Perrin Vale")),
    "tool_shed.stream.vtt": ("vtt", ()),
    "tool_shed.whisper.json": ("whisper-json", ()),
    "tool_shed.sbv": ("sbv", ("Odile Marsh", "Perrin Vale")),
    "tool_shed.teams.docx": ("docx", ("Odile Marsh", "Perrin Vale")),
    "tool_shed.docx": ("docx", ("Odile Marsh", "Perrin Vale")),
    "tool_shed.noscribe.html": ("noscribe", ("Odile Marsh", "Perrin Vale")),
    "tool_shed.atrain.txt": ("stamped-text", ("SPEAKER_00", "SPEAKER_01")),
    "tool_shed.f4.txt": ("plain-dialogue", ("Odile Marsh", "Perrin Vale")),
    "tool_shed.ttml": ("ttml", ("Odile Marsh", "Perrin Vale")),
    "tool_shed.eaf": ("elan-eaf", ("Odile Marsh", "Perrin Vale")),
    "tool_shed.TextGrid": ("praat-textgrid", ("Odile Marsh", "Perrin Vale")),
    "tool_shed.short.TextGrid": ("praat-textgrid", ("Odile Marsh", "Perrin Vale")),
    "tool_shed.cha": ("chat-cha", ("S00", "S01")),
    "tool_shed.tei.xml": ("tei-xml", ("Odile Marsh", "Perrin Vale")),
    "tool_shed.csv": ("csv", ("Odile Marsh", "Perrin Vale")),
}


def read(name: str) -> Transcript:
    return read_transcript((FIXTURES / "interviews" / name).read_bytes(), name)


def letters(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())


@pytest.mark.parametrize("name", SHED)
def test_one_interview_is_the_same_in_every_format(name: str) -> None:
    transcript, first = read(name), read("tool_shed.zoom.vtt")
    source_format, speakers = SHED[name]
    assert transcript.source_format == source_format
    assert transcript.speakers == speakers
    assert letters(transcript.text) == letters(first.text)
    if speakers:
        turns = [first.utterances[turn.first].text.split()[0] for turn in first.turns]
        assert [transcript.utterances[turn.first].text.split()[0] for turn in transcript.turns] == turns


def test_the_demonstration_interview_fits_its_guide() -> None:
    transcript = read("bakery.vtt")
    guide = read_guide((FIXTURES / "guides" / "bakery.yaml").read_bytes(), "bakery.yaml")
    roles = resolve_roles(transcript, guide)
    assert roles.interviewers == {"Tilda Fenwright"}
    assert roles.participants == {"Bram Oosterlicht"}
    assert not roles.guessed
    assert 1500 <= transcript.word_count <= 2200
    assert transcript.duration_ms is not None
    assert 10 <= transcript.duration_ms / 60_000 <= 15


def test_the_general_guide_names_nobody() -> None:
    guide = read_guide(general_guide(), "general.yaml")
    assert (guide.interviewers, guide.participants) == ((), ())
    assert guide.ids >= {"goals", "problems", "decisions", "workarounds", "feelings"}


def test_the_bent_quotes_speak_of_the_demonstration_interview() -> None:
    bent = yaml.safe_load((FIXTURES / "demonstration" / "bent_quotes.yaml").read_text())
    transcript = read(Path(bent["interview"]).name)
    guide = read_guide((FIXTURES.parent / bent["guide"]).read_bytes(), "guide")
    verbatim = letters(transcript.text)
    for note in bent["notes"]:
        assert {note.get("question_id"), note.get("theme_id")} - {None} <= guide.ids
        for quote in note["quotes"]:
            assert 0 <= quote["utterance"] < len(transcript.utterances)
            is_verbatim = letters(quote["text"]) in verbatim
            assert not is_verbatim or "question" in note["what_was_done"] or "interviewer" in note["what_was_done"]
