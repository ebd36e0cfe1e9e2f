"""What dynamic_space answers."""

from typing import Any

from mcpendpoint.tools.base import Result


class FoundSpace(Result):
    space_name: str
    description: str | None = None
    category: str | None = None
    likes: int | None = None
    relevance: float | None = None
    is_mcp_server: bool


class ViewedTool(Result):
    name: str
    description: str
    parameters: dict[str, Any]
    """As JSON Schema."""


class DynamicSpaceResult(Result):
    operation: str | None = None
    spaces: list[FoundSpace] = []
    space_name: str | None = None
    tools: list[ViewedTool] = []
    tool: str | None = None
    texts: list[str] = []
    """What the tool returned in texts, of which the content has all."""
