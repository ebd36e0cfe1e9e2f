"""Remembers what the Hub answered, for the caller that asked and nobody else.

Kept in memory up to a size: fresh ones are served as they are, stale ones revalidated by ETag.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from accounts.caching import BoundedCache, Failure, approximate_bytes
from mcpendpoint.hub.errors import HubError

Key = tuple[str, ...]
"""Starts with the digest of the caller's token, so that no answer can reach another caller."""

MAX_TOTAL_BYTES = 24_000_000

# What is parsed takes more room than its text, above all when a stranger writes "[[],[],[],…".
_BYTES_OF_A_CHARACTER = 4  # where one is beyond the first 65,536 of Unicode
_BYTES_OF_A_VALUE = 72
_BYTES_OF_AN_OBJECT = 250


def weight_of(text: bytes) -> int:
    """Return at most how many bytes a text takes, parsed as JSON into models. Takes no time."""
    values = text.count(b",") + text.count(b":") + text.count(b"[")
    return (
        len(text) * (1 if text.isascii() else _BYTES_OF_A_CHARACTER)
        + _BYTES_OF_A_VALUE * values
        + _BYTES_OF_AN_OBJECT * text.count(b"{")
    )


@dataclass(frozen=True)
class Known:
    """An answer, or the failure that stands for one."""

    value: Any
    etag: str
    size_bytes: int
    expires_at: float

    def take(self) -> Any:
        if isinstance(self.value, Failure):
            raise self.value.exception()
        return self.value


class AnswerStore:
    def __init__(
        self,
        max_total_bytes: int = MAX_TOTAL_BYTES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self._known: BoundedCache[Key, Known] = BoundedCache(
            max_bytes=max_total_bytes, max_entries=100_000
        )

    def fresh(self, key: Key) -> Known | None:
        known = self._known.get(key)
        return known if known is not None and known.expires_at > self._clock() else None

    def stale(self, key: Key) -> Known | None:
        """Return an answer that may be revalidated."""
        known = self._known.get(key)
        return known if known is not None and known.etag else None

    def keep(
        self, key: Key, value: Any, *, seconds: float, size_bytes: int, etag: str = ""
    ) -> None:
        """Remember an answer; `size_bytes` is how much memory the value takes."""
        if seconds <= 0:
            return
        size_bytes += approximate_bytes(key)
        self._put(key, Known(value, etag, size_bytes, self._clock() + seconds))

    def keep_failure(self, key: Key, error: HubError, *, seconds: float) -> None:
        failure = Failure.of(error)
        self.keep(key, failure, seconds=seconds, size_bytes=approximate_bytes(failure))

    def renew(self, key: Key, known: Known, *, seconds: float) -> None:
        """Note that the Hub said: not modified."""
        if self._known.get(key) is known:
            self._put(key, replace(known, expires_at=self._clock() + seconds))

    def clear(self) -> None:
        self._known.clear()

    def _put(self, key: Key, known: Known) -> None:
        self._known.put(key, known, size_bytes=known.size_bytes)
