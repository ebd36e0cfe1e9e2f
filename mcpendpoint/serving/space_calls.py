"""Calls one tool of a selected Space."""

import json
from collections.abc import Iterable
from typing import Any

from mcp_types import CallToolResult, InputRequiredResult

from accounts.consequences import Kind
from mcpendpoint.gradio.discovery import look_again_after_failure
from mcpendpoint.gradio.listings import SpaceChoice, SpaceListing, SpaceTool
from mcpendpoint.gradio.metadata import without_apps
from mcpendpoint.gradio.spaces import call_space_tool
from mcpendpoint.gradio.waking import COMING, wake_unseen
from mcpendpoint.protocol.records import Reason
from mcpendpoint.serving.approvals.asking import Asking
from mcpendpoint.serving.approvals.holding import held_back, held_by_now
from mcpendpoint.serving.approvals.words import CHANGED
from mcpendpoint.serving.call_refusals import (
    Answer,
    refusal_by_now,
    selected_space,
    with_failures,
)
from mcpendpoint.serving.client_uploads import approved_before, received
from mcpendpoint.serving.context import RequestContext
from mcpendpoint.serving.deadline import within_deadline
from mcpendpoint.serving.files_of_chatgpt import fetched
from mcpendpoint.serving.late_results import LateCall
from mcpendpoint.serving.leading_to_files import led_to_files, use_up
from mcpendpoint.serving.scope_checks import SPACE_EFFECTS
from mcpendpoint.serving.space_parts import asks_first, check_agreed, listing_of
from mcpendpoint.tools.base import Consequence, ToolError


async def call_of_space(
    space: SpaceChoice,
    name: str,
    arguments: dict[str, Any],
    context: RequestContext,
    asking: Asking,
) -> Answer:
    """Make it once there are the files and the approval that it needs. Raises ToolError."""
    late = LateCall(space.space_id, space.answers_within, name, arguments, context)
    if (before := await late.result_of_before()) is not None:
        return before
    tool = await within_deadline(name, _find_tool(space, name, context))
    given, held = await led_to_files(tool, arguments, context, asking)
    if held is not None:
        return held
    has_led, is_asked = given is not arguments, asks_first(space, context)
    if is_asked:
        use = _use_of_space(space, name, given, tool)
        if (held := await _held(name, given, use, context, asking)) is not None:
            return held
    if has_led or is_asked:
        # The time that a person takes is none of the call's.
        if refusal := await refusal_by_now(name, SPACE_EFFECTS, context):
            return refusal
        tool = await within_deadline(name, _as_asked_about(tool, context))
    receiving = received(tool, given, context, asking, is_approved=is_asked)
    given, asked = await within_deadline(name, receiving)
    if asked is not None:
        return asked
    if has_led:
        await within_deadline(name, use_up(tool, arguments, context))
    call = within_deadline(name, _run(tool, given, context))
    return await late.run(with_failures(call, context))


async def _held(
    name: str,
    arguments: dict[str, Any],
    use: Consequence,
    context: RequestContext,
    asking: Asking,
) -> CallToolResult | InputRequiredResult | None:
    """Return what to answer until the person has approved the call, None once they have."""
    if number := approved_before(asking):
        return await held_by_now(number, name, arguments, use, context)
    return await held_back(name, arguments, use, context, asking)


def _use_of_space(
    space: SpaceChoice, name: str, arguments: dict[str, Any], tool: SpaceTool
) -> Consequence:
    """Return what the person is asked about: the tool as it is described now."""
    given = [f"{argument}: {_as_text(value)}" for argument, value in arguments.items()]
    title = f"Run {name} of the Space {space.space_id}"
    return Consequence(frozenset({Kind.SPACE}), title, tuple(given), tool.pin)


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


async def _find_tool(space: SpaceChoice, name: str, context: RequestContext) -> SpaceTool:
    """Return the tool as it is now; a Space that nobody here has seen awake is woken for it.

    Raises ToolError.
    """
    token = await context.hub_token()
    listing = await listing_of(space, token, context)
    context.space_label = listing.label
    if _named(listing.tools, name) is None:
        # It may be there since; or nobody here has seen the Space awake.
        is_unseen = listing.stage in COMING and not (listing.tools or listing.held)
        if is_unseen:
            report = context.report_progress if context.wants_progress else None
            await wake_unseen(space.space_id, token, report, is_private=space.is_private)
        if is_unseen or look_again_after_failure(space.space_id, token):
            listing = await listing_of(space, token, context)
    tool = _offered(listing, name, context)
    if tool is None:
        raise _missing_tool(space, listing, name)
    context.tool_name = name
    return tool


async def _as_asked_about(tool: SpaceTool, context: RequestContext) -> SpaceTool:
    """Return the tool as it is by now. Raises ToolError if it is not what the person saw."""
    space = selected_space(tool.name, context)
    now = await _find_tool(space, tool.name, context) if space else None
    if now is None or now.pin != tool.pin:
        context.deny(Reason.APPROVAL)
        raise ToolError(CHANGED)
    return now


async def _run(
    tool: SpaceTool, arguments: dict[str, Any], context: RequestContext
) -> CallToolResult:
    result = await call_space_tool(
        tool,
        await fetched(tool, arguments, context),
        token=await context.hub_token(),
        user_id=context.caller.user_id,
        takes_links=context.takes_links,
        takes_downloads=context.client_files.downloads,
        include_images=context.include_images,
        report_progress=context.report_progress if context.wants_progress else None,
    )
    if context.shows_views:
        return result
    return result.model_copy(update={"meta": without_apps(result.meta or {})})


def _offered(listing: SpaceListing, name: str, context: RequestContext) -> SpaceTool | None:
    """Raises ToolError for a tool that its person has not agreed to."""
    held = _named(listing.held, name)
    if held is not None:
        check_agreed(held, listing, name, context)
    return _named(listing.tools, name)


def _named(tools: Iterable[SpaceTool], name: str) -> SpaceTool | None:
    return next((tool for tool in tools if tool.name == name), None)


def _missing_tool(space: SpaceChoice, listing: SpaceListing, name: str) -> ToolError:
    if listing.refusal is not None:
        return listing.refusal.as_error()
    if listing.problem is not None:
        return ToolError(listing.problem, reason=listing.reason or Reason.NOT_FOUND)
    names = ", ".join(tool.name for tool in listing.tools) or "none"
    if space.tools is not None:
        return ToolError(
            f"{name[:80]} is not among the tools of the Space {space.space_id} that are selected: "
            f"{names}.",
            reason=Reason.NOT_SELECTED,
        )
    return ToolError(
        f"The Space {space.space_id} has no tool {name[:80]}. Its tools: {names}.",
        reason=Reason.NOT_FOUND,
    )
