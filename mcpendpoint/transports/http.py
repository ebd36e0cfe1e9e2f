"""Streamable HTTP: the async view that serves the endpoint, in both eras, and keeps nothing.

One straight line: bytes -> Caller -> Selection -> kernel -> result -> bytes. This module finds out
who asks and what they may have, or why not; `answering` does the rest.
"""

import logging
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from mcp.server import Server
from mcp_types import INTERNAL_ERROR, INVALID_PARAMS, INVALID_REQUEST

from accounts.database import RETRY_AFTER_SECONDS, UNAVAILABLE
from accounts.outgoing import callers
from mcpendpoint.access import limits
from mcpendpoint.access.caller import CallerMoved, identify
from mcpendpoint.access.limits import Parsed, TooMany
from mcpendpoint.access.metadata import challenge
from mcpendpoint.access.selecting import selection_of
from mcpendpoint.access.selection import InvalidOverrides, read_overrides
from mcpendpoint.access.who import Caller, CallerRefused
from mcpendpoint.pages.welcome import welcome
from mcpendpoint.protocol import kernel
from mcpendpoint.protocol.messages import (
    MalformedMessage,
    Message,
    RequestId,
    error_message,
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
from mcpendpoint.push.ended_sessions import ended_sessions
from mcpendpoint.serving.answers import Answers, Shortcut
from mcpendpoint.serving.recording import Recording
from mcpendpoint.serving.rpc_errors import UNAVAILABLE as UNAVAILABLE_CODE
from mcpendpoint.transports.answering import Answering
from mcpendpoint.transports.bodies import BodyRefused, BodyTooLarge
from mcpendpoint.transports.listening import LISTEN, Listening
from mcpendpoint.transports.responses import empty_response, error_response, json_response

logger = logging.getLogger(__name__)

View = Callable[..., Coroutine[Any, Any, HttpResponseBase]]


class SessionUnknown(Exception):
    """The session of a request is none of ours, or not of who asks."""

    def __init__(self) -> None:
        super().__init__("There is no such session. Begin a new one with initialize.")


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
            response = _refuse_too_many(too_many, recording, head)
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
        if head.method == "GET" and _has_session(head) and self._pushes:
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
        callers.note_address(head.client_address)
        try:
            overrides = read_overrides(head)
            caller = await identify(head, username, must_sign_in=overrides.must_sign_in)
            await ended_sessions.end(_session(head, caller))
        except REFUSALS as error:
            return _refuse(error, head, Recording(address=head.client_address))
        return empty_response(204)

    async def _serve_get(self, head: RequestHead, username: str | None) -> HttpResponseBase:
        callers.note_address(head.client_address)
        try:
            overrides = read_overrides(head)
            caller = await identify(head, username, must_sign_in=overrides.must_sign_in)
            caller.note_for_outgoing()
            session = _session(head, caller)
            selection = selection_of(caller, overrides)
        except REFUSALS as error:
            return _refuse(error, head, Recording(address=head.client_address))
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
        callers.note_address(head.client_address)
        try:
            overrides = read_overrides(head)
            recording.caller = await identify(head, username, must_sign_in=overrides.must_sign_in)
            recording.caller.note_for_outgoing()
            limits.charge(recording.caller, head, parsed)
            if isinstance(parsed, MalformedMessage):
                raise parsed
            if _is_in_session(parsed, head):
                _session(head, recording.caller)
            selection = selection_of(recording.caller, overrides)
        except REFUSALS as error:
            return _refuse(error, head, recording, parsed)
        if isinstance(parsed, list):
            return await self.answering.answer_batch(parsed, head, recording.caller, selection)
        if self.listening and _is_listen(parsed, head):
            return await self.listening.serve_listen(parsed, head, username, recording, selection)
        return await self.answering.answer_message(parsed, head, recording, selection)


REFUSALS = (
    CallerRefused,
    TooMany,
    InvalidOverrides,
    MalformedMessage,
    SessionUnknown,
    *UNAVAILABLE,
)


def _refuse(
    error: Exception, head: RequestHead, recording: Recording, parsed: Parsed | None = None
) -> HttpResponse:
    """Say why a request is not served; `error` is one of REFUSALS."""
    request_id = parsed.id if isinstance(parsed, Message) else None
    match error:
        case CallerRefused():
            if error.status == 401:
                limits.count_wrong_credential(head)
            recording.credential_refused = error.status in (401, 403)
            recording.finish(Outcome.DENIED)
            return _refuse_caller(head, error)
        case TooMany():
            if isinstance(parsed, Message):
                recording.tool = limits.built_in_tool_of(parsed)
            return _refuse_too_many(error, recording, head, parsed)
        case SessionUnknown():
            recording.finish(Outcome.REJECTED, error_code=INVALID_REQUEST)
            return json_response(error_message(INVALID_REQUEST, str(error), request_id), 404)
        case InvalidOverrides() | MalformedMessage():
            code = getattr(error, "code", INVALID_PARAMS)
            recording.finish(Outcome.REJECTED, error_code=code)
            request_id = getattr(error, "request_id", None) or request_id
            return json_response(error_message(code, str(error), request_id), 400)
        case _:
            # Its text may quote a statement with what was looked for.
            logger.warning("The database did not say who calls: %s.", type(error).__name__)
            recording.finish(Outcome.FAILED, error_code=UNAVAILABLE_CODE)
            return _refuse_for_now(request_id)


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


def _refuse_caller(head: RequestHead, refused: CallerRefused) -> HttpResponse:
    response = json_response(
        {"error": refused.error or "unauthorized", "error_description": str(refused)},
        refused.status,
    )
    if isinstance(refused, CallerMoved):
        # Relative, so that it is of the host that the client knows; 308 keeps method and body.
        response["Location"] = refused.path + (
            f"?{_escaped(head.raw_query)}" if head.raw_query else ""
        )
    if refused.status in (401, 403):
        response["WWW-Authenticate"] = challenge(head, refused)
    if refused.retry_after_seconds is not None:
        response["Retry-After"] = str(refused.retry_after_seconds)
    return response


def _refuse_for_now(request_id: RequestId | None) -> HttpResponse:
    message = "This server cannot reach its database or is too busy. Try again soon."
    data = {"retryable": True, "retryAfterSeconds": RETRY_AFTER_SECONDS}
    return json_response(
        error_message(UNAVAILABLE_CODE, message, request_id, data),
        503,
        {"Retry-After": str(RETRY_AFTER_SECONDS)},
    )


def _escaped(query: str) -> str:
    return quote(query, safe="%&=+,;:@!$'()*/?~")


def _refuse_too_many(
    too_many: TooMany, recording: Recording, head: RequestHead, parsed: Parsed | None = None
) -> HttpResponse:
    """Refuse the request by HTTP; or only its calls, when it is those that were too many.

    Clients on version 1 of the Python SDK fail every later request after an HTTP error.
    """
    recording.finish(Outcome.LIMITED, error_code=limits.TOO_MANY, limit=too_many.limit)
    headers = {"Retry-After": str(too_many.retry_after_seconds)}
    messages = parsed if isinstance(parsed, Sequence) else [parsed]
    requests = [each for each in messages if isinstance(each, Message) and each.kind == "request"]
    if not (too_many.limit.is_by_class and requests):
        request_id = parsed.id if isinstance(parsed, Message) else None
        return json_response(limits.explain(too_many, request_id), 429, headers)
    bodies = [_limited_answer(each, too_many, head) for each in requests]
    return json_response(bodies if isinstance(parsed, list) else bodies[0], 200, headers)


def _limited_answer(message: Message, too_many: TooMany, head: RequestHead) -> dict[str, Any]:
    if message.method == "tools/call":
        is_modern = kernel.is_modern(message, head)
        return kernel.tool_failure(message, str(too_many), is_modern=is_modern)
    return limits.explain(too_many, message.id)
