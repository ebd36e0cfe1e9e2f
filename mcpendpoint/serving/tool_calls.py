"""Calls one selected tool, built-in or of a Space, and turns failures into results."""

import json
from collections.abc import Awaitable, Iterable
from contextlib import suppress
from typing import Any, TypeVar

from mcp import MCPError
from mcp_types import CallToolResult, InputRequiredResult, TextContent
from pydantic import ValidationError

from accounts.catalogue import Effect
from accounts.consequences import Kind
from accounts.database import UNAVAILABLE
from mcpendpoint.access.selection import InvalidOverrides
from mcpendpoint.access.who import CallerRefused, Credential
from mcpendpoint.gradio.discovery import look_again_after_failure
from mcpendpoint.gradio.listings import SpaceChoice, SpaceListing, SpaceTool
from mcpendpoint.gradio.naming import prefix_of
from mcpendpoint.gradio.spaces import call_space_tool, list_space_tools
from mcpendpoint.gradio.trust import explain_hold
from mcpendpoint.gradio.waking import COMING, wake_unseen
from mcpendpoint.protocol.records import PRIVATE
from mcpendpoint.serving.approvals import words
from mcpendpoint.serving.approvals.asking import Asking
from mcpendpoint.serving.approvals.holding import (
    consequence_of,
    held_back,
    held_by_now,
    is_still_so,
)
from mcpendpoint.serving.client_uploads import approved_before, received
from mcpendpoint.serving.context import RequestContext
from mcpendpoint.serving.deadline import within_deadline
from mcpendpoint.serving.files_of_chatgpt import fetched
from mcpendpoint.serving.late_results import LateCall
from mcpendpoint.serving.leading_to_files import led_to_files, use_up
from mcpendpoint.serving.rpc_errors import database_unavailable
from mcpendpoint.serving.scope_checks import check_scopes, error_for, explain_absence
from mcpendpoint.serving.unasked import agree_unasked
from mcpendpoint.tools.base import Arguments, Consequence, Tool, ToolError
from mcpendpoint.tools.invalid_arguments import invalid_arguments
from mcpendpoint.tools.markdown import count
from mcpendpoint.tools.registry import by_name

Answer = CallToolResult | InputRequiredResult | dict[str, Any]
"""A dict for what the SDK has no type of: that files are to be sent first."""

Result = TypeVar("Result", CallToolResult, Answer)

SPACE_EFFECTS = frozenset({Effect.SPEND})
"""A Space may do anything, but with the caller's quota, not in the caller's name."""


async def call_tool(
    name: str, arguments: dict[str, Any], context: RequestContext, asking: Asking
) -> Answer:
    """Raises MCPError for a tool that this caller does not have, and for a bug of ours."""
    if name in context.selection.tools:
        context.tool_name = name
        if refusal := _refusal(name, by_name[name].effects, context):
            return refusal
        return await _with_failures(_call_built_in(by_name[name], arguments, context, asking))
    space = _selected_space(name, context)
    if space is None:
        denial = explain_absence(name, context)
        context.is_denied = denial.reason != "unknown"
        context.tool_name = name if name in by_name else ""
        raise error_for(denial, context, tool=name[:80])
    # Until the Hub and the Space say otherwise: what a caller makes up is not recorded.
    context.tool_name = f"{space.prefix}…"
    context.space_label = PRIVATE
    if refusal := _refusal(name, SPACE_EFFECTS, context):
        return refusal
    return await _with_failures(_call_of_space(space, name, arguments, context, asking))


def _refusal(
    name: str, effects: Iterable[Effect], context: RequestContext
) -> CallToolResult | None:
    """Return why this credential is not good for a tool, for the model to read.

    Raises MCPError for an app, which can ask the person for more scopes.
    """
    try:
        check_scopes(name, effects, context, tool=name[:80])
    except MCPError as error:
        if context.caller.credential is Credential.OAUTH:
            raise
        return _failure(ToolError(error.error.message))
    return None


async def _refusal_by_now(
    name: str, effects: Iterable[Effect], context: RequestContext
) -> CallToolResult | None:
    """Return why a call is not made although it was approved: people take their time."""
    try:
        await context.renew()
    except UNAVAILABLE as error:
        raise database_unavailable() from error
    except (CallerRefused, InvalidOverrides):
        context.is_denied = True
        return _failure(ToolError(words.CREDENTIAL_ENDED))
    if name not in context.selection.tools and _selected_space(name, context) is None:
        context.is_denied = True
        return _failure(ToolError(explain_absence(name, context).message))
    return _refusal(name, effects, context)


def _selected_space(name: str, context: RequestContext) -> SpaceChoice | None:
    return context.selection.space_with(prefix_of(name))


async def _with_failures(call: Awaitable[Result]) -> Result | CallToolResult:
    try:
        return await call
    except ToolError as error:
        return _failure(error)


async def _call_built_in(
    tool: Tool[Any], arguments: dict[str, Any], context: RequestContext, asking: Asking
) -> Answer:
    try:
        typed = tool.arguments.model_validate(arguments)
    except ValidationError as error:
        raise invalid_arguments(tool.name, tool.arguments, error) from error
    if tool.consequences is not None:
        consequence = await within_deadline(tool.name, consequence_of(tool, typed, context))
        if consequence is not None:
            # The time that a person takes is none of the call's.
            asked = typed.model_dump(mode="json")
            if held := await held_back(tool.name, asked, consequence, context, asking):
                return held
            if refusal := await _refusal_by_now(tool.name, tool.effects, context):
                return refusal
            now = await within_deadline(tool.name, consequence_of(tool, typed, context))
            if refusal := is_still_so(consequence, now, context):
                return refusal
    return await within_deadline(tool.name, _run(tool, typed, context))


