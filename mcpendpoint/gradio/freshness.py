"""A cache whose answers outlive their freshness: a stale one beats none while a Space is down."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from copy import copy
from dataclasses import dataclass
from typing import Generic, TypeVar

from mcpendpoint.gradio.errors import SpaceError, SpaceGone

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

FAILURE_WEIGHT = 500


@dataclass(frozen=True)
class Loaded(Generic[V]):
    value: V
    fresh_seconds: float
    weight: int
    """About how many bytes it takes."""


@dataclass(frozen=True)
class Remembered(Generic[V]):
    value: V
    failure: SpaceError | None
    """Why this could not be renewed, if that was tried."""


@dataclass
class _Entry(Generic[V]):
    loaded: Loaded[V] | None = None
    loaded_at: float = 0.0
    failure: SpaceError | None = None
    failed_at: float = 0.0

    @property
    def weight(self) -> int:
        return FAILURE_WEIGHT + (self.loaded.weight if self.loaded else 0)


class FreshnessCache(Generic[K, V]):
    """Values by key, the least recently used thrown out when they weigh too much.

    Fresh ones are served as they are. Then a load is started, one for however many ask; a value
    that is not too old is served if that fails or takes longer than the one who asks will wait.
    A failure is remembered for a while. SpaceGone makes the old value unusable.
    """

    def __init__(
        self,
        *,
        stale_seconds: float,
        failure_seconds: float,
        max_weight: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._stale_seconds = stale_seconds
        self._failure_seconds = failure_seconds
        self._max_weight = max_weight
        self._clock = clock
        self._weight = 0
        self._entries: OrderedDict[K, _Entry[V]] = OrderedDict()
        self._flights: dict[tuple[int, K], asyncio.Task[_Entry[V]]] = {}

    async def get(
        self,
        key: K,
        load: Callable[[], Awaitable[Loaded[V]]],
        *,
        read_timeout_seconds: float | None = None,
    ) -> Remembered[V]:
        """Return a value. Raises the SpaceError of a load that failed when there is none.

        With `patience_seconds`, no longer is waited for a new value than that if there is an old.
        """
        entry = self._entries.get(key)
        if entry is None or not self._is_settled(entry):
            has_old = entry is not None and self._usable(entry) is not None
            flight = self._start(key, load)
            done, _ = await asyncio.wait(
                {flight}, timeout=read_timeout_seconds if has_old else None
            )
            if entry is None or done:
                entry = flight.result()
        else:
            self._entries.move_to_end(key)
        return self._answer(entry)

    def retry(self, key: K) -> None:
        """Make the next `get` load anew, keeping what there is in case that fails."""
        entry = self._entries.get(key)
        if entry is not None:
            entry.failed_at = float("-inf")
            if entry.loaded is not None:
                entry.loaded = Loaded(entry.loaded.value, 0, entry.loaded.weight)

    def clear(self) -> None:
        self._entries.clear()
        self._flights.clear()
        self._weight = 0

    def _answer(self, entry: _Entry[V]) -> Remembered[V]:
        loaded = self._usable(entry)
        if loaded is not None:
            return Remembered(loaded.value, entry.failure)
        # A copy: a raised exception collects the frames of whoever raised it.
        raise copy(entry.failure) if entry.failure else SpaceError("What was known is too old.")

    def _usable(self, entry: _Entry[V]) -> Loaded[V] | None:
        age = self._clock() - entry.loaded_at
        return entry.loaded if age < self._stale_seconds else None

    def _is_settled(self, entry: _Entry[V]) -> bool:
        now = self._clock()
        if entry.failure is not None:
            return now - entry.failed_at < self._failure_seconds
        return entry.loaded is not None and now - entry.loaded_at < entry.loaded.fresh_seconds

    def _start(self, key: K, load: Callable[[], Awaitable[Loaded[V]]]) -> asyncio.Task[_Entry[V]]:
        # A task of its own: the one who asked first may be cancelled while others wait.
        flight_key = (id(asyncio.get_running_loop()), key)
        flight = self._flights.get(flight_key)
        if flight is None:
            flight = asyncio.create_task(self._load(key, load))
            self._flights[flight_key] = flight
            flight.add_done_callback(lambda done: self._land(flight_key, done))
        return flight

    async def _load(self, key: K, load: Callable[[], Awaitable[Loaded[V]]]) -> _Entry[V]:
        old = self._entries.get(key)
        try:
            loaded = await load()
        except SpaceError as failure:
            kept = _Entry[V]() if old is None or isinstance(failure, SpaceGone) else old
            entry = _Entry(kept.loaded, kept.loaded_at, failure, self._clock())
        else:
            entry = _Entry(loaded, self._clock())
        self._put(key, entry)
        return entry

    def _put(self, key: K, entry: _Entry[V]) -> None:
        old = self._entries.pop(key, None)
        self._weight += entry.weight - (old.weight if old else 0)
        self._entries[key] = entry
        while self._weight > self._max_weight and len(self._entries) > 1:
            _, dropped = self._entries.popitem(last=False)
            self._weight -= dropped.weight

    def _land(self, flight_key: tuple[int, K], flight: asyncio.Task[_Entry[V]]) -> None:
        if self._flights.get(flight_key) is flight:
            del self._flights[flight_key]
        if not flight.cancelled():
            flight.exception()  # marks it as retrieved, should nobody wait any more
