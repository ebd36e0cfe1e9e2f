"""Calls one selected tool, built-in or of a Space, and turns failures into results."""

import asyncio
import logging
import traceback
from collections.abc import Awaitable, Iterable
from typing import Any

from django.conf import settings
from mcp import MCPError
from mcp_types import INTERNAL_ERROR, INVALID_PARAMS, CallToolResult, TextContent
from pydantic import ValidationError

from accounts.authorization.scopes import scopes_for
from accounts.catalogue import Effect
from mcpendpoint.context import RequestContext
from mcpendpoint.denial import Denial, denial_for_scopes, denial_of
from mcpendpoint.gradio.naming import prefix_of
from mcpendpoint.gradio.spaces import SpaceChoice, SpaceTool, call_space_tool, list_space_tools
from mcpendpoint.tools.base import Tool, ToolError
from mcpendpoint.tools.registry import by_name

logger = logging.getLogger(__name__)

MAX_REASONS = 10

SPACE_EFFECTS = frozenset({Effect.SPEND})
"""A Space may do anything, but with the caller's quota, not in the caller's name."""

PRIVATE = "private"
"""What is recorded in place of a private Space's name."""


async def call_tool(
    name: str, arguments: dict[str, Any], context: RequestContext
) -> CallToolResult:
    """Raises MCPError for a tool that this caller does not have, and for a bug of ours."""
    if name in context.selection.tools:
        context.tool_name = name
        _check_scopes(name, by_name[name].effects, context)
        return await _within_deadline(name, _call_built_in(by_name[name], arguments, context))
    space = _selected_space(name, context)
    if space is None:
        denial = denial_of(name, context)
        context.is_denied = denial.reason != "unknown"
        context.tool_name = name if name in by_name else ""
        raise _refusal(name, denial, context)
    context.tool_name = name
    context.space_label = PRIVATE if space.is_private else space.space_id
    _check_scopes(name, SPACE_EFFECTS, context)
    return await _within_deadline(name, _call_of_space(space, name, arguments, context))


def _check_scopes(name: str, effects: Iterable[Effect], context: RequestContext) -> None:
    needed = scopes_for(effects)
    missing = needed - context.caller.scopes
    if missing:
        context.is_denied = True
        context.scopes_to_ask_for = needed | context.caller.scopes
        raise _refusal(name, denial_for_scopes(name, missing, context), context)


def _refusal(name: str, denial: Denial, context: RequestContext) -> MCPError:
    return MCPError(
        code=INVALID_PARAMS,
        message=denial.message,
        data={"tool": name[:80], "reason": denial.reason, "settings": context.settings_url},
    )


def _selected_space(name: str, context: RequestContext) -> SpaceChoice | None:
    prefix = prefix_of(name)
    return next((space for space in context.selection.spaces if space.prefix == prefix), None)


async def _within_deadline(name: str, call: Awaitable[CallToolResult]) -> CallToolResult:
    try:
        async with asyncio.timeout(settings.MCP_CALL_TIMEOUT_SECONDS):
            return await call
    except ToolError as error:
        return _failure(error)
    except TimeoutError:
        seconds = settings.MCP_CALL_TIMEOUT_SECONDS
        return _failure(ToolError(f"No answer within {seconds} seconds.", is_retryable=True))
    except MCPError:
        raise
    except Exception as error:
        # Without the error's own text, which may quote arguments or answers.
        frames = "".join(traceback.format_tb(error.__traceback__))
        logger.error("Tool %s raised %s\n%s", name, type(error).__name__, frames)
        raise MCPError(
            code=INTERNAL_ERROR, message=f"{name} failed unexpectedly. The server has logged it."
        ) from error


async def _call_built_in(
    tool: Tool[Any], arguments: dict[str, Any], context: RequestContext
) -> CallToolResult:
    try:
        typed = tool.arguments.model_validate(arguments)
    except ValidationError as error:
        raise ToolError(_explain(tool, error)) from error
    output = await tool.run(typed, context)
    blocks = output.blocks if context.include_images else ()
    return CallToolResult(
        content=[TextContent(type="text", text=output.markdown), *blocks],
        structured_content=output.structured.to_content(),
        is_error=output.is_error,
    )


async def _call_of_space(
    space: SpaceChoice, name: str, arguments: dict[str, Any], context: RequestContext
) -> CallToolResult:
    token = await context.hub_token()
    (listing,) = await list_space_tools([space], token)
    tool = next((tool for tool in listing.tools if tool.name == name), None)
    if tool is None:
        raise _missing_tool(space, listing.tools, listing.problem, name)
    if tool.is_private:  # which a Space named in the URL is not known to be before it is asked
        context.space_label = PRIVATE
    return await call_space_tool(
        tool,
        arguments,
        token=token,
        include_images=context.include_images,
        report_progress=context.report_progress if context.wants_progress else None,
    )


def _missing_tool(
    space: SpaceChoice, tools: tuple[SpaceTool, ...], problem: str | None, name: str
) -> ToolError:
    if problem is not None:
        return ToolError(problem)
    names = ", ".join(tool.name for tool in tools) or "none"
    return ToolError(f"The Space {space.space_id} has no tool {name[:80]}. Its tools: {names}.")


def _explain(tool: Tool[Any], error: ValidationError) -> str:
    """Name each argument and what is wrong with it."""
    known = ", ".join(tool.arguments.model_fields) or "none"
    reasons = [
        f"{'.'.join(map(str, detail['loc'])) or 'arguments'}: {detail['msg']}"
        for detail in error.errors(include_url=False, include_input=False)[:MAX_REASONS]
    ]
    return f"Invalid arguments for {tool.name}. {'; '.join(reasons)}. Known arguments: {known}."


def _failure(error: ToolError) -> CallToolResult:
    text = str(error)
    if error.is_retryable and error.retry_after_seconds:
        text += f" The same call may work in {error.retry_after_seconds} seconds."
    elif error.is_retryable:
        text += " The same call may work later."
    return CallToolResult(content=[TextContent(type="text", text=text)], is_error=True)
