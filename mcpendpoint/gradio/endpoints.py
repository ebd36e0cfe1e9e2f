"""Where a Space takes MCP messages, and how it is greeted."""

from enum import StrEnum
from typing import Any

from mcpendpoint.gradio.exchange import REQUEST_ID, Message

PROTOCOL_VERSION = "2025-06-18"
METHOD_NOT_FOUND = -32601


class Endpoint(StrEnum):
    """The newest first."""

    ROOT = "/gradio_api/mcp/"
    HTTP = "/gradio_api/mcp/http/"
    SSE = "/gradio_api/mcp/sse"


def request_message(method: str, params: dict[str, Any]) -> Message:
    return {"jsonrpc": "2.0", "id": REQUEST_ID, "method": method, "params": params}


HELLO = request_message(
    "initialize",
    {
        "protocolVersion": PROTOCOL_VERSION,
        "capabilities": {},
        "clientInfo": {"name": "hfmcp", "version": "1.0"},
    },
)
