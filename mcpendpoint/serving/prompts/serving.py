"""Answers prompts/get: checks the arguments, has the message written, within its time."""

from collections.abc import Awaitable, Mapping
from typing import Any, TypeVar

from mcp_types import GetPromptResult, PromptMessage, TextContent
from pydantic import ValidationError

from accounts.catalogue import Effect
from mcpendpoint.gradio.naming import prefix_of
from mcpendpoint.serving.context import RequestContext
from mcpendpoint.serving.deadline import within_deadline
from mcpendpoint.serving.prompts.base import Prompt
from mcpendpoint.serving.prompts.of_spaces import get_prompt_of_space
from mcpendpoint.serving.prompts.registry import by_name
from mcpendpoint.serving.rpc_errors import NotFound, error_of
from mcpendpoint.serving.scope_checks import check_scopes
from mcpendpoint.tools.base import ToolError
from mcpendpoint.tools.invalid_arguments import invalid_arguments

T = TypeVar("T")


async def get_prompt(
    name: str, arguments: Mapping[str, str], context: RequestContext
) -> GetPromptResult:
    """Raises MCPError."""
    if prefix_of(name) is not None:
        of_space = get_prompt_of_space(name, arguments, context)
        return await _without_tool_errors(within_deadline("A Space's prompt", of_space))
    prompt = by_name.get(name)
    if prompt is None:
        known = ", ".join(by_name)
        raise NotFound(f"There is no prompt {name[:80]}. Known prompts: {known}.")
    check_scopes(f"The prompt {name}", {Effect.READ}, context, prompt=name)
    writing = within_deadline(f"Prompt {name}", _write(prompt, arguments, context))
    text = await _without_tool_errors(writing)
    message = PromptMessage(role="user", content=TextContent(type="text", text=text))
    return GetPromptResult(description=prompt.description, messages=[message])


async def _without_tool_errors(work: Awaitable[T]) -> T:
    try:
        return await work
    except ToolError as error:
        raise error_of(error) from error


async def _write(prompt: Prompt[Any], arguments: Mapping[str, str], context: RequestContext) -> str:
    try:
        typed = prompt.arguments.model_validate(dict(arguments))
    except ValidationError as error:
        raise invalid_arguments(prompt.name, prompt.arguments, error) from error
    return await prompt.write(typed, context)
