"""Spaces of the Hub: one by its id, some by their names."""

from collections.abc import Sequence

from mcpendpoint.hub.client import HubClient, expand, read_all
from mcpendpoint.hub.errors import HubBadAnswer
from mcpendpoint.hub.ids import parse_repo_id, url_path
from mcpendpoint.hub.types import HubModel, Space

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


class Variable(HubModel):
    key: str
    value: str
    description: str | None = None


async def get_space(hub: HubClient, space_id: str) -> Space:
    path = url_path("api", "spaces", *parse_repo_id(space_id).split("/"))
    return await hub.get_model(Space, path, expand(SPACE_FIELDS))


class _SpaceNow(Space):
    """By a name of its own, so that it is not what was remembered for others."""


async def get_space_now(hub: HubClient, space_id: str) -> Space:
    """Return a Space without the cache, for callers that have their own."""
    path = url_path("api", "spaces", *parse_repo_id(space_id).split("/"))
    return await hub.get_model(_SpaceNow, path, expand(SPACE_FIELDS), seconds=0)


async def id_of_subdomain(hub: HubClient, subdomain: str) -> str:
    """Return the id of the Space whose app is at `{subdomain}.hf.space`. Raises HubNotFound.

    As Gradio's client asks: client/js/src/helpers/spaces.ts of gradio-app/gradio.
    """
    path = url_path("api", "spaces", "by-subdomain", subdomain)
    return (await hub.get_model(Space, path)).id


async def search_by_name(
    hub: HubClient, query: str, limit: int, *, filters: Sequence[str] = ()
) -> list[Space]:
    """Return those that trend first."""
    params = [("search", query), ("sort", "trendingScore"), ("direction", "-1")]
    params += [("limit", str(limit)), *(("filter", value) for value in filters)]
    page = await hub.get_page(Space, "/api/spaces", [*params, *expand(SPACE_FIELDS)])
    return page.items


async def get_variables(hub: HubClient, space_id: str) -> list[Variable]:
    """Return the variables of a Space; its secrets are nobody's to read."""
    path = url_path("api", "spaces", *parse_repo_id(space_id).split("/"), "variables")
    answer = await hub.get_json(path)
    if not isinstance(answer, dict):
        raise HubBadAnswer("The Hub's answer has no variables.")
    found = [{"key": key, **value} for key, value in answer.items() if isinstance(value, dict)]
    return read_all(Variable, found)
