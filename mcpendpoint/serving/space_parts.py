"""Which of the selected Spaces offer prompts and resources to a caller, and what each has."""

from collections.abc import Iterable

from mcpendpoint.gradio.discovery import look_again_after_failure
from mcpendpoint.gradio.listings import SpaceChoice, SpaceListing, SpacePart
from mcpendpoint.gradio.spaces import list_space_tools
from mcpendpoint.gradio.trust import explain_hold
from mcpendpoint.protocol.records import PRIVATE, Reason
from mcpendpoint.serving.context import RequestContext
from mcpendpoint.serving.scope_checks import SPACE_EFFECTS, check_scopes
from mcpendpoint.serving.unasked import agree_unasked
from mcpendpoint.tools.base import ToolError


def with_prompts(context: RequestContext) -> tuple[SpaceChoice, ...]:
    spaces = context.selection.spaces
    return _unasked((space for space in spaces if space.offers_prompts), context)


def with_resources(context: RequestContext) -> tuple[SpaceChoice, ...]:
    spaces = context.selection.spaces
    return _unasked((space for space in spaces if space.offers_resources), context)


def _unasked(spaces: Iterable[SpaceChoice], context: RequestContext) -> tuple[SpaceChoice, ...]:
    """Leave out Spaces that somebody wants to be asked about before each call.

    A prompt or a resource runs a function of the Space as a tool does, and an app may read one
    whenever it likes.
    """
    return tuple(space for space in spaces if not asks_first(space, context))


def asks_first(space: SpaceChoice, context: RequestContext) -> bool:
    """Whether the person is asked before each call of a Space."""
    saved = context.caller.preferences
    return saved is not None and saved.asks_before(space.space_id)


async def open_space(
    space: SpaceChoice, subject: str, context: RequestContext, **asked: str
) -> tuple[SpaceListing, str | None]:
    """Return what a Space has and the caller's token, once the caller may use it.

    The record names the Space if everybody may know of it. Raises MCPError and ToolError, such as
    SpaceDenied.
    """
    context.space_label = PRIVATE
    check_scopes(subject, SPACE_EFFECTS, context, **asked)
    token = await context.hub_token()
    listing = await listing_of(space, token, context)
    context.space_label = listing.label
    if listing.refusal is not None:
        context.deny(listing.refusal.reason)
        raise listing.refusal.as_error()
    return listing, token


async def look_again(
    space: SpaceChoice, token: str | None, context: RequestContext
) -> SpaceListing | None:
    """Return what a Space has by now, None if it was looked at a moment ago."""
    if not look_again_after_failure(space.space_id, token):
        return None
    return await listing_of(space, token, context)


async def listing_of(
    space: SpaceChoice, token: str | None, context: RequestContext
) -> SpaceListing:
    """Return what a Space has, once what its person agrees to unasked was noted."""
    (listing,) = await list_space_tools([space], token)
    if await agree_unasked([listing], context):
        by_now = context.selection.space_with(space.prefix) or space
        (listing,) = await list_space_tools([by_now], token)
    return listing


def check_agreed(
    part: SpacePart, listing: SpaceListing, name: str, context: RequestContext
) -> None:
    """Raises ToolError for a part of a Space that its person has not agreed to."""
    if part.held is None:
        return
    context.deny(Reason.APPROVAL)
    where = context.directions.spaces_url if listing.choice.agreement else None
    raise ToolError(explain_hold(name, listing.choice.space_id, part.held, where=where))
