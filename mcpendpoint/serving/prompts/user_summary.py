"""user-summary: who somebody on the Hub is, and what they made."""

import asyncio

from pydantic import Field

from mcpendpoint.hub.client import HubClient
from mcpendpoint.hub.collections import list_collections
from mcpendpoint.hub.errors import HubError
from mcpendpoint.hub.repos import get_account, list_repos
from mcpendpoint.hub.types import RepoType
from mcpendpoint.serving.completion.completers import accounts
from mcpendpoint.serving.prompts.base import Prompt
from mcpendpoint.serving.prompts.facts import message
from mcpendpoint.tools import markdown
from mcpendpoint.tools.base import Arguments, ToolContext
from mcpendpoint.tools.hub_failures import tool_error
from mcpendpoint.tools.names import AccountName
from mcpendpoint.tools.repo_details.account import account_of, render_account
from mcpendpoint.tools.repo_details.finding import or_error
from mcpendpoint.tools.repo_results import render_summary, summary_of

MAX_OF_A_TYPE = 10

_TASK = """\
Tell me about the {kind} `{name}` on Hugging Face:

1. Who they are and what they work on, in two or three sentences.
2. Their most important models, datasets and Spaces: what each does and how much it is used.
3. What their work has in common, and where it seems to be going.
4. Where to begin, for somebody who wants to use or follow it.

Use nothing but the facts below, and say so where they are silent."""


class UserArguments(Arguments):
    user_id: AccountName = Field(
        min_length=1, max_length=150, description="Name of a user or organization, e.g. google."
    )


async def write(arguments: UserArguments, context: ToolContext) -> str:
    name = arguments.user_id
    hub = await context.hub()
    try:
        found = await get_account(hub, name)
    except HubError as error:
        raise tool_error(error, f"The user or organization `{name}`", context) from error
    account = account_of(found)
    made = await asyncio.gather(
        *(_most_used(hub, account.name, repo_type) for repo_type in RepoType),
        _collections(hub, account.name),
    )
    facts = f"# {account.name}\n\n{render_account(account)}"
    return message(_TASK.format(kind=account.type, name=account.name), facts, *made)


async def _most_used(hub: HubClient, owner: str, repo_type: RepoType) -> str:
    sort = "likes" if repo_type is RepoType.SPACE else "downloads"
    params = [("author", owner), ("sort", sort), ("direction", "-1")]
    params.append(("limit", str(MAX_OF_A_TYPE)))
    page = await or_error(list_repos(hub, repo_type, params, None))
    title = (
        f"## {repo_type.api_segment.capitalize()}, most {'liked' if sort == 'likes' else 'used'}"
    )
    if isinstance(page, HubError):
        return f"{title}\n\nThe Hub did not say."
    if not page.items:
        return ""
    return "\n\n".join([title, *(render_summary(summary_of(repo)) for repo in page.items)])


async def _collections(hub: HubClient, owner: str) -> str:
    page = await or_error(list_collections(hub, owner=owner, limit=MAX_OF_A_TYPE))
    if isinstance(page, HubError) or not page.items:
        return ""
    titles = [markdown.one_line(each.title or each.full_slug, 200) for each in page.items]
    return "\n".join(["## Collections", "", *(f"- {title}" for title in titles)])


USER_SUMMARY = Prompt(
    name="user-summary",
    title="Portrait of a user or organization",
    description="Who somebody on the Hub is, what they made, and what of it matters.",
    arguments=UserArguments,
    write=write,
    completers={"user_id": accounts},
)
