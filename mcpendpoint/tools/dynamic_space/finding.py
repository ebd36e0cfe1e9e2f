"""dynamic_space find: Spaces by what they do."""

from mcpendpoint.hub.discovery import SpaceHit, semantic_spaces
from mcpendpoint.hub.errors import HubError
from mcpendpoint.tools.base import ToolContext, ToolOutput
from mcpendpoint.tools.dynamic_space.arguments import DynamicSpaceArguments, Operation
from mcpendpoint.tools.dynamic_space.results import DynamicSpaceResult, FoundSpace
from mcpendpoint.tools.hub_failures import tool_error
from mcpendpoint.tools.markdown import mark, number, table

MAX_TEXT_CHARS = 200
NOT_FOUND = "No Space was found. Say it in other words, or leave out the category."


async def find(arguments: DynamicSpaceArguments, context: ToolContext) -> ToolOutput:
    query = arguments.search_query or arguments.category
    try:
        hits = await semantic_spaces(await context.hub(), query, further=[("sdk", "gradio")])
    except HubError as error:
        raise tool_error(error, "The search of Spaces", context) from error
    wanted = arguments.category.casefold()
    fitting = [
        hit
        for hit in hits
        if hit.sdk == "gradio" and (not wanted or wanted in (hit.category or "").casefold())
    ]
    found = [_found(hit) for hit in fitting[: arguments.limit]]
    return ToolOutput(
        DynamicSpaceResult(operation=Operation.FIND, spaces=found),
        _render(found, len(fitting)) if found else NOT_FOUND,
    )


def _found(hit: SpaceHit) -> FoundSpace:
    return FoundSpace(
        space_name=hit.id,
        description=hit.summary,
        category=hit.category,
        likes=hit.likes,
        relevance=hit.relevance,
        is_mcp_server=hit.has_mcp_server,
    )


def _render(found: list[FoundSpace], total: int) -> str:
    rows = [
        (
            space.space_name,
            (space.description or "")[:MAX_TEXT_CHARS],
            space.category or "",
            number(space.likes),
            "" if space.relevance is None else f"{space.relevance:.0%}",
        )
        for space in found
    ]
    parts = [
        f"{len(found)} of {total} Spaces, the closest first. Look at one with "
        '{"operation": "view_parameters", "space_name": "…"}.',
        *mark(space.description for space in found),
        table(("Space", "Description", "Category", "Likes", "Relevance"), rows),
    ]
    return "\n\n".join(parts)
