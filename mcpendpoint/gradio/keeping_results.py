"""Keeps the files that a call brought back, for the person who made it, behind the answer.

A Space forgets them when it restarts. What is kept takes half of the person's quota at most, and is
not worth an error: what cannot be kept is at the Space alone, where the answer says it is.
"""

import asyncio
import logging
import re
from collections import Counter
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, suppress
from dataclasses import dataclass
from datetime import UTC
from functools import partial
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.db import DatabaseError
from mcp_types import CallToolResult, ContentBlock, ResourceLink, TextContent

from accounts.behind import run_behind
from accounts.database import changes
from accounts.outgoing.errors import OutgoingError
from mcpendpoint.files.keeping import FileRefused, begin_file, drop_file
from mcpendpoint.files.links import download_path
from mcpendpoint.files.models import StoredFile
from mcpendpoint.files.pace import in_pace
from mcpendpoint.files.taking import fill_file
from mcpendpoint.gradio.discovery import SpaceInfo
from mcpendpoint.gradio.errors import SpaceError
from mcpendpoint.gradio.transport import ask_space, token_header
from mcpendpoint.protocol.file_extension import EXTENSION, digest_on_the_wire

logger = logging.getLogger(__name__)

MAX_FILES = 10
"""Of one answer."""
MAX_BYTES = 25_000_000
"""Of one file: so much is set aside until it is there."""
MAX_AT_ONCE = 64
"""In this process; beyond them none are kept."""
MAX_AT_ONCE_OF_PERSON = 10
_LIMIT = f", if it has {MAX_BYTES // 1_000_000} MB or less"
FETCH_SECONDS = 120
PACE_SECONDS = 20
"""For its first byte, and in the mean of which it may not come too slowly."""
DOWNLOAD_SECONDS = 20
MAX_SEARCHED_CHARS = 200_000
MAX_URL_CHARS = 2_000

tasks_behind: set[asyncio.Task[None]] = set()
_places_taken: Counter[int] = Counter()
"""By person, from before a file has its row."""


@dataclass(frozen=True)
class Kept:
    file: StoredFile
    fetching: asyncio.Task[None]
    """Until then its size is what was set aside for it."""


async def keep_results(
    result: CallToolResult, info: SpaceInfo, *, user_id: int, token: str | None, source: str
) -> list[Kept]:
    """Return what is being kept of a result, from now on."""
    kept: list[Kept] = []
    for url in _files_in(result, info):
        file = await _begin_in_place(url, user_id, source)
        if file is None:
            break
        task = run_behind(_fetch(file, url, token if info.is_private else None))
        tasks_behind.add(task)
        task.add_done_callback(tasks_behind.discard)
        task.add_done_callback(lambda _: _leave_place(user_id))
        kept.append(Kept(file, task))
    return kept


async def with_downloads(result: CallToolResult, kept: list[Kept]) -> CallToolResult:
    """Let a result tell where its files can be downloaded, to a client that does so by itself.

    How large a file is, and of which digest, is known when all of it is here: that is waited for,
    for a while.
    """
    if not kept:
        return result
    await asyncio.wait([each.fetching for each in kept], timeout=DOWNLOAD_SECONDS)
    told = [_download_of(each.file) for each in kept if each.file.is_complete]
    meta = {**(result.meta or {}), EXTENSION: {"downloads": told}}
    return result.model_copy(update={"meta": meta}) if told else result


def _download_of(file: StoredFile) -> dict[str, Any]:
    """Return it with the keys that Claude Code 2.1.332 takes: it refuses all others.

    By a path, which it appends to the endpoint's address: of a URL it takes no private host.
    """
    return {
        "name": file.name,
        "mimeType": file.mime_type,
        "size": file.size,
        **({"digest": digest_on_the_wire(file.digest)} if file.digest else {}),
        "path": download_path(file),
        "credentials": "omit",
        "expiresAt": file.expires_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def with_handles(result: CallToolResult, kept: list[Kept], *, as_links: bool) -> CallToolResult:
    """Let a result tell the handles of what is kept of it."""
    files = [each.file for each in kept]
    told: list[ContentBlock] = [_link_to(file) for file in files]
    if files and not as_links:
        handles = ", ".join(file.handle for file in files)
        told = [TextContent(text=f"A copy is being kept for the person{_LIMIT}: {handles}")]
    return result.model_copy(update={"content": [*result.content, *told]}) if told else result


def _files_in(result: CallToolResult, info: SpaceInfo) -> list[str]:
    """Return the addresses of files at the Space itself, each once."""
    start = rf"{re.escape(info.url)}(?:/--replicas/[A-Za-z0-9]{{1,40}})?/gradio_api/file="
    address = re.compile(rf"{start}[^\s\"'<>()\[\]{{}}]{{1,{MAX_URL_CHARS}}}")
    found = (url.rstrip(".,;:!?") for text in _texts_of(result) for url in address.findall(text))
    return list(dict.fromkeys(found))[:MAX_FILES]


def _texts_of(result: CallToolResult) -> Iterator[str]:
    for block in result.content:
        if isinstance(block, TextContent):
            yield block.text[:MAX_SEARCHED_CHARS]
        elif isinstance(block, ResourceLink):
            yield block.uri


async def _begin_in_place(url: str, user_id: int, source: str) -> StoredFile | None:
    """Return a file that has a place, which is to be left, if there is room for it."""
    is_full = _places_taken.total() >= MAX_AT_ONCE
    if is_full or _places_taken[user_id] >= MAX_AT_ONCE_OF_PERSON:
        return None
    _places_taken[user_id] += 1
    file = None
    try:
        file = await _begin(url, user_id, source)
    finally:
        if file is None:
            _leave_place(user_id)
    return file


def _leave_place(user_id: int) -> None:
    _places_taken[user_id] -= 1
    if not _places_taken[user_id]:
        del _places_taken[user_id]


async def _begin(url: str, user_id: int, source: str) -> StoredFile | None:
    name = unquote(urlsplit(url).path, errors="replace")
    size = min(MAX_BYTES, settings.FILES_MAX_BYTES)
    quota = settings.FILES_QUOTA_BYTES // 2
    begin = partial(begin_file, name=name, size=size, source=source, quota=quota)
    try:
        return await changes.run(begin, user_id)
    except (FileRefused, DatabaseError):
        return None


async def _fetch(file: StoredFile, url: str, token: str | None) -> None:
    try:
        async with aclosing(_pieces_of(url, token, file.size)) as pieces:
            await fill_file(file, in_pace(pieces, PACE_SECONDS))
    except (OutgoingError, FileRefused, SpaceError, DatabaseError) as error:
        logger.info("A file of a Space's answer was not kept: %s.", type(error).__name__)
    if not file.is_complete:
        with suppress(DatabaseError):  # else it ends by itself, within a day
            await changes.run(drop_file, file)


async def _pieces_of(url: str, token: str | None, max_bytes: int) -> AsyncGenerator[bytes, None]:
    # Gradio tells the path of a file as it is, also where that has a % in it.
    for address in dict.fromkeys((url, url.replace("%", "%25"))):
        headers = token_header(token)
        async with ask_space("GET", address, headers, seconds=FETCH_SECONDS) as answer:
            if answer.is_success:
                async for piece in answer.pieces(max_bytes):
                    yield piece
                return
    raise SpaceError("The Space has no such file.")


def _link_to(file: StoredFile) -> ResourceLink:
    return ResourceLink(
        type="resource_link",
        uri=file.handle,
        name=file.name,
        mime_type=file.mime_type,
        description=f"A copy of the file at the Space, which is being kept for the person{_LIMIT}.",
    )
