"""Adapter to the SDK's kernel: one message in, one JSON-RPC answer out, in both protocol eras.

With `request_states` the only importer of the SDK's deep modules, which its versioning policy does
not promise to keep: mcp is pinned to 2.3 for their sake.
"""

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from types import MappingProxyType
from typing import Any

import anyio
from mcp.server import NotificationOptions, Server, ServerRequestContext
from mcp.server._otel import OpenTelemetryMiddleware
from mcp.server.connection import Connection
from mcp.server.runner import ServerRunner, modern_error_data
from mcp.shared.dispatcher import CallOptions
from mcp.shared.exceptions import NoBackChannelError
from mcp.shared.inbound import (
    ERROR_CODE_HTTP_STATUS,
    InboundLadderRejection,
    classify_inbound_request,
    find_duplicated_routing_header,
)
from mcp.shared.message import ServerMessageMetadata
from mcp.shared.transport_context import TransportContext
from mcp_types import (
    CLIENT_CAPABILITIES_META_KEY,
    HEADER_MISMATCH,
    INVALID_PARAMS,
    METHOD_NOT_FOUND,
    PROTOCOL_VERSION_META_KEY,
    UNSUPPORTED_PROTOCOL_VERSION,
    DiscoverResult,
    ErrorData,
    RequestParams,
)
from mcp_types.version import (
    HANDSHAKE_PROTOCOL_VERSIONS,
    LATEST_HANDSHAKE_VERSION,
    MODERN_PROTOCOL_VERSIONS,
)
from pydantic import ValidationError

from mcpendpoint.protocol import apps
from mcpendpoint.protocol.client_tag import UNKNOWN_CLIENT, ClientTag, read_client_tag
from mcpendpoint.protocol.invalid_params import explain_invalid_params
from mcpendpoint.protocol.messages import Message, RequestId, error_message, is_request_id
from mcpendpoint.protocol.request_head import RequestHead
from mcpendpoint.protocol.sessions import Session, read_session

SUPPORTED_VERSIONS = [*reversed(MODERN_PROTOCOL_VERSIONS), *reversed(HANDSHAKE_PROTOCOL_VERSIONS)]
"""Newest first."""

ASSUMED_VERSION = "2025-03-26"
"""Of a legacy client that sends no version header (2025-11-25, transports)."""

BATCH_VERSION = "2025-03-26"
"""The one revision with batches."""

PROGRESS_INTERVAL_SECONDS = 0.02
MAX_SHOWN_CHARS = 80

SendNotification = Callable[[dict[str, Any]], None]
Ask = Callable[[str, Mapping[str, Any] | None], Awaitable[dict[str, Any]]]
"""Asks the client, by method and params, and returns its result."""


@dataclass(frozen=True)
class Peer:
    """What is known of the client from this one request."""

    is_modern: bool
    protocol_version: str
    client: ClientTag
    client_info: Any = None
    capabilities: Any = None
    session: Session | None = None
    """The one that a legacy request belongs to."""

    @property
    def era(self) -> str:
        return "modern" if self.is_modern else "legacy"

    @property
    def shows_views(self) -> bool:
        return apps.shows_views(self.capabilities)


