"""space_info: somebody's Spaces and how they are doing."""

from collections import Counter

from pydantic import Field

from mcpendpoint.hub.repos import list_repos
from mcpendpoint.hub.types import RepoType, Space
from mcpendpoint.tools import markdown
from mcpendpoint.tools.base import Arguments, Result, Tool, ToolContext, ToolOutput
from mcpendpoint.tools.classic.failures import told
from mcpendpoint.tools.names import AccountName
from mcpendpoint.tools.own_account import own_name
from mcpendpoint.tools.repo_results import RepoSummary, summary_of

MAX_SPACES = 100
RUNNING = "RUNNING"
HEADINGS = ("Space", "SDK", "State", "Hardware", "Visibility", "Likes", "Last modified")


class SpaceInfoArguments(Arguments):
    username: AccountName | None = Field(
        default=None,
        max_length=96,
        description="User or organization. Omit for the user's own Spaces.",
    )


class SpaceState(RepoSummary):
    hardware: str | None = None


class SpaceInfo(Result):
    username: str
    running: int
    results: list[SpaceState]
    has_more: bool


async def run(arguments: SpaceInfoArguments, context: ToolContext) -> ToolOutput:
    name = arguments.username or await own_name(context)
    params = [("author", name), ("limit", str(MAX_SPACES))]
    params += [("sort", "lastModified"), ("direction", "-1")]
    with told(f"The Spaces of {name}", context):
        page = await list_repos(await context.hub(), RepoType.SPACE, params, None)
    spaces = [_state_of(space) for space in page.items if isinstance(space, Space)]
    info = SpaceInfo(
        username=name,
        running=sum(space.stage == RUNNING for space in spaces),
        results=spaces,
        has_more=page.cursor is not None,
    )
    return ToolOutput(info, _render(info))


def _state_of(space: Space) -> SpaceState:
    hardware = space.runtime.hardware if space.runtime else None
    return SpaceState(
        **summary_of(space).model_dump(),
        hardware=hardware.current or hardware.requested if hardware else None,
    )


def _render(info: SpaceInfo) -> str:
    if not info.results:
        return f"{info.username} has no Spaces that this account can see."
    kinds = Counter(space.sdk or "unknown" for space in info.results).most_common()
    spaces = markdown.count(len(info.results), "Space")
    headline = (
        f"{info.username} has {spaces}{' or more' if info.has_more else ''}, "
        f"{info.running} running: {', '.join(f'{count} {sdk}' for sdk, count in kinds)}."
    )
    return f"{headline}\n\n{markdown.table(HEADINGS, map(_row, info.results))}"


def _row(space: SpaceState) -> tuple[str, ...]:
    return (
        space.id,
        space.sdk or "",
        space.stage or "",
        space.hardware or "",
        "private" if space.private else "public",
        str(space.likes or 0),
        markdown.date(space.last_modified),
    )


SPACE_INFO = Tool(
    name="space_info",
    title="Spaces of an account (classic)",
    purpose="Lists somebody's Spaces and their state, as older servers did.",
    description="List a user's or organization's Hugging Face Spaces with SDK, state and hardware.",
    arguments=SpaceInfoArguments,
    result=SpaceInfo,
    run=run,
    is_default=False,
)
