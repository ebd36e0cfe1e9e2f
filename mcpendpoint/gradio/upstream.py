"""Asks a Space to run a tool, over its MCP endpoint.

A Space of Gradio's own is asked in a single exchange. One that insists on a session gets that, and
is remembered for it.
"""

import json
import math
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

from accounts.caching import BoundedCache, approximate_bytes
from accounts.outgoing.errors import OutgoingError
from mcpendpoint.gradio.discovery import SpaceInfo
from mcpendpoint.gradio.exchange import (
    MESSAGE_HEADERS,
    REQUEST_ID,
    Message,
    Reply,
    UnknownAnswer,
    exchange,
)
from mcpendpoint.gradio.transport import ask_space, token_header

PROTOCOL_VERSION = "2025-06-18"
PROGRESS_TOKEN = 1
MAX_PROGRESS_CHARS = 500
CLOSE_SECONDS = 2
NOTIFY_SECONDS = 10

ReportProgress = Callable[[float, float | None, str | None], Awaitable[None]] | None
"""None when nobody wants to know."""

_want_session: BoundedCache[str, bool] = BoundedCache(max_bytes=400_000)
"""By URL."""


async def call_upstream(
    info: SpaceInfo,
    tool: str,
    arguments: dict[str, Any],
    *,
    token: str | None,
    report_progress: ReportProgress,
) -> Reply:
    """Raises OutgoingError or UnknownAnswer."""
    url = f"{info.url}/gradio_api/mcp/"
    headers = token_header(token)
    # With a progress token Gradio reports while it works, which also tells us that it still does.
    call = _request(
        "tools/call",
        {"name": tool, "arguments": arguments, "_meta": {"progressToken": PROGRESS_TOKEN}},
    )
    relay = ProgressRelay(report_progress)
    if not _want_session.get(url):
        reply = await exchange(url, call, headers, relay)
        if not _asks_for_session(reply):
            return reply
        _want_session.put(url, True, size_bytes=approximate_bytes(url))
    async with _session(url, headers) as session_headers:
        return await exchange(url, call, session_headers, relay)


class ProgressRelay:
    """Hands on what a Space says of its progress, as far as it is sane and grows."""

    def __init__(self, report: ReportProgress) -> None:
        self._report = report
        self._last = -math.inf

    async def __call__(self, notification: Message) -> None:
        params = notification.get("params")
        if (
            self._report is None
            or notification["method"] != "notifications/progress"
            or not isinstance(params, dict)
        ):
            return
        progress = _number(params.get("progress"))
        if progress is None or progress <= self._last:
            return
        self._last = progress
        message = params.get("message")
        await self._report(
            progress,
            _number(params.get("total")),
            message[:MAX_PROGRESS_CHARS] if isinstance(message, str) else None,
        )


def _number(value: Any) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and math.isfinite(value) else None


def _request(method: str, params: dict[str, Any]) -> Message:
    return {"jsonrpc": "2.0", "id": REQUEST_ID, "method": method, "params": params}


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
    hello = _request(
        "initialize",
        {
            "protocolVersion": PROTOCOL_VERSION,
            "capabilities": {},
            "clientInfo": {"name": "hfmcp", "version": "1.0"},
        },
    )
    reply = await exchange(url, hello, headers, _ignore)
    result = reply.message.get("result")
    if reply.status != 200 or not isinstance(result, dict):
        raise UnknownAnswer("it wants a session and refuses to open one")
    headers = {**headers, "MCP-Protocol-Version": str(result.get("protocolVersion"))[:20]}
    session_id = reply.headers.get("mcp-session-id")
    if session_id is not None:
        headers["Mcp-Session-Id"] = session_id
    initialized = {"jsonrpc": "2.0", "method": "notifications/initialized"}
    await _tell(url, headers, initialized)
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
