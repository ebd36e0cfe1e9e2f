import asyncio
import time

import pytest

from accounts.outgoing.callers import acting_for
from accounts.outgoing.pools import HUB
from mcpendpoint.hub.client import HubClient
from mcpendpoint.hub.memory import forget_answers


@pytest.fixture
async def slow_hub(settings):
    """Answers to what is quick, and lets all else wait; whether one caller's share is in use."""
    asked, is_busy = [], asyncio.Event()

    async def serve(reader, writer):
        head = await reader.readuntil(b"\r\n\r\n")
        asked.append(head)
        if len(asked) == HUB.limits.per_caller:
            is_busy.set()
        if b"quick" in head:
            writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n[]")
            await writer.drain()
        else:
            await reader.read()
        writer.close()

    forget_answers()
    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        settings.HF_ENDPOINT = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield asked, is_busy


async def test_300_slow_searches_of_one_caller_do_not_delay_anothers(slow_hub):
    asked, is_busy = slow_hub
    with acting_for("greedy"):
        slow = [
            asyncio.create_task(HubClient(None).get_json(f"/slow/{number}"))
            for number in range(300)
        ]
        # The greedy one asks for the same as the other, too, and waits for it.
        slow.append(asyncio.create_task(HubClient(None).get_json("/quick")))
    await is_busy.wait()
    started = time.monotonic()

    with acting_for("another"):
        assert await HubClient(None).get_json("/quick") == []

    assert time.monotonic() - started < 2
    assert len(asked) == HUB.limits.per_caller + 1
    for each in slow:
        each.cancel()
    await asyncio.gather(*slow, return_exceptions=True)
