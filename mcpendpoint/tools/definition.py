"""What a client is told of a tool. Pure: no I/O."""

from typing import Any

import mcp_types

from accounts.catalogue import Effect
from mcpendpoint.tools.base import Tool
from mcpendpoint.tools.schema import input_schema, output_schema


def definition(tool: Tool[Any]) -> mcp_types.Tool:
    is_read_only = tool.effects == {Effect.READ} and not tool.keeps_files
    return mcp_types.Tool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=input_schema(tool.arguments),
        output_schema=output_schema(tool.result),
        annotations=mcp_types.ToolAnnotations(
            read_only_hint=is_read_only,
            destructive_hint=tool.is_destructive,
            idempotent_hint=is_read_only,
            open_world_hint=tool.is_open_world,
        ),
        _meta=tool.meta or None,
    )
