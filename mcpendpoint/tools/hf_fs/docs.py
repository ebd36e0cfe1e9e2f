"""hf://docs: products, the pages of each, and their sections."""

from collections.abc import Sequence

from mcpendpoint.hub.docs import get_page, get_products
from mcpendpoint.tools.hf_fs.arguments import Operation
from mcpendpoint.tools.hf_fs.docs_pages import (
    ROOT,
    Documented,
    all_documented,
    documented,
    no_page,
)
from mcpendpoint.tools.hf_fs.docs_search import search
from mcpendpoint.tools.hf_fs.docs_sections import find_section
from mcpendpoint.tools.hf_fs.entries import folder
from mcpendpoint.tools.hf_fs.failures import (
    Failure,
    invalid,
    not_a_directory,
    not_a_file,
    not_found,
)
from mcpendpoint.tools.hf_fs.listing import collect, these
from mcpendpoint.tools.hf_fs.provider import Fs, Provider
from mcpendpoint.tools.hf_fs.reading import cat_text
from mcpendpoint.tools.hf_fs.results import CatResult, Entry, ListResult, StatResult
from mcpendpoint.tools.hf_fs.uri import Uri

_HINT = (
    "--name matches the last part of a path; --path matches the path below the URI. Try --name "
    '"*term*" or --path "**/*term*".'
)


class Docs(Provider):
    async def ls(self, operation: Operation, fs: Fs) -> ListResult:
        _check(operation)
        if not operation.uri.parts:
            return await self._list_root(operation, fs)
        name, *rest = operation.uri.parts
        docs, path = await documented(name), "/".join(rest)
        if path in docs.manifest.titles:
            raise not_a_directory(f"{operation.uri} is a file")
        _check_folder(docs, path, operation)
        entries = docs.below(path, recursive=operation.recursive)
        return await collect(operation, these(entries), base=path)

    async def find(self, operation: Operation, fs: Fs) -> ListResult:
        _check(operation)
        failed: Sequence[str] = ()
        if operation.uri.parts:
            name, *rest = operation.uri.parts
            docs, path = await documented(name), "/".join(rest)
            entries, base = _found_below(docs, path, operation)
        else:
            base, (every, failed) = "", await all_documented()
            entries = [
                entry.model_copy(update={"path": f"{docs.product.id}/{entry.path}"})
                for docs in every
                for entry in docs.below("", recursive=True)
            ]
        listed = await collect(operation, these(entries), base=base)
        warnings = [f"The index of {name} could not be read now." for name in failed]
        if not listed.entries and (operation.name_glob or operation.path_glob):
            warnings.append(_HINT)
        return listed.model_copy(update={"warnings": warnings or None})

    async def stat(self, operation: Operation, fs: Fs) -> StatResult:
        _check(operation)
        uri = operation.uri
        if not uri.parts:
            return StatResult(uri=str(uri), exists=True, type="dir", path="")
        name, *rest = uri.parts
        path = "/".join(rest)
        missing = StatResult(uri=str(uri), exists=False, type="missing", path=path)
        try:
            docs = await documented(name)
        except Failure:
            return missing
        found = missing.model_copy(update={"exists": True})
        if not path or path in docs.manifest.folders:
            return found.model_copy(update={"type": "dir"})
        page = docs.manifest.find(path)
        if page is None:
            return missing
        entry = docs.entry(page)
        return found.model_copy(
            update={
                "type": "file",
                "target_uri": entry.uri if page != path else None,
                "title": entry.title,
                "content_type": entry.content_type,
                "url": entry.url,
            }
        )

    async def cat(self, operation: Operation, fs: Fs) -> CatResult:
        uri = operation.uri
        if len(uri.parts) < 2:
            raise not_a_file(f"{uri} is a directory")
        name, *rest = uri.parts
        docs, path = await documented(name), "/".join(rest)
        if path in docs.manifest.folders:
            raise not_a_file(f"{uri} is a directory")
        page = docs.manifest.find(path)
        if page is None:
            raise no_page(docs, path, uri)
        text = await get_page(docs.product.slug or "", page)
        at = Uri("docs", docs.uri.child(page).parts, anchor=uri.anchor)
        operation = operation.at(at)
        if uri.anchor is None:
            return cat_text(operation, text.encode(), "text/markdown", path=page)
        section = find_section(text, uri.anchor)
        if section is None:
            raise not_found(
                f"documentation section '#{uri.anchor}' was not found. Try: cat "
                f"{docs.uri.child(page)}"
            )
        content = section.content.encode()
        return cat_text(operation, content, "text/markdown", path=page, section=section.heading)

    async def search(self, operation: Operation, fs: Fs) -> ListResult:
        return await search(operation)

    async def _list_root(self, operation: Operation, fs: Fs) -> ListResult:
        if operation.recursive:
            return await self.find(operation, fs)
        products = [
            folder(ROOT.child(product.id), product.category) for product in await get_products()
        ]
        return await collect(operation, these(products))


def _check(operation: Operation) -> None:
    if operation.sort is not None:
        raise invalid("sort is not supported for documentation")
    if operation.uri.anchor is not None:
        raise invalid(
            f"section anchors apply only to documentation file reads, not {operation.command.value}"
        )


def _found_below(docs: Documented, path: str, operation: Operation) -> tuple[list[Entry], str]:
    if path in docs.manifest.titles:
        return [docs.entry(path)], path.rpartition("/")[0]
    _check_folder(docs, path, operation)
    return docs.below(path, recursive=True), path


def _check_folder(docs: Documented, path: str, operation: Operation) -> None:
    if path and path not in docs.manifest.folders:
        raise no_page(docs, path, operation.uri)
