"""A bounded cache with expiry that asks once, however many want to know at the same time."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class SingleFlightCache(Generic[K, V]):
    """Values with an expiry each, the least recently used thrown out first.

    `load` returns the value and for how many seconds it holds (0: only for those who wait for it
    now). What it raises reaches all who wait, and is not kept.
    """

    def __init__(self, max_entries: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._max_entries = max_entries
        self._clock = clock
        self._values: OrderedDict[K, tuple[float, V]] = OrderedDict()
        self._flights: dict[tuple[int, K], asyncio.Task[V]] = {}

    def peek(self, key: K) -> V | None:
        """Return what is known and has not expired, without loading."""
        entry = self._values.get(key)
        if entry is None or entry[0] <= self._clock():
            return None
        self._values.move_to_end(key)
        return entry[1]

    async def get(self, key: K, load: Callable[[], Awaitable[tuple[V, float]]]) -> V:
        value = self.peek(key)
        if value is not None:
            return value
        flight_key = (id(asyncio.get_running_loop()), key)
        flight = self._flights.get(flight_key)
        if flight is None:
            # A task of its own: the one who asked first may be cancelled while others wait.
            flight = asyncio.create_task(self._load(key, load))
            self._flights[flight_key] = flight
            flight.add_done_callback(lambda done: self._land(flight_key, done))
        return await asyncio.shield(flight)

    def forget(self, key: K) -> None:
        """Drop a value; a load that is under way will not be kept either."""
        self._values.pop(key, None)
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
            self._values[key] = (self._clock() + seconds, value)
            self._values.move_to_end(key)
            while len(self._values) > self._max_entries:
                self._values.popitem(last=False)
        return value

    def _land(self, flight_key: tuple[int, K], flight: asyncio.Task[V]) -> None:
        if self._flights.get(flight_key) is flight:
            del self._flights[flight_key]
        if not flight.cancelled():
            flight.exception()  # marks it as retrieved, should nobody wait any more