async def _run(tool: Tool[Any], typed: Arguments, context: RequestContext) -> CallToolResult:
    output = await tool.run(typed, context)
    blocks = output.blocks if context.include_images or output.has_all_blocks else ()
    return CallToolResult(
        content=[TextContent(type="text", text=output.markdown), *blocks],
        structured_content=output.structured.to_content(),
        is_error=output.is_error,
        _meta=output.meta or None,
    )


async def _call_of_space(
    space: SpaceChoice,
    name: str,
    arguments: dict[str, Any],
    context: RequestContext,
    asking: Asking,
) -> Answer:
    late = LateCall(space, name, arguments, context)
    if (before := await late.result_of_before()) is not None:
        return before
    tool = await within_deadline(name, _known_tool(space, name, context))
    given, held = arguments, None
    if tool is not None:
        given, held = await led_to_files(tool, arguments, context, asking)
    if held is not None:
        return held
    has_led = given is not arguments
    saved = context.caller.preferences
    is_asked = saved is not None and saved.asks_before(space.space_id)
    if is_asked:
        use = _use_of_space(space, name, given)
        if number := approved_before(asking):
            held = await held_by_now(number, name, given, use, context)
        else:
            held = await held_back(name, given, use, context, asking)
        if held is not None:
            return held
    if is_asked or has_led:
        if refusal := await _refusal_by_now(name, SPACE_EFFECTS, context):
            return refusal
        space = _selected_space(name, context) or space
    if tool is not None:
        receiving = received(tool, given, context, asking, is_approved=is_asked)
        given, asked = await within_deadline(name, receiving)
        if asked is not None:
            return asked
        if has_led:
            await within_deadline(name, use_up(tool, arguments, context))
    call = within_deadline(name, _run_space(space, name, given, context))
    return await late.run(_with_failures(call))


def _use_of_space(space: SpaceChoice, name: str, arguments: dict[str, Any]) -> Consequence:
    given = [f"{argument}: {_as_text(value)}" for argument, value in arguments.items()]
    title = f"Run {name} of the Space {space.space_id}"
    return Consequence(frozenset({Kind.SPACE}), title, tuple(given))


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


async def _known_tool(space: SpaceChoice, name: str, context: RequestContext) -> SpaceTool | None:
    """Return a tool for which no Space has to be woken, and nobody to be asked."""
    with suppress(ToolError):
        token = await context.hub_token()
        (listing,) = await list_space_tools([space], token, known_will_do=True)
        return _named(listing.tools, name)
    return None


async def _run_space(
    space: SpaceChoice, name: str, arguments: dict[str, Any], context: RequestContext
) -> CallToolResult:
    token = await context.hub_token()
    listing = await _listing_of(space, token, context)
    if listing.is_public:
        context.space_label = space.space_id
    report = context.report_progress if context.wants_progress else None
    if _named(listing.tools, name) is None:
        # It may be there since; or nobody here has seen the Space awake.
        is_unseen = listing.stage in COMING and not (listing.tools or listing.held)
        if is_unseen:
            await wake_unseen(space.space_id, token, report, is_private=space.is_private)
        if is_unseen or look_again_after_failure(space.space_id, token):
            listing = await _listing_of(space, token, context)
    tool = _offered(listing, name, context)
    if tool is None:
        raise _missing_tool(space, listing.tools, listing.problem, name)
    context.tool_name = name
    return await call_space_tool(
        tool,
        await fetched(tool, arguments, context),
        token=token,
        user_id=context.caller.user_id,
        takes_links=context.takes_links,
        takes_downloads=context.client_files.downloads,
        include_images=context.include_images,
        report_progress=report,
    )


async def _listing_of(
    space: SpaceChoice, token: str | None, context: RequestContext
) -> SpaceListing:
    (listing,) = await list_space_tools([space], token)
    if await agree_unasked([listing], context):
        by_now = context.selection.space_with(space.prefix) or space
        (listing,) = await list_space_tools([by_now], token)
    return listing


def _offered(listing: SpaceListing, name: str, context: RequestContext) -> SpaceTool | None:
    """Raises ToolError for a tool that its person has not agreed to."""
    held = _named(listing.held, name)
    if held is not None and held.held is not None:
        context.is_denied = True
        url = context.directions.settings_url
        where = f"{url}#spaces" if url and listing.choice.agreement else None
        raise ToolError(explain_hold(name, listing.choice.space_id, held.held, where=where))
    return _named(listing.tools, name)


def _named(tools: Iterable[SpaceTool], name: str) -> SpaceTool | None:
    return next((tool for tool in tools if tool.name == name), None)


def _missing_tool(
    space: SpaceChoice, tools: tuple[SpaceTool, ...], problem: str | None, name: str
) -> ToolError:
    if problem is not None:
        return ToolError(problem)
    names = ", ".join(tool.name for tool in tools) or "none"
    if space.tools is not None:
        return ToolError(
            f"{name[:80]} is not among the tools of the Space {space.space_id} that are selected: "
            f"{names}."
        )
    return ToolError(f"The Space {space.space_id} has no tool {name[:80]}. Its tools: {names}.")


def _failure(error: ToolError) -> CallToolResult:
    text = str(error)
    if error.is_retryable and error.retry_after_seconds:
        text += f" The same call may work in {count(error.retry_after_seconds, 'second')}."
    elif error.is_retryable:
        text += " The same call may work later."
    return CallToolResult(content=[TextContent(type="text", text=text)], is_error=True)
