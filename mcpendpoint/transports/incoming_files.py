"""Takes the bytes of files that clients send with a ticket: a request that is not read whole first.

A ticket is all that counts: there is no session and no cookie, so nothing for another site's page
to use. `files/tickets` says where a ticket comes from.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings

from accounts.addresses import scope_address
from accounts.database import UNAVAILABLE
from mcpendpoint.files.incoming import WrongLength, take_file
from mcpendpoint.files.keeping import FileRefused
from mcpendpoint.files.pace import TooSlow, in_pace
from mcpendpoint.files.tickets import HEADER, PATH, BadTicket, Ticket, read_ticket
from mcpendpoint.protocol.records import Outcome, Reason
from mcpendpoint.serving.recording import Recording
from mcpendpoint.transports.bodies import Receive

UPLOAD_SECONDS = 300
"""For all of a file."""
MAX_AT_ONCE = 32
MAX_AT_ONCE_OF_PERSON = 4
"""Claude Code sends two at a time."""
SLOW_AFTER_SECONDS = 10
SLOW_BYTES_A_SECOND = 50_000
"""Who has been slower by then gives way to others, when all places are taken."""
DROP_SECONDS = 2

_PATH = re.compile(rf"(?:/mcp|/u/[^/]{{1,150}}/mcp)?/?{re.escape(PATH)}")
"""Clients append it to the endpoint's address, which may end with a slash."""


class _ClientLeft(Exception):
    pass


class _Refused(Exception):
    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


def is_incoming_file(scope: dict[str, Any]) -> bool:
    path: str = scope["path"]
    return path.endswith(PATH) and bool(_PATH.fullmatch(path))


@dataclass(eq=False)
class _Sender:
    user_id: int
    limit: asyncio.Timeout
    since: float = field(default_factory=lambda: asyncio.get_running_loop().time())
    received: int = 0

    @property
    def rate(self) -> float:
        """Return how many bytes a second came; as many as one likes of who has just begun."""
        seconds = asyncio.get_running_loop().time() - self.since
        return self.received / seconds if seconds > SLOW_AFTER_SECONDS else float("inf")

    def give_way(self) -> None:
        if not self.limit.expired():
            self.limit.reschedule(asyncio.get_running_loop().time())


class IncomingFiles:
    """An ASGI application."""

    def __init__(self) -> None:
        self._senders: set[_Sender] = set()

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Any) -> None:
        body = _Body(receive)
        try:
            await self._take(_ticket_of(scope), body)
        except _ClientLeft:
            return
        except (_Refused, FileRefused) as refusal:
            _record(scope, refusal.status)
            await body.drop_rest()
            await _answer(send, refusal.status, str(refusal), is_last=not body.has_ended)
        except UNAVAILABLE:
            _record(scope, 503)
            await _answer(send, 503, "The database is busy right now.", is_last=not body.has_ended)
        else:
            await _answer(send, 204, "")

    async def _take(self, ticket: Ticket, body: "_Body") -> None:
        self._make_room(ticket.user_id)
        try:
            async with asyncio.timeout(UPLOAD_SECONDS) as limit:
                sender = _Sender(ticket.user_id, limit)
                self._senders.add(sender)
                try:
                    parts = in_pace(body.parts(), settings.BODY_TIMEOUT_SECONDS)
                    await take_file(ticket, _counted(parts, sender))
                finally:
                    self._senders.discard(sender)
        except TimeoutError as error:
            raise TooSlow from error

    def _make_room(self, user_id: int) -> None:
        """Raises _Refused."""
        own = sum(sender.user_id == user_id for sender in self._senders)
        if own >= MAX_AT_ONCE_OF_PERSON:
            raise _Refused(429, "Too many files are being sent right now.")
        if len(self._senders) >= MAX_AT_ONCE:
            slowest = min(self._senders, key=lambda sender: sender.rate)
            if slowest.rate >= SLOW_BYTES_A_SECOND:
                raise _Refused(429, "Too many files are being sent right now.")
            self._senders.discard(slowest)
            slowest.give_way()


_OUTCOMES = {
    403: (Outcome.DENIED, Reason.BAD_CREDENTIAL),
    405: (Outcome.REJECTED, Reason.INVALID_REQUEST),
    408: (Outcome.REJECTED, Reason.TIMEOUT),
    410: (Outcome.REJECTED, Reason.NOT_FOUND),
    413: (Outcome.REJECTED, Reason.TOO_LARGE),
    429: (Outcome.LIMITED, Reason.LIMIT),
    503: (Outcome.FAILED, Reason.UNAVAILABLE),
    507: (Outcome.FAILED, Reason.UNAVAILABLE),
}


def _record(scope: dict[str, Any], status: int) -> None:
    outcome, reason = _OUTCOMES.get(status, (Outcome.REJECTED, Reason.INVALID_ARGUMENTS))
    Recording(address=scope_address(scope)).finish(outcome, reason=reason, http_status=status)


async def _counted(parts: AsyncIterator[bytes], sender: _Sender) -> AsyncIterator[bytes]:
    async for part in parts:
        sender.received += len(part)
        yield part


def _ticket_of(scope: dict[str, Any]) -> Ticket:
    """Return what the request comes with, as far as its head tells. Raises _Refused."""
    if scope["method"] != "PUT":
        raise _Refused(405, "A file is sent by PUT.")
    headers = scope["headers"]
    tickets = [value for name, value in headers if name == HEADER.encode()]
    try:
        (text,) = tickets
        ticket = read_ticket(text.decode("ascii"))
    except (ValueError, BadTicket) as error:
        raise _Refused(403, "This takes a ticket that holds.") from error
    told = [value for name, value in headers if name == b"content-length"]
    if told and told != [str(ticket.size).encode()]:
        refusal = WrongLength(ticket.size)
        raise _Refused(refusal.status, str(refusal))
    return ticket


class _Body:
    """What a client sends, as far as it has come."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self.has_ended = False

    async def parts(self) -> AsyncIterator[bytes]:
        """Raises _ClientLeft."""
        while not self.has_ended:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise _ClientLeft
            self.has_ended = not message.get("more_body", False)
            if part := message.get("body", b""):
                yield part

    async def drop_rest(self) -> None:
        """Read what still comes, for a moment: who is sending would not see the answer."""
        with suppress(TimeoutError, _ClientLeft):
            async with asyncio.timeout(DROP_SECONDS):
                async for _ in self.parts():
                    pass


async def _answer(send: Any, status: int, text: str, *, is_last: bool = False) -> None:
    """With `is_last`, what still comes is no new request."""
    body = text.encode()
    headers = [
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
        *([(b"connection", b"close")] if is_last else []),
        *([(b"allow", b"PUT")] if status == 405 else []),
        *([(b"retry-after", b"5")] if status in (429, 503) else []),
    ]
    if status != 204:
        headers += [
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"content-length", str(len(body)).encode()),
        ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
