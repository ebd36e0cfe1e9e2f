"""Asks a Space something over its MCP endpoint, such as to run a tool.

Gradio has had three, which a Space is tried for once and then remembered by: streamable HTTP at
`/gradio_api/mcp/` (5.39 and later), the same at `/gradio_api/mcp/http/` (5.32 to 5.38), and SSE
(before). Each is asked in a single exchange, but SSE and a Space that insists on a session.
"""

import json
import math
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any

from accounts.caching import BoundedCache, approximate_bytes
from accounts.outgoing.errors import OutgoingError
from mcpendpoint.gradio.endpoints import HELLO, Endpoint, request_message
from mcpendpoint.gradio.exchange import (
    MAX_ANSWER_BYTES,
    MESSAGE_HEADERS,
    Message,
    Reply,
    UnknownAnswer,
    exchange,
)
from mcpendpoint.gradio.headers import NO_HEADERS
from mcpendpoint.gradio.sse import INITIALIZED, exchange_over_sse
from mcpendpoint.gradio.transport import ask_space, token_header

PROGRESS_TOKEN = 1
MAX_PROGRESS_CHARS = 500
CLOSE_SECONDS = 2
NOTIFY_SECONDS = 10

Report = Callable[[float, float | None, str | None], Awaitable[None]]
ReportProgress = Report | None
"""None when nobody wants to know."""

_want_session: BoundedCache[str, bool] = BoundedCache(max_bytes=400_000)
"""By URL."""


async def call_upstream(
    space_url: str,
    tool: str,
    arguments: dict[str, Any],
    *,
    token: str | None,
    given_headers: Mapping[str, str],
    report_progress: ReportProgress,
) -> Reply:
    """Raises OutgoingError or UnknownAnswer."""
    params: Message = {"name": tool, "arguments": arguments}
    if report_progress is not None:
        # Gradio 6 looks for news twice a second then, which a short call without is over by.
        params["_meta"] = {"progressToken": PROGRESS_TOKEN}
    return await ask_upstream(
        space_url,
        "tools/call",
        params,
        token=token,
        given_headers=given_headers,
        report_progress=report_progress,
    )


async def ask_upstream(
    space_url: str,
    method: str,
    params: Message,
    *,
    token: str | None,
    given_headers: Mapping[str, str] = NO_HEADERS,
    report_progress: ReportProgress = None,
    max_bytes: int = MAX_ANSWER_BYTES,
) -> Reply:
    """Raises OutgoingError or UnknownAnswer."""
    asked = partial(
        _ask_at,
        space_url=space_url,
        request=request_message(method, params),
        headers={**given_headers, **token_header(token)},
        relay=ProgressRelay(report_progress),
        max_bytes=max_bytes,
    )
    known = _endpoints.get(space_url)
    first: Reply | None = None
    for endpoint in sorted(Endpoint, key=lambda endpoint: endpoint is not known):
        reply = await asked(endpoint)
        if reply.status not in (404, 405):
            if endpoint is not known and reply.status == 200:
                _endpoints.put(space_url, endpoint, size_bytes=approximate_bytes(space_url))
            return reply
        first = first or reply  # nothing has begun: the next may be the one
    assert first is not None  # noqa: S101 - there are endpoints
    return first


_endpoints: BoundedCache[str, Endpoint] = BoundedCache(max_bytes=400_000)
"""By the Space's URL."""


async def _ask_at(
    endpoint: Endpoint,
    *,
    space_url: str,
    request: Message,
    headers: Mapping[str, str],
    relay: "ProgressRelay",
    max_bytes: int,
) -> Reply:
    if endpoint is Endpoint.SSE:
        return await exchange_over_sse(space_url, HELLO, request, headers, relay)
    url = f"{space_url}{endpoint}"
    if not _want_session.get(url):
        reply = await exchange(url, request, headers, relay, max_bytes=max_bytes)
        if not _asks_for_session(reply):
            return reply
        _want_session.put(url, True, size_bytes=approximate_bytes(url))
    async with _session(url, headers) as session_headers:
        return await exchange(url, request, session_headers, relay, max_bytes=max_bytes)


class Rising:
    """Reports progress that increases, whoever makes it, as the protocol wants it."""

    def __init__(
        self, report: Callable[[float, float | None, str | None], Awaitable[None]]
    ) -> None:
        self._report = report
        self._last = -math.inf

    async def __call__(self, progress: float, total: float | None, message: str | None) -> None:
        if progress > self._last:
            self._last = progress
            await self._report(progress, total, message)


class ProgressRelay:
    """Forwards a Space's progress notifications that are valid."""

    def __init__(self, report: ReportProgress) -> None:
        self._report = report

    async def __call__(self, notification: Message) -> None:
        params = notification.get("params")
        if (
            self._report is None
            or notification["method"] != "notifications/progress"
            or not isinstance(params, dict)
        ):
            return
        progress = _number(params.get("progress"))
        if progress is None:
            return
        message = params.get("message")
        await self._report(
            progress,
            _number(params.get("total")),
            message[:MAX_PROGRESS_CHARS] if isinstance(message, str) else None,
        )


def _number(value: Any) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and math.isfinite(value) else None


def _asks_for_session(reply: Reply) -> bool:
    """Say whether the call was refused, unseen, for want of a session."""
    error = reply.message.get("error")
    if not isinstance(error, dict):
        return False
    text = str(error.get("message", "")).lower()
    if reply.status == 200:
        return "mcp-session-id" in reply.headers or "initializ" in text
    return reply.status == 400 and ("session" in text or "initializ" in text)


@asynccontextmanager
async def _session(url: str, headers: Mapping[str, str]) -> AsyncIterator[Mapping[str, str]]:
    """Open a session, and end it afterwards."""
    reply = await exchange(url, HELLO, headers, _ignore)
    result = reply.message.get("result")
    if reply.status != 200 or not isinstance(result, dict):
        raise UnknownAnswer("it wants a session and refuses to open one")
    headers = {**headers, "MCP-Protocol-Version": str(result.get("protocolVersion"))[:20]}
    session_id = reply.headers.get("mcp-session-id")
    if session_id is not None:
        headers["Mcp-Session-Id"] = session_id
    await _tell(url, headers, INITIALIZED)
    try:
        yield headers
    finally:
        if session_id is not None:
            with suppress(OutgoingError):
                async with ask_space("DELETE", url, headers, seconds=CLOSE_SECONDS):
                    pass


async def _tell(url: str, headers: Mapping[str, str], notification: Message) -> None:
    """Send what is not answered; a body that comes all the same is not read."""
    headers = {**headers, **MESSAGE_HEADERS}
    content = json.dumps(notification).encode()
    async with ask_space("POST", url, headers, content, seconds=NOTIFY_SECONDS):
        pass


async def _ignore(notification: Message) -> None:
    pass
