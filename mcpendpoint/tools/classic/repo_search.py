"""model_search and dataset_search: repositories of one type by words, owner and tags."""

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field

from mcpendpoint.hub.repos import list_repos
from mcpendpoint.hub.types import RepoType
from mcpendpoint.tools.base import Arguments, Result, Tool, ToolContext, ToolOutput
from mcpendpoint.tools.classic.failures import told
from mcpendpoint.tools.leniency import FromText, by_comma
from mcpendpoint.tools.markdown import count, count_fitting, mark
from mcpendpoint.tools.names import AccountName
from mcpendpoint.tools.repo_results import RepoSummary, render_summary, summary_of
from mcpendpoint.tools.repo_search import MAX_CHARS, Filter, Sort


class _Arguments(Arguments):
    query: str | None = Field(default=None, max_length=250, description="Words in the name.")
    author: AccountName | None = Field(
        default=None, max_length=96, description="User or organization that owns them."
    )
    sort: Sort | None = Field(default=None, description="Highest first.")
    limit: int = Field(default=20, ge=1, le=100, description="Number of results.")


class ModelSearchArguments(_Arguments):
    task: Filter | None = Field(default=None, description="Task, e.g. 'text-generation'.")
    library: Filter | None = Field(default=None, description="Library, e.g. 'transformers'.")


class DatasetSearchArguments(_Arguments):
    tags: Annotated[list[Filter], FromText(by_comma)] | None = Field(
        default=None,
        max_length=20,
        description="Tags, all of which must match, e.g. 'language:en'.",
    )


class ReposFound(Result):
    results: list[RepoSummary]
    has_more: bool
    """More match than these."""


async def search_models(arguments: ModelSearchArguments, context: ToolContext) -> ToolOutput:
    filters = filter(None, (arguments.task, arguments.library))
    return await _search(RepoType.MODEL, arguments, filters, context)


async def search_datasets(arguments: DatasetSearchArguments, context: ToolContext) -> ToolOutput:
    return await _search(RepoType.DATASET, arguments, arguments.tags or (), context)


async def _search(
    repo_type: RepoType, arguments: _Arguments, filters: Iterable[str], context: ToolContext
) -> ToolOutput:
    wanted = (("search", arguments.query), ("author", arguments.author), ("sort", arguments.sort))
    params = [("limit", str(arguments.limit)), *((name, value) for name, value in wanted if value)]
    params += [("direction", "-1")] if arguments.sort else []
    params += [("filter", value) for value in filters]
    kind = repo_type.api_segment
    with told(f"The search of {kind}", context):
        page = await list_repos(await context.hub(), repo_type, params, None)
    found = [summary_of(repo) for repo in page.items]
    blocks = [render_summary(repo) for repo in found]
    shown = count_fitting(blocks, MAX_CHARS)
    has_more = shown < len(found) or page.cursor is not None
    headline = (
        f"{count(shown, repo_type.value)}{', more match' if has_more else ''}."
        if found
        else f"No {kind}."
    )
    text = "\n\n".join([headline, *mark(repo.description for repo in found), *blocks[:shown]])
    return ToolOutput(ReposFound(results=found[:shown], has_more=has_more), text)


MODEL_SEARCH = Tool(
    name="model_search",
    title="Model search (classic)",
    purpose="Finds models, as older servers did; hub_repo_search does more.",
    description="Find Hugging Face models by words, author, task and library.",
    arguments=ModelSearchArguments,
    result=ReposFound,
    run=search_models,
    is_default=False,
)

DATASET_SEARCH = Tool(
    name="dataset_search",
    title="Dataset search (classic)",
    purpose="Finds datasets, as older servers did; hub_repo_search does more.",
    description="Find Hugging Face datasets by words, author and tags.",
    arguments=DatasetSearchArguments,
    result=ReposFound,
    run=search_datasets,
    is_default=False,
)
