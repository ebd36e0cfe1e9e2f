"""The argv of each command, and what an operation asks for. Pure: no I/O."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeVar

from mcpendpoint.hub.discovery import MAX_TRENDING
from mcpendpoint.hub.references import HUB, REPO_ROOTS
from mcpendpoint.tools.hf_fs.failures import invalid
from mcpendpoint.tools.hf_fs.options import OPTIONS, Command, Given, shown, split_argv
from mcpendpoint.tools.hf_fs.uri import TRENDING, Uri, parse_uri
from mcpendpoint.tools.leniency import choose

DEFAULT_LIMIT = 1_000
MAX_LIMIT = 10_000
DEFAULT_SEARCH_LIMIT = 100
MAX_SEARCH_LIMIT = 1_000
MAX_OFFSET = 10**12
DEFAULT_CAT_BYTES = 20_000
MAX_CAT_BYTES = 80_000
MAX_ATTACH_BYTES = 8 * 1024 * 1024
MAX_TAGS = 20
MAX_TAG_CHARS = 100
MAX_PATTERN_CHARS = 500
MAX_QUERY_CHARS = 1_000


class EntryType(StrEnum):
    FILE = "file"
    DIR = "dir"
    REPO = "repo"
    BUCKET = "bucket"
    COLLECTION = "collection"
    PAPER = "paper"
    LINK = "link"


class Sort(StrEnum):
    CREATED_AT = "createdAt"
    DOWNLOADS = "downloads"
    LIKES = "likes"
    LAST_MODIFIED = "lastModified"
    LIKES_30D = "likes30d"
    TRENDING_SCORE = "trendingScore"
    MAIN_SIZE = "mainSize"
    ID = "id"
    TRENDING = "trending"
    UPVOTES = "upvotes"


@dataclass(frozen=True)
class Operation:
    command: Command
    uri: Uri
    recursive: bool = False
    name_glob: str | None = None
    """Matches the last part of a path."""
    path_glob: str | None = None
    """Matches the path below the URI."""
    entry_type: EntryType | None = None
    sort: Sort | None = None
    query: str = ""
    tags: tuple[str, ...] = ()
    offset: int = 0
    """Of the first entry, or of the first byte."""
    asked_limit: int | None = None
    asked_bytes: int | None = None
    warnings: tuple[str, ...] = ()

    @property
    def limit(self) -> int:
        default = DEFAULT_SEARCH_LIMIT if self.command is Command.SEARCH else DEFAULT_LIMIT
        return self.asked_limit or default

    @property
    def max_bytes(self) -> int:
        if self.command is Command.ATTACH:
            return self.asked_bytes or MAX_ATTACH_BYTES
        return (DEFAULT_CAT_BYTES if self.asked_bytes is None else self.asked_bytes) or (
            MAX_CAT_BYTES
        )

    def at(self, uri: Uri) -> "Operation":
        return replace(self, uri=uri)


_POSITIONALS = {Command.CAT: 2, Command.STAT: 2}
_TYPE_ALIASES = {
    "f": EntryType.FILE,
    "d": EntryType.DIR,
    "l": EntryType.LINK,
    **dict.fromkeys(("directory", "directories", "folder"), EntryType.DIR),
    **dict.fromkeys(("model", "dataset", "space", "repository"), EntryType.REPO),
    "symlink": EntryType.LINK,
}
_SORT_ALIASES = {
    **dict.fromkeys(("created", "new", "newest"), Sort.CREATED_AT),
    **dict.fromkeys(("modified", "updated", "recent"), Sort.LAST_MODIFIED),
    **dict.fromkeys(("popular", "most downloaded"), Sort.DOWNLOADS),
    **dict.fromkeys(("liked", "most liked"), Sort.LIKES),
    "size": Sort.MAIN_SIZE,
    "name": Sort.ID,
}
MCP_TAG = "mcp-server"


def parse_operation(command: Command, args: Sequence[str], *, endpoint: str = HUB) -> Operation:
    """Raises Failure."""
    positionals, given = split_argv(command, args, OPTIONS[command])
    if not positionals:
        raise invalid(f"{command} requires an hf:// URI")
    uri, *rest = positionals
    most = _POSITIONALS.get(command, 1)
    if command is not Command.SEARCH and len(positionals) > most:
        raise invalid(f"unexpected argument for {command}: {shown(positionals[most])}")
    if rest and command is not Command.SEARCH:
        uri = f"{uri.rstrip('/')}/{rest[0].lstrip('/')}"
    operation = Operation(
        command=command,
        uri=parse_uri(uri, endpoint=endpoint),
        recursive="recursive" in given.flags,
        name_glob=_pattern(given, "name"),
        path_glob=_pattern(given, "path"),
        entry_type=_entry_type(given.texts.get("type")),
        sort=_sort(given.texts.get("sort")),
        query=_query(given, rest) if command is Command.SEARCH else "",
        tags=_tags(given),
        offset=_offset(given),
        asked_limit=given.integers.get("limit"),
        asked_bytes=given.integers.get("max_bytes"),
    )
    operation = _with_trending_path(operation)
    _check_search(operation)
    _check_bounds(operation)
    return _without_what_goes_without_saying(operation)


def _pattern(given: Given, key: str) -> str | None:
    pattern = given.texts.get(key)
    if pattern is not None and not 0 < len(pattern) <= MAX_PATTERN_CHARS:
        raise invalid(f"a glob must have between 1 and {MAX_PATTERN_CHARS} characters")
    return pattern


def _entry_type(text: str | None) -> EntryType | None:
    if text is None:
        return None
    try:
        return EntryType(choose(text, EntryType, _TYPE_ALIASES))
    except ValueError:
        raise invalid(
            f"invalid entry type: {shown(text)}. Use --type file for files. "
            f"Types: {_names(EntryType)}."
        ) from None


def _sort(text: str | None) -> Sort | None:
    try:
        return None if text is None else Sort(choose(text, Sort, _SORT_ALIASES))
    except ValueError:
        raise invalid(f"invalid sort: {shown(text or '')}. Sorts: {_names(Sort)}.") from None


EnumT = TypeVar("EnumT", bound=StrEnum)


def _names(enum: type[EnumT]) -> str:
    return ", ".join(enum)


def _query(given: Given, words: Sequence[str]) -> str:
    spoken = " ".join(words).strip()
    named = given.texts.get("query")
    if spoken and named is not None:
        raise invalid("duplicate option for query: --query")
    query = spoken or (named or "").strip()
    if len(query) > MAX_QUERY_CHARS:
        raise invalid(f"the query is longer than {MAX_QUERY_CHARS} characters")
    return query


def _tags(given: Given) -> tuple[str, ...]:
    kind = given.texts.get("kind")
    if kind is not None and choose(kind, ("mcp",), {"mcp-server": "mcp"}) != "mcp":
        raise invalid(f"invalid Space kind: {shown(kind or '')}. Supported kinds: mcp")
    if any(not 0 < len(tag) <= MAX_TAG_CHARS for tag in given.repeated):
        raise invalid(f"Space tags must contain between 1 and {MAX_TAG_CHARS} characters")
    if len(given.repeated) > MAX_TAGS:
        raise invalid(f"at most {MAX_TAGS} Space tags may be specified")
    return tuple(dict.fromkeys([*given.repeated, *([MCP_TAG] if kind else [])]))


def _offset(given: Given) -> int:
    offset = given.integers.get("offset", 0)
    if offset < 0:
        raise invalid("offset must be non-negative")
    return min(offset, MAX_OFFSET)


def _with_trending_path(operation: Operation) -> Operation:
    """Take `ls hf://models --sort trending` for what it means."""
    uri = operation.uri
    is_root = uri.root in (*REPO_ROOTS, "papers") and not uri.parts
    if operation.command is not Command.LS or operation.sort is not Sort.TRENDING or not is_root:
        return operation
    if operation.recursive or operation.path_glob:
        raise invalid("--sort trending does not support recursive or glob listing options")
    place = uri.child(TRENDING)
    warning = f"Treated --sort trending on {uri} as {place}."
    return replace(operation, uri=place, sort=None, warnings=(warning,))


def _check_search(operation: Operation) -> None:
    uri = operation.uri
    if operation.command is not Command.SEARCH:
        return
    is_root_or_owner = len(uri.parts) < 2 and not uri.id_length and not is_trending(uri)
    is_scope = (
        (uri.root in (*REPO_ROOTS, "collections") and is_root_or_owner)
        or (uri.root == "papers" and not uri.parts)
        or uri.root == "docs"
    )
    if not is_scope:
        raise invalid(
            "search requires hf://models|datasets|spaces[/OWNER], hf://collections[/OWNER], "
            "hf://docs[/...] or exactly hf://papers. Inside a repository use find for names of "
            "files, and cat to read one."
        )
    if not operation.query and uri.root in ("papers", "docs"):
        raise invalid("search requires a positional query or --query")
    if operation.tags and (uri.root != "spaces" or uri.parts):
        raise invalid(
            "--tag and --kind are supported only with search hf://spaces (exactly this root)"
        )


def _check_bounds(operation: Operation) -> None:
    max_bytes = operation.asked_bytes
    if max_bytes is not None and operation.command is Command.ATTACH:
        if not 1 <= max_bytes <= MAX_ATTACH_BYTES:
            raise invalid(f"attach max_bytes must be between 1 and {MAX_ATTACH_BYTES}")
    elif max_bytes is not None and not 0 <= max_bytes <= MAX_CAT_BYTES:
        raise invalid(f"max_bytes must be between 0 and {MAX_CAT_BYTES}")
    most = MAX_LIMIT
    if operation.command is Command.SEARCH:
        most = MAX_SEARCH_LIMIT
    elif is_trending(operation.uri):
        most = MAX_TRENDING
    if operation.asked_limit is not None and not 1 <= operation.asked_limit <= most:
        raise invalid(f"limit must be between 1 and {most} for this command")


def is_trending(uri: Uri) -> bool:
    return uri.root in REPO_ROOTS and uri.parts == (TRENDING,)


def _without_what_goes_without_saying(operation: Operation) -> Operation:
    if operation.command is not Command.LS or not is_trending(operation.uri):
        return operation
    warnings = list(operation.warnings)
    if operation.sort in (Sort.TRENDING, Sort.TRENDING_SCORE):
        warnings.append(
            f"Ignored --sort {operation.sort} because {operation.uri} is in that order."
        )
        operation = replace(operation, sort=None)
    if operation.entry_type is EntryType.REPO:
        warnings.append(f"Ignored --type repo because {operation.uri} contains only repositories.")
        operation = replace(operation, entry_type=None)
    return replace(operation, warnings=tuple(warnings))
