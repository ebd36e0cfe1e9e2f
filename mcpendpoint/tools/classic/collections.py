"""search-collections and get-collection-info: curated lists, and what is in one."""

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from pydantic import Field

from mcpendpoint.hub.collections import (
    MAX_PAGE,
    Collection,
    Item,
    get_collection,
    items_of,
    list_collections,
)
from mcpendpoint.hub.types import read
from mcpendpoint.tools import markdown
from mcpendpoint.tools.base import Arguments, Result, Tool, ToolContext, ToolOutput
from mcpendpoint.tools.classic.failures import told
from mcpendpoint.tools.names import AccountName

MAX_TEXT_CHARS = 500
MAX_TITLE_CHARS = 300
HEADINGS = ("Type", "Id", "Likes", "Downloads", "Note")


class CollectionSearchArguments(Arguments):
    owner: AccountName | None = Field(
        default=None, max_length=96, description="User or organization."
    )
    item: str | None = Field(
        default=None,
        max_length=250,
        description="What is in them, e.g. 'models/google/gemma-3-4b-it' or 'papers/2502.02737'.",
    )
    query: str | None = Field(default=None, max_length=250, description="Words in the title.")
    limit: int = Field(default=10, ge=1, le=MAX_PAGE, description="Number of results.")


class CollectionInfoArguments(Arguments):
    namespace: AccountName = Field(min_length=1, max_length=96, description="Its owner.")
    collection_id: str = Field(
        min_length=1,
        max_length=300,
        description="The rest of its address, e.g. 'smollm2-6723884218bcda64b34d7db9'.",
    )


class CollectionSummary(Result):
    slug: str
    title: str
    url: str
    description: str | None = None
    private: bool | None = None
    upvotes: int | None = None
    last_updated: datetime | None = None


class CollectionsFound(Result):
    results: list[CollectionSummary]
    has_more: bool


class CollectionItem(Result):
    type: str
    id: str
    title: str | None = None
    note: str | None = None
    private: bool | None = None
    likes: int | None = None
    downloads: int | None = None
    upvotes: int | None = None


class CollectionInfo(CollectionSummary):
    items: list[CollectionItem]


async def search(arguments: CollectionSearchArguments, context: ToolContext) -> ToolOutput:
    with told("The search of collections", context):
        page = await list_collections(
            await context.hub(),
            owner=arguments.owner,
            item=arguments.item,
            query=arguments.query or "",
            limit=arguments.limit,
        )
    found = [CollectionSummary(**_facts(each, arguments.owner)) for each in page.items]
    headline = f"{markdown.count(len(found), 'collection')}." if found else "No collections."
    result = CollectionsFound(results=found, has_more=page.cursor is not None)
    mark = markdown.mark(each.description for each in found)
    return ToolOutput(result, "\n\n".join([headline, *mark, *map(_render, found)]))


async def look(arguments: CollectionInfoArguments, context: ToolContext) -> ToolOutput:
    owner, name = arguments.namespace, arguments.collection_id.rpartition("/")[2]
    with told(f"The collection {owner}/{name}", context):
        answer = await get_collection(await context.hub(), owner, name)
        collection = read(Collection, answer)
    items = [_item(item) for item in items_of(answer)]
    info = CollectionInfo(**_facts(collection, owner), items=items)
    table = markdown.table(HEADINGS, map(_row, items)) if items else "It is empty."
    mark = markdown.mark((info.description, *(item.note or item.title for item in items)))
    return ToolOutput(info, "\n\n".join([*mark, _render(info), table]))


def _facts(collection: Collection, owner: str | None) -> dict[str, object]:
    slug = collection.full_slug
    if owner and "/" not in slug:
        slug = f"{owner}/{slug}"
    return {
        "slug": slug,
        "title": markdown.one_line(collection.title or slug, MAX_TITLE_CHARS),
        "url": f"{settings.HF_ENDPOINT}/collections/{slug}",
        "description": _short(collection.description),
        "private": collection.private or None,
        "upvotes": collection.upvotes,
        "last_updated": collection.last_updated,
    }


def _item(item: Item) -> CollectionItem:
    return CollectionItem(
        type=item.type,
        id=item.slug or item.id,
        title=_short(item.title),
        note=_short(item.note_text),
        private=item.private or None,
        likes=item.likes,
        downloads=item.downloads,
        upvotes=item.upvotes,
    )


def _short(text: str | None) -> str | None:
    return markdown.one_line(text, MAX_TEXT_CHARS) if text else None


def _render(collection: CollectionSummary) -> str:
    return "\n".join(filter(None, _lines(collection)))


def _lines(collection: CollectionSummary) -> Iterator[str | None]:
    updated = collection.last_updated
    yield f"### {collection.title}"
    yield collection.description
    yield markdown.facts(
        (
            ("Upvotes", None if collection.upvotes is None else str(collection.upvotes)),
            ("Updated", markdown.date(updated) if updated else None),
            ("Status", "🔐 Private" if collection.private else None),
        )
    )
    yield collection.url


def _row(item: CollectionItem) -> tuple[str, ...]:
    likes = item.likes if item.likes is not None else item.upvotes
    return (
        item.type,
        item.id,
        markdown.number(likes),
        markdown.number(item.downloads),
        item.note or item.title or "",
    )


COLLECTION_SEARCH = Tool(
    name="search-collections",
    title="Collection search (classic)",
    purpose="Finds collections, as older servers did; hf_fs does more.",
    description="Find Hugging Face collections by owner, by words, or by what is in them.",
    arguments=CollectionSearchArguments,
    result=CollectionsFound,
    run=search,
    is_default=False,
)

COLLECTION_INFO = Tool(
    name="get-collection-info",
    title="Collection info (classic)",
    purpose="Shows one collection, as older servers did; hf_fs does more.",
    description="Details of a Hugging Face collection, with its items.",
    arguments=CollectionInfoArguments,
    result=CollectionInfo,
    run=look,
    is_default=False,
)
