"""What to say beside an error of a Space's tool, where more is known than the Space says."""

import re

import orjson
from mcp_types import CallToolResult, TextContent

from mcpendpoint.gradio.discovery import (
    SCHEMA_SECONDS,
    find_space,
    find_tools,
    look_again_after_failure,
)
from mcpendpoint.gradio.drafts import Schema, shortened
from mcpendpoint.gradio.errors import SpaceError

MAX_TOLD_CHARS = 4_000
MAX_READ_CHARS = 20_000

_OWN_LOGIN = re.compile(r"credentials were not provided\. Please login")
"""Of an app that is started with auth=, as gradio_client says it."""

_BROKEN_SCHEMA = re.compile(r"^PointerToNowhere|^Unresolvable|Failed validating .* in metaschema")
"""Where a Space has the `mcp` of 1.10 or later, that checks arguments against what Gradio wrote."""

_OTHER_ARGUMENTS = re.compile(
    r"unknown tool|not found|argument|parameter|key-?word|validation|required|not a valid|invalid",
    re.IGNORECASE,
)


async def advise(
    error: str,
    *,
    space_id: str,
    is_private: bool,
    tool: str,
    schema: Schema,
    token: str | None,
    tells_changes: bool = True,
) -> str:
    """Return a sentence or two, or nothing. `schema` is what the caller was told of the tool.

    Without `tells_changes`, what the Space says now is for a person to see first.
    """
    error = error[:MAX_READ_CHARS]
    if _OWN_LOGIN.search(error):
        return (
            f"The Space {space_id} asks for a sign-in of its own (its app is started with auth=), "
            "so its tools cannot be used from here."
        )
    if _BROKEN_SCHEMA.search(error):
        return (
            f"The Space {space_id} refuses every call of this tool, with whatever arguments: what "
            "its Gradio says of them is not valid, so it cannot check them. Only its owner can "
            "change that."
        )
    if not _OTHER_ARGUMENTS.search(error) or not look_again_after_failure(space_id, token):
        return ""
    try:
        found = await find_space(space_id, is_private=is_private, token=token)
        now = await find_tools(found.value, token, read_timeout_seconds=SCHEMA_SECONDS)
    except SpaceError as failure:
        return str(failure)
    functions = (*now.value.tools, *now.value.prompts)
    if not tells_changes:
        known = next((each for each in functions if tool in (each.own_name, each.name)), None)
        if known is not None and known.input_schema == schema:
            return ""
        return f"The Space {space_id} has changed this tool. List the tools again."
    schemas = {known.own_name or known.name: known.input_schema for known in functions}
    if tool not in schemas:
        names = ", ".join(known.own_name or known.name for known in now.value.tools)
        return (
            f"The Space {space_id} has no tool {tool} any more; it has "
            f"{shortened(names or 'none', MAX_TOLD_CHARS)}. List the tools again."
        )
    if schemas[tool] == schema:
        return ""
    told = shortened(orjson.dumps(schemas[tool]).decode(), MAX_TOLD_CHARS)
    return f"The Space {space_id} has changed this tool since it was listed. It takes now: {told}"


def text_of(result: CallToolResult) -> str:
    return "\n".join(block.text for block in result.content if isinstance(block, TextContent))
