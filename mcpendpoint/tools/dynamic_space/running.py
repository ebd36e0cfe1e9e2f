"""dynamic_space invoke: one tool of a Space, after the person was asked."""

import json
from dataclasses import replace
from typing import Any

from mcp_types import TextContent

from accounts.consequences import Kind
from mcpendpoint.protocol.records import Reason
from mcpendpoint.tools.base import Consequence, ToolContext, ToolError, ToolOutput
from mcpendpoint.tools.dynamic_space.arguments import DynamicSpaceArguments, Operation
from mcpendpoint.tools.dynamic_space.naming import space_and_tool, split
from mcpendpoint.tools.dynamic_space.results import DynamicSpaceResult
from mcpendpoint.tools.dynamic_space.spaces import ToolOfSpace
from mcpendpoint.tools.dynamic_space.viewing import missing
from mcpendpoint.tools.markdown import BY_OTHERS, code

KINDS = frozenset({Kind.SPACE})
MAX_TEXT_CHARS = 20_000
"""Of each text in the structured result."""


def consequence_of(arguments: DynamicSpaceArguments) -> Consequence | None:
    if arguments.operation is not Operation.INVOKE or not arguments.space_name:
        return None

    async def look_closer(context: ToolContext) -> Consequence | None:
        """Say which tool it is; an approval is for the tool as it is described now."""
        space_id, name = await space_and_tool(arguments, context)
        looked = await context.spaces.look(space_id)
        tool = looked.tool(name)
        if tool is None or tool.refusal or tool.is_chosen:
            return None
        title = f"Run {tool.name} of the Space {looked.space_id}, which is not among your tools"
        return replace(asked, title=title, state=tool.version)

    space, _ = split(arguments.space_name)
    given = [f"{name}: {_as_text(value)}" for name, value in arguments.parameters.items()]
    asked = Consequence(KINDS, f"Run a tool of the Space {space}", tuple(given))
    return replace(asked, look_closer=look_closer)


async def invoke(arguments: DynamicSpaceArguments, context: ToolContext) -> ToolOutput:
    space_id, name = await space_and_tool(arguments, context)
    looked = await context.spaces.look(space_id)
    tool = looked.tool(name)
    if tool is None:
        raise missing(looked, name)
    _check_version(tool, context)
    result = await context.spaces.run(space_id, tool, arguments.parameters)
    texts = [block.text for block in result.content if isinstance(block, TextContent)]
    structured = DynamicSpaceResult(
        operation=Operation.INVOKE,
        space_name=looked.space_id,
        tool=tool.name,
        texts=[text[:MAX_TEXT_CHARS] for text in texts],
    )
    what = "The error" if result.is_error else "The result"
    return ToolOutput(
        structured,
        f"{what} of {code(tool.name)} of the Space {looked.space_id}. {BY_OTHERS}",
        tuple(result.content),
        failed=Reason.SPACE_ERROR if result.is_error else None,
        meta=result.meta or {},
        has_all_blocks=True,
    )


def _check_version(tool: ToolOfSpace, context: ToolContext) -> None:
    """Raises ToolError for a tool that nobody was asked about, as it is now.

    When it was to be asked about, the Space may not have shown it yet, or have shown another.
    """
    if tool.refusal or tool.is_chosen or context.approved_state in (None, tool.version):
        return
    raise ToolError(
        "Not done: the Space shows this tool otherwise than when the person was to be asked about "
        "it. Look at it with view_parameters, and make the call again.",
        reason=Reason.APPROVAL,
    )


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
