"""Takes in what comes as a stream, without keeping the event loop."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial

from accounts.database import changes
from mcpendpoint.files.keeping import (
    begin_file,
    check_piece,
    drop_file,
    finish_file,
    note_piece,
    store_piece,
)
from mcpendpoint.files.models import StoredFile
from mcpendpoint.files.reading import file_threads

PIECE_BYTES = 1_000_000


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


async def fill_file(file: StoredFile, parts: AsyncIterator[bytes]) -> None:
    """Let a file have all that comes; without all of it there is none. Raises as `keep_stream`."""
    try:
        async for piece in _pieces(parts):
            check_piece(file, file.received, len(piece))
            loop = asyncio.get_running_loop()
            stored = await loop.run_in_executor(file_threads, store_piece, file, piece)
            await changes.run(note_piece, file, len(piece), stored)
        await changes.run(finish_file, file)
    except BaseException:
        await asyncio.shield(changes.run(drop_file, file))
        raise


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
