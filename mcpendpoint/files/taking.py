"""Takes in what comes as a stream, without keeping the event loop."""

import asyncio
import hashlib
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Callable
from functools import partial
from hashlib import sha256

from accounts.database import changes
from mcpendpoint.files.keeping import (
    FileRefused,
    begin_file,
    check_piece,
    drop_file,
    finish_file,
    note_piece,
    store_piece,
)
from mcpendpoint.files.models import StoredFile
from mcpendpoint.files.reading import file_threads
from mcpendpoint.files.storage import delete_piece

PIECE_BYTES = 1_000_000


class OtherContent(FileRefused):
    """It is of the right size at most."""

    def __init__(self) -> None:
        super().__init__("These bytes are not those whose digest was told.")


async def keep_stream(
    user_id: int,
    parts: AsyncIterator[bytes],
    *,
    name: str,
    mime_type: str,
    size: int | None,
    source: str,
) -> StoredFile:
    """Keep all that comes, `size` bytes at most. Raises FileRefused, and what `parts` raises."""
    begin = partial(begin_file, name=name, mime_type=mime_type, size=size, source=source)
    file = await changes.run(begin, user_id)
    await fill_file(file, parts)
    return file


async def fill_file(
    file: StoredFile,
    parts: AsyncIterator[bytes],
    digest: str = "",
    *,
    drop: Callable[[StoredFile], object] = drop_file,
) -> None:
    """Let a file have all that comes; without all of it, `drop` it. Raises as `keep_stream`.

    A `digest` is what it has to have; raises OtherContent for another one.
    """
    seen = sha256()
    try:
        async for piece in _pieces(parts):
            check_piece(file, file.received, len(piece))
            loop = asyncio.get_running_loop()
            stored = await loop.run_in_executor(file_threads, _store, file, piece, seen)
            if digest and file.received + len(piece) == file.size and _text_of(seen) != digest:
                delete_piece(stored)
                raise OtherContent
            await changes.run(note_piece, file, len(piece), stored)
        await changes.run(finish_file, file, _text_of(seen))
    except BaseException:
        await asyncio.shield(changes.run(drop, file))
        raise


async def digest_of(parts: AsyncIterator[bytes]) -> str:
    """Return the digest of all that comes, and keep none of it."""
    seen = sha256()
    async for piece in _pieces(parts):
        await asyncio.get_running_loop().run_in_executor(file_threads, seen.update, piece)
    return _text_of(seen)


def _store(file: StoredFile, piece: bytes, seen: "hashlib._Hash") -> str:
    seen.update(piece)
    return store_piece(file, piece)


def _text_of(seen: "hashlib._Hash") -> str:
    return urlsafe_b64encode(seen.digest()).decode().rstrip("=")


async def _pieces(parts: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Yield larger pieces, none of them empty."""
    waiting = bytearray()
    async for part in parts:
        waiting += part
        while len(waiting) >= PIECE_BYTES:
            yield bytes(waiting[:PIECE_BYTES])
            del waiting[:PIECE_BYTES]
    if waiting:
        yield bytes(waiting)
