"""Servers on loopback that answer as a test tells them to, byte by byte."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

Behaviour = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@dataclass
class Stranger:
    url: str = ""
    heads: list[bytes] = field(default_factory=list)
    """Of each request that came."""
    is_alone: asyncio.Event = field(default_factory=asyncio.Event)
    """Set while no connection is open."""
    _connections: int = 0

    def count(self, change: int) -> None:
        self._connections += change
        (self.is_alone.clear if self._connections else self.is_alone.set)()


@asynccontextmanager
async def stranger(behave: Behaviour) -> AsyncIterator[Stranger]:
    """Read the head of each connection's first request, then do as told until it is left."""
    self = Stranger()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.count(+1)
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            self.heads.append(await reader.readuntil(b"\r\n\r\n"))
            await behave(reader, writer)
        self.count(-1)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield self


def saying(answer: bytes) -> Behaviour:
    """Send this, and close."""

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        await writer.drain()

    return behave


def repeating(start: bytes, piece: bytes, *, pause_seconds: float = 0.0) -> Behaviour:
    """Send a start, and then the same again and again for as long as somebody listens."""

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(start)
        left = asyncio.create_task(reader.read())
        try:
            while not left.done():
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(pause_seconds)
        finally:
            left.cancel()

    return behave


async def silence(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Say nothing until it is left."""
    await reader.read()
