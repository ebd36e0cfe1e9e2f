"""Request-scoped streams: JSON when the answer comes first, SSE as soon as anything else does."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

import orjson
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from mcpendpoint.protocol.kernel import Answer
from mcpendpoint.transports.open_calls import Lifetime
from mcpendpoint.transports.responses import answer_response, empty_response

KEEP_ALIVE_SECONDS = 15.0
"""A comment this often keeps proxies from closing a stream on which nothing happens."""

MAX_WAITING = 16
"""Notifications that a client has not read yet, of some thousand characters each: the oldest go.
They tell of progress, of which the latest is what counts."""

_KEEP_ALIVE = b": keep-alive\r\n\r\n"

Work = Callable[["Outbox"], Coroutine[Any, Any, Answer]]


@dataclass
class Outbox:
    """Notifications on their way to the client."""

    notifications: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=MAX_WAITING))
    questions: list[dict[str, Any]] = field(default_factory=list)
    """Requests to the client, of which none may be lost."""
    is_open: bool = True
    is_streaming: bool = False
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def put(self, notification: dict[str, Any]) -> None:
        self.is_streaming = True
        if self.is_open:
            self.notifications.append(notification)
            self.ring()

    def put_question(self, request: dict[str, Any]) -> None:
        if self.is_open:
            self.questions.append(request)
            self.ring()

    def close(self) -> None:
        """Drop further messages: the client has gone."""
        self.is_open = False
        self.notifications.clear()
        self.questions.clear()

    def ring(self) -> None:
        """Wake the waiting response: a notification or the answer is there."""
        self._news.set()

    def take(self) -> list[dict[str, Any]]:
        taken = [*self.notifications, *self.questions]
        self.notifications.clear()
        self.questions.clear()
        self._news.clear()
        return taken

    async def wait(self) -> None:
        """Wait for something to send, until the client should hear that we are still there."""
        timer = asyncio.get_running_loop().call_later(KEEP_ALIVE_SECONDS, self.ring)
        try:
            await self._news.wait()
        finally:
            timer.cancel()


async def respond(work: Work, lifetime: Lifetime, *, takes_stream: bool) -> HttpResponseBase:
    """Run `work` and answer with JSON, or with SSE once it sends a notification or takes long.

    A call that is cancelled meanwhile gets no answer: an empty one, in terms of HTTP.
    """
    outbox = Outbox()
    task = asyncio.create_task(work(outbox))
    lifetime.begin(task)
    try:
        if takes_stream:
            task.add_done_callback(lambda _: outbox.ring())
            await outbox.wait()
        else:
            outbox.close()
            await asyncio.wait({task})
    except asyncio.CancelledError:
        _leave(task, outbox, lifetime)
        raise
    if task.done() and not outbox.notifications and not outbox.questions:
        return _response_of(task)
    outbox.is_streaming = True
    response = StreamingHttpResponse(
        _events(task, outbox, lifetime), content_type="text/event-stream"
    )
    response["Cache-Control"] = "no-store, no-transform"
    response["X-Accel-Buffering"] = "no"
    return response


def _response_of(task: asyncio.Task[Answer]) -> HttpResponse:
    if task.cancelled():
        return empty_response(202)
    return answer_response(task.result())


async def _events(
    task: asyncio.Task[Answer], outbox: Outbox, lifetime: Lifetime
) -> AsyncIterator[bytes]:
    try:
        yield _frames(outbox.take()) or _KEEP_ALIVE
        while not task.done():
            await outbox.wait()
            if frames := _frames(outbox.take()):
                yield frames
            elif not task.done():
                yield _KEEP_ALIVE
        if not task.cancelled():
            yield _frames(outbox.take()) + _frame(task.result().raw)
    finally:
        _leave(task, outbox, lifetime)


def _frames(messages: list[dict[str, Any]]) -> bytes:
    return b"".join(_frame(orjson.dumps(message)) for message in messages)


def _frame(message: bytes) -> bytes:
    return b"event: message\r\ndata: " + message + b"\r\n\r\n"


def _leave(task: asyncio.Task[Answer], outbox: Outbox, lifetime: Lifetime) -> None:
    outbox.close()
    if not task.done():
        lifetime.client_left(task)
