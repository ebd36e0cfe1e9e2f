"""MCP Apps (SEP-1865): whether a client says that it shows views. Pure: no I/O."""

from typing import Any

EXTENSION = "io.modelcontextprotocol/ui"
VIEW_TYPE = "text/html;profile=mcp-app"

DECLARED: dict[str, Any] = {"extensions": {EXTENSION: {"mimeTypes": [VIEW_TYPE]}}}
"""Capabilities of a client that does."""


def shows_views(capabilities: Any) -> bool:
    """Read a client's capabilities, which are hostile."""
    extensions = capabilities.get("extensions") if isinstance(capabilities, dict) else None
    declared = extensions.get(EXTENSION) if isinstance(extensions, dict) else None
    types = declared.get("mimeTypes") if isinstance(declared, dict) else None
    return isinstance(types, list) and VIEW_TYPE in types
