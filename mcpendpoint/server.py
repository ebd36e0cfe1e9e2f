"""The MCP server: what it says of itself, and its handlers.

A tool that is not selected does not exist for the caller: it is neither listed nor callable.
"""

from typing import Any

from django.conf import settings
from mcp import MCPError
from mcp.server import CacheHint, Server, ServerRequestContext
from mcp_types import (
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    PaginatedRequestParams,
)

from mcpendpoint import __version__
from mcpendpoint.context import RequestContext
from mcpendpoint.kernel import announce_versions, drop_unused_tracing
from mcpendpoint.tool_calls import call_tool
from mcpendpoint.tool_lists import definitions_of

INSTRUCTIONS = (
    "Tools of the Hugging Face Hub (models, datasets, Spaces) and of the Gradio Spaces that this "
    "person picked. Search first, then ask for details by repository id (owner/name). Tools whose "
    "names start with gr run a Gradio Space, which their descriptions name. When a tool is "
    "missing, the person can select it on this server's settings page; it is there at the next "
    "listing."
)


Context = ServerRequestContext[Any, Any]


def _request_context(ctx: Context) -> RequestContext:
    assert isinstance(ctx.request, RequestContext)  # noqa: S101 - transports hand over nothing else
    return ctx.request


async def _list_tools(ctx: Context, params: PaginatedRequestParams | None) -> ListToolsResult:
    if params is not None and params.cursor is not None:
        raise MCPError(code=INVALID_PARAMS, message="The list has one page; there is no cursor.")
    return ListToolsResult(tools=await definitions_of(_request_context(ctx)))


async def _call_tool(ctx: Context, params: CallToolRequestParams) -> CallToolResult:
    return await call_tool(params.name, params.arguments or {}, _request_context(ctx))


SERVER: Server[Any] = Server(
    "huggingface-mcp",
    version=__version__,
    title="Hugging Face",
    instructions=INSTRUCTIONS,
    website_url=settings.PUBLIC_URL,
    # A saved selection holds for the very next request, so a list is never fresh for long.
    cache_hints={"server/discover": CacheHint(ttl_ms=300_000, scope="public")},
    on_list_tools=_list_tools,
    on_call_tool=_call_tool,
)
announce_versions(SERVER)
drop_unused_tracing(SERVER)
