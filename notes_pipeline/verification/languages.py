"""Choose the tables of a transcript: by the language it names, else by its commonest words."""

import re
from collections import Counter
from functools import cache
from importlib import import_module

from notes_pipeline.verification.tables.language import Language
from notes_pipeline.verification.tables.plain import PLAIN

_MODULES = {
    "en": "english",
    "de": "german",
    "fr": "french",
    "es": "spanish",
    "pt": "portuguese",
}  # loaded when first asked for
_SAMPLE_CHARS = 20_000  # enough for some thousand words; the share of common words settles after a few hundred
_LEAST_SHARE = 0.12  # share of common words under which no language is believed; English speech has 0.25 to 0.35


@cache  # statements are short, and each is asked about: the import system alone would take a third of the time
def _load(code: str) -> Language | None:
    module = _MODULES.get(code)
    if module is None:
        return None
    tables = import_module(f"notes_pipeline.verification.tables.{module}")
    found = getattr(tables, module.upper())
    return found if isinstance(found, Language) else None


def language_named(tag: str) -> Language | None:
    """Give the tables for a BCP 47 tag ("de-CH"), None where there are none."""
    code = tag.replace("_", "-").split("-")[0].lower()
    code = {"eng": "en", "deu": "de", "ger": "de", "fra": "fr", "fre": "fr", "spa": "es", "por": "pt"}.get(code, code)
    return _load(code) if code in _MODULES else None


def choose_language(tag: str | None, folded: str) -> Language:
    """Choose by tag, else by the words of the folded text; the plain tables where neither tells."""
    if tag:
        return language_named(tag) or PLAIN
    sample = Counter(re.findall(r"[^\W\d_]+", folded[:_SAMPLE_CHARS]))
    total = sample.total()
    best, best_share = PLAIN, _LEAST_SHARE
    for code in _MODULES:
        language = _load(code)
        if language is None or not total:
            continue
        share = sum(map(sample.__getitem__, sample.keys() & language.common)) / total
        if share > best_share:
            best, best_share = language, share
    return best
