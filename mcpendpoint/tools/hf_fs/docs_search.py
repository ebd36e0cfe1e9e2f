"""Searching the documentation: by meaning, or by its words where that finds nothing."""

import asyncio
from collections.abc import Iterable

from mcpendpoint.hub.docs import Hit, search_by_meaning, search_by_words
from mcpendpoint.hub.errors import HubError
from mcpendpoint.tools.hf_fs.arguments import EntryType, Operation
from mcpendpoint.tools.hf_fs.docs_pages import Documented, documented, no_scope
from mcpendpoint.tools.hf_fs.failures import Failure, invalid
from mcpendpoint.tools.hf_fs.listing import collect, list_result, these
from mcpendpoint.tools.hf_fs.results import MAX_NAME_CHARS, Entry, ListResult
from mcpendpoint.tools.hf_fs.uri import Uri
from mcpendpoint.tools.markdown import one_line

DEFAULT_LIMIT = 5
MAX_LIMIT = 25
MAX_QUERY_CHARS = 250
FIRST_EXCERPT_CHARS = 1_200
OTHER_EXCERPT_CHARS = 400


async def search(operation: Operation) -> ListResult:
    _check(operation)
    uri = operation.uri
    docs = await documented(uri.parts[0]) if uri.parts else None
    scope = "/".join(uri.parts[1:])
    if docs is not None and scope:
        scope = _scope_of(docs, scope, operation)
    if operation.entry_type not in (None, EntryType.FILE):
        warning = f"--type {operation.entry_type} excludes all: documentation search finds pages."
        return list_result(operation, [], warnings=[warning])
    entries = await _entries(operation, docs, scope)
    limit = operation.asked_limit or DEFAULT_LIMIT
    listed = await collect(operation, these(entries), limit=limit, max_limit=MAX_LIMIT)
    shorter = [
        entry.model_copy(update={"description": _excerpt(entry.description, index)})
        for index, entry in enumerate(listed.entries)
    ]
    return listed.model_copy(update={"entries": shorter})


def _check(operation: Operation) -> None:
    if operation.sort is not None:
        raise invalid("sort is not supported for documentation")
    if len(operation.query) > MAX_QUERY_CHARS:
        raise invalid("documentation search query is too long")
    if operation.asked_limit is not None and operation.asked_limit > MAX_LIMIT:
        raise invalid(f"documentation search limit must be between 1 and {MAX_LIMIT}")
    if operation.uri.anchor is not None:
        plain = Uri("docs", operation.uri.parts)
        raise invalid(
            f"search scope must not include a section anchor. Try: search {plain} "
            f'"{one_line(operation.query, 100)}"'
        )


def _scope_of(docs: Documented, path: str, operation: Operation) -> str:
    if path in docs.manifest.folders:
        return path
    page = docs.manifest.find(path)
    if page is None:
        raise no_scope(docs, path, operation.query)
    return page


async def _entries(operation: Operation, docs: Documented | None, scope: str) -> list[Entry]:
    product = docs.product.id if docs else None
    problem: HubError | None = None
    try:
        found = await _resolve(await search_by_meaning(operation.query, product), docs, scope)
    except HubError as error:
        found, problem = [], error
    if found:
        return found
    slug = docs.product.slug if docs else None
    try:
        return await _resolve(await search_by_words(operation.query, slug), docs, scope)
    except HubError as error:
        raise problem or error from error


async def _resolve(hits: list[Hit], docs: Documented | None, scope: str) -> list[Entry]:
    """Return each page once, at its best place, if the current index has it."""
    known = await _products_of(hits, docs)
    entries: dict[str, Entry] = {}
    for hit in hits:
        product = docs or known.get(hit.product)
        if product is None:
            continue
        page = _page_of(hit, product)
        if page is None or not _is_within(page, scope):
            continue
        at = product.uri.child(page)
        if str(at) not in entries:
            place = Uri("docs", at.parts, anchor=hit.anchor)
            path = page if docs else f"{product.product.id}/{page}"
            entries[str(at)] = product.entry(page).model_copy(
                update={
                    "path": _below(path, scope) if docs else path,
                    "uri": str(place),
                    "url": hit.url,
                    "title": one_line(hit.title or product.manifest.titles[page], MAX_NAME_CHARS),
                    "anchor": hit.anchor,
                    "description": hit.text or None,
                    "library": product.product.id,
                }
            )
    return list(entries.values())


async def _products_of(hits: Iterable[Hit], docs: Documented | None) -> dict[str, Documented]:
    if docs is not None:
        return {}
    names = list(dict.fromkeys(hit.product for hit in hits))
    found = await asyncio.gather(*map(_documented_or_none, names))
    return {name: each for name, each in zip(names, found, strict=True) if each is not None}


async def _documented_or_none(name: str) -> Documented | None:
    try:
        return await documented(name)
    except (Failure, HubError):
        return None


def _page_of(hit: Hit, docs: Documented) -> str | None:
    for name in (docs.product.slug, docs.product.id):
        start = f"/docs/{name}/"
        if hit.path.startswith(start):
            return docs.manifest.find(hit.path[len(start) :])
    return None


def _is_within(page: str, scope: str) -> bool:
    return not scope or page == scope or page.startswith(f"{scope}/")


def _below(path: str, scope: str) -> str:
    if path == scope:
        return path.rpartition("/")[2]
    return path.removeprefix(f"{scope}/") if scope else path


def _excerpt(text: str | None, index: int) -> str | None:
    return one_line(text, OTHER_EXCERPT_CHARS if index else FIRST_EXCERPT_CHARS) if text else None
