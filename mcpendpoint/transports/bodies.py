"""Reads the body of a request before anybody works on it: bounded in bytes, and in time in all.

A timeout between two chunks would restart with each byte that a slow client sends.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from django.conf import settings

from mcpendpoint.protocol.records import Reason

Receive = Callable[[], Awaitable[Any]]


class BodyRefused(Exception):
    """Why a body is not read; the message is for the client, as are `status` and `headers`."""

    status = 400
    reason = Reason.INVALID_REQUEST
    headers: Mapping[str, str] = {}


class BodyTooSlow(BodyRefused):
    status = 408
    reason = Reason.TIMEOUT
    # The rest of it may still come, and is no new request.
    headers = {"Connection": "close"}

    def __init__(self) -> None:
        seconds = settings.BODY_TIMEOUT_SECONDS
        super().__init__(f"The body did not arrive within {seconds} seconds.")


class BodyTooLarge(BodyRefused):
    status = 413
    reason = Reason.TOO_LARGE

    def __init__(self) -> None:
        super().__init__(f"The body is larger than {settings.MCP_MAX_BODY_BYTES:,} bytes.")


class ClientLeft(Exception):
    """The client hung up before all of it had arrived."""


async def read_body(receive: Receive) -> bytes:
    """Raises BodyRefused and ClientLeft.

    One that is too large is read to its end, and dropped: a client that is still sending would not
    see the answer.
    """
    try:
        async with asyncio.timeout(settings.BODY_TIMEOUT_SECONDS):
            return await _read(receive, settings.MCP_MAX_BODY_BYTES)
    except TimeoutError as error:
        raise BodyTooSlow() from error


async def _read(receive: Receive, limit: int) -> bytes:
    chunks: list[bytes] = []
    size = 0
    has_more = True
    while has_more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientLeft
        chunk = message.get("body", b"")
        has_more = message.get("more_body", False)
        size += len(chunk)
        if size <= limit:
            chunks.append(chunk)
        else:
            chunks.clear()
    if size > limit:
        raise BodyTooLarge()
    return b"".join(chunks)


def replay(body: bytes, receive: Receive) -> Receive:
    """Return a `receive` for an application that has yet to read the body."""
    messages = [{"type": "http.request", "body": body, "more_body": False}]

    async def next_message() -> Any:
        return messages.pop() if messages else await receive()

    return next_message
