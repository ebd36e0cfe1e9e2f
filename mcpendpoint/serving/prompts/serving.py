"""Answers prompts/get: checks the arguments, has the message written, within its time."""

from collections.abc import Mapping
from typing import Any

from mcp import MCPError
from mcp_types import INVALID_PARAMS, GetPromptResult, PromptMessage, TextContent
from pydantic import ValidationError

from accounts.catalogue import Effect
from mcpendpoint.serving.context import RequestContext
from mcpendpoint.serving.deadline import within_deadline
from mcpendpoint.serving.prompts.base import Prompt
from mcpendpoint.serving.prompts.registry import by_name
from mcpendpoint.serving.rpc_errors import error_of
from mcpendpoint.serving.scope_checks import check_scopes
from mcpendpoint.tools.base import ToolError
from mcpendpoint.tools.invalid_arguments import invalid_arguments


async def get_prompt(
    name: str, arguments: Mapping[str, str], context: RequestContext
) -> GetPromptResult:
    """Raises MCPError."""
    prompt = by_name.get(name)
    if prompt is None:
        known = ", ".join(by_name)
        raise MCPError(
            code=INVALID_PARAMS, message=f"There is no prompt {name[:80]}. Known prompts: {known}."
        )
    check_scopes(f"The prompt {name}", {Effect.READ}, context, prompt=name)
    try:
        text = await within_deadline(f"Prompt {name}", _write(prompt, arguments, context))
    except ToolError as error:
        raise error_of(error) from error
    message = PromptMessage(role="user", content=TextContent(type="text", text=text))
    return GetPromptResult(description=prompt.description, messages=[message])


async def _write(prompt: Prompt[Any], arguments: Mapping[str, str], context: RequestContext) -> str:
    try:
        typed = prompt.arguments.model_validate(dict(arguments))
    except ValidationError as error:
        raise invalid_arguments(prompt.name, prompt.arguments, error) from error
    return await prompt.write(typed, context)
