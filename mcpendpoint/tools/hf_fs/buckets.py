"""hf://buckets: owners, their buckets, and the files in them."""

from collections.abc import AsyncGenerator

from mcpendpoint.hub.buckets import CALLER, Bucket, get_bucket, list_buckets
from mcpendpoint.hub.errors import HubNotFound
from mcpendpoint.tools.hf_fs.arguments import EntryType, Operation
from mcpendpoint.tools.hf_fs.failures import Code, Failure, invalid, not_found, unsupported
from mcpendpoint.tools.hf_fs.listing import collect
from mcpendpoint.tools.hf_fs.options import Command
from mcpendpoint.tools.hf_fs.provider import Attachment, Fs, Provider
from mcpendpoint.tools.hf_fs.results import CatResult, Entry, ListResult, StatResult
from mcpendpoint.tools.hf_fs.stored_files import attach_file, cat_file, list_files, stat_file


class Buckets(Provider):
    async def ls(self, operation: Operation, fs: Fs) -> ListResult:
        if operation.sort is not None:
            raise invalid(f"sort is not supported on {operation.uri}")
        if operation.uri.id_length:
            recursive = operation.recursive or operation.command is Command.FIND
            return await list_files(operation, fs, recursive=recursive)
        return await self._list_buckets(operation, fs)

    async def find(self, operation: Operation, fs: Fs) -> ListResult:
        return await self.ls(operation, fs)

    async def stat(self, operation: Operation, fs: Fs) -> StatResult:
        uri = operation.uri
        if uri.id_length and uri.path:
            return await stat_file(operation, fs)
        if uri.id_length:
            return await self._stat_bucket(operation, fs)
        if not uri.parts:
            return StatResult(uri=str(uri), exists=True, type="dir", path="")
        (owner,) = uri.parts
        try:
            await list_buckets(fs.hub, owner)
        except HubNotFound:
            return StatResult(uri=str(uri), exists=False, type="missing", path="")
        return StatResult(uri=str(uri), exists=True, type="namespace", path="", namespace=owner)

    async def cat(self, operation: Operation, fs: Fs) -> CatResult:
        if not operation.uri.id_length:
            message = "cat requires a URI that points to a file path, not a namespace."
            raise Failure(Code.NOT_A_FILE, message)
        return await cat_file(operation, fs)

    async def attach(self, operation: Operation, fs: Fs) -> Attachment:
        if not operation.uri.path or not operation.uri.id_length:
            return await super().attach(operation, fs)
        return await attach_file(operation, fs)

    async def _list_buckets(self, operation: Operation, fs: Fs) -> ListResult:
        uri = operation.uri
        owner = uri.parts[0] if uri.parts else CALLER
        if not uri.parts and not fs.hub.has_token:
            raise unsupported(
                "listing buckets requires an explicit owner. Use hf://buckets/OWNER; somebody who "
                "signs in can list their own."
            )
        base = owner if uri.parts else ""
        try:
            return await collect(operation, _buckets_of(owner, fs), base=base)
        except HubNotFound as error:
            raise not_found(f"there is no user or organization called {owner}") from error

    async def _stat_bucket(self, operation: Operation, fs: Fs) -> StatResult:
        uri = operation.uri
        try:
            bucket = await get_bucket(fs.hub, uri.repo_id)
        except HubNotFound:
            return StatResult(uri=str(uri), exists=False, type="missing", path="")
        return StatResult(
            uri=str(uri),
            exists=True,
            type="repo",
            path="",
            repo_type="bucket",
            size=bucket.size,
            total_files=bucket.total_files,
            private=bucket.private,
            updated_at=bucket.updated_at,
        )


async def _buckets_of(owner: str, fs: Fs) -> AsyncGenerator[Entry, None]:
    cursor = None
    while True:
        page = await list_buckets(fs.hub, owner, cursor=cursor)
        for bucket in page.items:
            yield _entry(bucket)
        if (cursor := page.cursor) is None:
            return


def _entry(bucket: Bucket) -> Entry:
    return Entry(
        type=EntryType.BUCKET,
        path=bucket.id,
        uri=f"hf://buckets/{bucket.id}",
        repo_type="bucket",
        private=bucket.private,
        size=bucket.size,
        total_files=bucket.total_files,
        created_at=bucket.created_at,
        updated_at=bucket.updated_at,
    )
