"""The view of HTTP+SSE: GET opens the stream, POST takes a message for it."""

import asyncio
import logging
from collections import Counter
from collections.abc import Coroutine
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from mcp.server import Server
from mcp_types import INTERNAL_ERROR, INVALID_REQUEST

from mcpendpoint.access import limits
from mcpendpoint.access.admission import check_client
from mcpendpoint.access.selecting import selection_of
from mcpendpoint.access.selection import RequestOverrides, Selection
from mcpendpoint.access.who import Caller, CallerMoved, NotAdmitted, UrlOwner
from mcpendpoint.pages.welcome import welcome
from mcpendpoint.protocol import kernel
from mcpendpoint.protocol.messages import MalformedMessage, Message, error_message
from mcpendpoint.protocol.records import Outcome, Reason
from mcpendpoint.protocol.request_head import RequestHead
from mcpendpoint.protocol.security import preflight_headers
from mcpendpoint.protocol.sessions import begin_session, read_session
from mcpendpoint.push.stream import Send
from mcpendpoint.push.streams import Receive
from mcpendpoint.serving.answers import Answers, Shortcut
from mcpendpoint.serving.recording import Recording
from mcpendpoint.transports.answering import Answering, take_note
from mcpendpoint.transports.listening import Hold, Listening, PushResponse
from mcpendpoint.transports.refusing import REFUSALS, SessionUnknown, refuse, refuse_request
from mcpendpoint.transports.requests import (
    View,
    as_view,
    context_of,
    identify_caller,
    is_for_a_browser,
    parse,
    refuse_body,
    refuse_entry,
)
from mcpendpoint.transports.responses import empty_response
from mcpendpoint.transports.sse.sessions import Place, read_place, sse_sessions

logger = logging.getLogger(__name__)

MESSAGES = "/messages"

MAX_RUNNING_OF_SESSION = 32
MAX_RUNNING = 2_000
"""Requests that are answered at once."""

_OF_STREAMABLE_HTTP = ("mcp-session-id", "mcp-protocol-version")


def sse_view(server: Server[Any], shortcut: Shortcut | None, listening: Listening) -> View:
    return as_view(_Service(Answering(Answers(server, shortcut)), listening).serve)


