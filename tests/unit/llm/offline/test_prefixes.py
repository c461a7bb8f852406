import pytest

from notes_pipeline.llm.offline.prefixes import MIN_CACHED_TOKENS, PrefixCache
from notes_pipeline.llm.offline.protocol import ChatMessage

PROMPT = ChatMessage(role="system", content="Take. " * 1_000)  # 1,500 tokens
GUIDE = ChatMessage(role="user", content="Guide. " * 400)  # 700
CHUNK = ChatMessage(role="user", content="Words. " * 400)
OTHER = ChatMessage(role="user", content="Other. " * 400)


def test_the_longest_run_of_leading_messages_that_came_before_is_cached() -> None:
    cache = PrefixCache()
    assert cache.read("m", [PROMPT, GUIDE, CHUNK]) == 0
    assert cache.read("m", [PROMPT, GUIDE, OTHER]) == 2_200
    assert cache.read("m", [PROMPT, OTHER, CHUNK]) == 1_500
    assert cache.read("m", [PROMPT, GUIDE, CHUNK]) == 2_900


def test_what_is_short_is_not_cached() -> None:
    cache = PrefixCache()
    for end, cached in [("", 0), ("words", MIN_CACHED_TOKENS + 1)]:
        message = ChatMessage(role="user", content="x" * (4 * MIN_CACHED_TOKENS - 4) + end)
        cache.read("m", [message])
        assert cache.read("m", [message]) == cached


@pytest.mark.parametrize(
    ("model", "messages"),
    [
        pytest.param("another", [PROMPT, GUIDE], id="another model"),
        pytest.param("m", [GUIDE, PROMPT], id="another order"),
        pytest.param("m", [ChatMessage(role="user", content=PROMPT.content), GUIDE], id="another role"),
    ],
)
def test_another_beginning_is_not_cached(model: str, messages: list[ChatMessage]) -> None:
    cache = PrefixCache()
    cache.read("m", [PROMPT, GUIDE])
    assert cache.read(model, messages) == 0


def test_what_was_not_met_for_longest_is_forgotten() -> None:
    cache = PrefixCache(capacity=2)
    cache.read("first", [PROMPT])
    cache.read("second", [PROMPT])
    assert cache.read("first", [PROMPT]) == 1_500
    cache.read("third", [PROMPT])
    assert cache.read("first", [PROMPT]) == 1_500
    assert cache.read("second", [PROMPT]) == 0
