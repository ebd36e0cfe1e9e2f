"""How long a connection is kept for a client that does nothing."""

import asyncio
from contextlib import asynccontextmanager, suppress

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


REQUEST = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"


@asynccontextmanager
async def served(application):
    """Yield how to connect to a server of an ASGI application."""
    config = uvicorn.Config(application, lifespan="off", log_config=None)
    config.load()
    server = await asyncio.get_running_loop().create_server(
        lambda: connections.PatientForAWhile(config, ServerState(), {}), "127.0.0.1"
    )
    port = server.sockets[0].getsockname()[1]
    try:
        yield lambda: asyncio.open_connection("127.0.0.1", port, limit=1_000)
    finally:
        server.close()


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

    async with served(application) as connect:
        reader, writer = await connect()
        writer.write(REQUEST.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        try:
            yield reader, done
        finally:
            writer.close()


async def test_an_open_answer_hears_that_its_client_left_with_a_request_behind_it():
    left = asyncio.Event()

    async def application(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"open", "more_body": True})
        while (await receive())["type"] != "http.disconnect":
            pass
        left.set()

    async with served(application) as connect:
        reader, writer = await connect()
        writer.write(REQUEST * 2)
        await reader.readuntil(b"open")
        writer.transport.abort()

        await asyncio.wait_for(left.wait(), 10)


@pytest.mark.parametrize("head", [b"X: " + bytes([97]) * 500_000, b"X: y\r\n" * 90_000])
async def test_a_head_of_any_size_is_not_waited_for(head):
    async def application(scope, receive, send):
        raise AssertionError("it is not served")

    async with served(application) as connect:
        reader, writer = await connect()
        writer.write(b"GET / HTTP/1.1\r\n" + head)

        with suppress(ConnectionResetError):  # where it was still being sent
            answer = await asyncio.wait_for(reader.read(-1), 10)
            assert b"400 Bad Request" in answer


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
