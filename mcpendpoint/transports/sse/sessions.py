"""Sessions of HTTP+SSE: each lives in the worker that holds its stream, for as long as it is open.

The address for messages names that worker, under a signature. Any worker takes messages: it asks
the one that holds the stream what the client said of itself, and hands over what goes out.
"""

import asyncio
import secrets
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core import signing

from accounts.caching import BoundedCache, approximate_bytes
from mcpendpoint.protocol.sessions import read_session
from mcpendpoint.push.bus import Bus, bus
from mcpendpoint.push.enquiries import Enquiries, enquiries
from mcpendpoint.push.frames import message_event
from mcpendpoint.push.streams import OpenStreams, open_streams

SEND_ATTEMPTS = 10
"""Of a second each: Redis may be restarted meanwhile."""
KNOWN_SECONDS = 30.0
MAX_KNOWN_BYTES = 4_000_000
MAX_ADDRESS_CHARS = 500

_SALT = "mcpendpoint.sse"
_WHO, _INITIALIZED, _MESSAGE = "sse who", "sse initialized", "sse message"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a session lives."""

    worker: str
    number: str

    def sign(self) -> str:
        return signing.dumps([self.worker, self.number], salt=_SALT)


def read_place(note: str) -> Place | None:
    """Return None for what is no note of ours. It is no credential: see `Session.belongs_to`."""
    if len(note) > MAX_ADDRESS_CHARS:
        return None
    try:
        worker, number = signing.loads(note, salt=_SALT)
    except signing.BadSignature:
        return None
    return Place(worker, number)


@dataclass(slots=True)
class _Held:
    owner: str
    session_id: str = ""
    """What the client said of itself, as sessions of streamable HTTP write it; "" before that."""
    taken: deque[str] = field(default_factory=lambda: deque(maxlen=64))
    """Messages that came from other workers: one that is repeated was taken already."""


class SseSessions:
    def __init__(self, bus: Bus, enquiries: Enquiries, streams: OpenStreams) -> None:
        self._bus = bus
        self._enquiries = enquiries
        self._streams = streams
        self._held: dict[str, _Held] = {}
        self._known: BoundedCache[Place, list[str]] = BoundedCache(max_bytes=MAX_KNOWN_BYTES)
        enquiries.on(_WHO, self._who_here)
        enquiries.on(_INITIALIZED, self._initialized_here)
        enquiries.on(_MESSAGE, self._message_here)

    def new_place(self) -> Place:
        return Place(self._bus.name, secrets.token_urlsafe(16))

    def begin(self, place: Place, owner: str) -> None:
        """Hold a session of a caller; `end` it with its stream."""
        self._held[place.number] = _Held(owner)

    def end(self, place: Place) -> None:
        self._held.pop(place.number, None)

    async def find(self, place: Place, owners: Sequence[str]) -> str | None:
        """Return the id of a session, "" before `initialize`; None if the caller has none there."""
        known = self._known.get(place) or await self._enquiries.ask(
            place.worker, _WHO, place.number
        )
        if known is None or known[0] not in owners:
            return None
        if known[1] and place.worker != self._bus.name:
            size = approximate_bytes(known)
            self._known.put(place, known, size_bytes=size, seconds=KNOWN_SECONDS)
        return str(known[1])

    async def initialized(self, place: Place, session_id: str) -> None:
        await self._surely(place, _INITIALIZED, [place.number, session_id])

    async def send(self, place: Place, message: bytes) -> None:
        """Write a message on the stream of a session; it is lost if that has ended."""
        await self._surely(place, _MESSAGE, [place.number, secrets.token_hex(8), message.decode()])

    async def _surely(self, place: Place, topic: str, message: Any) -> None:
        for _ in range(SEND_ATTEMPTS):
            if await self._enquiries.ask(place.worker, topic, message) is not None:
                return
            await asyncio.sleep(0)

    def _who_here(self, number: str) -> list[str] | None:
        held = self._held.get(number)
        return [held.owner, held.session_id] if held else None

    def _initialized_here(self, message: Any) -> bool:
        number, session_id = message
        held, session = self._held.get(number), read_session(session_id)
        if held is not None and session is not None:
            held.session_id = session_id
            self._streams.name_client(session)
        return held is not None

    def _message_here(self, message: Any) -> bool:
        number, delivery, text = message
        held = self._held.get(number)
        if held is not None and delivery not in held.taken:
            held.taken.append(delivery)
            self._streams.tell_session(number, delivery, message_event(text.encode()))
        return held is not None


sse_sessions = SseSessions(bus, enquiries, open_streams)
