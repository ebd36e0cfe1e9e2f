"""paper_search and get-daily-papers: lists of papers."""

from collections.abc import Sequence

from pydantic import Field

from mcpendpoint.hub.papers import MAX_FOUND, Paper, list_papers, search_papers
from mcpendpoint.tools.base import Arguments, Result, Tool, ToolContext, ToolOutput
from mcpendpoint.tools.classic.failures import told
from mcpendpoint.tools.classic.papers import MAX_CHARS, PaperFacts, facts_of, mark_of, render
from mcpendpoint.tools.markdown import count_fitting

DAILY = 50


class PaperSearchArguments(Arguments):
    query: str = Field(min_length=3, max_length=200, description="What the papers are about.")
    results_limit: int = Field(default=12, ge=1, le=MAX_FOUND, description="Number of results.")
    concise_only: bool = Field(
        default=False, description="A short AI-generated summary in place of the abstract."
    )


class NoArguments(Arguments):
    pass


class PapersFound(Result):
    results: list[PaperFacts]
    total: int


async def search(arguments: PaperSearchArguments, context: ToolContext) -> ToolOutput:
    with told("The search of papers", context):
        found = await search_papers(await context.hub(), arguments.query)
    limit = arguments.results_limit
    return _output(found, limit, "Papers by relevance", is_concise=arguments.concise_only)


async def list_daily(arguments: NoArguments, context: ToolContext) -> ToolOutput:
    with told("The Daily Papers", context):
        page = await list_papers(await context.hub(), sort="publishedAt", limit=DAILY)
    return _output(page.items, DAILY, "Daily Papers, the latest first", is_concise=True)


def _output(found: Sequence[Paper], limit: int, title: str, *, is_concise: bool) -> ToolOutput:
    papers = [facts_of(paper, is_concise=is_concise) for paper in found[:limit]]
    blocks = [render(paper) for paper in papers]
    shown = count_fitting(blocks, MAX_CHARS)
    headline = f"{title}: {shown} of {len(found)}." if found else "No papers."
    result = PapersFound(results=papers[:shown], total=len(found))
    return ToolOutput(result, "\n\n".join([headline, *mark_of(*papers), *blocks[:shown]]))


PAPER_SEARCH = Tool(
    name="paper_search",
    title="Paper search (classic)",
    purpose="Finds research papers, as older servers did; hf_fs does more.",
    description="Find machine learning papers on Hugging Face, by meaning and by words.",
    arguments=PaperSearchArguments,
    result=PapersFound,
    run=search,
    is_default=False,
)

DAILY_PAPERS = Tool(
    name="get-daily-papers",
    title="Daily Papers (classic)",
    purpose="Lists the Daily Papers, as older servers did; hf_fs does more.",
    description="List Hugging Face's latest Daily Papers.",
    arguments=NoArguments,
    result=PapersFound,
    run=list_daily,
    is_default=False,
)
