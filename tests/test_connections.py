"""How long a connection is kept for a client that does nothing."""

import asyncio
from contextlib import asynccontextmanager

import pytest
import uvicorn
from uvicorn.server import ServerState

from hfmcp_site import connections

CHUNK = bytes(1_000_000)
CHUNKS = 20
"""More than the buffers of both sides hold."""


@pytest.fixture
def short_patience(monkeypatch):
    monkeypatch.setattr(connections, "READ_SECONDS", 0.2)
    monkeypatch.setattr(connections, "MIN_READ_BYTES", 1)


@asynccontextmanager
async def client_of_large_answer():
    """Yield a client's streams, and a task that ends when the server is done with the answer."""
    done = asyncio.get_running_loop().create_future()

    async def application(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(CHUNKS):
            await send({"type": "http.response.body", "body": CHUNK, "more_body": True})
        await send({"type": "http.response.body"})
        done.set_result((await receive())["type"])

    config = uvicorn.Config(application, lifespan="off", log_config=None)
    config.load()
    server = await asyncio.get_running_loop().create_server(
        lambda: connections.PatientForAWhile(config, ServerState(), {}), "127.0.0.1"
    )
    port = server.sockets[0].getsockname()[1]
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1_000)
    writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    try:
        yield reader, done
    finally:
        writer.close()
        server.close()


async def test_the_connection_of_a_client_that_does_not_read_is_ended(short_patience):
    async with client_of_large_answer() as (reader, done):
        assert await asyncio.wait_for(done, 10) == "http.disconnect"
        assert len(await reader.read(-1)) < len(CHUNK) * CHUNKS


async def test_a_client_that_reads_slowly_gets_all(short_patience):
    async with client_of_large_answer() as (reader, _):
        size = 0
        while some := await reader.read(len(CHUNK)):
            size += len(some)
            await asyncio.sleep(0)

    assert size > len(CHUNK) * CHUNKS
