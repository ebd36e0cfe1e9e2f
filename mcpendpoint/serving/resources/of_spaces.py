"""Resources of Spaces: those that a person ticked, and views of tools for whoever has the tools."""

from typing import Any

from mcp_types import ReadResourceResult, Resource, ResourceTemplate

from mcpendpoint.gradio.errors import SpaceError
from mcpendpoint.gradio.listings import SpaceChoice, SpaceListing, SpaceResource
from mcpendpoint.gradio.other_parts import held_at
from mcpendpoint.gradio.reading import read_space_resource
from mcpendpoint.gradio.spaces import source_of
from mcpendpoint.serving.context import RequestContext
from mcpendpoint.serving.space_parts import (
    asks_first,
    check_agreed,
    look_again,
    open_space,
    with_resources,
)
from mcpendpoint.serving.tool_lists import listings_of
from mcpendpoint.tools.hf_fs.failures import Code, Failure

MAX_SHOWN_CHARS = 200


async def resources_of_spaces(context: RequestContext) -> list[Resource]:
    return [
        Resource(uri=resource.uri, **_facts_of(resource, listing))
        for listing, resource in await _listed(context, templates=False)
    ]


async def templates_of_spaces(context: RequestContext) -> list[ResourceTemplate]:
    return [
        ResourceTemplate(uri_template=resource.uri, **_facts_of(resource, listing))
        for listing, resource in await _listed(context, templates=True)
    ]


def _facts_of(resource: SpaceResource, listing: SpaceListing) -> dict[str, Any]:
    return {
        "name": resource.name,
        "title": resource.title,
        "description": resource.description,
        "mime_type": resource.mime_type,
        "_meta": source_of(listing.choice.space_id),
    }


async def _listed(
    context: RequestContext, *, templates: bool
) -> list[tuple[SpaceListing, SpaceResource]]:
    return [
        (listing, resource)
        for listing in await listings_of(with_resources(context), context)
        for resource in listing.resources
        if resource.is_template is templates
    ]


async def read_of_space(prefix: str, own_uri: str, context: RequestContext) -> ReadResourceResult:
    """Read what a Space calls `own_uri`. Raises Failure, ToolError and MCPError."""
    space = context.selection.space_with(prefix)
    if space is None:
        raise Failure(Code.NOT_FOUND, f"No Space is selected that begins with {prefix}.")
    if asks_first(space, context):
        raise Failure(
            Code.NOT_FOUND,
            f"The person is asked before each call of the Space {space.space_id}, so nothing of it "
            "is read without them.",
        )
    listing, token = await open_space(space, "Reading a resource of a Space", context)
    if not any(each.prefix == prefix for each in with_resources(context)):
        await _check_is_view(space, own_uri, listing, token, context)
    elif own_uri not in listing.views and (held := held_at(own_uri, listing)):
        check_agreed(held, listing, f"The resource {own_uri[:MAX_SHOWN_CHARS]}", context)
    contents = await read_space_resource(
        space, own_uri, token=token, include_images=context.include_images
    )
    return ReadResourceResult(contents=[*contents], _meta=source_of(space.space_id))


async def _check_is_view(
    space: SpaceChoice,
    own_uri: str,
    listing: SpaceListing,
    token: str | None,
    context: RequestContext,
) -> None:
    """Raises unless it is of a tool that the caller has."""
    if own_uri in listing.views:
        return
    by_now = await look_again(space, token, context) or listing
    if own_uri in by_now.views:
        return
    if by_now.problem and not by_now.tools:
        raise SpaceError(by_now.problem, reason=by_now.reason)
    raise Failure(
        Code.NOT_FOUND,
        f"The resources of the Space {space.space_id} are not selected, and no tool of it that is "
        f"has the view {own_uri[:MAX_SHOWN_CHARS]}.",
    )
