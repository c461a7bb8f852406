"""Words of a recogniser, one by one, joined to utterances."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from notes_pipeline.readers.remarks import Remarks
from notes_pipeline.readers.said import Said, clean_name
from notes_pipeline.readers.timed_words import TimedWord, place_words

LONG_WORDS = 80  # from here on a turn may be cut, at the end of a sentence or at a pause
PAUSE_MS = 1000

_SENTENCE_ENDS = (".", "?", "!", "…", "。", "？", "！")


@dataclass(frozen=True, slots=True)
class Piece:
    """A word, or a mark that belongs to the word before it.

    `speaker`: a label, empty where unknown. `before`: what stands between it and the piece before. `is_mark`: it has no
    time and no speaker of its own.
    """

    text: str
    start_ms: int | None = None
    end_ms: int | None = None
    speaker: str = ""
    before: str = " "
    is_mark: bool = False


def join_pieces(pieces: Iterable[Piece], remarks: Remarks, place: str, *, splits_sentences: bool = False) -> list[Said]:
    """Join to utterances: one for each turn, long ones cut where a sentence or a breath ends.

    `splits_sentences`: cut at each of them, for one of several channels, whose utterances are then sorted by time.
    """
    least = 1 if splits_sentences else LONG_WORDS
    return [_to_said(run, remarks, f"{place}[{number}]") for number, run in _runs(pieces, least)]


def by_time(channels: Iterable[Sequence[Said]]) -> list[Said]:
    """Merge the utterances of several channels by their starts; one without a start stays after the one above it."""
    keyed: list[tuple[int, Said]] = []
    for channel in channels:
        latest = 0
        for one in channel:
            latest = one.start_ms if one.start_ms is not None else latest
            keyed.append((latest, one))
    return [one for _, one in sorted(keyed, key=lambda pair: pair[0])]


def _runs(pieces: Iterable[Piece], least: int) -> Iterator[tuple[int, list[Piece]]]:
    run: list[Piece] = []
    first = words = 0
    speaker = ""
    for number, piece in enumerate(pieces):
        if not piece.is_mark:
            if words and (piece.speaker != speaker or (words >= least and _rests(run[-1], piece))):
                yield first, run
                run, first, words = [], number, 0
            speaker = piece.speaker
            words += 1
        run.append(piece)
    if run:
        yield first, run


def _rests(last: Piece, piece: Piece) -> bool:
    if last.text.endswith(_SENTENCE_ENDS):
        return True
    return last.end_ms is not None and piece.start_ms is not None and piece.start_ms - last.end_ms >= PAUSE_MS


def _to_said(run: Sequence[Piece], remarks: Remarks, place: str) -> Said:
    text = run[0].text + "".join(piece.before + piece.text for piece in run[1:])
    words = [piece for piece in run if not piece.is_mark]
    start_ms = next((piece.start_ms for piece in words if piece.start_ms is not None), None)
    end_ms = max((piece.end_ms for piece in words if piece.end_ms is not None), default=None)
    timed = [TimedWord(piece.text, piece.start_ms, piece.end_ms) for piece in words]
    has_times = any(word.start_ms is not None for word in timed)
    return Said(
        text.strip(),
        clean_name(words[0].speaker if words else "", remarks, place),
        start_ms,
        end_ms,
        place_words(text.strip(), timed, start_ms, end_ms, remarks, place) if has_times else (),
        place,
    )
