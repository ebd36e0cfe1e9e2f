"""Requests in flight: identical ones are sent once.

One whose askers have all gone away is stopped, so that a cancelled call costs the Hub nothing more.
"""

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from accounts.behind import run_behind

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


@dataclass(eq=False)
class _Flight(Generic[V]):
    task: asyncio.Task[V]
    waiting: int = 0


class Flights(Generic[K, V]):
    def __init__(self) -> None:
        self._flights: dict[tuple[int, K], _Flight[V]] = {}

    async def join(self, key: K, start: Callable[[], Coroutine[Any, Any, V]]) -> V:
        """Wait for the flight of that key, which is started when there is none."""
        place = (id(asyncio.get_running_loop()), key)
        flight = self._flights.get(place)
        if flight is None or flight.task.done():
            # A task of its own: the one who asked first may go away while others wait.
            flight = self._flights[place] = _Flight(run_behind(start()))
        flight.waiting += 1
        try:
            return await asyncio.shield(flight.task)
        finally:
            flight.waiting -= 1
            if not flight.waiting:
                flight.task.cancel()  # does nothing when it has arrived
                if self._flights.get(place) is flight:
                    del self._flights[place]

    def clear(self) -> None:
        """Let no later caller join the requests in flight."""
        self._flights.clear()
