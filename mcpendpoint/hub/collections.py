"""Collections: lists of them, one with its items, and its history."""

from datetime import datetime
from typing import Any

from pydantic import Field

from mcpendpoint.hub.client import HubClient, read_all
from mcpendpoint.hub.errors import HubBadAnswer
from mcpendpoint.hub.ids import url_path
from mcpendpoint.hub.pages import Page
from mcpendpoint.hub.types import HubModel

MAX_PAGE = 100


class Owner(HubModel):
    name: str


class Collection(HubModel):
    """In a list, which says more or less of it."""

    slug: str | None = None
    name: str | None = None
    """The slug, in lists that say less."""
    title: str | None = None
    description: str | None = None
    private: bool | None = None
    upvotes: int | None = None
    last_updated: datetime | None = Field(default=None, alias="lastUpdated")
    owner: Owner | None = None

    @property
    def full_slug(self) -> str:
        return self.slug or self.name or ""


class Item(HubModel):
    type: str
    id: str = ""
    slug: str | None = None
    """Of a collection."""
    owner: Owner | None = None
    title: str | None = None
    private: bool | None = None
    upvotes: int | None = None
    likes: int | None = None
    downloads: int | None = None
    position: int | None = None
    created_at: datetime | None = Field(default=None, alias="createdAt")
    last_modified: datetime | None = Field(default=None, alias="lastModified")
    last_updated: datetime | None = Field(default=None, alias="lastUpdated")
    updated_at: datetime | None = Field(default=None, alias="updatedAt")
    published_at: datetime | None = Field(default=None, alias="publishedAt")
    note: dict[str, Any] | None = None

    @property
    def changed_at(self) -> datetime | None:
        return self.last_modified or self.last_updated or self.updated_at or self.published_at

    @property
    def note_text(self) -> str | None:
        text = (self.note or {}).get("text")
        return text if isinstance(text, str) else None


async def list_collections(
    hub: HubClient,
    *,
    owner: str | None = None,
    item: str | None = None,
    query: str = "",
    sort: str | None = None,
    limit: int = MAX_PAGE,
    cursor: str | None = None,
) -> Page[Collection]:
    """Return one page; those of one owner come without description and date.

    `item` is what has to be in them, such as models/google/gemma-3-4b-it.
    """
    params = [("limit", str(min(limit, MAX_PAGE))), ("expand", "false" if owner else "true")]
    asked = (("owner", owner), ("item", item), ("q", query), ("sort", sort), ("cursor", cursor))
    params += [(name, value) for name, value in asked if value]
    return await hub.get_page(Collection, "/api/collections", params)


async def get_collection(hub: HubClient, owner: str, slug: str) -> dict[str, Any]:
    answer = await hub.get_json(url_path("api", "collections", owner, slug))
    if not isinstance(answer, dict):
        raise HubBadAnswer("The Hub's answer is no collection.")
    return answer


async def get_history(hub: HubClient, owner: str, slug: str) -> Any:
    return await hub.get_json(url_path("api", "collections", owner, slug, "history"))


def items_of(collection: dict[str, Any]) -> list[Item]:
    """Return the items in their order, without what cannot be read."""
    items = collection.get("items")
    found = read_all(Item, items if isinstance(items, list) else [])
    return sorted(found, key=lambda item: item.position if item.position is not None else 10**9)
