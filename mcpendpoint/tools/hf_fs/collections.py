"""hf://collections: owners, their collections, and the items of each, which are links."""

from collections.abc import AsyncGenerator
from typing import Any

import orjson

from mcpendpoint.hub.collections import (
    MAX_PAGE,
    Collection,
    Item,
    get_collection,
    get_history,
    items_of,
    list_collections,
)
from mcpendpoint.hub.errors import HubNotFound
from mcpendpoint.hub.repos import get_account
from mcpendpoint.tools.hf_fs.arguments import EntryType, Operation, Sort
from mcpendpoint.tools.hf_fs.entries import document, folder, short
from mcpendpoint.tools.hf_fs.failures import (
    Failure,
    not_a_directory,
    not_a_file,
    not_found,
    unsupported,
)
from mcpendpoint.tools.hf_fs.listing import collect, these
from mcpendpoint.tools.hf_fs.options import Command
from mcpendpoint.tools.hf_fs.provider import Fs, Provider
from mcpendpoint.tools.hf_fs.reading import cat_text
from mcpendpoint.tools.hf_fs.results import MAX_NAME_CHARS, CatResult, Entry, ListResult, StatResult
from mcpendpoint.tools.hf_fs.uri import README, Uri
from mcpendpoint.tools.markdown import one_line

ROOT_LIMIT = 100
METADATA, HISTORY, ITEMS = "metadata.json", "history.json", "items"
_SORTS = {
    Sort.TRENDING: "trending",
    Sort.TRENDING_SCORE: "trending",
    Sort.UPVOTES: "upvotes",
    Sort.LIKES: "upvotes",
    Sort.LAST_MODIFIED: "lastModified",
}
_TARGETS = {
    "model": "models",
    "dataset": "datasets",
    "space": "spaces",
    "paper": "papers",
    "bucket": "buckets",
}


