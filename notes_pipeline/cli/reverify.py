"""`reverify`: find the evidence of one version of a transcript in another."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from notes_pipeline.cli.exits import Exit
from notes_pipeline.cli.files import read_file
from notes_pipeline.cli.results import Relocated
from notes_pipeline.core.errors import InvalidClaimError
from notes_pipeline.core.notes import Evidence, Quote, Verdict
from notes_pipeline.core.transcript import Span, Transcript
from notes_pipeline.readers.reading import read_transcript
from notes_pipeline.verification import Fate, Relocation, index_transcript, relocate

Model = TypeVar("Model", bound=BaseModel)


class _Lenient(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class _Verdict(_Lenient):
    """A line of `verify`; spans are [utterance, from, to]."""

    id: str
    matched_text: str
    spans: list[tuple[int, int, int]]
    status: Verdict = Verdict.VERBATIM
    speaker: str | None = None
    prefix: str = ""
    suffix: str = ""


class _EvidenceOfNote(_Lenient):
    """A piece of evidence of `show --json`; spans are [start, end] in the transcript's text."""

    matched_text: str
    spans: list[tuple[int, int]]
    verdict: Verdict = Verdict.VERBATIM
    speaker: str | None = None
    prefix: str = ""
    suffix: str = ""


class _Note(_Lenient):
    id: str
    evidence: list[_EvidenceOfNote]


class _Notes(_Lenient):
    notes: list[_Note]


def reverify_file(evidence: Path, transcript: Path, *, as_json: bool) -> Exit:
    """Tell of each piece of evidence whether it is kept, moved or orphaned in the new version."""
    new = read_transcript(read_file(transcript), transcript.name)
    data = read_file(evidence)
    found = list(_relocate_all(data, evidence.name, new))
    if as_json:
        for each in found:
            print(json.dumps(_line(each, new)))
    else:
        from notes_pipeline.cli.printing import print_relocated

        print_relocated(found, new)
    return Exit.PARTIAL if any(each.relocation.fate is Fate.ORPHANED for each in found) else Exit.OK


def _relocate_all(data: bytes, name: str, new: Transcript) -> Iterator[Relocated]:
    index = index_transcript(new)
    for id_, evidence, old_cut in _evidence(data, name):
        relocation = relocate(evidence, index)
        cut = tuple((u.index, part.start, part.end) for span in relocation.spans for u, part in new.parts(span))
        if cut and cut == old_cut:  # an edit before it moves offsets in the whole text, not in its own utterance
            relocation = Relocation(Fate.KEPT, relocation.spans)
        yield Relocated(id_, evidence.matched_text, relocation, cut)


def _evidence(data: bytes, name: str) -> Iterator[tuple[str, Evidence, tuple[tuple[int, int, int], ...]]]:
    """Yield id, evidence and, where the file has it, the place as [utterance, from, to].

    Raises:
        InvalidClaimError: the file is neither lines of `verify` nor what `show --json` prints; the line is named.
    """
    try:
        whole = json.loads(data)
    except (ValueError, RecursionError):
        whole = None
    if isinstance(whole, Mapping) and "notes" in whole:
        for note in _checked(_Notes, whole, name).notes:
            for number, each in enumerate(note.evidence, start=1):
                spans = tuple(Span(start, end) for start, end in each.spans)
                yield f"{note.id}/{number}", _old(each, each.verdict, spans), ()
        return
    for number, line in enumerate(data.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            fields = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise InvalidClaimError(f"{name}: line {number} is no verdict of `verify`: no JSON") from error
        verdict = _checked(_Verdict, fields, f"{name}: line {number}")
        unknown = (Span(0, 0),) if verdict.spans else ()
        yield verdict.id, _old(verdict, verdict.status, unknown), tuple(verdict.spans)


def _checked(model: type[Model], fields: object, place: str) -> Model:
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        problem = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(part) for part in problem["loc"])
        raise InvalidClaimError(
            f"{place}: {field}: {problem['msg']}. Give what `verify` or `show --json` printed"
        ) from error


def _old(found: _Verdict | _EvidenceOfNote, verdict: Verdict, spans: tuple[Span, ...]) -> Evidence:
    return Evidence(
        Quote(found.matched_text),
        verdict,
        1.0,
        spans=spans,
        matched_text=found.matched_text,
        prefix=found.prefix,
        suffix=found.suffix,
        speaker=found.speaker,
    )


def _line(each: Relocated, new: Transcript) -> dict[str, object]:
    spans = each.relocation.spans
    start_ms, end_ms = (new.start_ms(spans[0]), new.end_ms(spans[-1])) if spans else (None, None)
    return {
        "id": each.id,
        "fate": each.relocation.fate.value,
        "spans": [list(part) for part in each.cut],
        "speaker": new.utterances[each.cut[0][0]].speaker if each.cut else None,
        "start": None if start_ms is None else start_ms / 1000,
        "end": None if end_ms is None else end_ms / 1000,
        "matched_text": " … ".join(new.slice(span) for span in spans),
    }
