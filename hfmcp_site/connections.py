"""Connections of uvicorn, which wait only so long for a request, and for a client to read."""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS = 20
MAX_HEAD_BYTES = 128_000
READ_SECONDS = 60
MIN_READ_BYTES = 60_000
"""What a client takes of an answer in that time, unless it takes all: a kilobyte a second."""


class PatientForAWhile(HttpToolsProtocol):
    """Ends a connection whose request has not said what it wants, or whose client does not read
    the answer; uvicorn waits for ever.
    """

    _timer: asyncio.TimerHandle | None = None
    _read_timer: asyncio.TimerHandle | None = None
    _is_in_head = False
    _head_bytes = 0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._open_cycles: list[Any] = []

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._expect_head()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._is_in_head and not self.transport.is_closing():
            self._head_bytes += len(data)
            if self._head_bytes > MAX_HEAD_BYTES:
                self.send_400_response("The head of the request is too large.")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._is_in_head, self._head_bytes = True, 0
        self._expect_head()

    def on_headers_complete(self) -> None:
        self._is_in_head = False
        self._forget_timer()
        self._open_cycles = [each for each in self._open_cycles if not each.response_complete]
        super().on_headers_complete()
        if self.cycle is not None:
            self._open_cycles.append(self.cycle)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._expect_reading()

    def resume_writing(self) -> None:
        self._stop_expecting_reading()
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        self._forget_timer()
        self._stop_expecting_reading()
        super().connection_lost(exc)
        # uvicorn tells the newest request alone, and one that was sent behind it answers still.
        for cycle in self._open_cycles:
            if not cycle.response_complete:
                cycle.disconnected = True
                cycle.message_event.set()
        self._open_cycles = []

    def shutdown(self) -> None:
        # A worker of several loads this module before Django is set up.
        from mcpendpoint.push.streams import open_streams

        # The server waits for open responses, which streams are, before it says that it ends.
        open_streams.end_all_soon()
        super().shutdown()

    def _expect_head(self) -> None:
        self._forget_timer()
        self._timer = self.loop.call_later(HEAD_SECONDS, self.transport.close)

    def _forget_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _expect_reading(self) -> None:
        unread = self.transport.get_write_buffer_size()
        self._read_timer = self.loop.call_later(READ_SECONDS, self._check_reading, unread)

    def _check_reading(self, unread_before: int) -> None:
        unread = self.transport.get_write_buffer_size()
        if unread_before - unread < MIN_READ_BYTES:
            self.transport.abort()  # close() would wait for the reader
        else:
            self._expect_reading()

    def _stop_expecting_reading(self) -> None:
        if self._read_timer is not None:
            self._read_timer.cancel()
            self._read_timer = None
