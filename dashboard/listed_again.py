"""Finds out what clients make of a changed list: who asks for it within ten seconds.

A client that was told at one worker may ask another, so workers tell each other whom they told, by
what a record calls its source.
"""

import asyncio
import time
from collections.abc import Sequence
from typing import Any

from accounts.behind import start_task
from dashboard.stream_counts import LISTED_AGAIN, WATCHED, StreamCounts, stream_counts
from mcpendpoint.protocol.client_tag import ClientTag
from mcpendpoint.protocol.messages import LIST_TOOLS
from mcpendpoint.protocol.records import Outcome, Record
from mcpendpoint.push.bus import Bus, bus
from mcpendpoint.push.stream import Origin, Stream, StreamEvent

TOLD = "told of a changed list"
LISTED = "listed again"
WITHIN_SECONDS = 10.0
GATHER_SECONDS = 0.2
MAX_AT_ONCE = 500
"""Looked at of those that are told at a time: a change that concerns all concerns thousands."""
MAX_WATCHED = 5_000


class ListedAgain:
    def __init__(self, bus: Bus, counts: StreamCounts) -> None:
        self._bus = bus
        self._counts = counts
        self._told: dict[str, Origin] = {}
        self._telling: asyncio.Task[Any] | None = None
        self._until: dict[str, float] = {}
        """Of those that any worker told."""
        bus.on(TOLD, self._hear)
        bus.on(LISTED, self._forget)

    def note_told(self, stream: Stream, event: StreamEvent) -> None:
        """Watch a client that is told; a listener of push.streams, on the event loop."""
        source = stream.origin.source
        if event is not StreamEvent.LIST_CHANGED or not source or len(self._told) >= MAX_AT_ONCE:
            return
        if source not in self._told and source not in self._until:
            self._counts.count(stream.origin, WATCHED)
        self._told[source] = stream.origin
        if self._telling is None or self._telling.done():
            self._telling = start_task(self._tell())

    def note(self, record: Record) -> None:
        """Count who lists again; a listener of records, on the event loop."""
        is_anybody_told = self._told or self._until
        if not is_anybody_told or record.method != LIST_TOOLS or record.outcome is not Outcome.OK:
            return
        source = record.source()
        told_here = self._told.pop(source, None)
        until = self._until.pop(source, 0.0)
        if told_here is not None or until > time.monotonic():
            client = ClientTag(record.client_name, record.client_version)
            origin = Origin(client, user_id=record.user_id, credential=record.credential)
            self._counts.count(origin, LISTED_AGAIN, at=record.at)
            start_task(self._bus.tell(LISTED, source))  # it may list once more elsewhere

    async def _tell(self) -> None:
        await asyncio.sleep(GATHER_SECONDS)
        told, self._told = list(self._told), {}
        if told:
            await self._bus.tell(TOLD, told)

    def _hear(self, told: Sequence[Any]) -> None:
        now = time.monotonic()
        while self._until and next(iter(self._until.values())) <= now:
            del self._until[next(iter(self._until))]
        for source in told:
            if len(self._until) < MAX_WATCHED:
                self._until.pop(source, None)
                self._until[source] = now + WITHIN_SECONDS

    def _forget(self, source: Any) -> None:
        self._until.pop(source, None)


listed_again = ListedAgain(bus, stream_counts)
"""Those that this process has heard of."""
