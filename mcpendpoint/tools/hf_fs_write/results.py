"""What was written or removed, for a program and for a reader. Pure: no I/O."""

from typing import Literal

from mcpendpoint.tools.base import Result
from mcpendpoint.tools.markdown import bullets, byte_size, code, link


class CommitInfo(Result):
    oid: str
    url: str


class WriteResult(Result):
    uri: str
    op: Literal["put", "rm"]
    repo: str
    repo_type: Literal["model", "dataset", "space", "bucket"]
    path: str
    bytes: int | None = None
    branch: str | None = None
    message: str
    url: str | None = None
    """Of the file that was put, or of what it was removed from."""
    commit: CommitInfo | None = None
    pull_request_url: str | None = None


def render(result: WriteResult) -> str:
    commit, proposal = result.commit, result.pull_request_url
    pairs = [
        ("URI", code(result.uri)),
        ("Size", byte_size(result.bytes) if result.bytes is not None else None),
        ("Branch", code(result.branch) if result.branch else None),
        ("Message", result.message),
        ("Commit", link(commit.oid, commit.url) if commit else None),
        ("Pull request, which changes nothing until it is merged", proposal),
        ("URL", result.url),
    ]
    return f"# hf_fs_write {result.op}\n\n{bullets(pairs)}"