class Collections(Provider):
    async def ls(self, operation: Operation, fs: Fs) -> ListResult:
        parts = operation.uri.parts
        if operation.recursive:
            return await self.find(operation, fs)
        if len(parts) < 2:
            return await self._list(operation, fs)
        if len(parts) == 2:
            await _get(operation, fs)
            return await collect(operation, these(_children(operation.uri)), loosely=True)
        if _child(operation) != ITEMS or len(parts) > 3:
            raise await _no_folder(operation, fs)
        entries = _items(operation.uri, await _get(operation, fs))
        return await collect(operation, these(entries), loosely=True)

    async def find(self, operation: Operation, fs: Fs) -> ListResult:
        parts = operation.uri.parts
        if not parts:
            raise unsupported(
                "find cannot crawl all collections; use search hf://collections QUERY, or scope "
                "it to hf://collections/OWNER or hf://collections/OWNER/SLUG",
                suggested="search",
            )
        if len(parts) == 1:
            return await collect(operation, _below_owner(operation, fs), loosely=True)
        if len(parts) > 2 and (_child(operation) != ITEMS or len(parts) > 3):
            raise await _no_folder(operation, fs)
        collection = await _get(operation, fs)
        at = operation.uri if len(parts) == 3 else operation.uri.child(ITEMS)
        items = _items(at, collection)
        if len(parts) == 3:
            return await collect(operation, these(items), loosely=True)
        below = [entry.model_copy(update={"path": f"{ITEMS}/{entry.path}"}) for entry in items]
        entries = [*_children(operation.uri), *below]
        return await collect(operation, these(entries), loosely=True)

    async def search(self, operation: Operation, fs: Fs) -> ListResult:
        return await self._list(operation, fs)

    async def stat(self, operation: Operation, fs: Fs) -> StatResult:
        uri, parts = operation.uri, operation.uri.parts
        if not parts:
            return StatResult(uri=str(uri), exists=True, type="dir", path="collections")
        if len(parts) == 1:
            return await self._stat_owner(operation, fs)
        missing = StatResult(uri=str(uri), exists=False, type="missing", path=uri.path)
        child = _child(operation) if len(parts) > 2 else None
        try:
            collection = await get_collection(fs.hub, *parts[:2])
        except HubNotFound:
            return missing
        found = missing.model_copy(update={"exists": True})
        if child is None:
            title = collection.get("title")
            title = one_line(title, MAX_NAME_CHARS) if isinstance(title, str) else None
            return found.model_copy(update={"type": "collection", "title": title})
        if len(parts) > 3:
            link = _link(uri, collection)
            update = {"type": "link", "target_uri": link.target_uri} if link else {}
            return found.model_copy(update=update) if link else missing
        if child == ITEMS:
            return found.model_copy(update={"type": "dir"})
        return found.model_copy(update={"type": "file", "content_type": "application/json"})

    async def cat(self, operation: Operation, fs: Fs) -> CatResult:
        uri, parts = operation.uri, operation.uri.parts
        if len(parts) < 2:
            raise not_a_file(f"{uri} is a directory; list it with ls")
        if len(parts) == 2:
            raise not_a_file(
                f"{uri} is a collection directory; use cat {uri}/{METADATA} or {uri}/{HISTORY}, or "
                f"ls {uri}/{ITEMS}"
            )
        child = _child(operation)
        if len(parts) > 3:
            raise await _no_folder(operation, fs)
        if child == ITEMS:
            raise not_a_file(f"{uri} is an items directory; use ls {uri} to list its links")
        answer = await _get(operation, fs, history=child == HISTORY)
        content = orjson.dumps(answer, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
        return cat_text(operation, content, "application/json")

    async def _list(self, operation: Operation, fs: Fs) -> ListResult:
        parts = operation.uri.parts
        default = None if parts and operation.command is not Command.SEARCH else ROOT_LIMIT
        limit = operation.asked_limit or default or operation.limit
        entries = _collections(operation, fs, limit)
        listed = await collect(operation, entries, limit=limit, loosely=True)
        if parts and not listed.entries and not operation.offset and not operation.query:
            await _check_owner(parts[0], fs)
        update: dict[str, object] = {}
        if not parts and operation.command is Command.LS and listed.truncated:
            update["truncation_message"] = (
                "Showing a bounded collection sample; use search hf://collections QUERY, ls "
                f"hf://collections/OWNER, or continue with --offset {listed.next_offset}."
            )
        if operation.sort is not None and operation.sort not in _SORTS:
            warning = (
                f"Ignored --sort {operation.sort}: collections sort by trending, upvotes or "
                "lastModified."
            )
            update["warnings"] = [warning]
        return listed.model_copy(update=update)

    async def _stat_owner(self, operation: Operation, fs: Fs) -> StatResult:
        uri = operation.uri
        (owner,) = uri.parts
        page = await list_collections(fs.hub, owner=owner, limit=1)
        try:
            if not page.items:
                await get_account(fs.hub, owner)
        except HubNotFound:
            return StatResult(uri=str(uri), exists=False, type="missing", path=owner)
        return StatResult(uri=str(uri), exists=True, type="dir", path=owner)


async def _collections(operation: Operation, fs: Fs, limit: int) -> AsyncGenerator[Entry, None]:
    uri = operation.uri
    if not uri.parts and operation.command is Command.LS:
        yield document(uri.child(README), "text/markdown")
    owner = uri.parts[0] if uri.parts else None
    sort = _SORTS.get(operation.sort) if operation.sort else None
    if sort is None and operation.command is Command.SEARCH:
        sort = "trending"
    is_filtered = operation.entry_type or operation.path_glob or operation.name_glob
    size = MAX_PAGE if is_filtered else min(operation.offset + limit + 1, MAX_PAGE)
    cursor = None
    while True:
        page = await list_collections(
            fs.hub, owner=owner, query=operation.query, sort=sort, limit=size, cursor=cursor
        )
        for collection in page.items:
            if (entry := _entry(collection, owner)) is not None:
                yield entry
        if (cursor := page.cursor) is None:
            return


def _entry(collection: Collection, owner: str | None) -> Entry | None:
    in_slug, slash, name = collection.full_slug.rpartition("/")
    known = owner or in_slug or (collection.owner.name if collection.owner else "")
    if not known or not name:
        return None
    return Entry(
        type=EntryType.COLLECTION,
        path=name if owner else f"{known}/{name}",
        name=name,
        uri=str(Uri("collections", (known, name))),
        title=one_line(collection.title, MAX_NAME_CHARS) if collection.title else None,
        description=short(collection.description),
        private=collection.private,
        upvotes=collection.upvotes,
        updated_at=collection.last_updated,
    )


async def _below_owner(operation: Operation, fs: Fs) -> AsyncGenerator[Entry, None]:
    """Return an owner's collections and what is in every collection; items are one step deeper."""
    found = False
    async for entry in _collections(operation, fs, MAX_PAGE):
        found = True
        yield entry
        uri = operation.uri.child(entry.path)
        for child in _children(uri):
            yield child.model_copy(update={"path": f"{entry.path}/{child.path}"})
    if not found:
        await _check_owner(operation.uri.parts[0], fs)


def _children(uri: Uri) -> list[Entry]:
    return [
        document(uri.child(METADATA), "application/json"),
        folder(uri.child(ITEMS)),
        document(uri.child(HISTORY), "application/json"),
    ]


def _items(uri: Uri, collection: dict[str, Any]) -> list[Entry]:
    """Return the items as links, `uri` being that of the folder they are in."""
    entries = []
    for index, item in enumerate(items_of(collection)):
        target = _target(item)
        if target is None:
            continue
        name = f"{index:03}-{item.type}-{target.path.replace('/', '-')}"
        entries.append(
            Entry(
                type=EntryType.LINK,
                path=name,
                name=name,
                uri=str(uri.child(name)),
                target_uri=str(target),
                title=one_line(item.title or target.path, MAX_NAME_CHARS),
                description=short(item.note_text),
                private=item.private,
                likes=item.likes,
                downloads=item.downloads,
                upvotes=item.upvotes,
                updated_at=item.changed_at,
                created_at=item.created_at,
            )
        )
    return entries


def _target(item: Item) -> Uri | None:
    if item.type == "collection":
        in_slug, _, name = (item.slug or "").rpartition("/")
        owner = in_slug or (item.owner.name if item.owner else "")
        return Uri("collections", (owner, name)) if owner and name else None
    root = _TARGETS.get(item.type)
    parts = tuple(item.id.split("/"))
    return Uri(root, parts) if root and all(parts) else None


def _link(uri: Uri, collection: dict[str, Any]) -> Entry | None:
    items = Uri(uri.root, uri.parts[:3])
    name = uri.parts[3] if len(uri.parts) == 4 else None
    return next((entry for entry in _items(items, collection) if entry.name == name), None)


def _child(operation: Operation) -> str:
    """Return which part of a collection the URI is in. Raises Failure for one it does not have."""
    name = operation.uri.parts[2]
    if name not in (METADATA, HISTORY, ITEMS) or (name != ITEMS and len(operation.uri.parts) > 3):
        raise not_found(
            f'no such collection child "{name[:80]}"; valid children are {METADATA}, {HISTORY}, '
            f"and {ITEMS}"
        )
    return name


async def _no_folder(operation: Operation, fs: Fs) -> Failure:
    """Say what the URI is instead: a document, or a link to what can be listed or read."""
    uri = operation.uri
    if len(uri.parts) == 3:
        return not_a_directory(f"{uri} is a file")
    link = _link(uri, await _get(operation, fs))
    if link is None:
        return not_found(f"there is no item {uri.parts[3][:80]} in this collection")
    message = f"{uri} is a link to {link.target_uri}; use that URI"
    return not_a_file(message) if operation.command is Command.CAT else not_a_directory(message)


async def _get(operation: Operation, fs: Fs, *, history: bool = False) -> Any:
    owner, slug = operation.uri.parts[:2]
    try:
        return await (get_history if history else get_collection)(fs.hub, owner, slug)
    except HubNotFound as error:
        raise not_found(
            f"no such collection {owner}/{slug}; use search hf://collections QUERY or ls "
            f"{Uri('collections', (owner,))}"
        ) from error


async def _check_owner(owner: str, fs: Fs) -> None:
    try:
        await get_account(fs.hub, owner)
    except HubNotFound as error:
        raise not_found(f"there is no user or organization called {owner}") from error
