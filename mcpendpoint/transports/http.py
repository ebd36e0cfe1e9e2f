"""Streamable HTTP: the async view that serves the endpoint, in both eras, and keeps nothing.

One straight line: bytes -> Caller -> Selection -> kernel -> result -> bytes. This module finds out
who asks and what they may have, or why not; `answering` does the rest.
"""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from mcp.server import Server

from mcpendpoint.access import limits
from mcpendpoint.access.admission import check_client
from mcpendpoint.access.limits import Parsed
from mcpendpoint.access.selecting import selection_of
from mcpendpoint.access.who import Caller, UrlOwner
from mcpendpoint.pages.welcome import welcome
from mcpendpoint.protocol import kernel
from mcpendpoint.protocol.messages import MalformedMessage, Message
from mcpendpoint.protocol.request_head import RequestHead
from mcpendpoint.protocol.security import preflight_headers
from mcpendpoint.protocol.sessions import Session
from mcpendpoint.protocol.subscriptions import LISTEN
from mcpendpoint.push.ended_sessions import ended_sessions
from mcpendpoint.serving.answers import Answers, Shortcut
from mcpendpoint.serving.recording import Recording
from mcpendpoint.transports.answering import Answering
from mcpendpoint.transports.listening import Listening
from mcpendpoint.transports.refusing import REFUSALS, SessionUnknown, refuse, refuse_request
from mcpendpoint.transports.requests import (
    View,
    as_view,
    identify_caller,
    is_for_a_browser,
    parse,
    refuse_body,
    refuse_entry,
)
from mcpendpoint.transports.responses import empty_response
from mcpendpoint.transports.resuming import resume, resumes_call


def endpoint_view(
    server: Server[Any], shortcut: Shortcut | None = None, listening: Listening | None = None
) -> View:
    """Return the Django view of an MCP server. Its handlers get a RequestContext as ctx.request."""
    service = _Service(Answering(Answers(server, shortcut)), listening)
    return as_view(service.serve)


@dataclass(frozen=True)
class _Service:
    answering: Answering
    listening: Listening | None

    async def serve(
        self, request: HttpRequest, head: RequestHead, owner: UrlOwner | None
    ) -> HttpResponseBase:
        if refusal := refuse_entry(request, head):
            return refusal
        if head.method == "POST":
            return await self._serve_post(request, head, owner)
        if head.method == "OPTIONS":
            return empty_response(204, preflight_headers(head))
        if is_for_a_browser(head):
            return await welcome(request, owner)
        if head.method == "GET" and _has_session(head) and (self._pushes or resumes_call(head)):
            return await self._serve_get(head, owner)
        if head.method == "DELETE" and _has_session(head):
            return await self._end_session(head, owner)
        # Also for a GET without a session: some clients would hold on to what they get.
        return refuse_request(
            head,
            405,
            "Send messages by POST. A stream to GET belongs to a session.",
            headers={"Allow": "GET, POST, DELETE" if self._pushes else "POST, DELETE"},
        )

    @property
    def _pushes(self) -> bool:
        return self.listening is not None and "push" in settings.MCP_TRANSPORTS

    async def _end_session(self, head: RequestHead, owner: UrlOwner | None) -> HttpResponseBase:
        try:
            caller, _ = await identify_caller(head, owner)
            await ended_sessions.end(_session(head, caller).number)
        except REFUSALS as error:
            return refuse(error, head, Recording(address=head.client_address))
        return empty_response(204)

    async def _serve_get(self, head: RequestHead, owner: UrlOwner | None) -> HttpResponseBase:
        try:
            caller, overrides = await identify_caller(head, owner)
            session = _session(head, caller)
            if resumes_call(head):
                return await resume(head, session, caller)
            selection = selection_of(caller, overrides)
        except REFUSALS as error:
            return refuse(error, head, Recording(address=head.client_address))
        assert self.listening is not None  # noqa: S101 - see _pushes
        return await self.listening.serve_session(head, owner, caller, selection, session)

    async def _serve_post(
        self, request: HttpRequest, head: RequestHead, owner: UrlOwner | None
    ) -> HttpResponseBase:
        if refusal := refuse_body(request, head):
            return refusal
        parsed = parse(request.body)
        recording = Recording(
            method=parsed.method if isinstance(parsed, Message) else "",
            address=head.client_address,
        )
        try:
            recording.caller, overrides = await identify_caller(head, owner)
            limits.charge(recording.caller, head, parsed)
            if isinstance(parsed, MalformedMessage):
                raise parsed
            if _is_in_session(parsed, head):
                _session(head, recording.caller)
            selection = selection_of(recording.caller, overrides)
        except REFUSALS as error:
            return refuse(error, head, recording, parsed)
        if isinstance(parsed, list):
            return await self.answering.answer_batch(parsed, head, recording.caller, selection)
        if self.listening and _is_listen(parsed, head):
            return await self.listening.serve_listen(parsed, head, owner, recording, selection)
        return await self.answering.answer_message(parsed, head, recording, selection)


def _is_in_session(parsed: Parsed, head: RequestHead) -> bool:
    """Whether a request says to be of a session; from 2026-07-28 on there are none."""
    if not _has_session(head):
        return False
    if not isinstance(parsed, Message):
        return isinstance(parsed, list)
    return parsed.method != "initialize" and not kernel.is_modern(parsed, head)


def _has_session(head: RequestHead) -> bool:
    return "mcp-session-id" in head.headers and "sessions" in settings.MCP_TRANSPORTS


def _session(head: RequestHead, caller: Caller) -> Session:
    """Raises SessionUnknown and NotAdmitted."""
    session = kernel.session_of(head)
    if session is None or not session.belongs_to(caller.owners) or session in ended_sessions:
        raise SessionUnknown
    check_client(session.client, caller)
    return session


def _is_listen(message: Message, head: RequestHead) -> bool:
    return (
        message.method == LISTEN
        and message.kind == "request"
        and kernel.is_modern(message, head)
        and "push" in settings.MCP_TRANSPORTS
    )
