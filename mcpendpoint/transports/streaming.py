"""Request-scoped streams: JSON when the answer comes first, SSE as soon as anything else does."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

import orjson
from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase

from mcpendpoint.protocol.kernel import Answer
from mcpendpoint.transports.responses import json_response

KEEP_ALIVE_SECONDS = 15.0
"""A comment this often keeps proxies from closing a stream on which nothing happens."""

_KEEP_ALIVE = b": keep-alive\r\n\r\n"

Work = Callable[["Outbox"], Coroutine[Any, Any, Answer]]


@dataclass
class Outbox:
    """Notifications on their way to the client."""

    notifications: list[dict[str, Any]] = field(default_factory=list)
    is_streaming: bool = False
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def put(self, notification: dict[str, Any]) -> None:
        self.notifications.append(notification)
        self.ring()

    def ring(self) -> None:
        """Wake whoever waits, for a notification or for the answer."""
        self._news.set()

    def take(self) -> list[dict[str, Any]]:
        taken, self.notifications = self.notifications, []
        self._news.clear()
        return taken

    async def wait(self) -> None:
        """Wait for something to send, until the client should hear that we are still there."""
        timer = asyncio.get_running_loop().call_later(KEEP_ALIVE_SECONDS, self.ring)
        try:
            await self._news.wait()
        finally:
            timer.cancel()


# Work whose client left, but which has to be finished all the same.
_unattended: set[asyncio.Task[Answer]] = set()


async def respond(work: Work, *, ends_with_client: bool) -> HttpResponseBase:
    """Run `work` and answer with JSON, or with SSE once it sends a notification or takes long.

    `ends_with_client`: whether a client that disconnects thereby cancels (2026-07-28), or not
    (before).
    """
    outbox = Outbox()
    task = asyncio.create_task(work(outbox))
    task.add_done_callback(lambda _: outbox.ring())
    try:
        await outbox.wait()
    except asyncio.CancelledError:
        _leave(task, ends_with_client)
        raise
    if task.done() and not outbox.notifications:
        reply = task.result()
        return json_response(reply.body, reply.status, reply.headers)
    outbox.is_streaming = True
    response = StreamingHttpResponse(
        _events(task, outbox, ends_with_client), content_type="text/event-stream"
    )
    response["Cache-Control"] = "no-store, no-transform"
    response["X-Accel-Buffering"] = "no"
    return response


async def _events(
    task: asyncio.Task[Answer], outbox: Outbox, ends_with_client: bool
) -> AsyncIterator[bytes]:
    try:
        yield _frames(outbox.take()) or _KEEP_ALIVE
        while not task.done():
            await outbox.wait()
            if frames := _frames(outbox.take()):
                yield frames
            elif not task.done():
                yield _KEEP_ALIVE
        yield _frames([*outbox.take(), task.result().body])
    finally:
        _leave(task, ends_with_client)


def _frames(messages: list[dict[str, Any]]) -> bytes:
    return b"".join(
        b"event: message\r\ndata: " + orjson.dumps(message) + b"\r\n\r\n" for message in messages
    )


def _leave(task: asyncio.Task[Answer], ends_with_client: bool) -> None:
    if task.done():
        return
    if ends_with_client:
        task.cancel()
    else:
        _unattended.add(task)
        task.add_done_callback(_unattended.discard)
