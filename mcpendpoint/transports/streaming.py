"""Request-scoped streams: JSON when the answer comes first, SSE as soon as anything else does."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

import orjson
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from mcpendpoint.protocol.kernel import Answer
from mcpendpoint.push.calls.ids import CallEvent
from mcpendpoint.push.calls.log import CallLog
from mcpendpoint.push.calls.logs import call_logs
from mcpendpoint.push.frames import ALIVE, RETRY_CALL_MS, message_event, primer
from mcpendpoint.transports.open_calls import Lifetime
from mcpendpoint.transports.responses import answer_response, empty_response

KEEP_ALIVE_SECONDS = 15.0
"""A comment this often keeps proxies from closing a stream on which nothing happens."""

MAX_WAITING = 16
"""Notifications that a client has not read yet, of some thousand characters each: the oldest go.
They tell of progress, of which the latest is what counts."""

_FIRST_READER = "first"

Work = Callable[["Outbox"], Coroutine[Any, Any, Answer]]
OpenLog = Callable[[], CallLog | None]


@dataclass
class Outbox:
    """What is said before the answer: on its way to the client, and into a log if there is one."""

    notifications: deque[CallEvent] = field(default_factory=lambda: deque(maxlen=MAX_WAITING))
    questions: list[CallEvent] = field(default_factory=list)
    """Requests to the client, of which none may be lost."""
    is_open: bool = True
    is_streaming: bool = False
    first_byte_at: float | None = None
    log: CallLog | None = None
    _count: int = 0
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def put(self, notification: dict[str, Any]) -> None:
        self.is_streaming = True
        event = self._event(notification)
        if event is not None and self.is_open:
            self.notifications.append(event)
            self.ring()

    def put_question(self, request: dict[str, Any]) -> None:
        event = self._event(request)
        if event is not None and self.is_open:
            self.questions.append(event)
            self.ring()

    def keep_in(self, log: CallLog) -> None:
        """Let a log have what waits here, and all that comes."""
        self.log = log
        log.begin_with(self._waiting())

    def close(self) -> None:
        """Send no more: the client has gone, or listens elsewhere."""
        self.is_open = False
        self.notifications.clear()
        self.questions.clear()

    def ring(self) -> None:
        """Wake the waiting response: a notification or the answer is there."""
        self._news.set()

    def take(self) -> list[CallEvent]:
        taken = self._waiting()
        self.notifications.clear()
        self.questions.clear()
        self._news.clear()
        return taken

    def note_first_byte(self) -> None:
        if self.first_byte_at is None:
            self.first_byte_at = time.perf_counter()

    def take_frames(self) -> bytes:
        return b"".join(map(self.frame, self.take()))

    def frame(self, event: CallEvent) -> bytes:
        return message_event(event.message, self.log.place.id_of(event) if self.log else "")

    async def wait(self) -> None:
        """Wait for something to send, until the client should hear that we are still there."""
        timer = asyncio.get_running_loop().call_later(KEEP_ALIVE_SECONDS, self.ring)
        try:
            await self._news.wait()
        finally:
            timer.cancel()

    def _event(self, message: dict[str, Any]) -> CallEvent | None:
        if self.log is not None:
            return self.log.add(orjson.dumps(message))
        self._count += 1
        return CallEvent(self._count, orjson.dumps(message)) if self.is_open else None

    def _waiting(self) -> list[CallEvent]:
        return sorted([*self.notifications, *self.questions], key=lambda event: event.number)


async def respond(
    work: Work, lifetime: Lifetime, *, takes_stream: bool, open_log: OpenLog | None = None
) -> HttpResponseBase:
    """Run `work` and answer with JSON, or with SSE once it sends a notification or takes long.

    A call that is cancelled meanwhile gets no answer: an empty one, in terms of HTTP. Where
    `open_log` opens a log, an SSE stream is kept in it and can be resumed.
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
    if open_log and (log := open_log()):
        outbox.keep_in(log)
        task.add_done_callback(lambda done: log.end(_answer_of(done)))
    return event_stream(_events(task, outbox, lifetime))


async def messages_of(work: Work, lifetime: Lifetime) -> AsyncIterator[bytes]:
    """Run `work` and yield each message that goes out as it comes, the answer last.

    A call that is cancelled gets none.
    """
    outbox = Outbox()
    task = asyncio.create_task(work(outbox))
    lifetime.begin(task)
    task.add_done_callback(lambda _: outbox.ring())
    while not task.done():
        await outbox.wait()
        for event in outbox.take():
            outbox.note_first_byte()
            yield event.message
    if answer := _answer_of(task):
        yield answer


def event_stream(events: AsyncIterator[bytes]) -> StreamingHttpResponse:
    response = StreamingHttpResponse(events, content_type="text/event-stream")
    response["Cache-Control"] = "no-store, no-transform"
    response["X-Accel-Buffering"] = "no"
    return response


def _response_of(task: asyncio.Task[Answer]) -> HttpResponse:
    if task.cancelled():
        return empty_response(202)
    return answer_response(task.result())


def _answer_of(task: asyncio.Task[Answer]) -> bytes:
    return b"" if task.cancelled() else task.result().raw


async def _events(
    task: asyncio.Task[Answer], outbox: Outbox, lifetime: Lifetime
) -> AsyncIterator[bytes]:
    try:
        outbox.note_first_byte()
        yield _beginning(outbox) + outbox.take_frames() or ALIVE
        while not task.done():
            await outbox.wait()
            if frames := outbox.take_frames():
                yield frames
            elif not task.done():
                yield ALIVE
        if outbox.is_open and (answer := _answer_of(task)):
            yield outbox.take_frames() + outbox.frame(CallEvent(0, answer, is_last=True))
    finally:
        _leave(task, outbox, lifetime)


def _beginning(outbox: Outbox) -> bytes:
    if outbox.log is None:
        return b""
    call_logs.note_reader(outbox.log.ref, _FIRST_READER, outbox.close)
    return primer(outbox.log.place.id_of(CallEvent(0, b"")), RETRY_CALL_MS)


def _leave(task: asyncio.Task[Answer], outbox: Outbox, lifetime: Lifetime) -> None:
    outbox.close()
    if outbox.log is not None:
        call_logs.forget_reader(outbox.log.ref, _FIRST_READER)
    if not task.done():
        lifetime.client_left(task, may_come_back=outbox.log is not None)
