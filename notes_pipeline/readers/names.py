"""Which words before a colon are speakers: those that look like a name and come back.

A colon alone proves nothing: "Note: the price is high" is speech. Names are therefore chosen over the whole file.
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

MAX_PREFIX = 60  # the longest real name in the survey has 41 characters
MAX_WORDS = 7
SEEN = 1024  # names that are remembered: a file has the same few on every second line
NAMED_SHARE = 0.5  # of the lines: from here on the file names every speaker, and two words seen once can be a name
FULLY_NAMED_SHARE = 0.8  # and from here on also a single word

OWN_SHARE = 0.02  # of the lines, for a name written small like the words of a sentence

_LABELS = (
    r"interviewer(?:in)?|interviewee|moderator(?:in)?|facilitator|researcher|participant|respondent|informant|subject"
    r"|speaker(?: undefined)?|unknown(?: speaker)?|host|guest|narrator|teilnehmer(?:in)?|befragte[r]?|sprecher(?:in)?"
    r"|entrevistador(?:a)?|entrevistado|entrevistada|participante|enquêteur|enquêtrice|intervieweur|locuteur"
)
_LABEL = re.compile(rf"(?:{_LABELS})(?:[ _#-]{{0,2}}(?:[A-Z\d]{{1,3}}|SPEAKER_\d{{1,4}}))?", re.IGNORECASE)
_NUMBERED = re.compile(r"SPEAKER_\d{1,4}|(?!Q)[A-Z]{1,3}[ -]?\d{1,3}|[Ii]d ?\d{1,3}")  # P1, S01; not Q1, a question
_DISCOURSE = frozenset(  # words that start sentences of speech or lines of a header, with a colon after them
    re.findall(
        r"\w+",
        """
        note notes nb remember remark yes no so but and okay ok well like first second third firstly secondly next also
        then now here this that today basically meaning because fact rule step steps point problem solution result
        answer question reason quote example warning tip update edit source url http https www re time date duration
        location place title subject topic summary agenda attendees goal goals key important listen look see plus or not
        for with you he she it we they there what why how when where who conclusion namely again secret bottom
        chapter part break pause music intro outro ad ads sponsor ps todo fyi aka eg ie etc version total score price
        age gender name email phone
        """,
    )
)
_ASK_AND_ANSWER = frozenset({"Question", "Answer"})  # speakers only where they share the file between them
_PARTICLES = frozenset(
    re.findall(r"\w+", "de da di do dos das del der den van von ten ter la le el al bin ibn of and und y e zu af av")
)
_ABBREVIATION = re.compile(r"\b[^\W\d_]{1,4}\.(?=\s|$|[^\W\d_]\.)")
_NO_NAME = re.compile(r"[?!;\"“”„«»<>{}=\\…]|\.(?!\w)|//|https?$")  # "Ann (she/her)" and "Ann | Acme" are names


def split_prefix(line: str) -> tuple[str, str] | None:
    """Cut `Name: text` at its colon; None where what stands before no colon could be a name.

    "Name::" is a typing error for one colon. A colon inside a time or an address is none.
    """
    head = line[: MAX_PREFIX + 1]
    at = min((place for place in (head.find(":"), head.find("：")) if place >= 0), default=-1)
    if at <= 0:
        return None
    name, rest = line[:at].strip(" \t-–—•>"), line[at + 1 :].lstrip(":：")
    if name.startswith("[") and name.endswith("]"):  # WhisperX writes "[SPEAKER_00]: text" into its captions
        name = name[1:-1].strip()
    if rest.startswith("/") or (name[-1:].isdigit() and rest[:1].isdigit()) or not looks_like_name(name):
        return None
    return name, rest.strip()


def looks_like_name(name: str) -> bool:
    """Tell whether the words could be a speaker's name or label: short, no sentence punctuation."""
    return 0 < len(name) <= MAX_PREFIX and _looks_like_name(name)


@lru_cache(SEEN)
def _looks_like_name(name: str) -> bool:
    if not any(character.isalnum() for character in name):
        return False
    words = name.split()
    return len(words) <= MAX_WORDS and name.count(",") <= 1 and not _NO_NAME.search(_ABBREVIATION.sub("", name))


def is_label(name: str) -> bool:
    """Tell whether it is a label that transcribers give to speakers: Interviewer, Speaker 2, P1."""
    return _LABEL.fullmatch(name) is not None or _NUMBERED.fullmatch(name) is not None


def choose_names(
    counts: Mapping[str, int],
    lines: int,
    *,
    listed: Iterable[str] = (),
    present: Iterable[str] = (),
    names_every_line: bool = True,
) -> frozenset[str]:
    """Choose the speakers among the prefixes of a file.

    `counts`: how often each prefix stands before a colon. `lines`: how many lines could have one. `listed`: names for
    which more speaks than a colon. `present`: names that are known to be of speakers, in any case. `names_every_line`:
    the format names the speaker at each line, so in a file where most lines are named even a name seen once is one;
    else only recurrence counts.
    """
    said = {name.casefold() for name in present}
    known = {*listed, *(name for name in counts if name.casefold() in said)}
    names = {name for name in counts if name in known or is_label(name)}
    names |= {name for name, count in counts.items() if count >= 2 and is_proper(name)}
    if all(counts.get(name, 0) * 4 >= lines for name in _ASK_AND_ANSWER):
        names |= _ASK_AND_ANSWER
    if names_every_line:
        share = sum(counts[name] for name in names) / max(1, lines)
        least = max(2, OWN_SHARE * lines)
        names |= {name for name, count in counts.items() if count >= least and share + count / lines >= NAMED_SHARE}
        share = sum(counts[name] for name in names) / max(1, lines)
        proper = {name for name in counts if is_proper(name)}
        if sum(counts[name] for name in proper) >= FULLY_NAMED_SHARE * lines:
            names |= proper
        elif share >= NAMED_SHARE:
            names |= {name for name in proper if " " in name}
        names = {name for name in names if not is_discourse(name) or name in known | _ASK_AND_ANSWER}
    return frozenset(names)


@lru_cache(SEEN)
def is_capitalised(name: str) -> bool:
    """Tell whether each word is written like one of a name (Ann, d'Arc, 王芳), not like one of a sentence."""
    words = re.sub(r"\([^()]{0,60}\)", "", name).split()
    return bool(words) and all(not word.islower() or word in _PARTICLES for word in words)


def is_proper(name: str) -> bool:
    """Tell whether it is written like a name and is no word that starts sentences with a colon."""
    return is_capitalised(name) and not is_discourse(name)


def is_discourse(name: str) -> bool:
    """Tell whether it is a word that people and headers put before a colon: note, so, date."""
    return name.casefold() in _DISCOURSE
