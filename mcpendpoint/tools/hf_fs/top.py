"""hf:// itself and its guide, hf://README.md."""

from mcpendpoint.tools.hf_fs.arguments import Operation
from mcpendpoint.tools.hf_fs.entries import document, folder
from mcpendpoint.tools.hf_fs.failures import invalid, unsupported
from mcpendpoint.tools.hf_fs.listing import collect, these
from mcpendpoint.tools.hf_fs.provider import Fs, Provider
from mcpendpoint.tools.hf_fs.results import CatResult, ListResult, StatResult
from mcpendpoint.tools.hf_fs.uri import README, ROOTS, Uri


class Top(Provider):
    async def ls(self, operation: Operation, fs: Fs) -> ListResult:
        if operation.recursive:
            raise unsupported("recursive ls is not supported on hf://")
        entries = [document(Uri(README), "text/markdown"), *(folder(Uri(root)) for root in ROOTS)]
        return await collect(operation, these(entries))

    async def stat(self, operation: Operation, fs: Fs) -> StatResult:
        return StatResult(uri="hf://", exists=True, type="dir", path="")

    async def cat(self, operation: Operation, fs: Fs) -> CatResult:
        raise invalid("hf:// is no file; `cat hf://README.md` explains this file system")

    async def find(self, operation: Operation, fs: Fs) -> ListResult:
        raise unsupported("find is not supported for the global hf:// root.", suggested="search")
