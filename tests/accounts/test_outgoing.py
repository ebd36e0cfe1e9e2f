"""The client that all outgoing requests share tells nobody apart, so it must remember nothing."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from accounts.outgoing import http_client


@pytest.fixture
async def server() -> AsyncIterator[tuple[str, list[bytes]]]:
    """Answer every request with a cookie; keep the heads of what was asked."""
    heads: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(
            b"HTTP/1.1 204 \r\nSet-Cookie: session=of-alice; Path=/\r\nConnection: close\r\n\r\n"
        )
        await writer.drain()
        writer.close()

    listening = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with listening:
        yield f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}", heads


async def test_a_cookie_from_one_answer_goes_out_with_no_other_request(server):
    url, heads = server

    await http_client().get(url)
    await http_client().get(url)

    assert len(heads) == 2
    assert b"cookie" not in heads[1].lower()
