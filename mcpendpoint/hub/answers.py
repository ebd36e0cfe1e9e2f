"""Remembers what the Hub answered, for the caller that asked and nobody else.

Kept in memory up to a size: fresh ones are served as they are, stale ones revalidated by ETag.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, replace
from typing import Any

from mcpendpoint.hub.errors import HubError

Key = tuple[str, ...]
"""Starts with the digest of the caller's token, so that no answer can reach another caller."""

MAX_TOTAL_BYTES = 64_000_000
MAX_ENTRY_BYTES = 1_000_000
ENTRY_OVERHEAD_BYTES = 1_000


@dataclass(frozen=True)
class Known:
    """An answer, or the error that stands for one."""

    value: Any
    etag: str
    size_bytes: int
    expires_at: float

    def take(self) -> Any:
        if isinstance(self.value, HubError):
            # A copy: a raised exception collects the frames of whoever raised it.
            raise copy(self.value)
        return self.value


class AnswerStore:
    def __init__(
        self,
        max_total_bytes: int = MAX_TOTAL_BYTES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._max_total_bytes = max_total_bytes
        self._clock = clock
        self._known: OrderedDict[Key, Known] = OrderedDict()
        self._total_bytes = 0

    def fresh(self, key: Key) -> Known | None:
        known = self._known.get(key)
        if known is None or known.expires_at <= self._clock():
            return None
        self._known.move_to_end(key)
        return known

    def stale(self, key: Key) -> Known | None:
        """Return an answer that may be revalidated."""
        known = self._known.get(key)
        return known if known is not None and known.etag else None

    def keep(
        self, key: Key, value: Any, *, seconds: float, size_bytes: int, etag: str = ""
    ) -> None:
        if seconds <= 0 or size_bytes > MAX_ENTRY_BYTES:
            return
        self._drop(key)
        # Parsed JSON takes several times the room of its text.
        size = 4 * size_bytes + ENTRY_OVERHEAD_BYTES
        self._known[key] = Known(value, etag, size, self._clock() + seconds)
        self._total_bytes += size
        while self._total_bytes > self._max_total_bytes:
            self._drop(next(iter(self._known)))

    def renew(self, key: Key, known: Known, *, seconds: float) -> None:
        """Note that the Hub said: not modified."""
        if self._known.get(key) is known:
            self._known[key] = replace(known, expires_at=self._clock() + seconds)
            self._known.move_to_end(key)

    def clear(self) -> None:
        self._known.clear()
        self._total_bytes = 0

    def _drop(self, key: Key) -> None:
        known = self._known.pop(key, None)
        if known is not None:
            self._total_bytes -= known.size_bytes
