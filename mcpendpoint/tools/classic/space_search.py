"""space_search: Spaces that do what a sentence says."""

from pydantic import Field

from mcpendpoint.hub.discovery import SpaceHit, semantic_spaces
from mcpendpoint.tools.base import Arguments, Result, Tool, ToolContext, ToolOutput
from mcpendpoint.tools.classic.failures import told
from mcpendpoint.tools.markdown import count_fitting, facts, mark
from mcpendpoint.tools.repo_results import RepoSummary, render_summary, summary_of
from mcpendpoint.tools.repo_search import MAX_CHARS

MCP_TAG = "mcp-server"


class SpaceSearchArguments(Arguments):
    query: str = Field(min_length=1, max_length=100, description="What the Space should do.")
    limit: int = Field(default=10, ge=1, le=100, description="Number of results.")
    mcp: bool = Field(default=False, description="Only Spaces that are MCP servers.")


class SpaceFound(RepoSummary):
    category: str | None = None
    relevance: float | None = None


class SpacesFound(Result):
    results: list[SpaceFound]
    total: int


async def run(arguments: SpaceSearchArguments, context: ToolContext) -> ToolOutput:
    with told("The search of Spaces", context):
        tags = [MCP_TAG] if arguments.mcp else []
        hits = await semantic_spaces(await context.hub(), arguments.query, tags)
    found = [_found(hit) for hit in hits[: arguments.limit]]
    blocks = [_render(space) for space in found]
    shown = count_fitting(blocks, MAX_CHARS)
    headline = f"{shown} of {len(hits)} Spaces, the closest first." if found else "No Spaces."
    result = SpacesFound(results=found[:shown], total=len(hits))
    marked = [headline, *mark(space.description for space in found), *blocks[:shown]]
    return ToolOutput(result, "\n\n".join(marked))


def _found(hit: SpaceHit) -> SpaceFound:
    summary = summary_of(hit).model_dump()
    return SpaceFound(**summary, category=hit.category, relevance=hit.relevance)


def _render(space: SpaceFound) -> str:
    relevance = None if space.relevance is None else f"{space.relevance:.1%}"
    more = facts((("Category", space.category), ("Relevance", relevance)))
    return "\n".join(filter(None, (render_summary(space), more)))


SPACE_SEARCH = Tool(
    name="space_search",
    title="Space search (classic)",
    purpose="Finds Spaces by what they do, as older servers did.",
    description="Find Hugging Face Spaces by meaning: say what the Space should do.",
    arguments=SpaceSearchArguments,
    result=SpacesFound,
    run=run,
    is_default=False,
)
