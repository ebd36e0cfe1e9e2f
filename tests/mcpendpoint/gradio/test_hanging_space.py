"""A Space that hangs costs its own tools, and a list its time but once."""

import asyncio
import time

import orjson
import pytest

from mcpendpoint.gradio import discovery
from mcpendpoint.gradio.freshness import FreshnessCache
from mcpendpoint.gradio.listings import SpaceChoice
from mcpendpoint.gradio.spaces import list_space_tools

HANGING = SpaceChoice("acme/hangs", "gr1_", False)
HANG_SECONDS = 0.5
QUICK_SECONDS = 0.05


async def answer_but_hang_at_the_schema(reader, writer):
    while head := await reader.readuntil(b"\r\n\r\n"):
        if b"/schema" in head:
            await reader.read()
            break
        space = {"id": "acme/hangs", "sdk": "gradio", "subdomain": "acme-hangs"}
        body = orjson.dumps(space | {"runtime": {"stage": "RUNNING"}})
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n")
        writer.write(f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
    writer.close()


@pytest.fixture
async def hanging_space(settings, monkeypatch):
    """Its failure is known for no time at all, so that each list begins to ask again."""
    schemas = FreshnessCache(stale_seconds=60, failure_seconds=0, max_weight=1_000_000)
    monkeypatch.setattr(discovery, "_schemas", schemas)
    monkeypatch.setattr(discovery, "SCHEMA_SECONDS", HANG_SECONDS)
    server = await asyncio.start_server(answer_but_hang_at_the_schema, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    settings.HF_ENDPOINT = f"http://127.0.0.1:{port}"
    settings.HF_SPACE_URL = f"http://127.0.0.1:{port}/{{subdomain}}"
    async with server:
        yield


async def test_a_list_waits_for_a_hanging_space_once(hanging_space):
    await list_space_tools([HANGING], None, known_will_do=True)

    times = []
    for _ in range(40):
        started = time.perf_counter()
        (listing,) = await list_space_tools([HANGING], None, known_will_do=True)
        times.append(time.perf_counter() - started)
        await asyncio.sleep(HANG_SECONDS / 20)

    assert "did not say in time" in listing.problem
    assert sorted(times)[-2] < QUICK_SECONDS


async def test_a_call_asks_again_and_waits(hanging_space):
    await list_space_tools([HANGING], None, known_will_do=True)

    started = time.perf_counter()
    await list_space_tools([HANGING], None)

    assert time.perf_counter() - started >= HANG_SECONDS / 2
