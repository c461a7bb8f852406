"""Sets of interviews with gold: JSON lines, one interview each, with the passages that good notes would quote."""

import difflib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import PurePath
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from notes_pipeline.core.errors import InputError
from notes_pipeline.core.gold import GoldInterview, GoldPassage, GoldSet
from notes_pipeline.core.guide import Guide
from notes_pipeline.core.notes import CoverageState
from notes_pipeline.core.reviewing import Decision
from notes_pipeline.core.transcript import Span, Transcript
from notes_pipeline.readers.guides import read_guide
from notes_pipeline.readers.reading import read_transcript
from notes_pipeline.readers.remarks import safe_name, shown

GOLD_FILE = "gold.jsonl"
MAX_FAULTS_SHOWN = 20
MAX_GAP = 400  # characters: verification lets an ellipsis leave out 60 words
_GAP = " … "  # joins the parts of evidence that stand apart, as in Evidence.matched_text


T = TypeVar("T")


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class _Passage(_Form):
    topic: str
    quote: str
    utterance: int | None = None
    essential: bool = False


class _Line(_Form):
    id: str
    transcript: str
    guide: str
    passages: list[_Passage]
    rejected: list[_Passage] = []
    coverage: dict[str, Literal["answered", "partly", "asked_not_answered", "not_asked"]] = {}


def read_gold_set(data: bytes, filename: str, load: Callable[[str], bytes]) -> GoldSet:
    """Read a set and find every passage in its transcript.

    `load`: gives the bytes of a transcript or guide by its path as the set names it, relative to the set; it raises
    OSError or InputError where it cannot.

    Raises:
        InputError: one message with all faults, each with line and field.
    """
    name = safe_name(filename)
    reader = _Reader(load)
    for number, line in enumerate(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1):
        if line.strip():
            reader.read_line(number, line)
    if not reader.faults and not reader.interviews:
        raise InputError(f"{name}: there is no interview in it; write one JSON object on each line")
    if reader.faults:
        raise InputError(_describe_faults(name, reader.faults))
    return GoldSet(PurePath(filename).name or name, tuple(reader.interviews))


def _describe_faults(name: str, faults: Sequence[str]) -> str:
    if len(faults) == 1:
        return f"{name}, {faults[0]}"
    hidden = len(faults) - MAX_FAULTS_SHOWN
    lines = [*faults[:MAX_FAULTS_SHOWN], *([f"and {hidden} more"] if hidden > 0 else [])]
    return "\n".join([f"{name}: the set has {len(faults)} faults:", *(f"  {line}" for line in lines)])


@dataclass(slots=True)
class _Reader:
    """Reads line by line and collects faults; a line with a fault gives no interview, and reading goes on."""

    load: Callable[[str], bytes]
    interviews: list[GoldInterview] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    seen: dict[str, int] = field(default_factory=dict)

    def read_line(self, number: int, data: bytes) -> None:
        before = len(self.faults)
        line = self._parse(number, data)
        if line is None:
            return
        if not line.id.strip():
            self._fault(number, "id", "is empty; give each interview a name of its own")
        if first := self.seen.get(line.id):
            self._fault(number, "id", f"{shown(line.id)!r} is already used on line {first}; give it another")
        self.seen.setdefault(line.id, number)
        transcript = self._open(number, "transcript", line.transcript, read_transcript)
        guide = self._open(number, "guide", line.guide, read_guide)
        if transcript is None or guide is None:
            return
        words = _Words(transcript)
        passages = self._passages(number, "passages", line.passages, guide, words)
        negatives = self._passages(number, "rejected", line.rejected, guide, words)
        right = {(passage.topic, passage.span) for passage in passages}
        for at, negative in enumerate(negatives):
            if (negative.topic, negative.span) in right:
                self._fault(number, f"rejected[{at}]", "the same words are a passage of this topic; keep one of them")
        questions = [question.id for question in guide.questions]
        for question in line.coverage:
            if question not in questions:
                self._fault(number, f"coverage.{shown(question)}", _unknown("question", question, questions))
        if len(self.faults) == before:
            coverage = {question: CoverageState(state) for question, state in line.coverage.items()}
            self.interviews.append(GoldInterview(line.id, transcript, guide, passages, coverage, negatives))

    def _parse(self, number: int, data: bytes) -> _Line | None:
        try:
            fields = json.loads(data.decode())
        except (ValueError, RecursionError) as error:
            self.faults.append(f"line {number}: is no JSON: {shown(str(error), 120)}; write one interview on one line")
            return None
        try:
            return _Line.model_validate(fields)
        except ValidationError as error:
            for fault in error.errors():
                self._fault(number, _place(fault["loc"]), _say(fault["type"], fault["msg"]))
            return None

    def _open(self, number: int, name: str, path: str, read: Callable[[bytes, str], T]) -> T | None:
        try:
            return read(self.load(path), path)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            self._fault(number, name, f"{shown(path)} cannot be read ({reason}); paths start at the set's own folder")
        except InputError as error:
            self._fault(number, name, str(error))
        return None

    def _passages(
        self, number: int, name: str, passages: Iterable[_Passage], guide: Guide, words: "_Words"
    ) -> tuple[GoldPassage, ...]:
        found: list[GoldPassage] = []
        for at, passage in enumerate(passages):
            place = f"{name}[{at}]"
            if passage.topic not in guide.ids:
                self._fault(number, f"{place}.topic", _unknown("question or theme", passage.topic, sorted(guide.ids)))
            span = words.find(passage.quote, passage.utterance)
            if isinstance(span, str):
                self._fault(number, f"{place}.quote", f"“{shown(passage.quote)}” {span}")
            elif any((other.topic, other.span) == (passage.topic, span) for other in found):
                self._fault(number, place, f"“{shown(passage.quote)}” stands here twice for this topic; keep one")
            else:
                found.append(GoldPassage(passage.topic, span, passage.essential))
        return tuple(found)

    def _fault(self, number: int, place: str, message: str) -> None:
        self.faults.append(f"line {number}, {place}: {message}" if place else f"line {number}: {message}")


