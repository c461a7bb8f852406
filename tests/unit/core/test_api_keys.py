from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from notes_pipeline.core.api_keys import ApiKey, Scope, hash_secret, hint_of, is_secret, new_token, parse_token
from notes_pipeline.core.ids import new_id


def test_a_token_is_its_id_and_a_secret_of_which_only_the_hash_is_kept() -> None:
    key_id = uuid4()
    token, stored = new_token(key_id)
    parsed = parse_token(token)
    assert parsed is not None
    assert parsed[0] == key_id
    assert is_secret(parsed[1], stored)
    assert parsed[1] not in stored
    assert len(parsed[1]) >= 43


def test_no_two_keys_have_the_same_secret() -> None:
    assert len({new_token(UUID(int=1))[0] for _ in range(100)}) == 100


def test_another_secret_is_not_taken() -> None:
    token, stored = new_token(uuid4())
    parsed = parse_token(token)
    assert parsed is not None
    assert not is_secret(parsed[1][:-1], stored)
    assert not is_secret(parsed[1] + "x", stored)
    assert not is_secret("", stored)
    assert not is_secret(stored, stored)


def test_a_hint_tells_keys_apart_and_no_secret() -> None:
    token, _ = new_token(uuid4())
    parsed = parse_token(token)
    assert parsed is not None
    assert hint_of(token) == f"…{parsed[0].hex[-8:]}"
    assert parsed[1] not in hint_of(token)
    assert len({hint_of(new_token(new_id())[0]) for _ in range(100)}) == 100


@pytest.mark.parametrize(
    "token",
    [
        "",
        "npk",
        "npk_",
        "npk__",
        "npk_0_x",
        f"npk_{'g' * 32}_x",
        f"sk_{'0' * 32}_x",
        f"npk_{'0' * 32}_",
        f"npk_{'0' * 32}",
    ],
)
def test_what_is_no_token_is_none(token: str) -> None:
    assert parse_token(token) is None


@pytest.mark.parametrize(
    ("scopes", "may"),
    [
        pytest.param({Scope.READ}, {Scope.READ}, id="one"),
        pytest.param({Scope.READ, Scope.REVIEW}, {Scope.READ, Scope.REVIEW}, id="two"),
        pytest.param({Scope.ADMIN}, set(Scope), id="admin is all"),
        pytest.param(set(), set(), id="none"),
    ],
)
def test_a_key_may_what_its_scopes_say(scopes: set[Scope], may: set[Scope]) -> None:
    now = datetime.now(UTC)
    key = ApiKey(uuid4(), uuid4(), "backend", "npk_0", frozenset(scopes), now)
    assert {scope for scope in Scope if key.may(scope)} == may
    revoked = ApiKey(uuid4(), uuid4(), "backend", "npk_0", frozenset(scopes), now, revoked_at=now)
    assert not any(revoked.may(scope) for scope in Scope)


def test_a_hash_is_of_the_secret_alone() -> None:
    assert hash_secret("a") == hash_secret("a") != hash_secret("b")
