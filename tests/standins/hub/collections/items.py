"""An item of a collection: what it stands for, as one caller sees it."""

from collections.abc import Callable
from datetime import UTC, datetime
from html import escape
from typing import Any

from starlette.requests import Request

from tests.standins.hub import accounts, properties
from tests.standins.hub.buckets.access import sees_bucket
from tests.standins.hub.callers import Caller, can_see
from tests.standins.hub.collections.records import Collection, ItemType
from tests.standins.hub.records import Kind, wire_date
from tests.standins.hub.state import Hub

Details = dict[str, Any]
ITEM_FIELDS: dict[Kind, list[str]] = {
    "model": [*properties.LINKED_FIELDS["model"], "inference", "repoType"],
    "dataset": [*properties.LINKED_FIELDS["dataset"], "repoType"],
    "space": [*properties.SEARCH_FIELDS],
}


def find_collection(hub: Hub, slug: str) -> Collection | None:
    """Return the collection; its title may have changed since, the id at the end stays."""
    owner, _, name = slug.partition("/")
    found = hub.collections.get(name.rpartition("-")[2])
    return found if found and found.owner == owner else None


def sees_collection(caller: Caller | None, collection: Collection) -> bool:
    return not collection.private or bool(caller and caller.sees_private_of(collection.owner))


def render_items(
    request: Request, caller: Caller | None, collection: Collection
) -> list[dict[str, Any]]:
    """Return the items that still exist and that the caller may see."""
    rendered = []
    for item in sorted(collection.items, key=lambda item: item.position):
        details = describe(request, caller, item.type, item.id)
        if details is not None:
            note = {"text": item.note, "html": f"<p>{escape(item.note)}</p>"} if item.note else None
            rendered.append(
                {
                    **details,
                    "_id": collection.item_object_id(item),
                    "type": item.type,
                    "position": item.position,
                    **({"note": note} if note else {}),
                }
            )
    return rendered


def describe(
    request: Request, caller: Caller | None, type_: ItemType, item_id: str
) -> Details | None:
    return DESCRIBE[type_](request, caller, item_id)


def _describe_repo(kind: Kind) -> Callable[[Request, Caller | None, str], Details | None]:
    def describe_repo(request: Request, caller: Caller | None, repo_id: str) -> Details | None:
        hub: Hub = request.app.state.hub
        repo = hub.repos.get((kind, repo_id))
        if repo is None or not can_see(caller, repo):
            return None
        return properties.render(repo, ITEM_FIELDS[kind])

    return describe_repo


def _describe_paper(request: Request, caller: Caller | None, paper_id: str) -> Details | None:
    hub: Hub = request.app.state.hub
    paper = hub.papers.get(paper_id)
    if paper is None:
        return None
    published = wire_date(paper.published_at(datetime.now(UTC)))
    return {
        "id": paper.id,
        "title": paper.title,
        "upvotes": paper.upvotes,
        "publishedAt": published,
        "thumbnailUrl": f"{request.base_url}thumbnails/{paper.id}.png",
    }


def _describe_bucket(request: Request, caller: Caller | None, bucket_id: str) -> Details | None:
    hub: Hub = request.app.state.hub
    bucket = hub.buckets.get(bucket_id)
    if bucket is None or not sees_bucket(caller, bucket):
        return None
    return {
        "id": bucket.id,
        "author": bucket.owner,
        "private": bucket.private,
        "size": bucket.size,
        "totalFiles": len(bucket.files),
        "updatedAt": wire_date(bucket.updated_at),
        "repoType": "bucket",
    }


def _describe_collection(request: Request, caller: Caller | None, slug: str) -> Details | None:
    collection = find_collection(request.app.state.hub, slug)
    if collection is None or not sees_collection(caller, collection):
        return None
    return {
        "id": collection.object_id,
        "slug": collection.slug,
        "title": collection.title,
        "description": collection.description,
        "owner": accounts.owner(request, collection.owner),
        "private": collection.private,
        "gating": False,
        "theme": collection.theme,
        "upvotes": collection.upvotes,
        "lastUpdated": wire_date(collection.updated_at),
        "isUpvotedByUser": False,
        "numberItems": len(collection.items),
    }


DESCRIBE: dict[ItemType, Callable[[Request, Caller | None, str], Details | None]] = {
    "model": _describe_repo("model"),
    "dataset": _describe_repo("dataset"),
    "space": _describe_repo("space"),
    "paper": _describe_paper,
    "bucket": _describe_bucket,
    "collection": _describe_collection,
}
