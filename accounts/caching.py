"""Caches for untrusted values: each is bounded in bytes as well as in entries.

None of them holds an exception: its traceback holds frames, and frames hold tokens and arguments.
"""

import asyncio
import sys
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache, wraps
from typing import Any, Generic, ParamSpec, TypeVar
from weakref import WeakSet

from accounts.behind import run_behind

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
P = ParamSpec("P")
T = TypeVar("T")

ENTRY_BYTES = 300
"""What an entry takes beside its key and value: its place in a table, a tuple, an expiry."""

LARGEST_SHARE = 0.25
"""Share of a cache's bytes that one entry may take, so that it does not evict all others."""


@dataclass(frozen=True)
class Failure:
    """What an exception said, without the frames that it went through. See `exception`."""

    kind: type[Exception]
    args: tuple[Any, ...]
    facts: tuple[tuple[str, Any], ...]

    @classmethod
    def of(cls, error: Exception) -> "Failure":
        return cls(type(error), error.args, tuple(vars(error).items()))

    def exception(self) -> Exception:
        """Return a new one each time: a raised exception collects the frames of its raisers."""
        error = self.kind.__new__(self.kind, *self.args)
        vars(error).update(self.facts)
        return error

    def __str__(self) -> str:
        return str(self.exception())


def approximate_bytes(value: object) -> int:
    """Return about how much memory a value takes, with all that is in it.

    Walks through it, so it is for what is put rarely or is small.
    """
    if value is None or isinstance(value, bool | Enum | type):
        return 0  # shared with everybody
    size = sys.getsizeof(value)
    if isinstance(value, str | bytes | int | float):
        return size
    if isinstance(value, Mapping):
        return size + sum(
            approximate_bytes(name) + approximate_bytes(part) for name, part in value.items()
        )
    if isinstance(value, tuple | list | set | frozenset):
        return size + sum(map(approximate_bytes, value))
    fields = getattr(value, "__dict__", None)
    return size + approximate_bytes(fields) if fields else size


_caches: "WeakSet[BoundedCache[Any, Any]]" = WeakSet()


def caches() -> "list[BoundedCache[Any, Any]]":
    """Return all that there are, for who counts."""
    return list(_caches)


class BoundedCache(Generic[K, V]):
    """Values by key, the least recently used thrown out first."""

    def __init__(
        self,
        *,
        max_bytes: int,
        max_entries: int = 10_000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.max_bytes = max_bytes
        self.total_bytes = 0
        self._max_entries = max_entries
        self._clock = clock
        self._entries: OrderedDict[K, tuple[float, V, int]] = OrderedDict()
        _caches.add(self)

    def get(self, key: K) -> V | None:
        """Return what is known and has not expired."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        if entry[0] <= self._clock():
            self.pop(key)
            return None
        self._entries.move_to_end(key)
        return entry[1]

    def put(self, key: K, value: V, *, size_bytes: int, seconds: float = float("inf")) -> None:
        """Remember a value, unless it is too large; `size_bytes` is that of key and value."""
        if isinstance(value, BaseException):
            raise TypeError("An exception is not to be kept; keep a Failure.")
        self.pop(key)
        size_bytes += ENTRY_BYTES
        if size_bytes > self.max_bytes * LARGEST_SHARE:
            return
        self._entries[key] = (self._clock() + seconds, value, size_bytes)
        self.total_bytes += size_bytes
        while self.total_bytes > self.max_bytes or len(self._entries) > self._max_entries:
            self.pop(next(iter(self._entries)))

    def pop(self, key: K) -> None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            self.total_bytes -= entry[2]

    def clear(self) -> None:
        self._entries.clear()
        self.total_bytes = 0

    def __len__(self) -> int:
        return len(self._entries)


class SingleFlightCache(Generic[K, V]):
    """A bounded cache that asks once, however many want to know at the same time.

    `load` returns the value and for how many seconds it holds (0: only for those who wait for it
    now). What it raises reaches all who wait, and is not kept.
    """

    def __init__(
        self,
        *,
        max_bytes: int,
        max_entries: int = 10_000,
        size_of: Callable[[V], int] = approximate_bytes,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._values: BoundedCache[K, V] = BoundedCache(
            max_bytes=max_bytes, max_entries=max_entries, clock=clock
        )
        self._size_of = size_of
        self._flights: dict[tuple[int, K], asyncio.Task[V]] = {}

    def peek(self, key: K) -> V | None:
        """Return what is known and has not expired, without loading."""
        return self._values.get(key)

    async def get(self, key: K, load: Callable[[], Awaitable[tuple[V, float]]]) -> V:
        value = self.peek(key)
        if value is not None:
            return value
        flight_key = (id(asyncio.get_running_loop()), key)
        flight = self._flights.get(flight_key)
        if flight is None:
            # A task of its own: the one who asked first may be cancelled while others wait.
            flight = run_behind(self._load(key, load))
            self._flights[flight_key] = flight
            flight.add_done_callback(lambda done: self._land(flight_key, done))
        return await asyncio.shield(flight)

    def forget(self, key: K) -> None:
        """Drop a value; a load that is under way will not be kept either."""
        self._values.pop(key)
        for flight_key in [k for k in self._flights if k[1] == key]:
            del self._flights[flight_key]

    def clear(self) -> None:
        self._values.clear()
        self._flights.clear()

    def __len__(self) -> int:
        return len(self._values)

    async def _load(self, key: K, load: Callable[[], Awaitable[tuple[V, float]]]) -> V:
        value, seconds = await load()
        still_wanted = self._flights.get((id(asyncio.get_running_loop()), key))
        if seconds > 0 and still_wanted is asyncio.current_task():
            size = approximate_bytes(key) + self._size_of(value)
            self._values.put(key, value, size_bytes=size, seconds=seconds)
        return value

    def _land(self, flight_key: tuple[int, K], flight: asyncio.Task[V]) -> None:
        if self._flights.get(flight_key) is flight:
            del self._flights[flight_key]
        if not flight.cancelled():
            flight.exception()  # marks it as retrieved, should nobody wait any more


def remember_short(*, max_bytes: int, max_chars: int) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Remember what a pure function makes of short texts, as lru_cache does, within `max_bytes`.

    For functions that are called several times in each request and return no more than they were
    given; a longer text is worked out each time.
    """
    # A character takes up to four bytes, in the argument and in the result.
    max_entries = max_bytes // (8 * max_chars + ENTRY_BYTES)

    def decorate(function: Callable[P, T]) -> Callable[P, T]:
        remembered = lru_cache(maxsize=max_entries)(function)

        @wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> T:
            for text in args:
                if isinstance(text, str) and len(text) > max_chars:
                    return function(*args, **kwargs)
            return remembered(*args, **kwargs)  # type: ignore[arg-type]  # they are hashable

        return call

    return decorate
