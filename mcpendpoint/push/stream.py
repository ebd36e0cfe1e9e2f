"""One stream of one client: what is due on it, written by a short task while there is something."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from accounts.behind import start_task
from mcpendpoint.protocol.client_tag import UNKNOWN_CLIENT, ClientTag
from mcpendpoint.push.frames import ALIVE, Frames
from mcpendpoint.push.watch import Watch

STUCK_SECONDS = 10.0
"""A client that does not read for so long is told nothing more; its connection ends by itself."""

SLOW_SECONDS = 3.0
"""From then on a client that does not read is said to be in distress."""

PIECE_BYTES = 64_000
MAX_DUE_BYTES = 4_000_000
"""Of answers (HTTP+SSE) that wait for a client to read."""

Send = Callable[[dict[str, Any]], Awaitable[None]]


class StreamEvent(StrEnum):
    OPENED = "opened"
    RESUMED = "resumed"
    """Opened by a client that comes back."""
    LIST_CHANGED = "list_changed"
    """Its client was told so."""
    PING_SENT = "ping_sent"
    PING_ANSWERED = "ping_answered"
    PING_LOST = "ping_lost"
    """It was not answered until the next one was due."""
    RESOURCE_UPDATED = "resource_updated"
    """Its client was told so, of one that it subscribed to."""
    CLOSED = "closed"


class EndedBy(StrEnum):
    CLIENT = "client"
    SERVER = "server"
    CREDENTIAL = "credential"
    SESSION = "session"
    """Its session was ended, by the client or an admin."""
    LIMIT = "limit"
    """Its client opened too many in one session."""
    STUCK = "stuck"
    """Its client did not read."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a stream comes from."""

    client: ClientTag = UNKNOWN_CLIENT
    session: str | None = None
    """Number of the session that it belongs to."""
    protocol_version: str = ""
    user_id: int | None = None
    credential: str = ""
    """As records call it."""
    hf_id: str = ""
    address: str = ""
    source: str = ""
    """What records call so, to know a later message of the same client by."""


@dataclass(eq=False, slots=True)
class Stream:
    """One stream of one client."""

    frames: Frames
    send: Send
    origin: Origin = field(default_factory=Origin)
    watch: Watch | None = None
    opened_at: float = field(default_factory=time.time)
    alive_at: float = field(default_factory=time.time)
    """When something could be written last, or its client answered, by time.time()."""
    ended_by: EndedBy = EndedBy.CLIENT
    """Unless somebody else ended it before the client left."""
    due: dict[str, bytes] = field(default_factory=dict)
    """By what it tells: the same news twice is one frame."""
    writing: asyncio.Task[None] | None = None
    writing_since: float = 0.0
    is_over: bool = False
    is_announced: bool = False
    """Whether listeners were told that it is open."""
    ping: str = ""
    """Id of the latest one that was sent."""
    beats_to_ping: int = 1
    has_missed_ping: bool = False
    holder: asyncio.Task[Any] | None = None

    def tell(self, what: str, frame: bytes) -> None:
        if self.is_over:
            return
        self.due[what] = frame
        if self.writing is None:
            self.writing_since = time.monotonic()
            self.writing = start_task(self._write())

    @property
    def session(self) -> str | None:
        return self.origin.session

    def end(self, by: EndedBy = EndedBy.SERVER) -> None:
        if not self.is_over and "end" not in self.due:
            self.ended_by = by
        self.tell("end", self.frames.last())

    def is_slow(self, now: float, seconds: float = SLOW_SECONDS) -> bool:
        return self.writing is not None and now - self.writing_since > seconds

    def is_in_distress(self, now: float) -> bool:
        return self.has_missed_ping or self.is_slow(now)

    def keep_alive(self, now: float) -> None:
        """Say something, if nothing is being said; give up a client that does not read."""
        if self.is_slow(now, STUCK_SECONDS):
            self.give_up()
        elif self.writing is None:
            self.tell("alive", ALIVE)

    def give_up(self) -> None:
        self.is_over, self.ended_by = True, EndedBy.STUCK
        self.due.clear()

    async def _write(self) -> None:
        try:
            while self.due and not self.is_over:
                self.is_over = "end" in self.due
                body = b"".join(self.due.values())
                self.due.clear()
                more = not self.is_over
                # In pieces: who takes long to read a large one reads all the same.
                for start in range(0, len(body) or 1, PIECE_BYTES):
                    piece = body[start : start + PIECE_BYTES]
                    has_more = more or start + PIECE_BYTES < len(body)
                    self.writing_since = time.monotonic()
                    await self.send(
                        {"type": "http.response.body", "body": piece, "more_body": has_more}
                    )
                self.alive_at = time.time()
        except (OSError, RuntimeError):  # uvloop raises the latter for a transport that is closed
            self.is_over = True
            if self.holder is not None:
                self.holder.cancel()  # `receive()` may not say that its client has gone
        finally:
            self.writing = None
