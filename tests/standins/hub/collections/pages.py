"""GET /api/collections, /api/collections/{slug} and its history."""

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tests.standins.hub import accounts, errors, paging
from tests.standins.hub.callers import Caller, caller_of
from tests.standins.hub.collections.items import (
    describe,
    find_collection,
    render_items,
    sees_collection,
)
from tests.standins.hub.collections.records import Collection
from tests.standins.hub.errors import HubError
from tests.standins.hub.listing import TRUE
from tests.standins.hub.records import wire_date
from tests.standins.hub.state import Hub
from tests.standins.hub.words import words_in

SHOWN_ITEMS = 4  # of each collection of a list
PAGE_SIZE = 20
MAX_PAGE_SIZE = 100
SORTS: dict[str, Callable[[Collection], float]] = {
    "trending": lambda collection: collection.trending_score,
    "upvotes": lambda collection: collection.upvotes,
    "lastModified": lambda collection: collection.updated_at.timestamp(),
}


async def list_collections(request: Request) -> Response:
    """Answer with names only when `expand` is false, else with the first items of each."""
    caller, query = caller_of(request), request.query_params
    hub: Hub = request.app.state.hub
    owners = {owner.lower() for owner in query.getlist("owner")}
    found = [
        collection
        for collection in hub.collections.values()
        if sees_collection(caller, collection)
        and (not owners or collection.owner.lower() in owners)
        and words_in(query.get("q", ""), collection.title, collection.description)
        and _has_items(collection, query.getlist("item"))
    ]
    name = query.get("sort", "trending")
    if name not in SORTS:
        raise errors.invalid(f'Invalid option "{name}": expected one of {"|".join(SORTS)}')
    found.sort(key=lambda collection: (-SORTS[name](collection), collection.slug))
    render = _full if query.get("expand", "true") in TRUE else _brief
    items = [render(request, caller, collection) for collection in found]
    return paging.page(request, items, size=PAGE_SIZE, max_size=MAX_PAGE_SIZE)


def _has_items(collection: Collection, wanted: list[str]) -> bool:
    return {f"{item.type}s/{item.id}" for item in collection.items} >= set(wanted)


def _brief(request: Request, caller: Caller | None, collection: Collection) -> dict[str, Any]:
    return {
        "name": collection.slug,
        "title": collection.title,
        "private": collection.private,
        "upvotes": collection.upvotes,
    }


def _full(request: Request, caller: Caller | None, collection: Collection) -> dict[str, Any]:
    answer = render_collection(request, caller, collection)
    del answer["position"]  # among the owner's; a list of them all has none
    return {**answer, "items": answer["items"][:SHOWN_ITEMS]}


def render_collection(
    request: Request, caller: Caller | None, collection: Collection
) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "slug": collection.slug,
        "title": collection.title,
        "owner": accounts.owner(request, collection.owner),
        "lastUpdated": wire_date(collection.updated_at),
        "gating": False,
        "items": render_items(request, caller, collection),
        "position": collection.position,
        "theme": collection.theme,
        "private": collection.private,
        "shareUrl": f"{request.base_url}collections/{collection.slug}",
        "upvotes": collection.upvotes,
        "isUpvotedByUser": False,
    }
    return {**answer, "description": collection.description} if collection.description else answer


async def collection_info(request: Request) -> Response:
    collection, caller = find(request), caller_of(request)
    return JSONResponse(render_collection(request, caller, collection))


async def history(request: Request) -> Response:
    """Answer with what happened to the collection, the newest first."""
    collection, caller = find(request), caller_of(request)
    events: list[dict[str, Any]] = [
        {"type": "created", "date": wire_date(collection.created_at), "title": collection.title}
    ]
    for item in sorted(collection.items, key=lambda item: item.added_at):
        if describe(request, caller, item.type, item.id) is not None:
            subject = {"type": item.type, "id": item.id}
            date = wire_date(item.added_at)
            events.append({"type": "item.added", "date": date, "item": subject})
    user = accounts.owner(request, collection.owner)
    return JSONResponse({"history": [{**event, "user": user} for event in reversed(events)]})


def find(request: Request) -> Collection:
    caller = caller_of(request)
    slug = "{owner}/{name}".format(**request.path_params)
    collection = find_collection(request.app.state.hub, slug)
    if collection is None:
        raise HubError(404, "Collection not found")
    if not sees_collection(caller, collection):
        if caller is None:
            raise errors.sign_in_needed()
        raise HubError(403, "You don't have access to this collection")
    return collection
