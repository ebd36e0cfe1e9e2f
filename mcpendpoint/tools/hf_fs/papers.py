"""hf://papers: recent ones, search, and one paper with its metadata, text and repositories."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import UTC, datetime

import orjson

from mcpendpoint.hub.errors import HubBadAnswer, HubForbidden, HubNotFound, HubRefused
from mcpendpoint.hub.papers import (
    MAX_FOUND,
    MAX_PAGE,
    get_paper,
    get_paper_text,
    list_papers,
    search_papers,
)
from mcpendpoint.tools.hf_fs.arguments import EntryType, Operation, Sort
from mcpendpoint.tools.hf_fs.entries import document, folder
from mcpendpoint.tools.hf_fs.failures import (
    Failure,
    invalid,
    not_a_directory,
    not_a_file,
    not_found,
    unsupported,
)
from mcpendpoint.tools.hf_fs.listing import collect, these
from mcpendpoint.tools.hf_fs.paper_entries import (
    LINKED,
    METADATA,
    TEXT,
    arxiv_page_of,
    children_of,
    page_of,
    paper_entry,
    parse_paper_id,
    text_from_metadata,
)
from mcpendpoint.tools.hf_fs.paper_links import PaperLinks
from mcpendpoint.tools.hf_fs.provider import Attachment, Fs, Provider
from mcpendpoint.tools.hf_fs.reading import cat_text
from mcpendpoint.tools.hf_fs.results import CatResult, Entry, ListResult, StatResult
from mcpendpoint.tools.hf_fs.uri import README, Uri

TRENDING_LIMIT = 20
SAMPLE_SIZE = 10
_NO_TEXT = (HubNotFound, HubForbidden, HubRefused, HubBadAnswer)


class TrendingPapers(Provider):
    async def ls(self, operation: Operation, fs: Fs) -> ListResult:
        if operation.sort not in (None, Sort.TRENDING):
            raise invalid("hf://papers/trending does not accept another sort")
        limit = min(operation.asked_limit or TRENDING_LIMIT, MAX_PAGE)
        listed = await collect(operation, self._papers(fs), limit=limit)
        update: dict[str, object] = {"order": "Hugging Face trending rank (not total upvotes)"}
        if listed.truncated:
            update["truncation_message"] = (
                f"Showing {len(listed.entries)} papers in Hugging Face global trending rank. "
                f"Continue with --offset {listed.next_offset}, or --limit up to {MAX_PAGE}."
            )
        return listed.model_copy(update=update)

    async def find(self, operation: Operation, fs: Fs) -> ListResult:
        return await self.ls(operation, fs)

    async def stat(self, operation: Operation, fs: Fs) -> StatResult:
        return StatResult(uri=str(operation.uri), exists=True, type="dir", path="trending")

    async def cat(self, operation: Operation, fs: Fs) -> CatResult:
        raise not_a_file(f"{operation.uri} is a directory; list it with ls")

    async def _papers(self, fs: Fs) -> AsyncGenerator[Entry, None]:
        number, now = 0, datetime.now(UTC).replace(microsecond=0)
        while True:
            page = await list_papers(fs.hub, sort="trending", page=number)
            for paper in page.items:
                yield paper_entry(paper).model_copy(update={"observed_at": now})
            if page.next_url is None:
                return
            number += 1


class Papers(Provider):
    """The root, and everything below a paper but its links."""

    def __init__(self) -> None:
        self._links = PaperLinks()

    async def ls(self, operation: Operation, fs: Fs) -> ListResult:
        operation = _normalized(operation)
        parts = operation.uri.parts
        if not parts:
            return await self._list_root(operation, fs)
        if len(parts) > 1 and parts[1] in LINKED:
            return await self._links.ls(operation, fs)
        if len(parts) > 1:
            raise not_a_directory(f"{_document(operation)} is a file")
        if operation.sort is not None:
            raise invalid(f"sort is not supported on {operation.uri}")
        if operation.recursive:
            return await self._links.find(operation, fs)
        await self._paper(operation, fs)
        return await collect(operation, these(children_of(operation.uri)))

    async def find(self, operation: Operation, fs: Fs) -> ListResult:
        operation = _normalized(operation)
        parts = operation.uri.parts
        if not parts:
            raise unsupported(
                "find is not supported on hf://papers; use search hf://papers with query",
                suggested="search",
            )
        if len(parts) == 1 or parts[1] in LINKED:
            return await self._links.find(operation, fs)
        name = _document(operation).parts[1]
        metadata = await self._metadata(operation, fs)
        (entry,) = (e for e in children_of(Uri("papers", parts[:1])) if e.name == name)
        if name == METADATA:
            entry = entry.model_copy(update={"size": len(metadata)})
        return await collect(operation, these([entry]))

    async def search(self, operation: Operation, fs: Fs) -> ListResult:
        found = await search_papers(fs.hub, operation.query)
        listed = await collect(operation, these(map(paper_entry, found)))
        if listed.truncated or len(found) < MAX_FOUND:
            return listed
        message = f"A search returns {MAX_FOUND} papers at most. Use a more specific query."
        update = {
            "truncated": True,
            "truncation_reason": "provider_limit",
            "truncation_message": message,
        }
        return listed.model_copy(update=update)

    async def stat(self, operation: Operation, fs: Fs) -> StatResult:
        operation = _normalized(operation)
        uri, parts = operation.uri, operation.uri.parts
        if not parts:
            return StatResult(uri=str(uri), exists=True, type="dir", path="papers")
        if len(parts) > 1 and parts[1] in LINKED:
            return await self._links.stat(operation, fs)
        if len(parts) > 1:
            return await self._stat_document(operation, fs)
        try:
            paper, _ = await get_paper(fs.hub, parts[0])
        except HubNotFound:
            return StatResult(uri=str(uri), exists=False, type="missing", path=parts[0])
        entry = paper_entry(paper)
        return StatResult(
            uri=str(uri),
            exists=True,
            type="paper",
            path=parts[0],
            title=entry.title,
            published_at=entry.published_at,
            daily_papers_date=entry.daily_papers_date,
            daily_papers_uri=entry.daily_papers_uri,
            url=page_of(parts[0]),
            arxiv_url=arxiv_page_of(parts[0]),
        )

    async def cat(self, operation: Operation, fs: Fs) -> CatResult:
        operation = _normalized(operation)
        uri, parts = operation.uri, operation.uri.parts
        if not parts:
            raise not_a_file(f"{uri} is a directory; `cat {uri}/{README}` explains it")
        if len(parts) == 1:
            raise not_a_file(f"{uri} is a paper directory; read {uri}/{TEXT} or {uri}/{METADATA}")
        if parts[1] in LINKED:
            return await self._links.cat(operation, fs)
        if _document(operation).parts[1] == METADATA:
            return cat_text(operation, await self._metadata(operation, fs), "application/json")
        text = await self._text(operation, fs)
        return cat_text(operation, text.encode(), "text/markdown")

    async def attach(self, operation: Operation, fs: Fs) -> Attachment:
        parts = operation.uri.parts
        if len(parts) > 1 and parts[1] in LINKED:
            return await self._links.attach(_normalized(operation), fs)
        return await super().attach(operation, fs)

    async def _list_root(self, operation: Operation, fs: Fs) -> ListResult:
        uri = operation.uri
        if operation.sort is not None:
            raise invalid("sort is not supported on hf://papers; list hf://papers/trending instead")
        if operation.recursive:
            raise unsupported(
                "recursive ls is not supported on hf://papers; use search hf://papers QUERY, "
                "ls hf://papers/trending, or ls hf://papers/daily/latest",
                suggested="search",
            )
        size = min(operation.asked_limit or SAMPLE_SIZE, MAX_PAGE)
        sample = await list_papers(fs.hub, sort="publishedAt", limit=size)
        entries = [
            document(uri.child(README), "text/markdown", "How to use Hugging Face Papers"),
            folder(uri.child("daily"), "Daily Papers since 2023-05-04, and daily/latest."),
            folder(uri.child("trending"), "What trends now."),
            *map(paper_entry, sample.items),
        ]
        listed = await collect(operation, these(entries), limit=len(entries))
        if operation.entry_type not in (None, EntryType.PAPER):
            return listed
        update = {
            "truncated": True,
            "truncation_reason": "provider_limit",
            "truncation_message": (
                f"Showing {len(sample.items)} recent papers. The complete paper namespace is not "
                "enumerable; use search hf://papers QUERY, or hf://papers/ARXIV_ID directly."
            ),
        }
        return listed.model_copy(update=update)

    async def _stat_document(self, operation: Operation, fs: Fs) -> StatResult:
        uri = _document(operation)
        try:
            content = await self._metadata(operation, fs)
        except Failure:
            return StatResult(uri=str(uri), exists=False, type="missing", path=uri.parts[1])
        is_metadata = uri.parts[1] == METADATA
        return StatResult(
            uri=str(uri),
            exists=True,
            type="file",
            path=uri.parts[1],
            content_type="application/json" if is_metadata else "text/markdown",
            size=len(content) if is_metadata else None,
        )

    async def _paper(self, operation: Operation, fs: Fs) -> None:
        """Raises Failure when there is no such paper."""
        await self._metadata(operation, fs)

    async def _metadata(self, operation: Operation, fs: Fs) -> bytes:
        paper_id = operation.uri.parts[0]
        try:
            _, answer = await get_paper(fs.hub, paper_id)
        except HubNotFound as error:
            raise _no_paper(paper_id) from error
        return orjson.dumps(answer, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)

    async def _text(self, operation: Operation, fs: Fs) -> str:
        paper_id = operation.uri.parts[0]
        text, found = await asyncio.gather(
            get_paper_text(fs.hub, paper_id), get_paper(fs.hub, paper_id), return_exceptions=True
        )
        if isinstance(text, str):
            return text
        if isinstance(found, HubNotFound):
            raise _no_paper(paper_id) from found
        if isinstance(found, BaseException):
            raise found
        if not isinstance(text, _NO_TEXT):
            raise text  # the text may be there: asking again is better than an abstract
        return text_from_metadata(found[0])


def _normalized(operation: Operation) -> Operation:
    """Return the operation with the paper's id as the Hub has it."""
    uri = operation.uri
    if not uri.parts:
        return operation
    return operation.at(Uri(uri.root, (parse_paper_id(uri.parts[0]), *uri.parts[1:])))


def _document(operation: Operation) -> Uri:
    uri = operation.uri
    if len(uri.parts) != 2 or uri.parts[1] not in (METADATA, TEXT):
        raise not_found(
            f"no such file or directory; a paper has {METADATA}, {TEXT} and {', '.join(LINKED)}"
        )
    return uri


def _no_paper(paper_id: str) -> Failure:
    return not_found(
        f"no such paper at hf://papers/{paper_id}; verify the arXiv ID or use search hf://papers "
        "with query"
    )
