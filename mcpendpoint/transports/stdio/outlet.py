"""Lines to the client, in order, and no more of them than it reads."""

import asyncio
import os
import queue
import select
import threading

MAX_UNREAD_BYTES = 1_000_000
"""Beyond what the pipe holds. Whoever has an answer waits then; progress is not told of."""


class Outlet:
    """Used by one event loop. A thread writes, which is left behind if nobody reads."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._loop = asyncio.get_running_loop()
        self._lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._unread = 0
        self._has_room = asyncio.Event()
        self._has_room.set()
        self._is_empty = asyncio.Event()
        self._is_empty.set()
        self.is_broken = asyncio.Event()
        """Set when the client has closed its end."""
        threading.Thread(target=self._write_all, name="stdout", daemon=True).start()

    async def send(self, message: bytes) -> None:
        while not self._has_room.is_set():
            await self._has_room.wait()
        self._put(message)

    def offer(self, message: bytes) -> None:
        """Send what may as well be dropped, if there is room for it."""
        if self._has_room.is_set():
            self._put(message)

    async def drained(self) -> None:
        """Wait until all is written."""
        await self._is_empty.wait()

    def _put(self, message: bytes) -> None:
        self._count(len(message) + 1)
        self._lines.put(message + b"\n")

    def _count(self, size: int) -> None:
        self._unread += size
        if self._unread < MAX_UNREAD_BYTES:
            self._has_room.set()
        else:
            self._has_room.clear()
        if self._unread:
            self._is_empty.clear()
        else:
            self._is_empty.set()

    def _write_all(self) -> None:
        try:
            while True:
                line = self._lines.get()
                _write(self._descriptor, line)
                self._loop.call_soon_threadsafe(self._count, -len(line))
        except OSError:
            self._loop.call_soon_threadsafe(self.is_broken.set)
        except RuntimeError:  # the loop has ended
            pass


def _write(descriptor: int, line: bytes) -> None:
    rest = memoryview(line)
    while rest:
        try:
            rest = rest[os.write(descriptor, rest) :]
        except BlockingIOError:  # somebody who has it too made it so
            select.select([], [descriptor], [])
