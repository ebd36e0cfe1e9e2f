"""One stream of one client: what is due on it, written by a short task while there is something."""

import asyncio
import contextvars
import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from mcpendpoint.protocol.client_tag import UNKNOWN_CLIENT, ClientTag
from mcpendpoint.push.frames import ALIVE, Frames

STUCK_SECONDS = 10.0
"""A client that does not read for so long is told nothing more; its connection ends by itself."""

Send = Callable[[dict[str, Any]], Awaitable[None]]

_tasks: set[asyncio.Task[Any]] = set()
"""The event loop itself keeps no task alive."""


def start_task(work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
    """Start work of this server's own, whatever request is being answered now."""
    task = asyncio.get_running_loop().create_task(work, context=contextvars.Context())
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)
    return task


@dataclass(eq=False, slots=True)
class Stream:
    """One stream of one client."""

    frames: Frames
    send: Send
    client: ClientTag = UNKNOWN_CLIENT
    session: str | None = None
    """Number of the session that it belongs to."""
    due: dict[str, bytes] = field(default_factory=dict)
    """By what it tells: the same news twice is one frame."""
    writing: asyncio.Task[None] | None = None
    writing_since: float = 0.0
    is_over: bool = False
    holder: asyncio.Task[Any] | None = None

    def tell(self, what: str, frame: bytes) -> None:
        if self.is_over:
            return
        self.due[what] = frame
        if self.writing is None:
            self.writing_since = time.monotonic()
            self.writing = start_task(self._write())

    def end(self) -> None:
        self.tell("end", self.frames.last())

    def is_stuck(self, now: float) -> bool:
        return self.writing is not None and now - self.writing_since > STUCK_SECONDS

    def keep_alive(self, now: float) -> None:
        """Say something, if nothing is being said; give up a client that does not read."""
        if self.is_stuck(now):
            self.is_over = True
        elif self.writing is None:
            self.tell("alive", ALIVE)

    async def _write(self) -> None:
        try:
            while self.due and not self.is_over:
                self.is_over = "end" in self.due
                body = b"".join(self.due.values())
                self.due.clear()
                self.writing_since = time.monotonic()
                more = not self.is_over
                await self.send({"type": "http.response.body", "body": body, "more_body": more})
        except (OSError, RuntimeError):  # uvloop raises the latter for a transport that is closed
            self.is_over = True
            if self.holder is not None:
                self.holder.cancel()  # `receive()` may not say that its client has gone
        finally:
            self.writing = None
