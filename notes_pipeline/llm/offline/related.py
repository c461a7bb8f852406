"""Words that speak of the same thing, for topics as general as "What makes it difficult?". English only.

Without them a general guide finds next to nothing: nobody who has a problem says "problem".
"""

from functools import cache

from notes_pipeline.llm.offline.words import terms

# The words before the colon, in a topic, ask for those of the whole line.
_GROUPS = """
problem problems difficult difficulty wrong fail fails barrier obstacle challenge: hard trouble issue mistake
    mistakes struggle broken breaks broke worst annoying stuck slow slower complain complaints lost lose missed
    confusing late error
feeling feelings feel felt emotion emotions: happy unhappy sad angry proud pride worried worry afraid scared
    love loved hate hated glad sorry frustrated frustration frustrating relief relieved upset enjoy enjoyed miss
    nervous sweating disappointed trust doubt cried hurt ashamed excited bored lonely fun
goal goals achieve aim purpose: want wanted hope hoped try trying tried important matters need needed care
    success
wish wishes want improve: hope hoped love rather better change different instead should if
decision decisions decide decided choice: choose chose chosen reason because agreed plan picked switch switched
    found
process step steps workflow: first then next after before usually always every start finish check write send
    call day week
workaround workarounds: instead paper copy hand manual manually trick own list notebook spreadsheet twice anyway
    help
family colleague colleagues authorities: wife husband mother father sister brother son daughter kids children
    boss manager team friend friends neighbour neighbor doctor teacher police customers clients
cost costs price money: pay paid pays euro euros dollar dollars pound pounds expensive cheap budget afford
    invoice
memorable worth surprising striking: never always ever worst best imagine remember forget suddenly
situation role job background: live lived grew born school studied years job company business started run own
"""


def related_terms(wanted: frozenset[str]) -> frozenset[str]:
    """Give the terms of every group that the topic's own terms name; without the topic's own."""
    found = [members for heads, members in _groups() if heads & wanted]
    return frozenset().union(*found) - wanted


@cache
def _groups() -> list[tuple[frozenset[str], frozenset[str]]]:
    lines = _GROUPS.strip().replace("\n    ", " ").split("\n")
    groups = []
    for line in lines:
        heads, _, members = line.partition(":")
        groups.append((_terms(heads), _terms(heads) | _terms(members)))
    return groups


def _terms(text: str) -> frozenset[str]:
    return frozenset(terms(text, frozenset()))
