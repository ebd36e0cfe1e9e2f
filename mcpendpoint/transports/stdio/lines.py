"""Lines from the client, as long as they may be. Reading waits for whoever takes them."""

import asyncio
import os
import select
import threading
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import CancelledError

CHUNK_BYTES = 65_536
MAX_LINES_AHEAD = 8


class Splitter:
    """Cuts bytes into lines, without their ends. Of a line that is too long, its size is left."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._begun = bytearray()
        self._dropped = 0

    def feed(self, chunk: bytes) -> Iterator[bytes | int]:
        """Yield the lines that a chunk completes; a number for one that was too long."""
        *ends, rest = chunk.split(b"\n")
        for end in ends:
            self._take(end)
            yield from self.finish()
        self._take(rest)

    def finish(self) -> Iterator[bytes | int]:
        """Yield what has come of a line, unless it is blank."""
        line, dropped = bytes(self._begun).strip(b"\r\t "), self._dropped
        self._begun.clear()
        self._dropped = 0
        if dropped:
            yield dropped
        elif line:
            yield line

    def _take(self, piece: bytes) -> None:
        size = self._dropped or len(self._begun)
        if size + len(piece) > self._max_bytes:
            self._begun.clear()
            self._dropped = size + len(piece)
        else:
            self._begun += piece


async def read_lines(descriptor: int, max_bytes: int) -> AsyncIterator[bytes | int]:
    """Yield the lines of a stream until it ends; of one that is too long, its size.

    On a thread, as a loop can wait neither for a file nor, without changing it for all who have
    it, for a terminal. The thread is left behind when nobody takes lines any more.
    """
    loop = asyncio.get_running_loop()
    lines: asyncio.Queue[bytes | int | None] = asyncio.Queue(MAX_LINES_AHEAD)

    def hand_over(line: bytes | int | None) -> None:
        """Raises SystemExit, which ends a thread quietly, when there is no loop any more."""
        putting = lines.put(line)
        try:
            asyncio.run_coroutine_threadsafe(putting, loop).result()
        except RuntimeError:
            putting.close()
            raise SystemExit from None
        except CancelledError:
            raise SystemExit from None

    def read() -> None:
        splitter = Splitter(max_bytes)
        while chunk := _read_some(descriptor):
            for line in splitter.feed(chunk):
                hand_over(line)
        for line in splitter.finish():
            hand_over(line)
        hand_over(None)

    threading.Thread(target=read, name="stdin", daemon=True).start()
    while (line := await lines.get()) is not None:
        yield line


def _read_some(descriptor: int) -> bytes:
    """Return b"" at the end, of whatever kind."""
    while True:
        try:
            return os.read(descriptor, CHUNK_BYTES)
        except BlockingIOError:  # somebody who has it too made it so
            select.select([descriptor], [], [])
        except OSError:
            return b""
