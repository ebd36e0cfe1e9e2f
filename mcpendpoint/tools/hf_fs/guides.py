"""The guides that come with hf_fs, read like any other text."""

from functools import cached_property
from pathlib import Path

from mcpendpoint.tools.hf_fs.arguments import Operation
from mcpendpoint.tools.hf_fs.failures import not_a_directory
from mcpendpoint.tools.hf_fs.provider import Fs, Provider
from mcpendpoint.tools.hf_fs.reading import cat_text
from mcpendpoint.tools.hf_fs.results import CatResult, ListResult, StatResult
from mcpendpoint.tools.hf_fs.uri import README


class Guide(Provider):
    def __init__(self, file_name: str) -> None:
        self._file = Path(__file__).with_name(file_name)

    @cached_property
    def _content(self) -> bytes:
        return self._file.read_bytes()

    async def cat(self, operation: Operation, fs: Fs) -> CatResult:
        return cat_text(operation, self._content, "text/markdown")

    async def stat(self, operation: Operation, fs: Fs) -> StatResult:
        return StatResult(
            uri=str(operation.uri),
            exists=True,
            type="file",
            path=README,
            content_type="text/markdown",
            size=len(self._content),
        )

    async def ls(self, operation: Operation, fs: Fs) -> ListResult:
        raise not_a_directory(f"{operation.uri} is a file")

    async def find(self, operation: Operation, fs: Fs) -> ListResult:
        raise not_a_directory(f"{operation.uri} is a file")
