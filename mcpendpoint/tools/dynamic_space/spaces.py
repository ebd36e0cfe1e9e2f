"""What runs Spaces, as far as a tool needs it: serving has it, which knows how (`ToolContext`)."""

from dataclasses import dataclass
from typing import Any, Protocol

from mcp_types import CallToolResult

from mcpendpoint.protocol.records import Reason


@dataclass(frozen=True)
class ToolOfSpace:
    name: str
    """As the Space lists it."""
    description: str
    input_schema: dict[str, Any]
    example: str
    """Arguments in JSON that are right."""
    version: str
    """Another one whenever the Space describes it otherwise."""
    refusal: str = ""
    """Why it cannot be run, "" for one that can."""
    is_chosen: bool = False
    """Whether the person offers it to their assistants anyway, without being asked."""


@dataclass(frozen=True)
class LookedAt:
    """A Space as it is now."""

    space_id: str
    tools: tuple[ToolOfSpace, ...]
    problem: str | None
    """Why there are no tools, or why some are missing."""
    reason: Reason | None = None
    """Of a problem for which there are none."""

    def tool(self, name: str) -> ToolOfSpace | None:
        """Return one by name; the first if none is named."""
        if not name:
            return self.tools[0] if self.tools else None
        return next((tool for tool in self.tools if tool.name == name), None)


class Spaces(Protocol):
    """Spaces that need not be selected, within what the operator and the person allow."""

    async def look(self, space_id: str) -> LookedAt:
        """Return what it offers; a Space that sleeps is woken. Raises ToolError."""
        ...

    async def run(
        self, space_id: str, tool: ToolOfSpace, arguments: dict[str, Any]
    ) -> CallToolResult:
        """Raises ToolError, also for a tool that is not as it was looked at."""
        ...
