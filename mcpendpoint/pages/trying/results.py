"""What came of a call, for a person to look at. Pure: no I/O.

A Space's words are hostile: texts stay texts, only pictures made of dots are shown, and links lead
to http and https alone.
"""

import base64
import binascii
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from mcpendpoint.files.handles import id_in
from mcpendpoint.files.names import clean_name, served_type

Json = dict[str, Any]

MAX_BLOCKS = 100
MAX_TEXT_CHARS = 100_000
MAX_LINKS = 200
MAX_LINK_CHARS = 2_000
MAX_TABLES = 3
MAX_ROWS = 50
MAX_COLUMNS = 10
MAX_CELL_CHARS = 200
MAX_LEVELS = 3
MAX_NAME_CHARS = 60

PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
"""Not SVG, which is a document."""

_FILE_TYPE = re.compile(r"(?:audio|video|image|application|text)/[a-z0-9.+-]{1,60}")
_URL = re.compile(r"https?://[^\s<>\"'`{}|\\^\[\]]{1,2000}")
_NOT_OF_URL = ".,;:!?)*_"


@dataclass(frozen=True)
class Piece:
    """Of a text, or of a table; `url` if it is an address."""

    text: str
    url: str = ""


@dataclass(frozen=True)
class Block:
    kind: str
    """text, picture, link or file"""
    label: str = ""
    pieces: tuple[Piece, ...] = ()
    url: str = ""
    """Of the picture or file itself, as data."""
    file_name: str = ""
    media: str = ""
    """What plays it: audio, video, or nothing."""
    file_id: str = ""
    """Of a file of the person's own."""


@dataclass(frozen=True)
class Table:
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Piece, ...], ...]
    left_out: int


@dataclass(frozen=True)
class Outcome:
    is_error: bool
    blocks: tuple[Block, ...]
    tables: tuple[Table, ...]


def outcome_of(answer: Json) -> Outcome:
    """Read the JSON-RPC response to a call of a tool."""
    error = answer.get("error")
    if isinstance(error, dict):
        return Outcome(True, (text_block(str(error.get("message", ""))),), ())
    result = answer.get("result")
    result = result if isinstance(result, dict) else {}
    content = result.get("content")
    content = content if isinstance(content, list) else []
    blocks = [block for item in content[:MAX_BLOCKS] for block in _blocks_of(item)]
    if len(content) > MAX_BLOCKS:
        blocks.append(text_block(f"{len(content) - MAX_BLOCKS:,} more parts are not shown here."))
    tables = tuple(islice(_tables_in(result.get("structuredContent")), MAX_TABLES))
    return Outcome(result.get("isError") is True, tuple(blocks), tables)


def text_block(text: str, label: str = "") -> Block:
    cut = text[:MAX_TEXT_CHARS]
    pieces = list(pieces_of(cut))
    if len(cut) < len(text):
        pieces.append(Piece(f"\n… {len(text) - len(cut):,} more characters."))
    return Block("text", label, tuple(pieces))


def pieces_of(text: str) -> Iterator[Piece]:
    """Tell the addresses in a text from what stands around them."""
    end = links = 0
    for found in _URL.finditer(text):
        url = found[0].rstrip(_NOT_OF_URL)
        if links == MAX_LINKS or not is_link(url):
            continue
        links += 1
        if found.start() > end:
            yield Piece(text[end : found.start()])
        yield Piece(url, url)
        end = found.start() + len(url)
    if end < len(text):
        yield Piece(text[end:])


def is_link(url: Any) -> bool:
    if not isinstance(url, str) or len(url) > MAX_LINK_CHARS or not url.isprintable():
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False


def _blocks_of(item: Any) -> Iterator[Block]:
    if not isinstance(item, dict):
        return
    match item.get("type"):
        case "text":
            yield text_block(str(item.get("text", "")))
        case "image" | "audio":
            yield _file(item.get("data"), item.get("mimeType"), str(item["type"]))
        case "resource_link":
            yield _link(item)
        case "resource" if isinstance(resource := item.get("resource"), dict):
            uri = str(resource.get("uri", ""))[:MAX_LINK_CHARS]
            if isinstance(resource.get("text"), str):
                yield text_block(resource["text"], uri)
            else:
                yield _file(resource.get("blob"), resource.get("mimeType"), uri)
        case _:
            yield text_block("A part of a kind that this page does not know: see the JSON below.")


