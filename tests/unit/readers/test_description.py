"""What `inspect --json` prints."""

import json

from notes_pipeline.core.transcript import Transcript, Utterance
from notes_pipeline.readers import describe


def test_a_description_holds_seconds_and_is_json() -> None:
    transcript = Transcript(
        (Utterance(0, "Ann", 500, 2250, "Hello there."), Utterance(1, None, None, None, "Hi.")),
        source_format="vtt",
        warnings=("something was doubtful",),
    )
    description = describe(transcript)
    assert description == {
        "format": "vtt",
        "because": "",
        "speakers": ["Ann"],
        "speakers_detail": [
            {"name": "Ann", "words": 2, "share": 0.6667, "turns": 1, "first": 0.5, "last": 2.25, "asks": False}
        ],
        "duration": 2.25,
        "words": 3,
        "warnings": ["something was doubtful"],
        "quality": [
            {
                "kind": "too_short",
                "message": "only 3 words: is this the whole interview?",
                "place": "",
                "utterances": [],
            }
        ],
        "gaps": [],
        "overlaps": [],
        "utterances": [
            {"speaker": "Ann", "start": 0.5, "end": 2.25, "text": "Hello there."},
            {"speaker": None, "start": None, "end": None, "text": "Hi."},
        ],
    }
    assert json.loads(json.dumps(description)) == description


def test_a_transcript_without_times_has_no_duration() -> None:
    assert describe(Transcript((Utterance(0, None, None, None, "Hi."),)))["duration"] is None
