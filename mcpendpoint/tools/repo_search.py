"""hub_repo_search: find models, datasets and Spaces, page by page."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, field_validator

from mcpendpoint.hub.client import HubClient
from mcpendpoint.hub.discovery import semantic_spaces
from mcpendpoint.hub.errors import HubError
from mcpendpoint.hub.repos import list_repos
from mcpendpoint.hub.types import RepoType
from mcpendpoint.protocol.records import Reason
from mcpendpoint.tools import cursors
from mcpendpoint.tools.base import Arguments, Result, Tool, ToolContext, ToolError, ToolOutput
from mcpendpoint.tools.cursors import BadCursor, Position
from mcpendpoint.tools.hub_failures import Problem, problem_of
from mcpendpoint.tools.leniency import Aliases, FromText, by_comma
from mcpendpoint.tools.markdown import count_fitting, mark, one_line
from mcpendpoint.tools.names import AccountName
from mcpendpoint.tools.repo_results import RepoSummary, render_summary, summary_of

MAX_CHARS = 37_500
BY_LIKES = "Spaces have no downloads; they are sorted by likes."
BY_MEANING = "No Space has these words in its name; these do what they say, the closest first."

SORT_ALIASES = {
    **dict.fromkeys(("trending", "trend", "trends", "hot"), "trendingScore"),
    **dict.fromkeys(("popular", "popularity", "most downloaded", "most downloads"), "downloads"),
    **dict.fromkeys(("liked", "most liked", "most likes"), "likes"),
    **dict.fromkeys(("created", "new", "newest", "creation date", "date created"), "createdAt"),
    **dict.fromkeys(
        ("modified", "updated", "last updated", "updatedAt", "recent", "recently updated"),
        "lastModified",
    ),
}
Sort = Annotated[
    Literal["trendingScore", "downloads", "likes", "createdAt", "lastModified"],
    Aliases(SORT_ALIASES),
]
Filter = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class RepoSearchArguments(Arguments):
    query: str | None = Field(
        default=None,
        max_length=250,
        description="Words in the name. Omit to browse by author, filters or sort.",
    )
    repo_types: list[RepoType] = Field(
        default=[RepoType.MODEL, RepoType.DATASET],
        min_length=1,
        max_length=3,
        description="What to search.",
    )
    author: AccountName | None = Field(
        default=None,
        pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,95}$",
        description="User or organization that owns the repositories, e.g. 'google'.",
    )
    filters: Annotated[list[Filter], FromText(by_comma)] | None = Field(
        default=None,
        max_length=20,
        description=(
            "Tags, all of which must match, e.g. 'text-generation', 'language:en', 'license:mit', "
            "'mcp-server'."
        ),
    )
    sort: Sort | None = Field(default=None, description="Highest first.")
    limit: int = Field(default=20, ge=1, le=100, description="Results per type and page.")
    cursor: str | None = Field(
        default=None,
        max_length=cursors.MAX_CURSOR_TEXT_CHARS,
        description="next_cursor of the previous page; repeat all other arguments.",
    )

    @field_validator("repo_types", mode="after")
    @classmethod
    def _once_each(cls, value: list[RepoType]) -> list[RepoType]:
        return list(dict.fromkeys(value))


class Group(Result):
    repo_type: RepoType
    results: list[RepoSummary]
    has_more: bool
    """More results exist than these."""
    note: str | None = None
    problem: Problem | None = None


class RepoSearchResult(Result):
    groups: list[Group]
    next_cursor: str | None = None


@dataclass(frozen=True)
class Listing:
    """One page of one type, before it is cut to what fits."""

    repo_type: RepoType
    start: Position
    repos: tuple[RepoSummary, ...] = ()
    next_hub_cursor: str | None = None
    note: str | None = None
    problem: Problem | None = None


async def run(arguments: RepoSearchArguments, context: ToolContext) -> ToolOutput:
    query = arguments.model_dump(mode="json", exclude={"cursor"}, exclude_none=True)
    starts = _starts(arguments, query)
    hub = await context.hub()
    listings = await asyncio.gather(
        *(_list(hub, arguments, repo_type, start, context) for repo_type, start in starts.items())
    )
    problems = [listing.problem for listing in listings if listing.problem]
    if len(problems) == len(listings):
        raise problems[0].to_error()
    return _output(arguments, query, listings)


def _starts(arguments: RepoSearchArguments, query: Any) -> dict[RepoType, Position]:
    if arguments.cursor is None:
        return {repo_type: Position() for repo_type in arguments.repo_types}
    try:
        positions = cursors.decode(query, arguments.cursor)
        starts = {RepoType(name): position for name, position in positions.items()}
    except BadCursor as error:
        raise ToolError(f"cursor: {error}") from error
    except ValueError as error:
        raise ToolError("cursor: It is not a cursor that this tool returned.") from error
    if not starts:
        raise ToolError(
            "cursor: There is nothing after the last page.", reason=Reason.INVALID_ARGUMENTS
        )
    return starts


async def _list(
    hub: HubClient,
    arguments: RepoSearchArguments,
    repo_type: RepoType,
    start: Position,
    context: ToolContext,
) -> Listing:
    try:
        page = await list_repos(hub, repo_type, _params(arguments, repo_type), start.hub_cursor)
        if not page.items and _may_be_meant(arguments, repo_type, start):
            return await _list_by_meaning(hub, arguments, start)
    except HubError as error:
        problem = problem_of(error, f"The search of {repo_type.api_segment}", context)
        return Listing(repo_type, start, problem=problem)
    repos = tuple(summary_of(repo) for repo in page.items[start.skip :])
    note = BY_LIKES if _has_no_downloads(arguments.sort, repo_type) else None
    return Listing(repo_type, start, repos, page.cursor, note)


def _may_be_meant(arguments: RepoSearchArguments, repo_type: RepoType, start: Position) -> bool:
    """Whether a query that no name has can say what a Space should do."""
    is_first_page = start == Position()
    return (
        repo_type is RepoType.SPACE
        and is_first_page
        and bool(arguments.query)
        and not arguments.author
    )


async def _list_by_meaning(
    hub: HubClient, arguments: RepoSearchArguments, start: Position
) -> Listing:
    hits = await semantic_spaces(hub, arguments.query or "", arguments.filters or ())
    repos = tuple(summary_of(hit) for hit in hits[: arguments.limit])
    return Listing(RepoType.SPACE, start, repos, note=BY_MEANING if repos else None)


def _params(arguments: RepoSearchArguments, repo_type: RepoType) -> list[tuple[str, str]]:
    params = [("limit", str(arguments.limit))]
    if arguments.query:
        params.append(("search", arguments.query))
    if arguments.author:
        params.append(("author", arguments.author))
    params += [("filter", value) for value in arguments.filters or ()]
    if arguments.sort:
        params += [("sort", _sort_of(arguments.sort, repo_type)), ("direction", "-1")]
    return params


def _sort_of(sort: Sort, repo_type: RepoType) -> Sort:
    return "likes" if _has_no_downloads(sort, repo_type) else sort


def _has_no_downloads(sort: Sort | None, repo_type: RepoType) -> bool:
    return sort == "downloads" and repo_type is RepoType.SPACE


def _output(arguments: RepoSearchArguments, query: Any, listings: Sequence[Listing]) -> ToolOutput:
    groups: list[Group] = []
    texts: list[str] = []
    following: dict[str, Position] = {}
    chars_left = MAX_CHARS
    for index, listing in enumerate(listings):
        blocks = [render_summary(repo) for repo in listing.repos]
        # A fair share for each type; what one does not need is the others'.
        shown = count_fitting(blocks, chars_left // (len(listings) - index))
        following |= _following(listing, shown)
        group = Group(
            repo_type=listing.repo_type,
            results=list(listing.repos[:shown]),
            has_more=listing.repo_type in following,
            note=listing.note,
            problem=listing.problem,
        )
        groups.append(group)
        texts.append(_render_group(group, blocks[:shown]))
        chars_left -= sum(map(len, blocks[:shown]))
    next_cursor = cursors.encode(query, following) if following else None
    text = "\n\n".join([_headline(arguments, groups), *texts, *_footer(next_cursor)])
    return ToolOutput(RepoSearchResult(groups=groups, next_cursor=next_cursor), text)


def _following(listing: Listing, shown: int) -> Mapping[str, Position]:
    """Return where the type goes on, nothing when it is at its end."""
    name = listing.repo_type.value
    if listing.problem is not None:
        return {name: listing.start} if listing.problem.retryable else {}
    if shown < len(listing.repos):
        return {name: Position(listing.start.hub_cursor, listing.start.skip + shown)}
    return {name: Position(listing.next_hub_cursor)} if listing.next_hub_cursor else {}


def _headline(arguments: RepoSearchArguments, groups: Sequence[Group]) -> str:
    types = ", ".join(group.repo_type.api_segment for group in groups)
    criteria = [
        f'query "{one_line(arguments.query)}"' if arguments.query else "",
        f"author {arguments.author}" if arguments.author else "",
        f"filters {', '.join(arguments.filters)}" if arguments.filters else "",
        f"sorted by {arguments.sort}" if arguments.sort else "",
    ]
    matching = ", ".join(filter(None, criteria))
    shown = sum(len(group.results) for group in groups)
    if shown == 0 and not any(group.problem for group in groups):
        return f"No repositories found among {types}{f' for {matching}' if matching else ''}."
    more = " More exist." if any(group.has_more for group in groups) else ""
    page = "Next page: " if arguments.cursor else ""
    noun = "repository" if shown == 1 else "repositories"
    return f"{page}{shown} {noun} among {types}{f', {matching}' if matching else ''}.{more}"


def _render_group(group: Group, blocks: Sequence[str]) -> str:
    name = group.repo_type.api_segment.capitalize()
    lines = [f"## {name} ({len(blocks)}{' shown, more exist' if group.has_more else ''})"]
    if group.note:
        lines.append(group.note)
    if group.problem:
        lines.append(f"⚠️ {group.problem.message}")
    elif not blocks:
        lines.append(f"No {group.repo_type.api_segment} matched.")
    lines += mark(repo.description for repo in group.results)
    return "\n\n".join([*lines, *blocks])


def _footer(next_cursor: str | None) -> list[str]:
    if next_cursor is None:
        return []
    return [f"For the next page, repeat the call with cursor `{next_cursor}`."]


REPO_SEARCH = Tool(
    name="hub_repo_search",
    title="Search the Hugging Face Hub",
    purpose="Finds models, datasets and Spaces by words, author and tags.",
    description=(
        "Search Hugging Face models, datasets and Spaces by words, author or tags, sorted by "
        "trend, downloads, likes or date. Returns ids for hub_repo_details."
    ),
    arguments=RepoSearchArguments,
    result=RepoSearchResult,
    run=run,
)
