"""dynamic_space view_parameters: what a Space's tools take."""

from collections.abc import Iterator

import orjson

from mcpendpoint.protocol.records import Reason
from mcpendpoint.tools.base import ToolContext, ToolError, ToolOutput
from mcpendpoint.tools.dynamic_space.arguments import DynamicSpaceArguments, Operation
from mcpendpoint.tools.dynamic_space.naming import space_and_tool
from mcpendpoint.tools.dynamic_space.results import DynamicSpaceResult, ViewedTool
from mcpendpoint.tools.dynamic_space.spaces import LookedAt, ToolOfSpace
from mcpendpoint.tools.markdown import BY_OTHERS, code, count_fitting, fenced, one_line

MAX_CHARS = 40_000


async def view(arguments: DynamicSpaceArguments, context: ToolContext) -> ToolOutput:
    space_id, name = await space_and_tool(arguments, context)
    looked = await context.spaces.look(space_id)
    tools = [tool for tool in looked.tools if name in ("", tool.name)]
    if not tools:
        raise missing(looked, name)
    blocks = [_render(tool, looked.space_id) for tool in tools]
    shown = max(1, count_fitting(blocks, MAX_CHARS))
    result = DynamicSpaceResult(
        operation=Operation.VIEW,
        space_name=looked.space_id,
        tools=[
            ViewedTool(name=tool.name, description=tool.description, parameters=tool.input_schema)
            for tool in tools[:shown]
        ],
    )
    return ToolOutput(result, "\n\n".join(_parts(looked, tools, blocks, shown)))


def missing(looked: LookedAt, name: str) -> ToolError:
    known = ", ".join(tool.name for tool in looked.tools)
    if not known:
        text = looked.problem or f"The Space {looked.space_id} has no tools."
        return ToolError(text, reason=looked.reason or Reason.NOT_FOUND)
    return ToolError(
        f"The Space {looked.space_id} has no tool “{name[:80]}”. Its tools: {known}.",
        reason=Reason.NOT_FOUND,
    )


def _parts(
    looked: LookedAt, tools: list[ToolOfSpace], blocks: list[str], shown: int
) -> Iterator[str]:
    yield f"# Tools of the Space {looked.space_id}"
    yield BY_OTHERS
    yield from blocks[:shown]
    if rest := tools[shown:]:
        names = ", ".join(code(tool.name) for tool in rest)
        yield f"For want of room only by name, to be looked at with `tool`: {names}"
    if looked.problem:
        yield one_line(looked.problem)


def _render(tool: ToolOfSpace, space_id: str) -> str:
    """Say first what must be given, and how it is called."""
    required = set(tool.input_schema.get("required", ()))
    properties = tool.input_schema.get("properties", {})
    names = sorted(properties, key=lambda name: name not in required)
    lines = [
        f"- {code(name)} ({'required' if name in required else 'optional'}): "
        f"{code(_json(properties[name]))}"
        for name in names
    ]
    call = (
        f'{{"operation": "invoke", "space_name": {_json(space_id)}, "tool": {_json(tool.name)}, '
        f'"parameters": {tool.example}}}'
    )
    parts = [
        f"## {one_line(tool.name)}",
        tool.refusal,
        fenced(tool.description) if tool.description else "",
        "\n".join(lines) or "It takes no parameters.",
        fenced(call, "json"),
    ]
    return "\n\n".join(filter(None, parts))


def _json(value: object) -> str:
    return orjson.dumps(value).decode()
