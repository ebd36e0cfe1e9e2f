"""Spaces of the Hub: one by its id, some by their names."""

from collections.abc import Sequence

from mcpendpoint.hub.client import HubClient, expand
from mcpendpoint.hub.ids import parse_repo_id, url_path
from mcpendpoint.hub.types import Space

SPACE_FIELDS = (
    "author",
    "cardData",
    "createdAt",
    "disabled",
    "lastModified",
    "likes",
    "private",
    "runtime",
    "sdk",
    "sha",
    "subdomain",
    "tags",
    "trendingScore",
)


async def get_space(hub: HubClient, space_id: str) -> Space:
    path = url_path("api", "spaces", *parse_repo_id(space_id).split("/"))
    return await hub.get_model(Space, path, expand(SPACE_FIELDS))


async def search_by_name(
    hub: HubClient, query: str, limit: int, *, filters: Sequence[str] = ()
) -> list[Space]:
    """Return those that trend first."""
    params = [("search", query), ("sort", "trendingScore"), ("direction", "-1")]
    params += [("limit", str(limit)), *(("filter", value) for value in filters)]
    page = await hub.get_page(Space, "/api/spaces", [*params, *expand(SPACE_FIELDS)])
    return page.items
