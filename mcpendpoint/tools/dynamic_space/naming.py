"""Which Space and which of its tools are meant."""

from mcpendpoint.protocol.records import Reason
from mcpendpoint.tools.base import ToolContext, ToolError
from mcpendpoint.tools.dynamic_space.arguments import DynamicSpaceArguments
from mcpendpoint.tools.names import space_id_in

EXAMPLE = '{"operation": "view_parameters", "space_name": "owner/name"}'


async def space_and_tool(arguments: DynamicSpaceArguments, context: ToolContext) -> tuple[str, str]:
    """Return the Space's id, and the tool's name, "" for none. Raises ToolError."""
    space, tool = split(arguments.space_name)
    if not space:
        raise ToolError(f"Name a Space: {EXAMPLE}", reason=Reason.INVALID_ARGUMENTS)
    space_id = await space_id_in(await context.hub(), space, "space_name", context)
    return space_id, arguments.tool.strip("/") or tool


def split(written: str) -> tuple[str, str]:
    """Return the Space and the tool in owner/name:tool or owner/name/endpoint."""
    if "://" in written:
        return written, ""
    space, _, tool = written.partition(":")
    owner_and_name, rest = space.split("/")[:2], space.split("/")[2:]
    if rest and not tool:
        return "/".join(owner_and_name), "/".join(rest).strip("/")
    return space, tool.strip("/")