@dataclass(frozen=True)
class _Service:
    answering: Answering
    listening: Listening
    running: dict[asyncio.Task[None], Place] = field(default_factory=dict)

    async def serve(
        self, request: HttpRequest, head: RequestHead, owner: UrlOwner | None
    ) -> HttpResponseBase:
        if refusal := refuse_entry(request, head):
            return refusal
        if "sse" not in settings.MCP_TRANSPORTS:
            return refuse_request(
                head, 404, "HTTP+SSE is not served here. Use /mcp.", Reason.NOT_FOUND
            )
        if head.method == "OPTIONS":
            return empty_response(204, preflight_headers(head))
        is_of_messages = head.path.rstrip("/").endswith(MESSAGES)
        if head.method == "POST" and is_of_messages:
            return await self._take(request, head, owner)
        if head.method == "GET" and not is_of_messages:
            if is_for_a_browser(head):
                return await welcome(request, owner)
            return await self._open(head, owner)
        return refuse_request(
            head,
            405,
            "This is HTTP+SSE: a stream to GET, which names the address for messages.",
            headers={"Allow": "POST" if is_of_messages else "GET"},
        )

    async def _open(self, head: RequestHead, owner: UrlOwner | None) -> HttpResponseBase:
        try:
            caller, overrides = await _identify(head, owner)
            selection = selection_of(caller, overrides)
        except REFUSALS as error:
            return refuse(error, head, Recording(address=head.client_address))
        place = sse_sessions.new_place()
        address = f"{head.path.rstrip('/')}{MESSAGES}?session={place.sign()}"
        if head.raw_query:
            address += f"&{head.raw_query}"
        response = await self.listening.serve_sse(
            head, owner, caller, selection, place.number, address
        )
        if isinstance(response, PushResponse):
            return PushResponse(partial(_hold, response.hold, place, caller.owner))
        return response

    async def _take(
        self, request: HttpRequest, head: RequestHead, owner: UrlOwner | None
    ) -> HttpResponseBase:
        if refusal := refuse_body(request, head):
            return refusal
        head = replace(head, path=head.path.rstrip("/").removesuffix(MESSAGES))
        parsed = parse(request.body)
        recording = Recording(
            method=parsed.method if isinstance(parsed, Message) else "",
            address=head.client_address,
            transport="sse",
        )
        place: Place | None = None
        try:
            recording.caller, overrides = await _identify(head, owner)
            place, session_id = await _find_session(head, recording.caller)
            limits.charge(recording.caller, head, parsed)
            if isinstance(parsed, MalformedMessage):
                raise parsed
            if not isinstance(parsed, Message):
                raise MalformedMessage(INVALID_REQUEST, "HTTP+SSE takes one message at a time.")
            selection = selection_of(recording.caller, overrides)
        except REFUSALS as error:
            return await _on_stream(refuse(error, head, recording, parsed), place)
        head = _in_session(head, session_id)
        if parsed.kind != "request":
            return await take_note(parsed, head, recording, is_modern=False)
        return await self._begin(parsed, place, head, recording, selection)

    async def _begin(
        self,
        message: Message,
        place: Place,
        head: RequestHead,
        recording: Recording,
        selection: Selection,
    ) -> HttpResponseBase:
        of_session = Counter(self.running.values())[place] if self.running else 0
        if of_session >= MAX_RUNNING_OF_SESSION or len(self.running) >= MAX_RUNNING:
            recording.finish(Outcome.LIMITED, error_code=INTERNAL_ERROR)
            text = "Too many requests are being answered. Wait for their answers."
            await _send_error(place, message, INTERNAL_ERROR, text)
        elif kernel.has_envelope(message):
            recording.finish(Outcome.REJECTED, error_code=INVALID_REQUEST)
            text = "HTTP+SSE has no protocol revision of 2026-07-28 or later."
            await _send_error(place, message, INVALID_REQUEST, text)
        else:
            work = self._answer(message, place, head, recording, selection)
            task = asyncio.create_task(_quietly(work))
            self.running[task] = place
            task.add_done_callback(self.running.pop)
        return empty_response(202)

    async def _answer(
        self,
        message: Message,
        place: Place,
        head: RequestHead,
        recording: Recording,
        selection: Selection,
    ) -> None:
        recording.peer = peer = kernel.legacy_peer(message, head)
        try:
            check_client(peer.client, recording.caller)
        except NotAdmitted as blocked:
            refuse(blocked, head, recording, message)
            await _send_error(place, message, INVALID_REQUEST, str(blocked))
            return
        if message.method == "initialize":
            declared = (message.params or {}).get("capabilities")
            session_id = begin_session(
                *(peer.client, peer.protocol_version, declared),
                *(recording.caller.owner, place.number),
            )
            await sse_sessions.initialized(place, session_id)
        context = context_of(recording.caller, selection, head)
        send = partial(sse_sessions.send, place)
        await self.answering.answer_elsewhere(message, peer, context, recording, send)


async def _hold(hold: Hold, place: Place, owner: str, receive: Receive, send: Send) -> None:
    sse_sessions.begin(place, owner)
    try:
        await hold(receive, send)
    finally:
        sse_sessions.end(place)


async def _identify(head: RequestHead, owner: UrlOwner | None) -> tuple[Caller, RequestOverrides]:
    try:
        return await identify_caller(head, owner)
    except CallerMoved as moved:
        at = MESSAGES if head.method == "POST" else ""
        path = moved.path.removesuffix("/mcp") + "/sse" + at
        raise CallerMoved(path, moved.caller) from moved


async def _find_session(head: RequestHead, caller: Caller) -> tuple[Place, str]:
    """Raises SessionUnknown."""
    place = read_place(head.query.get("session", [""])[0])
    session_id = await sse_sessions.find(place, caller.owners) if place else None
    if place is None or session_id is None:
        raise SessionUnknown
    return place, session_id


def _in_session(head: RequestHead, session_id: str) -> RequestHead:
    """Return the head as one of a session of streamable HTTP, which the rest is served by."""
    kept = {name: text for name, text in head.headers.items() if name not in _OF_STREAMABLE_HTTP}
    session = read_session(session_id) if session_id else None
    if session is not None:
        kept |= {"mcp-session-id": session_id, "mcp-protocol-version": session.protocol_version}
    return replace(head, headers=kept)


async def _on_stream(response: HttpResponse, place: Place | None) -> HttpResponse:
    """Send what is an answer to the client where it looks for answers."""
    if response.status_code != 200 or place is None:
        return response
    await sse_sessions.send(place, response.content)
    return empty_response(202)


async def _send_error(place: Place, message: Message, code: int, text: str) -> None:
    await sse_sessions.send(place, orjson.dumps(error_message(code, text, message.id)))


async def _quietly(work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except Exception:
        logger.exception("A message of HTTP+SSE could not be answered.")
