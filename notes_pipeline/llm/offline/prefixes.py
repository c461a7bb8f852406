"""The prefix cache of a provider: what an earlier request began with is cheaper to read again."""

import hashlib
from collections import OrderedDict
from collections.abc import Sequence

from notes_pipeline.llm.offline.completions import tokens_in
from notes_pipeline.llm.offline.protocol import ChatMessage

MIN_CACHED_TOKENS = 1_024  # the OpenAI API caches no shorter ones
MAX_PREFIXES = 20_000  # 100 bytes each; those not met for longest are forgotten


class PrefixCache:
    """Knows how earlier requests began, message by message. Not for threads: the server asks from its event loop."""

    def __init__(self, capacity: int = MAX_PREFIXES) -> None:
        self._capacity = capacity
        self._known: OrderedDict[bytes, None] = OrderedDict()

    def read(self, model: str, messages: Sequence[ChatMessage]) -> int:
        """Give how many tokens an earlier request for this model began with, too, and remember this request.

        Whole messages count, in the same order; 0 where they have fewer than `MIN_CACHED_TOKENS`.
        """
        digest = hashlib.sha256(model.encode())
        size = cached = 0
        for message in messages:
            content = message.text.encode(errors="replace")
            digest.update(f"\0{message.role}\0{len(content)}\0".encode() + content)
            size += len(content)
            if tokens_in(size) < MIN_CACHED_TOKENS:
                continue
            prefix = digest.digest()
            if prefix in self._known:
                cached = tokens_in(size)
            self._known[prefix] = None
            self._known.move_to_end(prefix)
        while len(self._known) > self._capacity:
            self._known.popitem(last=False)
        return cached
