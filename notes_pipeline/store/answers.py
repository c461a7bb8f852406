"""Answers that were paid for, and single flight: of all that need the same one, one asks.

An answer of the form asked for is shared by all runs of its workspace. What else came of a request (no answer, or one
of another form), and whatever a run gets that wants no known answers, is its own: `scope` is the run's id then.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum, auto
from typing import Any
from uuid import UUID

from notes_pipeline.core.model_calls import CallOutcome, ModelCall, Purpose
from notes_pipeline.store.direct import Row, Statements
from notes_pipeline.store.model_calls import ADD_CALLS, CallsOf, call_values

SHARED = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Asker:
    """Who wants an answer. `owner`: the token of the chunk's lease, or any where a whole run asks (`has_chunk` False).

    `takes_known`: answers that other runs paid for are good enough.
    """

    workspace_id: UUID
    transcript_id: UUID
    run_id: UUID
    owner: UUID
    has_chunk: bool
    takes_known: bool

    @property
    def scope(self) -> UUID:
        """Where this run's requests in flight stand."""
        return SHARED if self.takes_known else self.run_id

    @property
    def scopes(self) -> tuple[UUID, ...]:
        """Where this run finds answers."""
        return (self.run_id, SHARED) if self.takes_known else (self.run_id,)


@dataclass(frozen=True, slots=True)
class Wanted:
    """`key`: of the request. `context`, `topics`: see `AnswerRow`. `reserved_micro_usd`: the most it may cost."""

    key: str
    purpose: Purpose
    model: str
    context: str | None = None
    topics: tuple[str, ...] = ()
    reserved_micro_usd: int = 0


@dataclass(frozen=True, slots=True)
class KnownAnswer:
    """`outcome` other than `answered`: `text` says why there is no answer, or is one of the wrong form.

    `model`: that gave it, by its own name where it told one. `run_id`: of the run that paid for it. `key`: of the
    request, where it was found.
    """

    outcome: CallOutcome
    text: str
    model: str
    topics: tuple[str, ...]
    run_id: UUID
    key: str = ""


class Taken(StrEnum):
    """What came of the attempt to take a request on."""

    OURS = auto()  # to be asked by the asker
    ANOTHERS = auto()  # another asks just now
    LOST = auto()  # the chunk is not the asker's any more


def take_on(statements: Statements, asker: Asker, wanted: Wanted, *, lease_s: float) -> KnownAnswer | Taken:
    """Give the answer, or take it on to ask.

    What another took on is free again when its chunk's lease has ended, or `lease_s` is over. Until then what it may
    cost stays held, since it may still be answered.
    """
    lease = {"reserved": wanted.reserved_micro_usd, "lease": timedelta(seconds=lease_s)}
    ((is_held, is_taken, *known),) = statements.run(_TAKE_ON, _row(asker, wanted) | lease)
    if known[0] is not None:
        return _known(known)
    if not is_held:
        return Taken.LOST
    return Taken.OURS if is_taken else Taken.ANOTHERS


def find_answer(statements: Statements, asker: Asker, key: str) -> KnownAnswer | None:
    """Give what is known of a request and good for this run. None: nothing, or it is being asked."""
    found = statements.run(_FIND, {"workspace": asker.workspace_id, "key": key, "scopes": list(asker.scopes)})
    return _known(found[0]) if found else None


def find_parts(statements: Statements, asker: Asker, context: str, topics: Sequence[str]) -> list[KnownAnswer]:
    """Give the answers of one context that speak of any of the topics, the newest first."""
    wanted = {
        "workspace": asker.workspace_id,
        "context": context,
        "topics": list(topics),
        "scopes": list(asker.scopes),
    }
    return [_known(row) for row in statements.run(_FIND_PARTS, wanted)]


def count_hits(statements: Statements, asker: Asker, known: Sequence[KnownAnswer]) -> None:
    """Count that answers were of use to another run than that which paid for them."""
    keys = [each.key for each in known]
    statements.run(_COUNT_HITS, {"workspace": asker.workspace_id, "keys": keys, "shared": SHARED})


def store_answer(
    statements: Statements,
    asker: Asker,
    wanted: Wanted,
    outcome: CallOutcome,
    text: str,
    model_served: str | None,
    calls: Sequence[ModelCall],
    of: CallsOf,
) -> None:
    """Keep what came of a request, for all runs or for this one, and the calls that it took.

    Of a run that was erased meanwhile only what the calls cost is kept.

    Another who took it over meanwhile and has not ended it gets this answer, too.
    """
    is_for_all = outcome is CallOutcome.ANSWERED
    scopes = {SHARED if is_for_all else asker.run_id, asker.scope if is_for_all else asker.run_id}
    said = {"outcome": outcome.value, "content": text, "model_served": model_served, "scopes": list(scopes)}
    statements.run(_KEEP, _row(asker, wanted) | said | call_values(calls, of))
    if asker.scope not in scopes:
        give_up(statements, asker, wanted.key)


