"""The guides that come with hf_fs, read like any other text."""

from functools import cache
from pathlib import Path

from mcpendpoint.tools.hf_fs.arguments import Operation
from mcpendpoint.tools.hf_fs.reading import cat_text
from mcpendpoint.tools.hf_fs.results import CatResult, StatResult

TOP = "guide.md"
PAPERS = "guide_papers.md"


@cache
def _content(name: str) -> bytes:
    return Path(__file__).with_name(name).read_bytes()


def cat(operation: Operation, name: str) -> CatResult:
    return cat_text(operation, _content(name), "text/markdown")


def stat(operation: Operation, name: str) -> StatResult:
    return StatResult(
        uri=str(operation.uri),
        exists=True,
        type="file",
        path=(operation.uri.parts or (operation.uri.root,))[-1],
        content_type="text/markdown",
        size=len(_content(name)),
    )
