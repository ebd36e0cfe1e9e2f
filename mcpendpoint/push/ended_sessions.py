"""Sessions that were ended, by their client (DELETE) or an admin. A session lives nowhere, so that
it ended is what is kept: for a day, in the database, which every worker reads within a second. With
Redis the others hear of it at once.
"""

import logging
from collections.abc import Callable
from typing import Any

from accounts.caching import BoundedCache, approximate_bytes
from accounts.database import UNAVAILABLE, changes
from mcpendpoint.protocol.sessions import Session
from mcpendpoint.push.bus import Bus, bus
from mcpendpoint.push.stored_endings import KEPT, MAX_KEPT, Found, read, store
from mcpendpoint.push.streams import open_streams

logger = logging.getLogger(__name__)

TOPIC = "session ended"
MAX_BYTES = 20_000_000


class EndedSessions:
    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._listeners: list[Callable[[str], None]] = []
        self._ended: BoundedCache[str, bool] = BoundedCache(
            max_bytes=MAX_BYTES, max_entries=MAX_KEPT
        )
        self._last: int | None = None
        bus.on(TOPIC, self._note)

    def listen(self, listener: Callable[[str], None]) -> None:
        """Let `listener` have the number of each session that ends, on the event loop."""
        self._listeners.append(listener)

    async def end(self, number: str) -> None:
        """End the session of this number."""
        await self._bus.tell(TOPIC, number)
        try:
            await changes.run(store, number)
        except UNAVAILABLE as error:
            logger.warning("The end of a session could not be stored: %s.", type(error).__name__)

    def __contains__(self, session: Session) -> bool:
        return self._ended.get(session.number) is not None

    def read(self) -> Found:
        return read(self._last)

    def take(self, found: Found) -> None:
        for number, name in reversed(found):
            self._last = max(self._last or 0, number)
            if self._ended.get(name) is None:
                self._note(name)
        self._last = self._last or 0

    def _note(self, number: Any) -> None:
        size = approximate_bytes(number)
        self._ended.put(number, True, size_bytes=size, seconds=KEPT.total_seconds())
        for listener in self._listeners:
            listener(number)


ended_sessions = EndedSessions(bus)
ended_sessions.listen(open_streams.end_session)
