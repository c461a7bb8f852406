"""Who speaks, as a user says it: names for labels such as SPEAKER_00, and who asks the questions."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from notes_pipeline.core.errors import InputError
from notes_pipeline.core.roles import Role
from notes_pipeline.core.speaking import match_speakers
from notes_pipeline.core.transcript import Transcript

SHOWN = 8  # speakers that a message lists
MAX_NAME = 100

_SHORT = {role.value: role for role in Role}


@dataclass(frozen=True, slots=True)
class WhoSpeaks:
    """What is said about the speakers of a file. `present`: names that stand in it, to be taken for speakers even where
    they stand once. `names`: a new name by the label in the file. `roles`: by label, or by new name.
    """

    present: tuple[str, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    roles: Mapping[str, Role] = field(default_factory=dict)

    @property
    def labels(self) -> tuple[str, ...]:
        """All that stand in the file, or are meant to."""
        new = set(self.names.values())
        return (*self.present, *self.names, *(name for name in self.roles if name not in new))


NOTHING_SAID = WhoSpeaks()


def parse_who_speaks(speakers: Iterable[str], interviewers: Iterable[str] = ()) -> WhoSpeaks:
    """Read what a user writes: `Ann; Ben` are present, `SPEAKER_00=Ann` names one, `Ann=interviewer` gives a role.

    Several stand in one text with `;` between them, or `,` where there is no `;`.

    Raises:
        InputError: a label or a name is missing, or one label gets two names.
    """
    present: list[str] = []
    names: dict[str, str] = {}
    roles: dict[str, Role] = {}
    for text in speakers:
        for piece in re.split(";" if ";" in text else ",", text):
            label, equals, value = (part.strip() for part in piece.partition("="))
            if not label or (equals and not value):
                raise InputError(
                    f"--speakers {text!r}: write names, LABEL=Name, or Name=interviewer, with ; between them"
                )
            if len(value) > MAX_NAME:
                raise InputError(f"--speakers: a name may have {MAX_NAME} characters: {value[:40]!r}…")
            if not equals:
                present.append(label)
            elif value.casefold() in _SHORT:
                roles[label] = _SHORT[value.casefold()]
            elif names.setdefault(label, value) != value:
                raise InputError(f"--speakers: {label!r} gets two names, {names[label]!r} and {value!r}; say which")
    roles |= {name.strip(): Role.INTERVIEWER for name in interviewers if name.strip()}
    return WhoSpeaks(tuple(present), names, roles)


def name_speakers(transcript: Transcript, who: WhoSpeaks) -> tuple[Transcript, Mapping[str, Role]]:
    """Give the transcript with the names that a user gave, and the roles by them.

    A label is found regardless of case and in short forms ("Fenwright, Tilda", "Tilda", "TF"). Two labels may get the
    same name: recognisers cut one speaker in two.

    Raises:
        InputError: nobody is called so, or two are; lists who speaks.
    """
    for label in who.present:
        _find(label, transcript.speakers)
    names = {
        found: name for label, name in who.names.items() for found in _find(label, transcript.speakers) if found != name
    }
    if names:
        renamed = (replace(one, speaker=names.get(one.speaker or "", one.speaker)) for one in transcript.utterances)
        remark = "; ".join(f"{old!r} is {new!r}" for old, new in names.items())
        transcript = replace(
            transcript,
            utterances=tuple(renamed),
            warnings=(*transcript.warnings, f"speakers named by whoever handed the file over: {remark}"),
        )
    roles: dict[str, Role] = {}
    for label, role in who.roles.items():
        for found in _find(label, transcript.speakers, names):
            if roles.setdefault(found, role) is not role:
                raise InputError(f"{found!r} is said to be interviewer and participant; say which")
    return transcript, roles


def _find(label: str, speakers: Sequence[str], names: Mapping[str, str] | None = None) -> frozenset[str]:
    """Find whom a label means; `names`: what speakers are called now, by what they were called before."""
    if names and label in names:
        return frozenset([names[label]])
    found = match_speakers(label, tuple(speakers)) or frozenset(speakers) & {label}
    if not found:
        spoken = ", ".join(repr(speaker) for speaker in speakers[:SHOWN]) or "nobody by name"
        more = f" and {len(speakers) - SHOWN} more" if len(speakers) > SHOWN else ""
        raise InputError(f"{label!r} is no speaker of this transcript, or fits several. There speak {spoken}{more}.")
    return found
