"""Who asks and who answers: as the guide says, else as labels say, else a guess from who asks questions.

A wrong guess would let an interviewer's words count as evidence or hide a participant's, so where it is not clear
nobody gets a role.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from notes_pipeline.core.guide import Guide
from notes_pipeline.core.roles import Roles
from notes_pipeline.core.transcript import Transcript

MIN_QUESTIONS = 3  # fewer may be chance: participants ask "You know what I mean?" too
MIN_QUESTION_SHARE = 0.2  # of an interviewer's sentences; 0.25 to 0.7 in the interviews we have, participants below 0.1
LEAD = 2.5  # how many times the share of the next speaker
MIN_TURN_SHARE = 0.2  # who asks comes back; in a meeting of ten, one who only asks is no interviewer
MAX_WORD_SHARE = 0.6  # who speaks most of the words is not the one who asks

_ASKING_LABEL = re.compile(
    r"(?:lead |co-?)?(?:interviewer(?:in)?|moderator(?:in)?|facilitator|researcher|entrevistador(?:a)?|intervieweur"
    r"|intervieweuse|enquêteur|enquêtrice)(?: ?\(?[a-z0-9]{1,2}\)?)?|int|mod"
)
_ASKING_LETTERS = {"q": {"a"}, "i": {"r", "p"}, "m": {"r", "p"}}  # with the letters they stand opposite to
_ANSWERING_LABEL = re.compile(
    r"(?:interviewee|participant|respondent|informant|subject|narrator|befragte[r]?|teilnehmer(?:in)?|entrevistad[oa]"
    r"|enquêtée?|participante)(?: ?\(?[a-z0-9]{1,3}\)?)?|[pr]\d{1,3}|resp\d{0,3}"
)
_SENTENCE = re.compile(r"[^.?!…。？！؟]*[.?!…。？！؟]+")
_QUESTION = re.compile(r"[?？؟]")
_BRACKETS = re.compile(r"[(\[][^()\[\]]*[)\]]")
_NO_WORD = re.compile(r"[^\w\s]|_")


def resolve_roles(transcript: Transcript, guide: Guide, given: Roles | None = None) -> Roles:
    """Give the speakers their roles: those that were given with the transcript, else those that the guide names, else
    guessed ones.

    Names match regardless of case and in short forms ("Fenwright, Tilda", "Tilda", "TF"); a short form that fits
    two different speakers matches none. Where one side only is named, the other speakers are the other side. `given`:
    names spelled as in the transcript, and no others.
    """
    given = given or Roles()
    interviewers = _match_all(guide.interviewers, transcript.speakers) - given.participants | given.interviewers
    participants = _match_all(guide.participants, transcript.speakers) - interviewers | given.participants
    others = frozenset(transcript.speakers) - interviewers - participants
    if interviewers:
        return Roles(interviewers, participants or others)
    guess = guess_roles(transcript)
    if not participants:
        return guess
    asking = others if len(others) == 1 else guess.interviewers & others
    return Roles(asking, participants, guessed=bool(asking))


def guess_roles(transcript: Transcript) -> Roles:
    """Guess who asks: by labels such as "Interviewer" or "Q", else by the share of sentences that are questions.

    Nobody has a role where that is not clear.
    """
    asking = _asking_by_label(transcript.speakers) or _asking_by_questions(transcript)
    if not asking:
        return Roles(guessed=True)
    asking = _match_all(asking, transcript.speakers)  # transcribers write a name once and its initials after that
    return Roles(asking, frozenset(transcript.speakers) - asking, guessed=True)


def _asking_by_label(speakers: Iterable[str]) -> frozenset[str]:
    labels = {speaker: speaker.casefold().strip(" .:*") for speaker in speakers}
    asking = frozenset(speaker for speaker, label in labels.items() if _ASKING_LABEL.fullmatch(label))
    answering = {speaker for speaker, label in labels.items() if _ANSWERING_LABEL.fullmatch(label)}
    if asking:
        return asking
    rest = [speaker for speaker in labels if speaker not in answering]
    if answering and len(rest) == 1:  # "Tilda" and "Participant 3"
        return frozenset(rest)
    found = set(labels.values())
    return frozenset(speaker for speaker, label in labels.items() if _ASKING_LETTERS.get(label, set()) & found)


@dataclass(slots=True)
class _Speech:
    turns: int = 0
    words: int = 0
    sentences: int = 0
    questions: int = 0

    @property
    def share(self) -> float:
        return self.questions / self.sentences if self.sentences else 0.0


def _asking_by_questions(transcript: Transcript) -> frozenset[str]:
    speeches: defaultdict[str, _Speech] = defaultdict(_Speech)
    for turn in transcript.turns:
        if turn.speaker is None:
            continue
        # Captions cut sentences anywhere, so sentences are counted in whole turns.
        text = " ".join(one.text for one in transcript.utterances[turn.first : turn.last + 1])
        sentences = _SENTENCE.findall(text)
        speech = speeches[turn.speaker]
        speech.turns += 1
        speech.words += len(text.split())
        speech.sentences += len(sentences)
        speech.questions += sum(1 for sentence in sentences if _QUESTION.search(sentence))
    if len(speeches) < 2:
        return frozenset()
    ranked = sorted(speeches, key=lambda speaker: speeches[speaker].share, reverse=True)
    first, second = speeches[ranked[0]], speeches[ranked[1]]
    is_clear = (
        first.questions >= MIN_QUESTIONS
        and first.share >= max(MIN_QUESTION_SHARE, LEAD * second.share)
        and first.turns >= MIN_TURN_SHARE * sum(speech.turns for speech in speeches.values())
        and first.words <= MAX_WORD_SHARE * sum(speech.words for speech in speeches.values())
    )
    return frozenset(ranked[:1]) if is_clear else frozenset()


def _match_all(names: Iterable[str], speakers: tuple[str, ...]) -> frozenset[str]:
    return frozenset(speaker for name in names for speaker in match_speakers(name, speakers))


def match_speakers(name: str, speakers: tuple[str, ...]) -> frozenset[str]:
    """Give the speakers that a name means: spelled so, else all fitting forms of one person, else none."""
    wanted = _name_words(name)
    if not wanted:
        return frozenset()
    known = {speaker: _name_words(speaker) for speaker in speakers}
    exact = frozenset(speaker for speaker, words in known.items() if words == wanted)
    fitting = exact | {speaker for speaker, words in known.items() if _is_short_form(wanted, words)}
    if all(_is_short_form(known[one], known[other]) for one in fitting for other in fitting):
        return fitting
    return exact


def _name_words(name: str) -> tuple[str, ...]:
    """Give the words of a name without case, brackets and punctuation; "Fenwright, Tilda" in the order of speech."""
    plain = _BRACKETS.sub(" ", unicodedata.normalize("NFKC", name)).casefold()
    last, comma, first = plain.partition(",")
    return tuple(_NO_WORD.sub(" ", f"{first} {last}" if comma else plain).split())


def _is_short_form(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Tell whether one name is the other, or words, initials or abbreviated words of it."""
    short, long = sorted((one, other), key=lambda words: len("".join(words)))
    if not short:
        return False
    initials = "".join(word[0] for word in long)
    if len(long) > 1 and "".join(short) == initials:
        return True
    rest = list(long)
    for word in short:
        fit = next((w for w in rest if w == word or (len(word) == 1 and w.startswith(word) and len(short) > 1)), None)
        if fit is None:
            return False
        rest.remove(fit)
    return True
