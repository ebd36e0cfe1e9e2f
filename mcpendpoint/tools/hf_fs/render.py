"""Results as Markdown, for a reader. Pure: no I/O."""

import re
from collections.abc import Iterator
from datetime import date, datetime

from mcpendpoint.tools import markdown
from mcpendpoint.tools.hf_fs.arguments import EntryType
from mcpendpoint.tools.hf_fs.results import (
    AnyResult,
    AttachResult,
    CatResult,
    Entry,
    ErrorInfo,
    Item,
    ListResult,
    StatResult,
)

HEADINGS = ("Type", "Path", "URI", "Target", "Details")
MAX_SUMMARY_CHARS = 240

_OUR_GUIDE = re.compile(r"hf://(?:[a-z]+/)?README\.md")


def render_batch(items: list[Item]) -> str:
    return "\n\n---\n\n".join(_render_item(item) for item in items)


def _render_item(item: Item) -> str:
    heading = f"## Operation {item.index + 1}"
    if item.error is not None:
        return f"{heading}\n\n{_render_error(item.error)}"
    return f"{heading}\n\n{render(item.result)}" if item.result is not None else heading


def _render_error(error: ErrorInfo) -> str:
    retryable = " (retryable)" if error.retryable else ""
    return (
        f"[{error.code}]{retryable} {markdown.one_line(error.message)}\nRecovery: {error.recovery}"
    )


def render(result: AnyResult) -> str:
    match result:
        case ListResult():
            parts = list(_list(result))
        case CatResult():
            parts = list(_cat(result))
        case StatResult():
            parts = [_stat(result)]
        case AttachResult():
            parts = [_attach(result)]
    if result.warnings:
        warnings = "\n".join(f"- {markdown.one_line(warning)}" for warning in result.warnings)
        parts.append(f"## Warnings\n\n{warnings}")
    return f"# hf_fs {result.op}\n\n" + "\n\n".join(parts)


def _list(result: ListResult) -> Iterator[str]:
    yield f"URI: {markdown.code(result.uri)}"
    if result.order:
        yield f"Order: {result.order}"
    if result.entries:
        yield from markdown.mark(map(_text_of_others, result.entries))
        rows = [row_of(entry) for entry in result.entries]
        kept = [at for at in range(len(HEADINGS)) if any(row[at] for row in rows)]
        yield markdown.table(
            [HEADINGS[at] for at in kept], ([row[at] for at in kept] for row in rows)
        )
    else:
        yield "No entries." if not result.offset else f"No entries from offset {result.offset} on."
    if any(entry.target_uri for entry in result.entries):
        yield "Links: use the target; recursive listings do not follow them."
    if result.truncation_message:
        yield result.truncation_message


def _text_of_others(entry: Entry) -> str | None:
    """Return its abstract, summary or excerpt; what folders are described by is ours."""
    return None if entry.type is EntryType.DIR else entry.description


def row_of(entry: Entry) -> tuple[str, ...]:
    details = ", ".join(_details(entry))
    return (entry.type, entry.path, entry.uri, entry.target_uri or "", details)


def _details(entry: Entry) -> Iterator[str]:
    for name, value in _facts(entry):
        if value is not None and value != "":
            yield f"{name}={value}" if name else str(value)


def _facts(entry: Entry) -> Iterator[tuple[str, str | int | None]]:
    yield "repo", entry.repo_type
    if entry.private is not None:
        yield "", "private" if entry.private else "public"
    yield "gated", entry.gated or None
    yield "", "lfs" if entry.lfs else None
    yield "files", entry.total_files
    yield "likes", entry.likes
    yield "downloads", entry.downloads
    yield "size", None if entry.size is None else markdown.byte_size(entry.size)
    yield "task", entry.task
    yield "library", entry.library
    yield "tags", ",".join(entry.tags or [])
    yield "trending score", _number(entry.trending_score)
    yield "sdk", entry.sdk
    yield "title", entry.title
    yield "category", entry.category
    if entry.semantic_relevance is not None:
        yield "semantic relevance", f"{entry.semantic_relevance:.1%}"
    yield "anchor", entry.anchor
    if entry.description and entry.type == "paper":
        yield "summary", markdown.one_line(entry.description, MAX_SUMMARY_CHARS)
    elif entry.description:
        yield "", markdown.one_line(entry.description)
    yield "upvotes", entry.upvotes
    yield "updated", _date(entry.updated_at)
    if entry.created_at != entry.published_at:
        yield "created", _date(entry.created_at)
    yield "published", _date(entry.published_at)
    yield "daily papers", _date(entry.daily_papers_date)
    yield "daily papers uri", entry.daily_papers_uri
    yield "web", entry.url
    yield "arXiv", entry.arxiv_url
    yield "observed", _date(entry.observed_at)
    yield "content type", entry.content_type


def _number(value: float | None) -> str | None:
    return None if value is None else f"{value:g}"


def _date(value: date | datetime | None) -> str | None:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    return value.isoformat() if value else None


def _cat(result: CatResult) -> Iterator[str]:
    facts = [
        f"URI: {markdown.code(result.uri)}",
        f"Path: {markdown.code(result.path)}",
        f"Section: {markdown.code(result.section)}" if result.section else "",
        f"Content-Type: {markdown.code(result.content_type)}" if result.content_type else "",
        f"Bytes: {result.bytes}{_place(result)}",
    ]
    yield "\n".join(filter(None, facts))
    if not _OUR_GUIDE.fullmatch(result.uri):
        yield markdown.BY_OTHERS
    yield result.content
    if result.truncated:
        yield (
            result.truncation_message
            or f"Content truncated. Resume with --offset {result.next_offset}."
        )


def _place(result: CatResult) -> str:
    if result.size is None or (not result.offset and not result.truncated):
        return ""
    return f" of {result.size}, from byte {result.offset}"


def _stat(result: StatResult) -> str:
    return "\n".join(
        f"- {name}: {value}" for name, value in _stat_facts(result) if value is not None
    )


def _stat_facts(result: StatResult) -> Iterator[tuple[str, str | int | None]]:
    yield "URI", markdown.code(result.uri)
    yield "Exists", "yes" if result.exists else "no"
    yield "Type", markdown.code(result.type)
    yield "Path", _code(result.path)
    yield "Namespace", _code(result.namespace)
    yield "Target", _code(result.target_uri)
    yield "Repository", result.repo_type
    yield "Size", None if result.size is None else markdown.byte_size(result.size)
    yield "Files", result.total_files
    yield "LFS", None if result.lfs is None else "yes" if result.lfs else "no"
    yield "Private", None if result.private is None else "yes" if result.private else "no"
    yield "Gated", result.gated or None
    yield "Likes", result.likes
    yield "Downloads", result.downloads
    yield "Task", result.task
    yield "SDK", result.sdk
    yield "Title", markdown.one_line(result.title) if result.title else None
    yield "Content-Type", _code(result.content_type)
    yield "Published", _date(result.published_at)
    yield "Updated", _date(result.updated_at)
    yield "Daily Papers date", _date(result.daily_papers_date)
    yield "Daily Papers cohort", _code(result.daily_papers_uri)
    yield "Web", result.url
    yield "arXiv", result.arxiv_url


def _code(value: str | None) -> str | None:
    return markdown.code(value) if value else None


def _attach(result: AttachResult) -> str:
    return markdown.bullets(
        (
            ("URI", markdown.code(result.uri)),
            ("Path", markdown.code(result.path)),
            ("MIME type", markdown.code(result.mime_type)),
            ("Bytes", str(result.bytes)),
        )
    )
