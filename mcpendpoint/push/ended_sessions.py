"""Sessions that their client ended (DELETE). A session lives nowhere, so that it ended is what is
kept: for a day, by each worker that runs then. One that starts later takes it for open, which harms
nobody: only its own client, with its own credential, could use it.
"""

from typing import Any

from accounts.caching import BoundedCache, approximate_bytes
from mcpendpoint.protocol.sessions import Session
from mcpendpoint.push.bus import Bus, bus
from mcpendpoint.push.streams import OpenStreams, open_streams

TOPIC = "session ended"
KEPT_SECONDS = 86_400.0
MAX_BYTES = 8_000_000


class EndedSessions:
    def __init__(self, bus: Bus, streams: OpenStreams) -> None:
        self._bus = bus
        self._streams = streams
        self._ended: BoundedCache[str, bool] = BoundedCache(max_bytes=MAX_BYTES, max_entries=50_000)
        bus.on(TOPIC, self._note)

    async def end(self, session: Session) -> None:
        await self._bus.tell(TOPIC, session.number)

    def __contains__(self, session: Session) -> bool:
        return self._ended.get(session.number) is not None

    def _note(self, number: Any) -> None:
        size = approximate_bytes(number)
        self._ended.put(number, True, size_bytes=size, seconds=KEPT_SECONDS)
        self._streams.end_session(number)


ended_sessions = EndedSessions(bus, open_streams)
