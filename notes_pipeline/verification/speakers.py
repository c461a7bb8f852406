"""Tell whether two names mean one speaker: "Sarah", "SARAH TAVEL:", "Tavel, Sarah (host)"."""

import re
from functools import lru_cache

from notes_pipeline.verification.tables.language import words
from notes_pipeline.verification.text import fold, normal_word, strip_accents

_ASIDE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|<[^<>]*>")
_MALE = words("mr mister sir herr señor senor sr monsieur senhor")
_FEMALE = words("mrs ms miss madam frau señora senora señorita sra srta madame mme mademoiselle mlle senhora")
_NAMING = re.compile(r"^(?:m\.|don|doña|dona|seu)\s+(?=\w)|(?:さん|さま|様|氏|先生)$", re.IGNORECASE)
_TITLES = (
    _MALE
    | _FEMALE
    | words("dr prof professor dame hon honourable honorable lord lady rev the am mp msp phd md reverend")
)
_SHORT_TITLES = {
    "sgt": "sergeant", "insp": "inspector", "det": "detective", "capt": "captain", "lt": "lieutenant", "col": "colonel",
    "gen": "general", "cllr": "councillor", "sen": "senator", "gov": "governor", "pres": "president",
}  # fmt: skip


@lru_cache(maxsize=4096)
def name_parts(name: str) -> frozenset[str]:
    """Give the words of a name, folded, without titles and asides unless nothing else is left."""
    bare = _NAMING.sub("", _ASIDE.sub(" ", name).strip())
    parts = re.findall(r"[^\W_]+", strip_accents(fold(normal_word(bare.casefold())))) or re.findall(
        r"[^\W_]+", strip_accents(fold(normal_word(name.casefold())))
    )
    parts = [_SHORT_TITLES.get(part, part) for part in parts]
    return frozenset(part for part in parts if part not in _TITLES) or frozenset(parts)


@lru_cache(maxsize=4096)
def _gender(name: str) -> int:
    """Give 1 for the title of a man, -1 for that of a woman, 0 for none."""
    parts = re.findall(r"[^\W_]+", name.casefold())
    return any(part in _MALE for part in parts) - any(part in _FEMALE for part in parts)


@lru_cache(maxsize=4096)
def is_same_speaker(claimed: str, speaker: str) -> bool:
    """Tell whether `claimed` can mean `speaker`: the words of the shorter name, or initials, stand in the longer."""
    one, other = name_parts(claimed), name_parts(speaker)
    if not one or not other:
        return claimed.strip() == speaker.strip()
    if _gender(claimed) * _gender(speaker) < 0:
        return False  # "Mr. Halloran" is not Mrs. Halloran
    if one == other:
        return True
    short, long = (one, other) if len(one) <= len(other) else (other, one)
    if all(part.isdigit() or len(part) == 1 for part in short):
        return False
    if any(part.isdigit() for part in short | long) and {p for p in short if p.isdigit()} != {
        p for p in long if p.isdigit()
    }:
        return False
    return all(
        part in long or (len(part) == 1 and any(other_part.startswith(part) for other_part in long)) for part in short
    )


def is_name_of(written: str, speaker: str) -> bool:
    """Tell whether `written` is nothing but a speaker's name or a part of it: not "Nobody ever heard Ada say"."""
    one = name_parts(written)
    return is_same_speaker(written, speaker) and all(
        part in name_parts(speaker) or (len(part) == 1 and any(other.startswith(part) for other in name_parts(speaker)))
        for part in one
    )
