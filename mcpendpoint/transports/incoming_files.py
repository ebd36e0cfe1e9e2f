"""Takes the bytes of files that clients send with a ticket: a request that is not read whole first.

A ticket is all that counts: there is no session and no cookie, so nothing for another site's page
to use. `files/tickets` says where a ticket comes from.
"""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

from django.conf import settings

from accounts.database import UNAVAILABLE
from mcpendpoint.files.incoming import WrongLength, take_file
from mcpendpoint.files.keeping import FileRefused
from mcpendpoint.files.tickets import HEADER, PATH, BadTicket, Ticket, read_ticket
from mcpendpoint.transports.bodies import Receive

UPLOAD_SECONDS = 300
"""For all of a file; between two parts as long as a whole body may take."""
MAX_AT_ONCE = 32
MAX_AT_ONCE_OF_PERSON = 4
"""Claude Code sends two at a time."""

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


class IncomingFiles:
    """An ASGI application."""

    def __init__(self) -> None:
        self._at_work: Counter[int] = Counter()

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Any) -> None:
        try:
            ticket = _ticket_of(scope)
            self._check_room(ticket.user_id)
            self._at_work[ticket.user_id] += 1
            try:
                await _take(ticket, receive)
            finally:
                self._at_work[ticket.user_id] -= 1
                self._at_work += Counter()  # forgets those that are at nought
        except _ClientLeft:
            return
        except (_Refused, FileRefused) as refusal:
            await _drop_rest(receive)
            await _answer(send, refusal.status, str(refusal))
        except UNAVAILABLE:
            await _answer(send, 503, "The database is busy right now.")
        else:
            await _answer(send, 204, "")

    def _check_room(self, user_id: int) -> None:
        is_full = self._at_work.total() >= MAX_AT_ONCE
        if is_full or self._at_work[user_id] >= MAX_AT_ONCE_OF_PERSON:
            raise _Refused(429, "Too many files are being sent right now.")


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


async def _take(ticket: Ticket, receive: Receive) -> None:
    try:
        async with asyncio.timeout(UPLOAD_SECONDS):
            await take_file(ticket, _parts(receive))
    except TimeoutError as error:
        raise _Refused(408, "The file did not arrive in time.") from error


async def _parts(receive: Receive) -> AsyncIterator[bytes]:
    has_more = True
    while has_more:
        async with asyncio.timeout(settings.BODY_TIMEOUT_SECONDS):
            message = await receive()
        if message["type"] == "http.disconnect":
            raise _ClientLeft
        has_more = message.get("more_body", False)
        if part := message.get("body", b""):
            yield part


async def _drop_rest(receive: Receive) -> None:
    """Read what still comes, for a while: a client that is sending would not see the answer."""
    with suppress(TimeoutError, _ClientLeft):
        async with asyncio.timeout(settings.BODY_TIMEOUT_SECONDS):
            async for _ in _parts(receive):
                pass


async def _answer(send: Any, status: int, text: str) -> None:
    body = text.encode()
    headers = [
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
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
