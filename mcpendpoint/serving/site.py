"""The MCP server that people reach by a URL, which has streams that stay open."""

from functools import cache
from typing import Any

from django.conf import settings
from mcp.server import Server
from mcp_types import EmptyResult, SubscribeRequestParams, UnsubscribeRequestParams

from mcpendpoint.serving.resources.subscribing import subscribe, unsubscribe
from mcpendpoint.serving.server import (
    SELECTED_ON_THE_PAGE,
    Context,
    Watches,
    make_server,
    request_context,
)


@cache
def site_server() -> Server[Any]:
    """Return the one of this process, for the endpoint and for the pages where tools are tried."""
    pushes = "push" in settings.MCP_TRANSPORTS
    watches = Watches(_subscribe, _unsubscribe) if tells_of_resources() else None
    return make_server(SELECTED_ON_THE_PAGE, settings.PUBLIC_URL, pushes=pushes, watches=watches)


def tells_of_resources() -> bool:
    """Both eras' clients are told, or none: one server says so to both."""
    return {"push", "sessions"} <= set(settings.MCP_TRANSPORTS)


async def _subscribe(ctx: Context, params: SubscribeRequestParams) -> EmptyResult:
    await subscribe(params.uri, request_context(ctx))
    return EmptyResult()


async def _unsubscribe(ctx: Context, params: UnsubscribeRequestParams) -> EmptyResult:
    await unsubscribe(params.uri, request_context(ctx))
    return EmptyResult()
