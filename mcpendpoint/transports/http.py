"""Streamable HTTP: the async view that serves the endpoint, in both eras, and keeps nothing.

One straight line: bytes -> Caller -> Selection -> kernel -> result -> bytes. This module finds out
who asks and what they may have, or why not; `answering` does the rest.
"""

import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from mcp.server import Server
from mcp_types import INTERNAL_ERROR, INVALID_REQUEST

from accounts.outgoing import callers
from mcpendpoint.access import limits
from mcpendpoint.access.caller import identify
from mcpendpoint.access.limits import Parsed, TooMany
from mcpendpoint.access.selecting import selection_of
from mcpendpoint.access.selection import RequestOverrides, read_overrides
from mcpendpoint.access.who import Caller
from mcpendpoint.pages.welcome import welcome
from mcpendpoint.protocol import kernel
from mcpendpoint.protocol.messages import (
    MalformedMessage,
    Message,
    parse_body,
)
from mcpendpoint.protocol.records import Outcome
from mcpendpoint.protocol.request_head import RequestHead, read_request_head
from mcpendpoint.protocol.security import (
    cors_headers,
    is_host_served,
    is_origin_served,
    preflight_headers,
)
from mcpendpoint.protocol.sessions import Session
from mcpendpoint.protocol.subscriptions import LISTEN
from mcpendpoint.push.ended_sessions import ended_sessions
from mcpendpoint.serving.answers import Answers, Shortcut
from mcpendpoint.serving.recording import Recording
from mcpendpoint.transports.answering import Answering
from mcpendpoint.transports.bodies import BodyRefused, BodyTooLarge
from mcpendpoint.transports.listening import Listening
from mcpendpoint.transports.refusing import REFUSALS, SessionUnknown, refuse, refuse_too_many
from mcpendpoint.transports.responses import empty_response, error_response
from mcpendpoint.transports.resuming import resume, resumes_call

logger = logging.getLogger(__name__)

View = Callable[..., Coroutine[Any, Any, HttpResponseBase]]


def endpoint_view(
    server: Server[Any], shortcut: Shortcut | None = None, listening: Listening | None = None
) -> View:
    """Return the Django view of an MCP server. Its handlers get a RequestContext as ctx.request."""
    service = _Service(Answering(Answers(server, shortcut)), listening)

    async def endpoint(request: HttpRequest, username: str | None = None) -> HttpResponseBase:
        head = read_request_head(request)
        try:
            response = await service.serve(request, head, username)
        except TooMany as too_many:
            recording = Recording(caller=too_many.caller, address=head.client_address)
            response = refuse_too_many(too_many, recording, head)
        except Exception:
            if _is_for_a_browser(head):
                raise  # Django has a page for that
            # Whoever serves us would answer with something else than JSON-RPC, and log what the
            # exception says.
            logger.exception("The endpoint failed.")
            if head.method == "POST":
                Recording(address=head.client_address).finish(
                    Outcome.FAILED, error_code=INTERNAL_ERROR
                )
            response = error_response(500, INTERNAL_ERROR, "The server failed. It has logged why.")
        for name, value in cors_headers(head).items():
            response[name] = value
        # What one caller is told is nobody else's, and nothing else than it says it is.
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        return response

    endpoint.csrf_exempt = True  # type: ignore[attr-defined]  # no cookie is ever looked at
    return endpoint


