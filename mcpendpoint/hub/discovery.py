"""What the Hub recommends: what trends, and Spaces that do what a sentence says."""

from collections.abc import Sequence
from typing import Any

from pydantic import Field

from mcpendpoint.hub.client import HubClient, read_all
from mcpendpoint.hub.errors import HubBadAnswer
from mcpendpoint.hub.repos import KINDS, AnyRepo
from mcpendpoint.hub.transport import Params
from mcpendpoint.hub.types import RepoType, Space

MAX_TRENDING = 20
MAX_SPACE_QUERY_CHARS = 250


class SpaceHit(Space):
    category: str | None = Field(default=None, alias="ai_category")
    relevance: float | None = Field(default=None, alias="semanticRelevancyScore")


async def trending(hub: HubClient, repo_type: RepoType, limit: int) -> list[AnyRepo]:
    params = [("type", repo_type.value), ("limit", str(min(limit, MAX_TRENDING)))]
    answer = await hub.get_json("/api/trending", params)
    items = answer.get("recentlyTrending") if isinstance(answer, dict) else None
    if not isinstance(items, list):
        raise HubBadAnswer("The Hub's answer is no list of what trends.")
    found: list[Any] = [
        item.get("repoData")
        for item in items
        if isinstance(item, dict) and item.get("repoType") == repo_type
    ]
    return list(read_all(KINDS[repo_type], found))


async def semantic_spaces(
    hub: HubClient, query: str, tags: Sequence[str] = (), *, further: Params = ()
) -> list[SpaceHit]:
    """Return Spaces by what they do, the most relevant first. `further` are the Hub's options."""
    params = [("q", query), *(("filter", tag) for tag in tags), *further]
    answer = await hub.get_json("/api/spaces/semantic-search", params)
    if not isinstance(answer, list):
        raise HubBadAnswer("The Hub's answer is not a list.")
    wanted = set(tags)
    return [hit for hit in read_all(SpaceHit, answer) if wanted <= set(hit.tags)]