def give_up(statements: Statements, asker: Asker, key: str) -> None:
    """Let go of what was taken on and not answered."""
    of = {"workspace": asker.workspace_id, "key": key, "scope": asker.scope, "owner": asker.owner}
    statements.run(_GIVE_UP, of)


def _row(asker: Asker, wanted: Wanted) -> dict[str, object]:
    return {
        "workspace": asker.workspace_id,
        "key": wanted.key,
        "scope": asker.scope,
        "scopes": list(asker.scopes),
        "transcript": asker.transcript_id,
        "run": asker.run_id,
        "purpose": wanted.purpose.value,
        "model": wanted.model,
        "context": wanted.context,
        "topics": list(wanted.topics),
        "owner": asker.owner,
        "is_chunk_owner": asker.has_chunk,
    }


def _known(row: Row | Sequence[Any]) -> KnownAnswer:
    key, run_id, outcome, content, model_served, model, topics = row
    return KnownAnswer(CallOutcome(outcome), content or "", model_served or model, tuple(topics), run_id, key)


_SAID = "key, run_id, outcome, content, model_served, model, topics"
_FIND = f"""
    SELECT {_SAID} FROM answer
    WHERE workspace_id = %(workspace)s AND key = %(key)s AND scope = ANY (%(scopes)s::uuid[]) AND outcome IS NOT NULL
    ORDER BY scope DESC LIMIT 1
"""  # noqa: S608 (constants); one's own first
_FIND_PARTS = f"""
    SELECT {_SAID} FROM answer
    WHERE workspace_id = %(workspace)s AND context = %(context)s AND topics && %(topics)s::text[]
          AND outcome = 'answered' AND scope = ANY (%(scopes)s::uuid[])
    ORDER BY created_at DESC
"""  # noqa: S608
_COUNT_HITS = """
    UPDATE answer SET hits = hits + 1, last_hit_at = now()
    WHERE workspace_id = %(workspace)s AND key = ANY (%(keys)s::text[]) AND scope = %(shared)s
"""
_ROW = "workspace_id, key, scope, transcript_id, run_id, purpose, model, context, topics, owner, is_chunk_owner"
_VALUES = """
    %(workspace)s::uuid, %(key)s, {scope}, %(transcript)s::uuid, %(run)s::uuid, %(purpose)s, %(model)s, %(context)s,
    %(topics)s::text[], %(owner)s::uuid, %(is_chunk_owner)s::boolean
"""
_TAKE_ON = f"""
WITH known AS ({_FIND}), held AS (
    SELECT NOT %(is_chunk_owner)s::boolean OR EXISTS (SELECT FROM chunk WHERE lease_token = %(owner)s) AS is_held
), taken AS (
    INSERT INTO answer AS asked ({_ROW}, lease_until, reserved_micro_usd)
    SELECT {_VALUES.format(scope="%(scope)s::uuid")}, now() + %(lease)s, %(reserved)s::bigint
    FROM held WHERE is_held AND NOT EXISTS (SELECT FROM known)
    ON CONFLICT (workspace_id, key, scope) DO UPDATE SET
        transcript_id = excluded.transcript_id, run_id = excluded.run_id, owner = excluded.owner,
        is_chunk_owner = excluded.is_chunk_owner, lease_until = excluded.lease_until,
        reserved_micro_usd = excluded.reserved_micro_usd
            + CASE WHEN asked.lease_until > now() THEN asked.reserved_micro_usd ELSE 0 END
    WHERE asked.outcome IS NULL AND (
        asked.lease_until < now() OR asked.owner = excluded.owner OR asked.is_chunk_owner AND NOT EXISTS (
            SELECT FROM chunk WHERE chunk.lease_token = asked.owner AND chunk.lease_until > now()))
    RETURNING key
)
SELECT held.is_held, EXISTS (SELECT FROM taken), known.* FROM held LEFT JOIN known ON true
"""  # noqa: S608
_KEEP = f"""
WITH called AS ({ADD_CALLS}), unerased AS (SELECT FROM run WHERE id = %(run)s FOR KEY SHARE)
INSERT INTO answer ({_ROW}, lease_until, reserved_micro_usd, outcome, content, model_served, created_at)
SELECT {_VALUES.format(scope="place")}, now(), 0, %(outcome)s, %(content)s, %(model_served)s, clock_timestamp()
FROM unnest(%(scopes)s::uuid[]) AS place, unerased
ON CONFLICT (workspace_id, key, scope) DO UPDATE SET
    transcript_id = excluded.transcript_id, run_id = excluded.run_id, outcome = excluded.outcome,
    content = excluded.content, model_served = excluded.model_served, reserved_micro_usd = 0,
    created_at = excluded.created_at
"""  # noqa: S608
_GIVE_UP = """
    DELETE FROM answer
    WHERE workspace_id = %(workspace)s AND key = %(key)s AND scope = %(scope)s AND owner = %(owner)s AND outcome IS NULL
"""
