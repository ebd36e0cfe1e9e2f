"""Streamable HTTP: the async view that serves the endpoint, in both eras, and keeps nothing.

One straight line: bytes -> Caller -> Selection -> kernel -> result -> bytes, and one record to the
side for each message.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import orjson
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from mcp.server import Server
from mcp_types import INTERNAL_ERROR, INVALID_PARAMS, INVALID_REQUEST

from accounts.catalogue import catalogue
from mcpendpoint import kernel, limits
from mcpendpoint.caller import Caller, CallerRefused, identify
from mcpendpoint.client_tag import UNKNOWN_CLIENT, seal
from mcpendpoint.context import RequestContext
from mcpendpoint.head import Head, read_head
from mcpendpoint.kernel import Answer, Peer
from mcpendpoint.limits import TooMany
from mcpendpoint.messages import (
    MalformedMessage,
    Message,
    RequestId,
    error_message,
    parse_body,
)
from mcpendpoint.metadata import challenge, scope_challenge
from mcpendpoint.recording import Recording, outcome_of
from mcpendpoint.records import Outcome
from mcpendpoint.security import (
    cors_headers,
    is_host_served,
    is_origin_served,
    preflight_headers,
    public_base,
)
from mcpendpoint.selection import Rules, Selection, Wish, WishRefused, read_wish, select
from mcpendpoint.transports.streaming import Outbox, json_response, respond
from mcpendpoint.welcome import welcome

logger = logging.getLogger(__name__)

STREAMED_METHODS = frozenset(
    {"tools/call", "prompts/get", "resources/read", "subscriptions/listen"}
)
"""Those that can take long or have something to say on the way."""

Shortcut = Callable[[Message, Peer, RequestContext], Awaitable[bytes | None]]
"""Returns a result that is serialized already, or None when the kernel has to be asked."""

View = Callable[..., Coroutine[Any, Any, HttpResponseBase]]


def endpoint_view(server: Server[Any], shortcut: Shortcut | None = None) -> View:
    """Return the Django view of an MCP server. Its handlers get a RequestContext as ctx.request."""
    service = _Service(server, shortcut)

    async def endpoint(request: HttpRequest, username: str | None = None) -> HttpResponseBase:
        head = read_head(request)
        try:
            response = await service.serve(request, head, username)
        except TooMany as too_many:
            recording = Recording(caller=too_many.caller, address=head.client_address)
            response = _refuse_too_many(too_many, recording)
        except Exception:
            # Such as a database that is gone. Whoever serves us would answer with something else
            # than JSON-RPC, and log what the exception says.
            logger.exception("The endpoint failed.")
            response = _error(500, INTERNAL_ERROR, "The server failed. It has logged why.")
        for name, value in cors_headers(head).items():
            response[name] = value
        # What one caller is told is nobody else's, and nothing else than it says it is.
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        return response

    endpoint.csrf_exempt = True  # type: ignore[attr-defined]  # no cookie is ever looked at
    return endpoint


def _error(
    status: int, code: int, text: str, headers: dict[str, str] | None = None
) -> HttpResponse:
    response = json_response(error_message(code, text), status)
    for name, value in (headers or {}).items():
        response[name] = value
    return response


def _rules() -> Rules:
    return Rules(
        frozenset(settings.DISABLE_TOOLS), tuple(settings.DEFAULT_SPACES), settings.MCP_MAX_SPACES
    )


@dataclass(frozen=True)
class _Service:
    server: Server[Any]
    shortcut: Shortcut | None

    async def serve(
        self, request: HttpRequest, head: Head, username: str | None
    ) -> HttpResponseBase:
        if head.method != "OPTIONS" and not getattr(request, "has_entered", False):
            limits.enter(head.client_address, head.headers.get("authorization"))
        if not is_host_served(head):
            return _error(421, INVALID_REQUEST, "This host is not served. Check ALLOWED_HOSTS.")
        if not is_origin_served(head):
            return _error(
                403, INVALID_REQUEST, "This origin is not served. Check MCP_ALLOWED_ORIGINS."
            )
        if head.method == "POST":
            return await self._serve_post(request, head, username)
        if head.method == "OPTIONS":
            return HttpResponse(status=204, headers=preflight_headers(head))
        if head.method == "GET" and "text/html" in head.headers.get("accept", ""):
            return await welcome(request, public_base(head) + head.path)
        return _error(
            405,
            INVALID_REQUEST,
            "Send messages by POST; there is no stream to GET.",
            {"Allow": "POST"},
        )

    async def _serve_post(
        self, request: HttpRequest, head: Head, username: str | None
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
            wish = read_wish(head)
            recording.caller = await identify(head, username, must_sign_in=wish.must_sign_in)
            limits.charge(recording.caller, head, parsed)
            if isinstance(parsed, MalformedMessage):
                raise parsed
            selection = _select(wish, recording.caller)
        except CallerRefused as refused:
            if refused.status == 401:
                limits.count_wrong_credential(head)
            recording.credential_refused = True
            recording.finish(Outcome.DENIED)
            return _refuse_caller(head, refused)
        except TooMany as too_many:
            if isinstance(parsed, Message):
                recording.tool = limits.built_in_tool_of(parsed)
                return _refuse_too_many(too_many, recording, parsed.id)
            return _refuse_too_many(too_many, recording)
        except (WishRefused, MalformedMessage) as refused:
            code = getattr(refused, "code", INVALID_PARAMS)
            recording.finish(Outcome.REJECTED, error_code=code)
            request_id = parsed.id if isinstance(parsed, Message) else None
            request_id = getattr(refused, "request_id", None) or request_id
            return json_response(error_message(code, str(refused), request_id), 400)
        if isinstance(parsed, list):
            return await self._serve_batch(parsed, head, recording.caller, selection)
        return await self._serve_message(parsed, head, recording, selection)

    async def _serve_message(
        self, message: Message, head: Head, recording: Recording, selection: Selection
    ) -> HttpResponseBase:
        is_modern = kernel.is_modern(message, head)
        if message.kind != "request":
            return _accept(message, head, recording, is_modern=is_modern)
        peer = (kernel.modern_peer if is_modern else kernel.legacy_peer)(message, head)
        if isinstance(peer, Answer):
            recording.finish(Outcome.REJECTED, error_code=peer.error_code)
            return json_response(peer.body, peer.status)
        recording.peer = peer
        context = RequestContext(recording.caller, selection, head)
        if self.shortcut is not None:
            result = await self.shortcut(message, peer, context)
            if result is not None:
                recording.finish(Outcome.OK, context=context)
                return _ready_response(message, result)
        work = partial(self._answer, message, peer, context, recording)
        if message.method in STREAMED_METHODS and head.accepts("text/event-stream"):
            return await respond(work, ends_with_client=is_modern)
        answer = await work(None)
        response = json_response(answer.body, answer.status, answer.headers)
        if message.method == "initialize" and answer.error_code is None:
            _hand_out_tag(response, peer)
        return response

    async def _answer(
        self,
        message: Message,
        peer: Peer,
        context: RequestContext,
        recording: Recording,
        outbox: Outbox | None,
    ) -> Answer:
        """Have one request answered and recorded; never raises but for cancellation."""
        exchange = kernel.open_exchange(message, head=context.head, context=context, send=None)
        if outbox is not None:
            exchange.send = outbox.put
        context.report = exchange.progress
        context.wants_progress = exchange.progress_token is not None and outbox is not None
        outcome, error_code = Outcome.CANCELLED, None
        try:
            answer = await kernel.answer(self.server, message, peer, exchange)
            if context.scopes_to_ask_for:
                asked = scope_challenge(context.head, context.scopes_to_ask_for)
                answer = replace(answer, status=403, headers={"WWW-Authenticate": asked})
            outcome, error_code = outcome_of(answer, context), answer.error_code
            return answer
        finally:
            recording.finish(
                outcome,
                error_code=error_code,
                context=context,
                notifications_sent=exchange.notifications_sent,
                is_stream=exchange.notifications_sent > 0 or bool(outbox and outbox.is_streaming),
            )

    async def _serve_batch(
        self,
        entries: list[Message | MalformedMessage],
        head: Head,
        caller: Caller,
        selection: Selection,
    ) -> HttpResponseBase:
        """2025-03-26, Streamable HTTP: an array of answers for the requests in an array."""
        if head.headers.get("mcp-protocol-version", kernel.BATCH_VERSION) != kernel.BATCH_VERSION:
            Recording(caller=caller).finish(Outcome.REJECTED, error_code=INVALID_REQUEST)
            return _error(
                400, INVALID_REQUEST, "Batches exist in protocol version 2025-03-26 only."
            )
        answers = await asyncio.gather(
            *(self._batch_answer(entry, head, caller, selection) for entry in entries)
        )
        bodies = [answer for answer in answers if answer is not None]
        return json_response(bodies) if bodies else HttpResponse(status=202)

    async def _batch_answer(
        self,
        entry: Message | MalformedMessage,
        head: Head,
        caller: Caller,
        selection: Selection,
    ) -> dict[str, Any] | None:
        recording = Recording(caller=caller, address=head.client_address)
        if isinstance(entry, MalformedMessage):
            recording.finish(Outcome.REJECTED, error_code=entry.code)
            return error_message(entry.code, str(entry), entry.request_id)
        recording.method = entry.method
        if entry.kind != "request":
            recording.finish(Outcome.OK)
            return None
        if entry.method == "initialize" or kernel.is_modern(entry, head):
            recording.finish(Outcome.REJECTED, error_code=INVALID_REQUEST)
            return error_message(INVALID_REQUEST, "This message cannot be in a batch.", entry.id)
        recording.peer = peer = kernel.legacy_peer(entry, head)
        context = RequestContext(caller, selection, head)
        return (await self._answer(entry, peer, context, recording, None)).body


def _refuse_body(request: HttpRequest, head: Head) -> HttpResponse | None:
    content_type = head.headers.get("content-type", "application/json")
    if content_type.partition(";")[0].strip().lower() != "application/json":
        return _error(415, INVALID_REQUEST, "Content-Type should be application/json.")
    try:
        size = len(request.body)
    except RequestDataTooBig:
        size = settings.MCP_MAX_BODY_BYTES + 1
    if size > settings.MCP_MAX_BODY_BYTES:
        limit = settings.MCP_MAX_BODY_BYTES
        return _error(413, INVALID_REQUEST, f"The body is larger than {limit:,} bytes.")
    return None


def _parse(raw: bytes) -> Message | list[Message | MalformedMessage] | MalformedMessage:
    try:
        return parse_body(raw)
    except MalformedMessage as error:
        return error


def _select(wish: Wish, caller: Caller) -> Selection:
    return select(wish, catalogue, _rules(), caller.preferences, is_signed_in=caller.is_signed_in)


def _refuse_caller(head: Head, refused: CallerRefused) -> HttpResponse:
    response = json_response(
        {"error": refused.error or "unauthorized", "error_description": str(refused)},
        refused.status,
    )
    if refused.status in (401, 403):
        response["WWW-Authenticate"] = challenge(head, refused)
    if refused.retry_after_seconds is not None:
        response["Retry-After"] = str(refused.retry_after_seconds)
    return response


def _refuse_too_many(
    too_many: TooMany, recording: Recording, request_id: RequestId | None = None
) -> HttpResponse:
    recording.finish(Outcome.LIMITED, error_code=limits.TOO_MANY, limit=too_many.limit)
    return json_response(
        limits.explain(too_many, request_id),
        429,
        {"Retry-After": str(too_many.retry_after_seconds)},
    )


def _accept(
    message: Message, head: Head, recording: Recording, *, is_modern: bool
) -> HttpResponseBase:
    """Take note of a notification, or of a legacy client's response to nothing we asked."""
    if is_modern and message.kind == "response":
        recording.finish(Outcome.REJECTED, error_code=INVALID_REQUEST)
        return _error(400, INVALID_REQUEST, "Send one request or notification.")
    if not is_modern:
        recording.peer = kernel.legacy_peer(message, head)
    recording.finish(Outcome.OK)
    return HttpResponse(status=202)


def _ready_response(message: Message, result: bytes) -> HttpResponse:
    body = b'{"jsonrpc":"2.0","id":' + orjson.dumps(message.id) + b',"result":' + result + b"}"
    return HttpResponse(body, content_type="application/json")


def _hand_out_tag(response: HttpResponse, peer: Peer) -> None:
    if peer.client != UNKNOWN_CLIENT:
        response["Mcp-Session-Id"] = seal(peer.client)
