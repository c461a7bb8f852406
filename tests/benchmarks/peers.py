"""How others find a quote: each as `prepare(text)` and `verify(prepared, quote)`. Only those that are installed."""

import importlib
import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Peer:
    """`accepts`: does it take the quote for one of the transcript? Gives the characters where it found it."""

    name: str
    prepare: Callable[[str], Any]
    accepts: Callable[[Any, str], tuple[int, int] | None]


def installed_peers() -> list[Peer]:
    """List the peers whose libraries can be imported."""
    found = [_substring(), *(_partial_ratio(threshold) for threshold in (85, 95))]
    for library, peer in (("edlib", _edlib), ("fuzzysearch", _fuzzysearch), ("langextract", _langextract)):
        if importlib.util.find_spec(library) is not None:
            found.append(peer())
    return found


def _substring() -> Peer:
    def accepts(text: str, quote: str) -> tuple[int, int] | None:
        start = text.find(quote.strip())
        return (start, start + len(quote.strip())) if start >= 0 and quote.strip() else None

    return Peer("substring", str, accepts)


def _partial_ratio(threshold: int) -> Peer:
    from rapidfuzz import fuzz

    def accepts(text: str, quote: str) -> tuple[int, int] | None:
        found = fuzz.partial_ratio_alignment(quote.lower(), text, score_cutoff=threshold) if quote.strip() else None
        return (found.dest_start, found.dest_end) if found is not None else None

    return Peer(f"rapidfuzz partial_ratio >= {threshold}", str.lower, accepts)


def _edlib() -> Peer:
    edlib = importlib.import_module("edlib")

    def accepts(text: str, quote: str) -> tuple[int, int] | None:
        found = (
            edlib.align(quote.lower(), text, mode="HW", task="locations", k=len(quote) // 10) if quote.strip() else {}
        )
        places = found.get("locations") or []
        return (places[0][0] or 0, places[0][1] + 1) if places else None

    return Peer("edlib infix, 10 % errors", str.lower, accepts)


def _fuzzysearch() -> Peer:
    find_near_matches = importlib.import_module("fuzzysearch").find_near_matches

    def accepts(text: str, quote: str) -> tuple[int, int] | None:
        if len(quote.strip()) < 10:
            return None
        found = find_near_matches(quote.lower(), text, max_l_dist=len(quote) // 10)
        return (found[0].start, found[0].end) if found else None

    return Peer("fuzzysearch, 10 % errors", str.lower, accepts)


def _langextract() -> Peer:
    data = importlib.import_module("langextract.data")
    resolver = importlib.import_module("langextract.resolver")

    def accepts(text: str, quote: str) -> tuple[int, int] | None:
        extraction = data.Extraction(extraction_class="quote", extraction_text=quote)
        aligned = resolver.WordAligner().align_extractions([[extraction]], text)
        place = aligned[0][0].char_interval if aligned and aligned[0] else None
        return (place.start_pos, place.end_pos) if place is not None else None

    return Peer("langextract's aligner", str, accepts)