def _place(loc: Sequence[int | str]) -> str:
    """Write `passages[2].topic`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{shown(part, 40)}" for part in loc).removeprefix(".")


def _say(kind: str, message: str) -> str:
    match kind:
        case "missing":
            return "is missing; add it"
        case "extra_forbidden":
            return "is no field of a gold set; correct its name or take it out"
        case "model_type":
            return "must be an object with fields"
        case _:
            return f"{message[:1].lower()}{message[1:]}"


def _unknown(what: str, id_: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(id_[:64], known, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"it has {', '.join(known[:12]) or 'none'}"
    return f"the guide has no {what} {shown(id_, 64)!r}; {hint}"


class _Words:
    """Finds words in a transcript, whatever their case and the white space between them."""

    def __init__(self, transcript: Transcript) -> None:
        self._transcript = transcript

    @cached_property
    def _plain(self) -> tuple[str, list[int]]:
        return _plain(self._transcript.text)

    def find(self, quote: str, utterance: int | None) -> Span | str:
        """Give where the words stand, or what is wrong with them.

        Words around a gap (" … ") give one span from the first part to the last: in between stands what the note left
        out or a listener's word.
        """
        if not quote.split():
            return "is empty; write the words as they were said"
        if utterance is not None and not 0 <= utterance < len(self._transcript.utterances):
            return f"cannot stand in utterance {utterance}: there are 0 to {len(self._transcript.utterances) - 1}"
        spans = self._places([quote]) or self._places(quote.split(_GAP))
        if not spans:
            return "does not stand in the transcript; copy the words as they were said"
        by_utterance = [(self._transcript.utterance_at(span.start), span) for span in spans]
        here = [span for index, span in by_utterance if utterance in (None, index)]
        if len(here) == 1:
            return here[0]
        indexes = ", ".join(str(index) for index in dict.fromkeys(index for index, _ in by_utterance[:12]))
        if not here:
            return f"does not start in utterance {utterance}, but in {indexes}; correct the number"
        if utterance is None and indexes.count(","):
            return f"stands in the utterances {indexes}; name the one that is meant with `utterance`"
        return f"stands {len(here)} times in the same utterance; add the words around the one that is meant"

    def _places(self, parts: Sequence[str]) -> list[Span]:
        """Give every place of the first part, reaching to the nearest places of the others, in order."""
        text, origins = self._plain
        first, *others = (_plain(part)[0].strip() for part in parts)
        spans: list[Span] = []
        at = text.find(first) if first else -1
        while at >= 0:
            end = at + len(first)
            for other in others:
                next_at = text.find(other, end, end + MAX_GAP + len(other))
                if next_at < 0:
                    break
                end = next_at + len(other)
            else:
                spans.append(Span(origins[at], origins[end - 1] + 1))
            at = text.find(first, at + 1)
        return spans


def _plain(text: str) -> tuple[str, list[int]]:
    """Fold case and white space; for each character that is left, give the position where it came from."""
    characters: list[str] = []
    origins: list[int] = []
    for position, character in enumerate(text):
        # casefold() can lengthen a character ("ß" -> "ss"), so each one is folded alone and keeps its position.
        folded = " " if character.isspace() else character.casefold()
        if folded == " " and characters and characters[-1] == " ":
            continue
        characters.extend(folded)
        origins.extend([position] * len(folded))
    return "".join(characters), origins


@dataclass(frozen=True, slots=True)
class ReviewedQuote:
    """A quote of a note that a person has decided on.

    `words`: the transcript's own, `Evidence.matched_text`; empty where nothing was found. `utterance`: the first one.
    """

    topic: str
    words: str
    utterance: int | None
    decision: Decision


def write_gold_line(
    id_: str,
    transcript: str,
    guide: str,
    reviewed: Iterable[ReviewedQuote],
    coverage: Mapping[str, CoverageState] | None = None,
) -> str:
    """Write one interview as a line that `read_gold_set` reads, without a line end.

    `transcript`, `guide`: paths relative to the set. Accepted and corrected notes give passages: a correction changes
    the statement, not the words. Rejected ones give `rejected`, unless the same words were accepted for the same
    topic: then it was the statement that was wrong. Quotes without words, and undetermined questions, are left out.
    """
    kept: dict[bool, dict[tuple[str, str, int | None], dict[str, object]]] = {True: {}, False: {}}
    for quote in reviewed:
        if quote.words.strip():
            passage: dict[str, object] = {"topic": quote.topic, "quote": quote.words}
            if quote.utterance is not None:
                passage["utterance"] = quote.utterance
            key = (quote.topic, _plain(quote.words)[0].strip(), quote.utterance)
            kept[quote.decision is not Decision.REJECT].setdefault(key, passage)
    states = {question: state.value for question, state in (coverage or {}).items()}
    fields = {
        "id": id_,
        "transcript": transcript,
        "guide": guide,
        "passages": list(kept[True].values()),
        "rejected": [passage for key, passage in kept[False].items() if key not in kept[True]],
        "coverage": {question: state for question, state in states.items() if state != CoverageState.UNDETERMINED},
    }
    return json.dumps(fields, ensure_ascii=False)


def reviewed_quotes(
    transcript: Transcript, decided: Iterable[tuple[str, Sequence[Span], Decision]]
) -> Iterator[ReviewedQuote]:
    """Name the words of decisions so that `read_gold_set` finds just them.

    `decided`: topic, the spans of one quote, and what was decided. Words that stand twice in their utterance give the
    whole utterance where they are right, and nothing where they were rejected: the rest of it was not.
    """
    words = _Words(transcript)
    for topic, spans, decision in decided:
        if not spans:
            continue
        first, last = transcript.utterance_at(spans[0].start), transcript.utterance_at(spans[-1].end - 1)
        places = [Span(spans[0].start, spans[-1].end)]
        if decision is not Decision.REJECT:
            places.append(Span(transcript.utterance_span(first).start, transcript.utterance_span(last).end))
        for said in map(transcript.slice, places):
            if isinstance(words.find(said, first), Span):
                yield ReviewedQuote(topic, said, first, decision)
                break


def write_transcript(transcript: Transcript) -> str:
    """Write a transcript as our own JSON, which keeps every character where it is."""
    utterances: list[dict[str, object]] = []
    for each in transcript.utterances:
        fields: dict[str, object] = {
            "id": each.index,
            "speaker": each.speaker,
            "start": _seconds(each.start_ms),
            "end": _seconds(each.end_ms),
            "text": each.text,
        }
        if each.words:
            fields["words"] = [
                {
                    "text": each.text[word.span.start : word.span.end],
                    "start": _seconds(word.start_ms),
                    "end": _seconds(word.end_ms),
                }
                for word in each.words
            ]
        utterances.append(fields)
    return json.dumps({"utterances": utterances}, ensure_ascii=False, indent=1)


def write_guide(guide: Guide) -> str:
    """Write a guide as JSON that `read_guide` reads."""
    fields: dict[str, object] = {
        "title": guide.title,
        "goal": guide.goal,
        "questions": [_filled(asdict(question)) for question in guide.questions],
        "themes": [_filled(asdict(theme)) for theme in guide.themes],
        "interviewer": guide.interviewers,
        "participant": guide.participants,
    }
    return json.dumps(_filled(fields), ensure_ascii=False, indent=1)


def _filled(fields: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in fields.items() if value}


def _seconds(time_ms: int | None) -> float | None:
    return None if time_ms is None else time_ms / 1000