@dataclass(frozen=True)
class _Service:
    answering: Answering
    listening: Listening | None

    async def serve(
        self, request: HttpRequest, head: RequestHead, username: str | None
    ) -> HttpResponseBase:
        if head.method != "OPTIONS" and not getattr(request, "has_entered", False):
            limits.enter(head.client_address, head.headers.get("authorization"))
        if not is_host_served(head):
            return error_response(
                421, INVALID_REQUEST, "This host is not served. Check ALLOWED_HOSTS."
            )
        if not is_origin_served(head):
            return error_response(
                403, INVALID_REQUEST, "This origin is not served. Check MCP_ALLOWED_ORIGINS."
            )
        if head.method == "POST":
            return await self._serve_post(request, head, username)
        if head.method == "OPTIONS":
            return empty_response(204, preflight_headers(head))
        if _is_for_a_browser(head):
            return await welcome(request, username)
        if head.method == "GET" and _has_session(head) and (self._pushes or resumes_call(head)):
            return await self._serve_get(head, username)
        if head.method == "DELETE" and _has_session(head):
            return await self._end_session(head, username)
        # Also for a GET without a session: some clients would hold on to what they get.
        return error_response(
            405,
            INVALID_REQUEST,
            "Send messages by POST. A stream to GET belongs to a session.",
            {"Allow": "GET, POST, DELETE" if self._pushes else "POST, DELETE"},
        )

    @property
    def _pushes(self) -> bool:
        return self.listening is not None and "push" in settings.MCP_TRANSPORTS

    async def _end_session(self, head: RequestHead, username: str | None) -> HttpResponseBase:
        try:
            caller, _ = await _identify(head, username)
            await ended_sessions.end(_session(head, caller).number)
        except REFUSALS as error:
            return refuse(error, head, Recording(address=head.client_address))
        return empty_response(204)

    async def _serve_get(self, head: RequestHead, username: str | None) -> HttpResponseBase:
        try:
            caller, overrides = await _identify(head, username)
            session = _session(head, caller)
            if resumes_call(head):
                return resume(head, session)
            selection = selection_of(caller, overrides)
        except REFUSALS as error:
            return refuse(error, head, Recording(address=head.client_address))
        assert self.listening is not None  # noqa: S101 - see _pushes
        return await self.listening.serve_session(head, username, caller, selection, session)

    async def _serve_post(
        self, request: HttpRequest, head: RequestHead, username: str | None
    ) -> HttpResponseBase:
        if refusal := _refuse_body(request, head):
            Recording().finish(Outcome.REJECTED, error_code=INVALID_REQUEST)
            return refusal
        parsed = _parse(request.body)
        recording = Recording(
            method=parsed.method if isinstance(parsed, Message) else "",
            address=head.client_address,
        )
        try:
            recording.caller, overrides = await _identify(head, username)
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
            return await self.listening.serve_listen(parsed, head, username, recording, selection)
        return await self.answering.answer_message(parsed, head, recording, selection)


async def _identify(head: RequestHead, username: str | None) -> tuple[Caller, RequestOverrides]:
    """Return who asks, and what the URL asks for. Raises CallerRefused and InvalidOverrides."""
    callers.note_address(head.client_address)
    overrides = read_overrides(head)
    caller = await identify(head, username, must_sign_in=overrides.must_sign_in)
    caller.note_for_outgoing()
    return caller, overrides


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
    """Raises SessionUnknown."""
    session = kernel.session_of(head)
    if session is None or not session.belongs_to(caller.owner) or session in ended_sessions:
        raise SessionUnknown
    return session


def _is_listen(message: Message, head: RequestHead) -> bool:
    return (
        message.method == LISTEN
        and message.kind == "request"
        and kernel.is_modern(message, head)
        and "push" in settings.MCP_TRANSPORTS
    )


def _is_for_a_browser(head: RequestHead) -> bool:
    return head.method == "GET" and "text/html" in head.headers.get("accept", "")


def _refuse_body(request: HttpRequest, head: RequestHead) -> HttpResponse | None:
    content_type = head.headers.get("content-type", "application/json")
    if content_type.partition(";")[0].strip().lower() != "application/json":
        return error_response(415, INVALID_REQUEST, "Content-Type should be application/json.")
    encoding = head.headers.get("content-encoding", "")
    if encoding.lower() not in {"", "identity"}:
        return error_response(
            415,
            INVALID_REQUEST,
            "Content-Encoding is not supported: send the body as plain JSON.",
            {"Accept-Encoding": "identity"},
        )
    refused: BodyRefused | None = getattr(request, "body_refused", None)
    try:
        too_large = len(request.body) > settings.MCP_MAX_BODY_BYTES
    except RequestDataTooBig:
        too_large = True
    if refused is None and too_large:
        refused = BodyTooLarge()
    if refused is not None:
        return error_response(refused.status, INVALID_REQUEST, str(refused))
    return None


def _parse(raw: bytes) -> Parsed:
    try:
        return parse_body(raw)
    except MalformedMessage as error:
        return error
