"""A cache whose answers outlive their freshness: a stale one beats none while a Space is down."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, replace
from typing import Generic, Protocol, TypeVar, cast

from accounts.behind import run_behind
from accounts.caching import LARGEST_SHARE, BoundedCache, Failure, approximate_bytes
from accounts.outgoing.callers import current_caller
from mcpendpoint.gradio.errors import SpaceBusy, SpaceError, SpaceGone

CLOCKS_AGREE_SECONDS = 1.0
"""About so well: what this process told itself is not taken for news."""

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
K_contra = TypeVar("K_contra", bound=Hashable, contravariant=True)


@dataclass(frozen=True)
class Loaded(Generic[V]):
    value: V
    fresh_seconds: float
    weight: int
    """About how many bytes it takes."""
    source: bytes = b""
    """What it was made of, for other processes to make it of again."""


@dataclass(frozen=True)
class Told(Generic[V]):
    """What another process has found out, and how long ago."""

    loaded: Loaded[V] | None
    age_seconds: float
    failure: SpaceError | None
    failure_age_seconds: float


class Others(Protocol[K_contra, V]):
    """The other processes, which ask the same."""

    async def recall(self, key: K_contra, within_seconds: float) -> Told[V] | None:
        """Return what one of them has found out since so long ago, None for nothing."""

    def tell(self, key: K_contra, found: Loaded[V] | SpaceError) -> None:
        """Let them know, behind whoever asked."""


@dataclass(frozen=True)
class Remembered(Generic[V]):
    value: V
    failure: SpaceError | None
    """Why this could not be renewed, if that was tried."""
    weight: int
    """About how many bytes the value takes."""


@dataclass(frozen=True)
class _Entry(Generic[V]):
    loaded: Loaded[V] | None = None
    loaded_at: float = 0.0
    failure: Failure | None = None
    failed_at: float = 0.0
    wanted_at: float = float("-inf")
    """When somebody wanted it to be loaded again: what is older will not do."""

    @property
    def known_at(self) -> float:
        """Since when what another process has found out is news."""
        return max(self.loaded_at, self.failed_at, self.wanted_at)

    def error(self) -> SpaceError | None:
        return cast(SpaceError, self.failure.exception()) if self.failure else None


@dataclass(frozen=True, eq=False)
class _Flight(Generic[V]):
    task: asyncio.Task[_Entry[V]]
    started_at: float


class FreshnessCache(Generic[K, V]):
    """Values by key, the least recently used thrown out when they weigh too much.

    Fresh ones are served as they are. Then a load is started, one for however many ask; a value
    that is not too old is served if that fails or takes longer than the one who asks will wait.
    A failure is remembered for a while. SpaceGone makes the old value unusable.

    With `others`, what one process has loaded is not loaded by another as long as it is fresh.
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
        self._clock = clock
        self._entries: BoundedCache[K, _Entry[V]] = BoundedCache(max_bytes=max_weight)
        self._flights: dict[tuple[int, str, K], _Flight[V]] = {}
        self._recalls: dict[tuple[int, str, K], asyncio.Task[_Entry[V] | None]] = {}
        self.others: Others[K, V] | None = None

    async def get(
        self,
        key: K,
        load: Callable[[], Awaitable[Loaded[V]]],
        *,
        read_timeout_seconds: float | None = None,
        known_will_do: bool = False,
    ) -> Remembered[V]:
        """Return a value. Raises the SpaceError of a load that failed when there is none.

        Where there is an old value, a new one is waited for until it has been loading for
        `read_timeout_seconds`. With `known_will_do`, what is known is served as it is, a failure
        too, and loaded again behind the one who asks.
        """
        entry = self._entries.get(key) or await self._recall_first(key)
        if entry is None or not self._is_settled(entry):
            flight = self._start(key, load)
            if known_will_do and entry is not None and self._is_known(entry):
                timeout: float | None = 0
            elif entry is not None and self._usable(entry) and read_timeout_seconds is not None:
                timeout = max(0, flight.started_at + read_timeout_seconds - self._clock())
            else:
                timeout = None
            if timeout != 0:
                await asyncio.wait({flight.task}, timeout=timeout)
            if entry is None or flight.task.done():
                entry = flight.task.result()
        return self._answer(entry)

    def retry(self, key: K, *, others_will_do: bool = False) -> None:
        """Make the next `get` load again, keeping the old value in case that fails.

        With `others_will_do`, what another process has found out meanwhile is as good.
        """
        entry = self._entries.get(key) or _Entry[V]()
        loaded = entry.loaded and replace(entry.loaded, fresh_seconds=0)
        wanted_at = entry.wanted_at if others_will_do else self._clock()
        self._put(key, replace(entry, loaded=loaded, failed_at=float("-inf"), wanted_at=wanted_at))

    def forget(self, key: K) -> None:
        """Drop the value; that it could not be had is still known."""
        entry = self._entries.get(key)
        if entry is not None and entry.loaded is not None:
            self._entries.pop(key)

    def clear(self) -> None:
        self._entries.clear()
        self._flights.clear()
        self._recalls.clear()

    def _answer(self, entry: _Entry[V]) -> Remembered[V]:
        loaded = self._usable(entry)
        if loaded is not None:
            return Remembered(loaded.value, entry.error(), loaded.weight)
        raise entry.error() or SpaceError("What was known is too old.")

    def _usable(self, entry: _Entry[V]) -> Loaded[V] | None:
        age = self._clock() - entry.loaded_at
        return entry.loaded if age < self._stale_seconds else None

    def _is_known(self, entry: _Entry[V]) -> bool:
        return entry.failure is not None or self._usable(entry) is not None

    def _is_settled(self, entry: _Entry[V]) -> bool:
        now = self._clock()
        if entry.failure is not None:
            return now - entry.failed_at < self._failure_seconds
        return entry.loaded is not None and now - entry.loaded_at < entry.loaded.fresh_seconds

    def _start(self, key: K, load: Callable[[], Awaitable[Loaded[V]]]) -> _Flight[V]:
        # A task of its own: the one who asked first may be cancelled while others wait.
        # One for each caller: another's may be waiting for their share of the pool.
        flight_key = (id(asyncio.get_running_loop()), current_caller(), key)
        flight = self._flights.get(flight_key)
        if flight is None:
            flight = _Flight(run_behind(self._load(key, load)), self._clock())
            self._flights[flight_key] = flight
            flight.task.add_done_callback(lambda _: self._land(flight_key, flight))
        return flight

    async def _recall_first(self, key: K) -> _Entry[V] | None:
        """Take over what another process knows of what is unknown here, asked once for however many
        want it: a list asks, and asks again once it sees that it has to wait.
        """
        if self.others is None:
            return None
        asked = (id(asyncio.get_running_loop()), current_caller(), key)
        task = self._recalls.get(asked)
        if task is None:
            task = self._recalls[asked] = run_behind(self._recall(key, self._stale_seconds))
            task.add_done_callback(lambda done: self._end_recall(asked, done))
        await asyncio.wait({task})
        return task.result()

    def _end_recall(
        self, asked: tuple[int, str, K], done: "asyncio.Task[_Entry[V] | None]"
    ) -> None:
        if self._recalls.get(asked) is done:
            del self._recalls[asked]

    async def _recall(self, key: K, within_seconds: float) -> _Entry[V] | None:
        """Take over what another process has found out since so long ago."""
        if self.others is None:
            return None
        told = await self.others.recall(key, within_seconds)
        if told is None:
            return None
        now = self._clock()
        entry = _Entry(
            told.loaded,
            now - told.age_seconds,
            Failure.of(told.failure) if told.failure else None,
            now - told.failure_age_seconds,
        )
        self._put(key, entry)
        return entry

    async def _load(self, key: K, load: Callable[[], Awaitable[Loaded[V]]]) -> _Entry[V]:
        known = self._entries.get(key)
        if known is not None:
            age = self._clock() - known.known_at
            recalled = await self._recall(key, age - CLOCKS_AGREE_SECONDS)
            if recalled is not None and self._is_settled(recalled):
                return recalled
        try:
            loaded = await load()
            if loaded.weight > self._entries.max_bytes * LARGEST_SHARE:
                raise SpaceError("What this Space says of itself is too large to be kept.")
        except SpaceError as failure:
            old = self._entries.get(key)
            kept = _Entry[V]() if old is None or isinstance(failure, SpaceGone) else old
            entry = _Entry(kept.loaded, kept.loaded_at, Failure.of(failure), self._clock())
            if isinstance(failure, SpaceBusy):
                return entry  # for who asked alone
            self._tell(key, failure)
        else:
            self._tell(key, loaded)
            entry = _Entry(replace(loaded, source=b""), self._clock())
        self._put(key, entry)
        return entry

    def _tell(self, key: K, found: Loaded[V] | SpaceError) -> None:
        if self.others is not None:
            self.others.tell(key, found)

    def _put(self, key: K, entry: _Entry[V]) -> None:
        weight = entry.loaded.weight if entry.loaded else 0
        size = approximate_bytes(key) + weight + approximate_bytes(entry.failure)
        self._entries.put(key, entry, size_bytes=size)

    def _land(self, flight_key: tuple[int, str, K], flight: _Flight[V]) -> None:
        if self._flights.get(flight_key) is flight:
            del self._flights[flight_key]
        if not flight.task.cancelled():
            flight.task.exception()  # marks it as retrieved, should nobody wait any more
