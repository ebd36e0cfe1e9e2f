"""What all listings share: filters, offset and limit, and how to get what was left out."""

from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing

from mcpendpoint.tools.hf_fs.arguments import MAX_LIMIT, MAX_SEARCH_LIMIT, Operation
from mcpendpoint.tools.hf_fs.globs import Glob
from mcpendpoint.tools.hf_fs.options import Command
from mcpendpoint.tools.hf_fs.results import Entry, ListResult, TruncationReason

MAX_SCANNED = 20_000
"""Entries that one operation looks at, in search of those that it was asked for."""


class _Filter:
    def __init__(self, operation: Operation, base: str, *, loosely: bool) -> None:
        self._type = operation.entry_type
        self._prefix = f"{base}/" if base else ""
        self._loosely = loosely
        self._name = _glob(operation.name_glob, ignore_case=loosely)
        self._path = _glob(operation.path_glob, ignore_case=loosely)

    def lets_pass(self, entry: Entry) -> bool:
        if self._type is not None and entry.type is not self._type:
            return False
        path = entry.path.removeprefix(self._prefix)
        name = path.rpartition("/")[2]
        if self._name is not None and not self._name.matches(name):
            return False
        if self._path is None or self._path.matches(path):
            return True
        return self._loosely and self._path.matches(name)


def _glob(pattern: str | None, *, ignore_case: bool) -> Glob | None:
    return None if pattern is None else Glob(pattern, ignore_case=ignore_case)


async def collect(
    operation: Operation,
    entries: AsyncGenerator[Entry, None],
    *,
    base: str = "",
    limit: int | None = None,
    max_limit: int | None = None,
    loosely: bool = False,
) -> ListResult:
    """Take what the operation asks for; globs match the path below `base`.

    `loosely`: whatever the case of letters is, and the name alone as well.
    """
    limit = limit or operation.limit
    wanted = _Filter(operation, base, loosely=loosely)
    taken: list[Entry] = []
    scanned = matched = 0
    reason: TruncationReason | None = None
    async with aclosing(entries):
        async for entry in entries:
            scanned += 1
            if scanned > MAX_SCANNED:
                reason = "provider_limit"
                break
            if not wanted.lets_pass(entry):
                continue
            matched += 1
            if len(taken) == limit:
                reason = "limit" if operation.command is Command.SEARCH else "entry_limit"
                break
            if matched > operation.offset:
                taken.append(entry)
    return list_result(operation, taken, reason, max_limit=max_limit)


def list_result(
    operation: Operation,
    entries: list[Entry],
    reason: TruncationReason | None = None,
    *,
    max_limit: int | None = None,
    warnings: Iterable[str] = (),
) -> ListResult:
    following = operation.offset + len(entries)
    has_more = reason in ("limit", "entry_limit")
    return ListResult(
        uri=str(operation.uri),
        op=operation.command,
        entries=entries,
        offset=operation.offset,
        truncated=True if reason else None,
        truncation_reason=reason,
        truncation_message=_message(operation, reason, following, max_limit),
        next_offset=following if has_more else None,
        warnings=list(warnings) or None,
    )


def _message(
    operation: Operation, reason: TruncationReason | None, following: int, max_limit: int | None
) -> str | None:
    if reason is None:
        return None
    if reason == "provider_limit":
        return (
            f"Only the first {MAX_SCANNED} entries were looked at. Narrow the URI to a folder "
            "to see the others."
        )
    is_search = operation.command is Command.SEARCH
    most = max_limit or (MAX_SEARCH_LIMIT if is_search else MAX_LIMIT)
    return (
        f"Result truncated after reaching the limit. Continue with --offset {following}, or use a "
        f"larger --limit, up to {most}."
    )


async def these(entries: Iterable[Entry]) -> AsyncGenerator[Entry, None]:
    """Return entries that are known as if they came one by one."""
    for entry in entries:
        yield entry
