"""Why a call of a tool is not made, or did not work, as a result that the model can read."""

from collections.abc import Awaitable, Iterable
from typing import Any, TypeVar

from mcp import MCPError
from mcp_types import CallToolResult, InputRequiredResult, TextContent

from accounts.catalogue import Effect
from accounts.database import UNAVAILABLE
from mcpendpoint.access.selection import InvalidOverrides
from mcpendpoint.access.who import CallerRefused, Credential
from mcpendpoint.gradio.errors import SpaceDenied
from mcpendpoint.gradio.listings import SpaceChoice
from mcpendpoint.gradio.naming import prefix_of
from mcpendpoint.protocol.records import Reason
from mcpendpoint.serving.approvals import words
from mcpendpoint.serving.context import RequestContext
from mcpendpoint.serving.rpc_errors import database_unavailable
from mcpendpoint.serving.scope_checks import check_scopes, explain_absence
from mcpendpoint.tools.base import ToolError
from mcpendpoint.tools.markdown import count
from mcpendpoint.tools.reasons import reason_of

Answer = CallToolResult | InputRequiredResult | dict[str, Any]
"""A dict for what the SDK has no type of: that files are to be sent first."""

Result = TypeVar("Result", CallToolResult, Answer)


def scope_refusal(
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
        return told(ToolError(error.error.message))
    return None


async def refusal_by_now(
    name: str, effects: Iterable[Effect], context: RequestContext
) -> CallToolResult | None:
    """Return why a call is not made although it was approved: people take their time."""
    try:
        await context.renew()
    except UNAVAILABLE as error:
        raise database_unavailable() from error
    except (CallerRefused, InvalidOverrides):
        context.deny(Reason.BAD_CREDENTIAL)
        return told(ToolError(words.CREDENTIAL_ENDED))
    if name not in context.selection.tools and selected_space(name, context) is None:
        context.deny(Reason.NOT_SELECTED)
        return told(ToolError(explain_absence(name, context).message))
    return scope_refusal(name, effects, context)


def selected_space(name: str, context: RequestContext) -> SpaceChoice | None:
    return context.selection.space_with(prefix_of(name))


async def with_failures(
    call: Awaitable[Result], context: RequestContext
) -> Result | CallToolResult:
    try:
        return await call
    except ToolError as error:
        if isinstance(error, SpaceDenied):
            context.deny(reason_of(error))
        elif not context.is_denied:  # of which the reason is known
            context.reason = reason_of(error)
        return told(error)


def told(error: ToolError) -> CallToolResult:
    """Return a failure as a result."""
    text = str(error)
    if error.is_retryable and error.retry_after_seconds:
        text += f" The same call may work in {count(error.retry_after_seconds, 'second')}."
    elif error.is_retryable:
        text += " The same call may work later."
    return CallToolResult(content=[TextContent(type="text", text=text)], is_error=True)