def _link(item: Json) -> Block:
    uri = item.get("uri")
    label = str(item.get("title") or item.get("name") or "")[:MAX_CELL_CHARS]
    if is_link(uri):
        return Block("link", label, (Piece(str(uri), str(uri)),))
    if isinstance(uri, str) and (file_id := id_in(uri)):
        media = _media(item.get("mimeType"))
        name = clean_name(str(item.get("name") or ""))
        handle = (Piece(uri[:MAX_LINK_CHARS]),)
        return Block("handle", label, handle, file_name=name, media=media, file_id=file_id)
    return text_block(str(uri)[:MAX_LINK_CHARS], label)


def _file(data: Any, mime_type: Any, label: str) -> Block:
    kind = mime_type.lower() if isinstance(mime_type, str) else ""
    if not isinstance(data, str) or not _is_base64(data):
        return text_block("This part is not readable: see the JSON below.", label)
    if kind in PICTURES:
        return Block("picture", label, url=f"data:{kind};base64,{data}")
    if not _FILE_TYPE.fullmatch(kind) or kind in ("text/html", "image/svg+xml"):
        kind = "application/octet-stream"
    ending = re.sub(r"[^a-z0-9]", "", kind.rpartition("/")[2].partition("+")[0])[:10]
    name = "result.bin" if kind.endswith("octet-stream") else f"result.{ending}"
    url = f"data:{kind};base64,{data}"
    return Block("file", label, url=url, file_name=name, media=_media(kind))


def _media(mime_type: Any) -> str:
    """Return what of a browser plays a type."""
    kind = mime_type.lower() if isinstance(mime_type, str) else ""
    served = served_type(kind).partition("/")[0]
    return served if served in ("audio", "video") else ""


def _is_base64(data: str) -> bool:
    try:
        return bool(base64.b64decode(data, validate=True))
    except (binascii.Error, ValueError):
        return False


def _tables_in(value: Any, title: str = "", levels: int = MAX_LEVELS) -> Iterator[Table]:
    """Find lists of flat rows, also those that stand in the rows of others."""
    if not levels or not isinstance(value, dict):
        return
    for name, part in value.items():
        path = f"{title} {name}".strip()
        if not (isinstance(part, list) and part and all(isinstance(row, dict) for row in part)):
            yield from _tables_in(part, path, levels - 1)
        elif (table := _table_of(path, part)) is not None:
            yield table
        else:
            for row in part[:MAX_ROWS]:
                yield from _tables_in(row, _name_of(row), levels - 1)


def _name_of(row: Json) -> str:
    return next((text[:MAX_NAME_CHARS] for text in row.values() if isinstance(text, str)), "")


def _table_of(title: str, rows: Sequence[Json]) -> Table | None:
    shown = rows[:MAX_ROWS]
    names = list(dict.fromkeys(name for row in shown for name in row))
    flat = [name for name in names if all(_is_flat(row.get(name)) for row in shown)]
    columns = flat[:MAX_COLUMNS]
    holds_rows = any(_has_rows(row) for row in shown)
    if not columns or holds_rows or len(flat) * 2 < len(names):
        return None
    cells = tuple(tuple(_cell(row.get(name)) for name in columns) for row in shown)
    heads = tuple(name[:MAX_CELL_CHARS] for name in columns)
    return Table(title[:MAX_CELL_CHARS], heads, cells, len(rows) - len(shown))


def _has_rows(row: Json) -> bool:
    return any(
        isinstance(part, list) and part and isinstance(part[0], dict) for part in row.values()
    )


def _is_flat(value: Any) -> bool:
    if isinstance(value, list):
        return all(isinstance(item, str | int | float | None) for item in value)
    return isinstance(value, str | int | float | None)


def _cell(value: Any) -> Piece:
    match value:
        case None:
            text = ""
        case bool():
            text = "yes" if value else "no"
        case list():
            text = ", ".join(map(str, value[:MAX_ROWS]))
        case _:
            text = str(value)
    cut = text if len(text) <= MAX_CELL_CHARS else f"{text[:MAX_CELL_CHARS]}…"
    return Piece(cut, text if is_link(value) else "")
