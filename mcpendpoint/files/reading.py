"""Finds a person's own files, and reads them. Every query starts from the person."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from django.utils import timezone

from mcpendpoint.files.handles import id_in
from mcpendpoint.files.models import StoredFile
from mcpendpoint.files.storage import FileLost, read_piece

# Disks and object stores can be slow, and are not to take the threads of others.
file_threads = ThreadPoolExecutor(max_workers=8, thread_name_prefix="files")


def own_file(user_id: int, file_id: str) -> StoredFile | None:
    """Return a whole file of a person, None for another's, an unknown one, and one that ended."""
    return StoredFile.objects.filter(
        user_id=user_id, pk=file_id, is_complete=True, expires_at__gt=timezone.now()
    ).first()


def own_files(user_id: int, handles: tuple[str, ...]) -> dict[str, StoredFile]:
    """Return the files that handles are of, by handle; others are left out."""
    ids = {handle: id_in(handle) for handle in handles}
    found = StoredFile.objects.filter(
        user_id=user_id, pk__in=ids.values(), is_complete=True, expires_at__gt=timezone.now()
    )
    by_id = {file.pk: file for file in found}
    return {handle: by_id[key] for handle, key in ids.items() if key in by_id}


def shared_file(file_id: str) -> StoredFile | None:
    """Return a file for whoever has a signed link to it."""
    return StoredFile.objects.filter(
        pk=file_id, is_complete=True, expires_at__gt=timezone.now(), user__is_active=True
    ).first()


def bytes_of(file: StoredFile) -> Iterator[bytes]:
    """Yield all of it. Raises FileLost."""
    left = file.size
    for name in file.pieces:
        for part in read_piece(name):
            left -= len(part)
            yield part
    if left:
        raise FileLost


async def stream_of(file: StoredFile) -> AsyncIterator[bytes]:
    """Yield all of it, without keeping the event loop. Raises FileLost."""
    parts = bytes_of(file)
    loop = asyncio.get_running_loop()
    try:
        while (part := await loop.run_in_executor(file_threads, next, parts, None)) is not None:
            yield part
    finally:
        with suppress(ValueError):  # it is being read, for somebody who left
            parts.close()  # type: ignore[attr-defined]  # a generator


async def content_of(file: StoredFile) -> bytes:
    """Raises FileLost. The caller sees to it that it is not too much."""
    return b"".join([part async for part in stream_of(file)])
