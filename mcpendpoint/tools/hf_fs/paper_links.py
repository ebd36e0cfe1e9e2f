"""hf://papers/ID/models|datasets|spaces: links to the repositories that name a paper.

Below a link is what it leads to: the operation goes on there.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass

from mcpendpoint.hub.errors import HubError, HubNotFound, HubNotSignedIn
from mcpendpoint.hub.ids import parse_repo_id
from mcpendpoint.hub.papers import LinkedRepos, Paper, get_linked_repos, get_paper
from mcpendpoint.hub.repos import AnyRepo, get_repo
from mcpendpoint.hub.types import RepoType
from mcpendpoint.tools.hf_fs.arguments import EntryType, Operation
from mcpendpoint.tools.hf_fs.entries import folder, repo_entry
from mcpendpoint.tools.hf_fs.failures import invalid, not_a_file, not_found, unsupported
from mcpendpoint.tools.hf_fs.listing import collect, these
from mcpendpoint.tools.hf_fs.paper_entries import LINKED, children_of
from mcpendpoint.tools.hf_fs.provider import Attachment, Fs, Provider
from mcpendpoint.tools.hf_fs.repos import Repos
from mcpendpoint.tools.hf_fs.results import CatResult, Entry, ListResult, StatResult
from mcpendpoint.tools.hf_fs.uri import Uri

_TYPES = {repo_type.api_segment: repo_type for repo_type in RepoType}


@dataclass(frozen=True)
class _Linked:
    """A paper and what the Hub says is linked to it."""

    uri: Uri
    paper: Paper
    repos: LinkedRepos

    def is_cut(self, kind: str) -> bool:
        total = self.paper.total(_TYPES[kind])
        return total is not None and total > len(self.repos[_TYPES[kind]])

    def owners(self, kind: str) -> list[Entry]:
        names = {repo.id.partition("/")[0] for repo in self.repos[_TYPES[kind]] if "/" in repo.id}
        at = self.uri.child(kind)
        return [
            folder(at.child(name)).model_copy(update={"path": f"{kind}/{name}"})
            for name in sorted(names, key=str.lower)
        ]

    def links(self, kind: str, owner: str | None = None) -> list[Entry]:
        repos = [
            repo
            for repo in self.repos[_TYPES[kind]]
            if "/" in repo.id and owner in (None, repo.id.partition("/")[0])
        ]
        return [self._link(kind, repo) for repo in sorted(repos, key=lambda r: r.id.lower())]

    def _link(self, kind: str, repo: AnyRepo) -> Entry:
        entry = repo_entry(repo)
        return entry.model_copy(
            update={
                "type": EntryType.LINK,
                "path": f"{kind}/{repo.id}",
                "name": repo.id.partition("/")[2],
                "uri": str(self.uri.child(f"{kind}/{repo.id}")),
                "target_uri": entry.uri,
                "repo_type": None,
                "gated": None,
                "title": repo.id,
            }
        )

    def everything(self) -> Iterator[Entry]:
        children = {entry.name: entry for entry in children_of(self.uri)}
        for name, entry in children.items():
            yield entry
            if name in LINKED:
                yield from self.owners(name)
                yield from self.links(name)


class PaperLinks(Provider):
    async def ls(self, operation: Operation, fs: Fs) -> ListResult:
        if len(operation.uri.parts) > 3:
            target, provider = await self._follow(operation, fs)
            return await provider.ls(target, fs)
        if operation.sort is not None:
            raise invalid(f"sort is not supported on {operation.uri}")
        if operation.recursive:
            return await self.find(operation, fs)
        linked = await _ask(operation.uri, fs)
        _, kind, *owner = operation.uri.parts
        entries = linked.links(kind, owner[0]) if owner else linked.owners(kind)
        if owner and not entries:
            raise not_found("no such file or directory")
        return await self._listed(operation, entries, is_cut=linked.is_cut(kind))

    async def find(self, operation: Operation, fs: Fs) -> ListResult:
        if len(operation.uri.parts) > 3:
            target, provider = await self._follow(operation, fs)
            return await provider.find(target, fs)
        linked = await _ask(operation.uri, fs)
        below = "/".join(operation.uri.parts[1:])
        entries = [
            entry
            for entry in linked.everything()
            if not below or entry.path.startswith(f"{below}/")
        ]
        kinds = operation.uri.parts[1:2] or LINKED
        return await self._listed(operation, entries, is_cut=any(map(linked.is_cut, kinds)))

    async def stat(self, operation: Operation, fs: Fs) -> StatResult:
        uri = operation.uri
        _, kind, *names = uri.parts
        if len(names) > 2:
            target, provider = await self._follow(operation, fs)
            return await provider.stat(target, fs)
        path = "/".join(uri.parts[1:])
        if len(names) == 2:
            target, _ = await self._follow(operation, fs)
            link = str(target.uri)
            return StatResult(uri=str(uri), exists=True, type="link", path=path, target_uri=link)
        linked = await _ask(uri, fs)
        exists = not names or bool(linked.links(kind, names[0]))
        kind_of = "dir" if exists else "missing"
        return StatResult(uri=str(uri), exists=exists, type=kind_of, path=path)

    async def cat(self, operation: Operation, fs: Fs) -> CatResult:
        if len(operation.uri.parts) <= 3:
            raise not_a_file("cat requires a file-like URI")
        target, provider = await self._follow(operation, fs)
        return await provider.cat(target, fs)

    async def attach(self, operation: Operation, fs: Fs) -> Attachment:
        if len(operation.uri.parts) <= 4:
            return await super().attach(operation, fs)
        target, provider = await self._follow(operation, fs)
        return await provider.attach(target, fs)

    async def _listed(
        self, operation: Operation, entries: list[Entry], *, is_cut: bool
    ) -> ListResult:
        base = "/".join(operation.uri.parts[1:])
        listed = await collect(operation, these(entries), base=base)
        if listed.truncated or not is_cut:
            return listed
        message = "The Hub lists only the first linked repositories of this paper."
        update = {
            "truncated": True,
            "truncation_reason": "provider_limit",
            "truncation_message": message,
        }
        return listed.model_copy(update=update)

    async def _follow(self, operation: Operation, fs: Fs) -> tuple[Operation, Repos]:
        """Return the operation on what the link leads to. Raises Failure when there is no link."""
        _, kind, owner, name, *path = operation.uri.parts
        repo_id, repo_type = parse_repo_id(f"{owner}/{name}"), _TYPES[kind]
        target = Uri(kind, (owner, name), id_length=2)
        linked = await _ask(operation.uri, fs)
        if all(repo.id != repo_id for repo in linked.repos[repo_type]):
            is_linked = linked.is_cut(kind) and await _names(fs, repo_type, repo_id, linked.paper)
            if not linked.is_cut(kind) or is_linked is None:
                raise not_found("linked repository not found for this paper")
            if not is_linked:
                raise unsupported(
                    f"linked relationship is outside the bounded paper result; use {target}"
                )
        return operation.at(target.at_path("/".join(path))), Repos(repo_type)


async def _ask(uri: Uri, fs: Fs) -> _Linked:
    paper_id = uri.parts[0]
    try:
        found, repos = await asyncio.gather(
            get_paper(fs.hub, paper_id), get_linked_repos(fs.hub, paper_id)
        )
    except HubNotFound as error:
        raise not_found(f"no such paper at hf://papers/{paper_id}") from error
    return _Linked(Uri("papers", (paper_id,)), found[0], repos)


async def _names(fs: Fs, repo_type: RepoType, repo_id: str, paper: Paper) -> bool | None:
    """Tell whether a repository names the paper in its tags; None when there is no such one."""
    try:
        repo = await get_repo(fs.hub, repo_type, repo_id, fields=("tags",))
    except (HubNotFound, HubNotSignedIn):
        return None
    except HubError:
        return False
    return f"arxiv:{paper.id}" in (tag.lower() for tag in repo.tags)
