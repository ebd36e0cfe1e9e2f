"""What hf_fs answers; the names of fields are those that assistants know from the public server."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import WithJsonSchema

from mcpendpoint.tools.base import Result
from mcpendpoint.tools.hf_fs.arguments import EntryType
from mcpendpoint.tools.hf_fs.failures import Code, Failure
from mcpendpoint.tools.hf_fs.options import Command
from mcpendpoint.tools.hf_fs.text_policy import ImageType

ContentType = Literal["application/json", "text/markdown"]
Gate = Literal["auto", "manual", False]
StatType = Literal["namespace", "repo", "dir", "file", "collection", "paper", "link", "missing"]
TruncationReason = Literal["entry_limit", "limit", "provider_limit", "max_bytes", "output_budget"]
MAX_NAME_CHARS = 300
MAX_DESCRIPTION_CHARS = 600
MAX_TAGS = 30


class Entry(Result):
    type: EntryType
    path: str
    uri: str
    name: str | None = None
    target_uri: str | None = None
    """What a link leads to."""
    repo_type: Literal["model", "dataset", "space", "bucket"] | None = None
    size: int | None = None
    total_files: int | None = None
    lfs: bool | None = None
    private: bool | None = None
    gated: Gate | None = None
    likes: int | None = None
    downloads: int | None = None
    task: str | None = None
    library: str | None = None
    tags: list[str] | None = None
    trending_score: float | None = None
    sdk: str | None = None
    title: str | None = None
    category: str | None = None
    semantic_relevance: float | None = None
    anchor: str | None = None
    description: str | None = None
    upvotes: int | None = None
    created_at: datetime | None = None
    published_at: datetime | None = None
    daily_papers_date: date | None = None
    daily_papers_uri: str | None = None
    url: str | None = None
    arxiv_url: str | None = None
    observed_at: datetime | None = None
    updated_at: datetime | None = None
    content_type: ContentType | None = None


class ListResult(Result):
    uri: str
    op: Literal[Command.LS, Command.FIND, Command.SEARCH]
    entries: list[Entry]
    order: str | None = None
    offset: int = 0
    truncated: bool | None = None
    truncation_reason: TruncationReason | None = None
    truncation_message: str | None = None
    next_offset: int | None = None
    """--offset of what follows."""
    warnings: list[str] | None = None


class CatResult(Result):
    uri: str
    op: Literal[Command.CAT] = Command.CAT
    path: str
    content: str
    content_type: ContentType | None = None
    section: str | None = None
    offset: int = 0
    """Of the content in the file, in bytes."""
    bytes: int
    size: int | None = None
    truncated: bool
    truncation_reason: TruncationReason | None = None
    truncation_message: str | None = None
    next_offset: int | None = None
    warnings: list[str] | None = None


class StatResult(Result):
    uri: str
    op: Literal[Command.STAT] = Command.STAT
    exists: bool
    type: StatType
    path: str
    content_type: ContentType | None = None
    namespace: str | None = None
    target_uri: str | None = None
    repo_type: Literal["model", "dataset", "space", "bucket"] | None = None
    size: int | None = None
    total_files: int | None = None
    lfs: bool | None = None
    private: bool | None = None
    gated: Gate | None = None
    likes: int | None = None
    downloads: int | None = None
    task: str | None = None
    sdk: str | None = None
    title: str | None = None
    published_at: datetime | None = None
    daily_papers_date: date | None = None
    daily_papers_uri: str | None = None
    url: str | None = None
    arxiv_url: str | None = None
    updated_at: datetime | None = None
    warnings: list[str] | None = None


class AttachResult(Result):
    uri: str
    op: Literal[Command.ATTACH] = Command.ATTACH
    path: str
    mime_type: ImageType
    bytes: int
    warnings: list[str] | None = None


AnyResult = ListResult | CatResult | StatResult | AttachResult


class ErrorInfo(Result):
    code: Code
    message: str
    recovery: str
    retryable: bool
    retry_after_seconds: int | None = None
    suggestedOperation: str | None = None  # noqa: N815  as the public server spells it

    @classmethod
    def of(cls, failure: Failure) -> "ErrorInfo":
        return cls(
            code=failure.code,
            message=failure.message,
            recovery=failure.recovery,
            retryable=failure.is_retryable,
            retry_after_seconds=failure.retry_after_seconds,
            suggestedOperation=failure.suggested,
        )


def _loosely(**properties: Any) -> WithJsonSchema:
    """Name what there is to read without spending an assistant's memory on every detail."""
    return WithJsonSchema({"type": "object", "properties": properties})


_TEXT = {"type": "string"}
_NUMBER = {"type": "integer"}
_ENTRY = {"type": "object", "properties": {"type": _TEXT, "path": _TEXT, "uri": _TEXT}}


class Item(Result):
    """What became of one operation: `result`, or `error`."""

    index: int
    status: Literal["success", "error"]
    result: (
        Annotated[
            AnyResult,
            _loosely(
                uri=_TEXT,
                op=_TEXT,
                entries={"type": "array", "items": _ENTRY},
                content=_TEXT,
                exists={"type": "boolean"},
                type=_TEXT,
                truncated={"type": "boolean"},
                next_offset=_NUMBER,
            ),
        ]
        | None
    ) = None
    error: (
        Annotated[
            ErrorInfo,
            _loosely(
                code=_TEXT,
                message=_TEXT,
                recovery=_TEXT,
                retryable={"type": "boolean"},
            ),
        ]
        | None
    ) = None
    output_truncated: bool | None = None


class FsResult(Result):
    schema_levels = 4

    results: list[Item]
    truncated: bool | None = None
    truncation_reason: Literal["output_budget"] | None = None
