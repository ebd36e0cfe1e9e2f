"""Calls one selected tool, built-in or of a Space, and turns failures into results."""

from typing import Any

from mcp_types import CallToolResult, TextContent
from pydantic import ValidationError

from mcpendpoint.protocol.records import PRIVATE, Reason
from mcpendpoint.serving.approvals.asking import Asking
from mcpendpoint.serving.approvals.holding import (
    consequence_of,
    held_back,
    is_still_so,
)
from mcpendpoint.serving.call_refusals import (
    Answer,
    refusal_by_now,
    scope_refusal,
    selected_space,
    told,
    with_failures,
)
from mcpendpoint.serving.context import RequestContext
from mcpendpoint.serving.deadline import within_deadline
from mcpendpoint.serving.late_results import late_run_of
from mcpendpoint.serving.scope_checks import (
    NOT_OFFERED,
    SPACE_EFFECTS,
    error_for,
    explain_absence,
)
from mcpendpoint.serving.space_calls import call_of_space
from mcpendpoint.tools.base import Arguments, Tool, ToolError
from mcpendpoint.tools.invalid_arguments import invalid_arguments
from mcpendpoint.tools.registry import by_name


async def call_tool(
    name: str, arguments: dict[str, Any], context: RequestContext, asking: Asking
) -> Answer:
    """Raises MCPError for a tool that this caller does not have, and for a bug of ours."""
    if name in context.selection.tools:
        context.tool_name = name
        if refusal := scope_refusal(name, by_name[name].effects, context):
            return refusal
        call = _call_built_in(by_name[name], arguments, context, asking)
        return await with_failures(call, context)
    space = selected_space(name, context)
    if space is None:
        denial = explain_absence(name, context)
        if denial.reason == "unknown":
            context.reason = Reason.NOT_FOUND
        else:
            context.deny(Reason.NOT_SELECTED)
        context.tool_name = name if name in by_name else ""
        if denial.reason == NOT_OFFERED:  # for the model to tell its person
            return told(ToolError(denial.message))
        raise error_for(denial, context, tool=name[:80])
    # Until the Hub and the Space say otherwise: what a caller makes up is not recorded.
    context.tool_name = f"{space.prefix}…"
    context.space_label = PRIVATE
    if refusal := scope_refusal(name, SPACE_EFFECTS, context):
        return refusal
    call = call_of_space(space, name, arguments, context, asking)
    return await with_failures(call, context)


async def _call_built_in(
    tool: Tool[Any], arguments: dict[str, Any], context: RequestContext, asking: Asking
) -> Answer:
    try:
        typed = tool.arguments.model_validate(arguments)
    except ValidationError as error:
        raise invalid_arguments(tool.name, tool.arguments, error) from error
    late = late_run_of(typed, context)
    if late is not None and (before := await late.result_of_before()) is not None:
        return before
    if tool.consequences is not None:
        consequence = await within_deadline(tool.name, consequence_of(tool, typed, context))
        if consequence is not None:
            # The time that a person takes is none of the call's.
            asked = typed.model_dump(mode="json")
            if held := await held_back(tool.name, asked, consequence, context, asking):
                return held
            if refusal := await refusal_by_now(tool.name, tool.effects, context):
                return refusal
            now = await within_deadline(tool.name, consequence_of(tool, typed, context))
            if refusal := is_still_so(consequence, now, context):
                return refusal
    call = within_deadline(tool.name, _run(tool, typed, context))
    return await (late.run(call) if late is not None else call)


async def _run(tool: Tool[Any], typed: Arguments, context: RequestContext) -> CallToolResult:
    output = await tool.run(typed, context)
    context.reason = output.failed
    blocks = output.blocks if context.include_images or output.has_all_blocks else ()
    return CallToolResult(
        content=[TextContent(type="text", text=output.markdown), *blocks],
        structured_content=output.structured.to_content(),
        is_error=output.is_error,
        _meta=output.meta or None,
    )