@dataclass(frozen=True)
class Answer:
    body: dict[str, Any]
    """A whole JSON-RPC response."""
    status: int
    """HTTP status, when it is the only answer to the request."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """HTTP headers, in that case."""
    raw: bytes = b""
    """The body as it is sent, once it is known to fit."""
    failure: Exception | None = None
    """What was raised in place of a result."""

    @property
    def error_code(self) -> int | None:
        error = self.body.get("error")
        return error["code"] if error else None

    @property
    def is_failed_result(self) -> bool:
        result = self.body.get("result")
        return isinstance(result, dict) and result.get("isError") is True


def is_modern(message: Message, head: RequestHead) -> bool:
    """Whether the 2026-07-28 rules hold: its envelope, or its version in the header."""
    version = head.headers.get("mcp-protocol-version")
    return has_envelope(message) or version in MODERN_PROTOCOL_VERSIONS


def has_envelope(message: Message) -> bool:
    """Whether it says itself that the 2026-07-28 rules hold."""
    return PROTOCOL_VERSION_META_KEY in message.meta


def refuse_version(message: Message, head: RequestHead) -> Answer | None:
    """Return the error for a version header that names none of ours (2025-11-25: MUST be 400).

    `initialize` and the envelope of 2026-07-28 say by themselves which version they mean.
    """
    version = head.headers.get("mcp-protocol-version")
    if not version or version in SUPPORTED_VERSIONS or message.method == "initialize":
        return None
    if has_envelope(message):
        return None
    return _refusal(
        message.id,
        UNSUPPORTED_PROTOCOL_VERSION,
        f"MCP-Protocol-Version {version[:40]} is not supported. "
        f"Supported: {', '.join(SUPPORTED_VERSIONS)}.",
        {"supported": SUPPORTED_VERSIONS, "requested": version},
    )


def legacy_peer(message: Message, head: RequestHead) -> Peer:
    if message.method == "initialize":
        return newcomer(message)
    session = session_of(head)
    return Peer(
        is_modern=False,
        protocol_version=head.headers.get("mcp-protocol-version") or ASSUMED_VERSION,
        client=session.client if session else UNKNOWN_CLIENT,
        client_info=session and {"name": session.client.name, "version": session.client.version},
        capabilities=session and session.client_capabilities,
        session=session,
    )


def session_of(head: RequestHead) -> Session | None:
    session_id = head.headers.get("mcp-session-id")
    return read_session(session_id) if session_id else None


def nameless(peer: Peer) -> Peer:
    """Return the same without what one client says of itself: what lists depend on."""
    capabilities = apps.DECLARED if peer.shows_views else {}
    return Peer(peer.is_modern, peer.protocol_version, UNKNOWN_CLIENT, None, capabilities)


def envelope(peer: Peer) -> dict[str, Any]:
    """Return the params of a message of this peer that has no arguments."""
    if not peer.is_modern:
        return {}
    return {
        "_meta": {
            PROTOCOL_VERSION_META_KEY: peer.protocol_version,
            CLIENT_CAPABILITIES_META_KEY: {},
        }
    }


def newcomer(message: Message) -> Peer:
    """Return the legacy client that sends this `initialize`."""
    params = message.params or {}
    wanted = params.get("protocolVersion")
    return Peer(
        is_modern=False,
        protocol_version=(
            wanted if wanted in HANDSHAKE_PROTOCOL_VERSIONS else LATEST_HANDSHAKE_VERSION
        ),
        client=read_client_tag(params.get("clientInfo")),
    )


def modern_peer(message: Message, head: RequestHead) -> Peer | Answer:
    """Check envelope and headers against each other; an Answer is the error to send."""
    if name := find_duplicated_routing_header(head.pairs):
        return _refusal(message.id, HEADER_MISMATCH, f"The {name} header is repeated.")
    return envelope_peer(message, head.headers)


def envelope_peer(message: Message, headers: Mapping[str, str] | None = None) -> Peer | Answer:
    """Check an envelope, where it came by HTTP against the headers; an Answer is the error."""
    route = classify_inbound_request(message.body, headers=headers)
    if isinstance(route, InboundLadderRejection):
        data = route.data
        if isinstance(data, dict) and "supported" in data:
            data = {**data, "supported": SUPPORTED_VERSIONS}
        return _refusal(message.id, route.code, route.message, data)
    return Peer(
        is_modern=True,
        protocol_version=route.protocol_version,
        client=read_client_tag(route.client_info),
        client_info=route.client_info,
        capabilities=route.client_capabilities,
    )


def _refusal(request_id: RequestId | None, code: int, text: str, data: Any = None) -> Answer:
    return Answer(
        error_message(code, text, request_id, data), ERROR_CODE_HTTP_STATUS.get(code, 200)
    )


@dataclass
class Exchange:
    """One request being answered; the SDK's DispatchContext.

    There is no way back to the client but this request's own stream, and a client that asked for
    plain JSON has not even that. From 2026-07-28 on nothing is asked on it.
    """

    request_id: RequestId | None
    message_metadata: ServerMessageMetadata
    transport: TransportContext
    progress_token: str | int | None
    send: SendNotification | None
    ask: Ask | None = None
    notifications_sent: int = 0
    _last_progress: float = float("-inf")
    _last_progress_at: float = float("-inf")

    @property
    def can_send_request(self) -> bool:
        return self.ask is not None

    @cached_property
    def cancel_requested(self) -> anyio.Event:
        """Never set: a request is cancelled by cancelling its task."""
        return anyio.Event()

    async def send_raw_request(
        self, method: str, params: Mapping[str, Any] | None, opts: CallOptions | None = None
    ) -> dict[str, Any]:
        if self.ask is None:
            raise NoBackChannelError(method)
        return await self.ask(method, params)

    async def notify(
        self, method: str, params: Mapping[str, Any] | None, opts: CallOptions | None = None
    ) -> None:
        if self.send is None:
            return
        notification: dict[str, Any] = {"jsonrpc": "2.0", "method": method}
        if params is not None:
            notification["params"] = dict(params)
        self.notifications_sent += 1
        self.send(notification)

    async def progress(
        self, progress: float, total: float | None = None, message: str | None = None
    ) -> None:
        """Report, if asked to, strictly increasing and not faster than anybody can read."""
        now = time.monotonic()
        is_final = total is not None and progress >= total
        too_soon = now - self._last_progress_at < PROGRESS_INTERVAL_SECONDS and not is_final
        if self.progress_token is None or progress <= self._last_progress or too_soon:
            return
        self._last_progress, self._last_progress_at = progress, now
        params: dict[str, Any] = {"progressToken": self.progress_token, "progress": progress}
        if total is not None:
            params["total"] = total
        if message is not None:
            params["message"] = message
        await self.notify("notifications/progress", params)


def open_exchange(
    message: Message,
    headers: Mapping[str, str] | None,
    context: Any,
    send: SendNotification | None,
    ask: Ask | None = None,
) -> Exchange:
    """`context` reaches the handlers as `ctx.request`; there are no headers but by HTTP."""
    token = message.meta.get("progressToken")
    return Exchange(
        request_id=message.id,
        message_metadata=ServerMessageMetadata(request_context=context),
        transport=TransportContext(
            kind="stdio" if headers is None else "streamable-http",
            can_send_request=ask is not None,
            headers=headers,
        ),
        progress_token=token if is_request_id(token) else None,
        send=send,
        ask=ask,
    )


async def answer(server: Server[Any], message: Message, peer: Peer, exchange: Exchange) -> Answer:
    """Let the server handle the request; what it raises becomes the JSON-RPC error."""
    # Who cannot be asked need not say what they can be asked.
    says_who = peer.is_modern or exchange.can_send_request
    connection = Connection.from_envelope(
        peer.protocol_version,
        peer.client_info if says_who else None,
        peer.capabilities if says_who else None,
    )
    # The SDK's serve_one, but for closing an exit stack: no handler of ours puts anything on it.
    runner = ServerRunner(server, connection, lifespan_state={})
    try:
        result = await runner.on_request(exchange, message.method, message.params)
    except Exception as error:
        data = _error_data(error)
        body = error_message(data.code, data.message, message.id, data.data)
        status = ERROR_CODE_HTTP_STATUS.get(data.code, 200) if peer.is_modern else 200
        return Answer(body, status, failure=error)
    return Answer({"jsonrpc": "2.0", "id": message.id, "result": result}, 200)


def tool_failure(message: Message, text: str, *, is_modern: bool) -> dict[str, Any]:
    """Return the response to a tool call that is not made, for the model to read."""
    result: dict[str, Any] = {"content": [{"type": "text", "text": text}], "isError": True}
    if is_modern:
        result["resultType"] = "complete"
    return {"jsonrpc": "2.0", "id": message.id, "result": result}


def _error_data(error: Exception) -> ErrorData:
    if isinstance(error, ValidationError):
        return ErrorData(code=INVALID_PARAMS, message=explain_invalid_params(error))
    data = modern_error_data(error)
    if data.code == METHOD_NOT_FOUND:
        method = str(data.data)[:MAX_SHOWN_CHARS]
        return ErrorData(code=data.code, message=f"There is no method {method}.", data=method)
    return data


def drop_tracing(server: Server[Any]) -> None:
    """Take out the SDK's spans, which quote arguments and names that callers make up; ours are in
    accounts.tracing. Where nobody wants any they are a tenth of a call.
    """
    server.middleware = [
        middleware
        for middleware in server.middleware
        if not isinstance(middleware, OpenTelemetryMiddleware)
    ]


def announce(
    server: Server[Any],
    *,
    pushes: bool,
    watches: bool,
    extensions: Mapping[str, dict[str, Any]] = MappingProxyType({}),
) -> None:
    """Let the server say which versions are served at its URL, of both eras, and what it pushes.

    `pushes` stands for changes of the lists of tools, prompts and resources.
    `watches` stands for changes of resources that were subscribed to. `extensions` are those of
    2026-07-28 alone.
    """
    # The SDK's runner asks for this without an argument.
    server.create_initialization_options = partial(  # type: ignore[method-assign]
        server.create_initialization_options,
        NotificationOptions(tools_changed=pushes, prompts_changed=pushes, resources_changed=pushes),
    )

    async def discover(
        ctx: ServerRequestContext[Any], params: RequestParams | None
    ) -> DiscoverResult:
        capabilities = server.get_capabilities(
            extensions=dict(extensions) or None, protocol_version=ctx.protocol_version
        )
        for part in (capabilities.tools, capabilities.prompts, capabilities.resources):
            if part is not None and pushes:
                part.list_changed = True
        if capabilities.resources is not None and watches:
            capabilities.resources.subscribe = True
        return DiscoverResult(
            supported_versions=SUPPORTED_VERSIONS,
            capabilities=capabilities,
            instructions=server.instructions,
        )

    server.add_request_handler("server/discover", RequestParams, discover)
