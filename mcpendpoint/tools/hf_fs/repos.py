"""hf://models, hf://datasets and hf://spaces: owners, their repositories, and the files in them."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace

from mcpendpoint.hub.discovery import MAX_SPACE_QUERY_CHARS, semantic_spaces
from mcpendpoint.hub.errors import HubNotFound, HubNotSignedIn
from mcpendpoint.hub.files import MAIN
from mcpendpoint.hub.repos import AnyRepo, get_account, get_repo, list_repos
from mcpendpoint.hub.types import Model, RepoType, Space
from mcpendpoint.tools.hf_fs.arguments import EntryType, Operation, Sort
from mcpendpoint.tools.hf_fs.entries import folder, gate, repo_entry, space_hit_entry
from mcpendpoint.tools.hf_fs.failures import Code, Failure, invalid, not_found, unsupported
from mcpendpoint.tools.hf_fs.listing import collect, list_result, these
from mcpendpoint.tools.hf_fs.options import Command
from mcpendpoint.tools.hf_fs.provider import Attachment, Fs, Provider
from mcpendpoint.tools.hf_fs.results import CatResult, Entry, ListResult, StatResult
from mcpendpoint.tools.hf_fs.stored_files import attach_file, cat_file, list_files, stat_file
from mcpendpoint.tools.hf_fs.uri import TRENDING, Uri

MAX_PAGE = 500
_LISTED = ("lastModified", "likes", "private")
_FIELDS = {
    RepoType.MODEL: (*_LISTED, "downloads", "gated", "pipeline_tag"),
    RepoType.DATASET: (*_LISTED, "downloads", "gated"),
    RepoType.SPACE: (*_LISTED, "sdk"),
}
_SORTS_OF_HITS = {
    Sort.LIKES: lambda hit: hit.likes or 0,
    Sort.TRENDING: lambda hit: hit.trending_score or 0,
    Sort.UPVOTES: lambda hit: hit.trending_score or 0,
    Sort.TRENDING_SCORE: lambda hit: hit.trending_score or 0,
    Sort.CREATED_AT: lambda hit: hit.created_at.timestamp() if hit.created_at else 0,
    Sort.LAST_MODIFIED: lambda hit: hit.last_modified.timestamp() if hit.last_modified else 0,
}


class Repos(Provider):
    def __init__(self, repo_type: RepoType) -> None:
        self._type = repo_type

    async def ls(self, operation: Operation, fs: Fs) -> ListResult:
        uri = operation.uri
        if uri.id_length:
            _refuse_sort(operation)
            return await list_files(operation, fs, recursive=operation.recursive)
        if not uri.parts:
            return await self._list_root(operation)
        return await self._list_owner(operation, fs)

    async def find(self, operation: Operation, fs: Fs) -> ListResult:
        if operation.uri.id_length:
            return await list_files(operation, fs, recursive=True)
        if not operation.uri.parts:
            raise unsupported(
                f"find on {operation.uri} requires an explicit owner. Use {operation.uri}/OWNER, "
                f"or search {operation.uri} QUERY",
                suggested="search",
            )
        return await self._list_owner(operation, fs)

    async def search(self, operation: Operation, fs: Fs) -> ListResult:
        if operation.entry_type not in (None, EntryType.REPO):
            warning = f"--type {operation.entry_type} excludes all: search finds repositories."
            return list_result(operation, [], warnings=[warning])
        is_semantic = operation.uri.root == "spaces" and not operation.uri.parts and operation.query
        if is_semantic:
            return await self._search_spaces(operation, fs)
        return await collect(operation, self._repos(operation, fs))

    async def stat(self, operation: Operation, fs: Fs) -> StatResult:
        uri = operation.uri
        if uri.id_length and uri.path:
            return await stat_file(operation, fs)
        if uri.id_length:
            return await self._stat_repo(operation, fs)
        if not uri.parts:
            return StatResult(uri=str(uri), exists=True, type="dir", path="")
        return await self._stat_name(operation, fs)

    async def cat(self, operation: Operation, fs: Fs) -> CatResult:
        uri = operation.uri
        if not uri.id_length:
            message = "cat requires a URI that points to a file path, not a namespace."
            raise Failure(Code.NOT_A_FILE, message)
        if uri.path:
            return await cat_file(operation, fs)
        # What looks like OWNER/NAME may be a file of a repository that has no owner.
        at_file = operation.at(_without_owner(uri))
        try:
            return await cat_file(at_file, fs)
        except (HubNotFound, HubNotSignedIn, Failure):
            return await cat_file(operation, fs)  # which says what is wrong with the URI

    async def attach(self, operation: Operation, fs: Fs) -> Attachment:
        if not operation.uri.path or not operation.uri.id_length:
            return await super().attach(operation, fs)
        return await attach_file(operation, fs)

    async def _list_root(self, operation: Operation) -> ListResult:
        uri = operation.uri
        if operation.sort is not None:
            raise invalid(f"sort is not supported on {uri}; list {uri}/{TRENDING} instead")
        if operation.recursive:
            raise unsupported(f"recursive ls is not supported on {uri}")
        trending = folder(uri.child(TRENDING), f"The 20 currently trending {uri.root}.")
        return await collect(operation, these([trending]))

    async def _list_owner(self, operation: Operation, fs: Fs) -> ListResult:
        (owner,) = operation.uri.parts
        listed = await collect(operation, self._repos(operation, fs), base=owner)
        if listed.entries or operation.offset:
            return listed
        # Nothing is there: of the owner, or is it a repository's only name, or nobody's at all?
        found = await self._stat_name(operation, fs)
        if found.type == "repo":
            at_repo = replace(_without_owner(operation.uri), revision=MAIN)
            is_recursive = operation.recursive or operation.command is Command.FIND
            return await list_files(operation.at(at_repo), fs, recursive=is_recursive)
        if not found.exists:
            raise not_found(f"there is no user or organization called {owner}")
        return listed

    async def _repos(self, operation: Operation, fs: Fs) -> AsyncGenerator[Entry, None]:
        params, cursor = self._params(operation), None
        while True:
            fields = _FIELDS[self._type]
            page = await list_repos(fs.hub, self._type, params, cursor, fields=fields)
            for repo in page.items:
                yield repo_entry(repo)
            if (cursor := page.cursor) is None:
                return

    def _params(self, operation: Operation) -> list[tuple[str, str]]:
        is_filtered = operation.entry_type or operation.name_glob or operation.path_glob
        needed = MAX_PAGE if is_filtered else operation.offset + operation.limit + 1
        params = [("limit", str(min(needed, MAX_PAGE)))]
        if operation.uri.parts:
            params.append(("author", operation.uri.parts[0]))
        if operation.query:
            params.append(("search", operation.query))
        params += [("filter", tag) for tag in operation.tags]
        sort = _sort_of(operation, self._type)
        if sort is not None:
            direction = "1" if sort is Sort.ID else "-1"
            params += [("sort", sort.value), ("direction", direction)]
        return params

    async def _search_spaces(self, operation: Operation, fs: Fs) -> ListResult:
        if len(operation.query) > MAX_SPACE_QUERY_CHARS:
            raise invalid(
                f"Space semantic search query must not exceed {MAX_SPACE_QUERY_CHARS} characters"
            )
        hits = await semantic_spaces(fs.hub, operation.query, operation.tags)
        value = _SORTS_OF_HITS.get(operation.sort) if operation.sort else None
        if value is not None:
            hits = sorted(hits, key=value, reverse=True)
        return await collect(operation, these(map(space_hit_entry, hits)))

    async def _stat_repo(self, operation: Operation, fs: Fs) -> StatResult:
        uri = operation.uri
        fields = _FIELDS[self._type]
        try:
            repo = await get_repo(
                fs.hub, self._type, uri.repo_id, revision=uri.revision, fields=fields
            )
        except HubNotFound:
            return StatResult(uri=str(uri), exists=False, type="missing", path="")
        return self._stat_of(uri, repo)

    def _stat_of(self, uri: Uri, repo: AnyRepo) -> StatResult:
        is_renamed = repo.id.lower() != (uri.repo_id or uri.path).lower()
        return StatResult(
            uri=str(uri),
            exists=True,
            type="repo",
            path="",
            target_uri=f"hf://{uri.root}/{repo.id}" if is_renamed else None,
            repo_type=self._type.value,
            private=repo.private,
            gated=None if isinstance(repo, Space) else gate(repo),
            likes=repo.likes,
            downloads=repo.downloads,
            task=repo.pipeline_tag if isinstance(repo, Model) else None,
            sdk=repo.sdk if isinstance(repo, Space) else None,
            updated_at=repo.last_modified,
        )

    async def _stat_name(self, operation: Operation, fs: Fs) -> StatResult:
        """Tell what a name alone means: an owner, or a repository of the first days."""
        uri = operation.uri
        (name,) = uri.parts
        account, repo = await asyncio.gather(
            get_account(fs.hub, name),
            get_repo(fs.hub, self._type, name, fields=_FIELDS[self._type]),
            return_exceptions=True,
        )
        if not isinstance(account, BaseException):
            return StatResult(uri=str(uri), exists=True, type="namespace", path="", namespace=name)
        if not isinstance(repo, BaseException):
            return self._stat_of(uri, repo)
        for error in (account, repo):
            if not isinstance(error, HubNotFound | HubNotSignedIn):
                raise error
        return StatResult(uri=str(uri), exists=False, type="missing", path="")


def _without_owner(uri: Uri) -> Uri:
    return replace(uri, id_length=1)


def _refuse_sort(operation: Operation) -> None:
    if operation.sort is not None:
        raise invalid(f"sort is not supported for repository file listings: {operation.uri}")


def _sort_of(operation: Operation, repo_type: RepoType) -> Sort | None:
    sort = operation.sort
    if sort in (Sort.TRENDING, Sort.UPVOTES):
        return Sort.TRENDING_SCORE
    if sort is Sort.DOWNLOADS and repo_type is RepoType.SPACE:
        return Sort.LIKES
    if sort is None and operation.command is not Command.SEARCH:
        return Sort.LAST_MODIFIED
    return sort
