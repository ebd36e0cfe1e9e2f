"""What is kept of one call's stream."""

import asyncio
from collections import deque
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field

from mcpendpoint.push.calls.ids import CallEvent, CallRef, Place

MAX_EVENTS = 256
MAX_BYTES = 200_000
"""Beside the answer. The oldest go first: most tell of progress, of which the latest counts."""


@dataclass(eq=False)
class CallLog:
    place: Place
    """The beginning of it."""
    owner: Hashable
    note: Callable[["CallLog", int], None]
    """Gets to know how many bytes it has more now, or less."""
    events: deque[CallEvent] = field(default_factory=deque)
    size: int = 0
    is_over: bool = False
    is_kept: bool = True
    _count: int = 0
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def ref(self) -> CallRef:
        return self.place.ref

    def begin_with(self, events: Iterable[CallEvent]) -> None:
        """Keep what was said before there was a log."""
        for event in events:
            self._keep(event)

    def add(self, message: bytes, *, is_last: bool = False) -> CallEvent:
        event = CallEvent(self._count + 1, message, is_last)
        self._keep(event)
        return event

    def end(self, answer: bytes) -> CallEvent:
        """Note the answer; b"" for a call that was cancelled."""
        return self.add(answer, is_last=True)

    def drop(self) -> None:
        """Keep no more: there is no room."""
        self.is_kept = False
        self.events.clear()
        self.size = 0
        self._ring()

    @property
    def last(self) -> CallEvent | None:
        """The latest of those that are kept."""
        return self.events[-1] if self.events else None

    def events_after(self, number: int) -> list[CallEvent]:
        return [event for event in self.events if event.number > number]

    async def wait(self) -> None:
        """Wait for the next event."""
        await self._news.wait()

    def _keep(self, event: CallEvent) -> None:
        self._count, self.is_over = event.number, event.is_last
        if self.is_kept:
            size = self.size
            self._drop_oldest(0 if event.is_last else len(event.message))
            self.events.append(event)
            self.size += len(event.message)
            self.note(self, self.size - size)
            self._ring()

    def _ring(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    def _drop_oldest(self, incoming: int) -> None:
        while self.events and (len(self.events) >= MAX_EVENTS or self.size + incoming > MAX_BYTES):
            self.size -= len(self.events.popleft().message)
