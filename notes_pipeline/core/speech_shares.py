"""How much each speaker says, and from when to when."""

from dataclasses import dataclass

from notes_pipeline.core.transcript import Transcript


@dataclass(slots=True)
class SpeechShare:
    """`words` split at white space; `share` of all words of the transcript, with those of nobody known.

    `first_ms`, `last_ms`: the earliest and the latest time that an utterance of theirs names, None without times.
    """

    speaker: str
    words: int = 0
    share: float = 0.0
    turns: int = 0
    first_ms: int | None = None
    last_ms: int | None = None


def shares_of_speech(transcript: Transcript) -> list[SpeechShare]:
    """Give what each speaker says, who says most first."""
    shares = {speaker: SpeechShare(speaker) for speaker in transcript.speakers}
    for utterance in transcript.utterances:
        if utterance.speaker is None:
            continue
        one = shares[utterance.speaker]
        one.words += len(utterance.text.split())
        times = [time for time in (utterance.start_ms, utterance.end_ms) if time is not None]
        if times:
            one.first_ms = min(times) if one.first_ms is None else min(one.first_ms, *times)
            one.last_ms = max(times) if one.last_ms is None else max(one.last_ms, *times)
    for turn in transcript.turns:
        if turn.speaker is not None:
            shares[turn.speaker].turns += 1
    total = max(1, transcript.word_count)
    for one in shares.values():
        one.share = one.words / total
    return sorted(shares.values(), key=lambda one: one.words, reverse=True)
