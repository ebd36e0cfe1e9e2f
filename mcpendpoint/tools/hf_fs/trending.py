"""hf://models/trending, hf://datasets/trending and hf://spaces/trending."""

from mcpendpoint.hub.discovery import MAX_TRENDING, trending
from mcpendpoint.hub.types import RepoType
from mcpendpoint.tools.hf_fs.arguments import Operation
from mcpendpoint.tools.hf_fs.entries import repo_entry
from mcpendpoint.tools.hf_fs.failures import invalid, not_a_file, unsupported
from mcpendpoint.tools.hf_fs.listing import collect, these
from mcpendpoint.tools.hf_fs.provider import Fs, Provider
from mcpendpoint.tools.hf_fs.results import CatResult, ListResult, StatResult


class Trending(Provider):
    def __init__(self, repo_type: RepoType) -> None:
        self._type = repo_type

    async def ls(self, operation: Operation, fs: Fs) -> ListResult:
        if operation.sort is not None:
            raise invalid(f"{operation.uri} does not accept another sort")
        found = await trending(fs.hub, self._type, MAX_TRENDING)
        # Twenty is all there is, so that more than the limit is not worth a message.
        last = operation.offset + (operation.asked_limit or MAX_TRENDING)
        return await collect(operation, these(map(repo_entry, found[:last])))

    async def stat(self, operation: Operation, fs: Fs) -> StatResult:
        return StatResult(uri=str(operation.uri), exists=True, type="dir", path="trending")

    async def cat(self, operation: Operation, fs: Fs) -> CatResult:
        raise not_a_file(f"{operation.uri} is a directory")

    async def find(self, operation: Operation, fs: Fs) -> ListResult:
        raise unsupported(f"find is not supported on {operation.uri}; use ls", suggested="ls")
