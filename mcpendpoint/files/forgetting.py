"""Deletes files whose time is over, the bytes of rows that go, and bytes that have no row."""

from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models.signals import post_delete

from mcpendpoint.files.handles import ID_CHARS
from mcpendpoint.files.models import StoredFile
from mcpendpoint.files.storage import delete_piece, names_in, storage

FILES_AT_ONCE = 100
MAX_FILES_A_TIME = 5_000
FOLDERS_A_TIME = 60
"""Of 936 that there can be: all of them within a day."""
ROWLESS_FOR = timedelta(days=1)
_FIRST = "abcdefghijklmnopqrstuvwxyz"
_SECOND = f"{_FIRST}0123456789"


def follow_deletions() -> None:
    """Have bytes deleted with their row, whoever deletes it: a page, or the end of an account."""
    post_delete.connect(_delete_pieces, sender=StoredFile, dispatch_uid="files")


def _delete_pieces(instance: StoredFile, **kwargs: Any) -> None:
    for name in instance.pieces:
        transaction.on_commit(partial(delete_piece, name), robust=True)


def forget_old(now: datetime) -> int:
    """Delete files whose time is over, and uploads that nobody finished."""
    removed = 0
    while removed < MAX_FILES_A_TIME:
        step = list(StoredFile.objects.filter(expires_at__lte=now)[:FILES_AT_ONCE])
        if not step:
            break
        for file in step:
            file.delete()
        removed += len(step)
    return removed


def sweep(now: datetime) -> int:
    """Delete bytes without a row, in some of the folders: a process may have ended in between."""
    folders = [first + second for first in _FIRST for second in _SECOND]
    turn = int(now.timestamp() // 3_600) * FOLDERS_A_TIME % len(folders)
    swept = 0
    with suppress(OSError, NotImplementedError):  # it is away: their turn comes again
        for folder in (folders * 2)[turn : turn + FOLDERS_A_TIME]:
            swept += _sweep_folder(folder, now)
    return swept


def _sweep_folder(folder: str, now: datetime) -> int:
    try:
        return sum(_sweep_names(folder, names, now) for names in names_in(folder))
    except FileNotFoundError:  # a folder is made with its first piece
        return 0


def _sweep_names(folder: str, names: list[str], now: datetime) -> int:
    ids = {name[:ID_CHARS] for name in names}
    with_row = {
        piece
        for pieces in StoredFile.objects.filter(pk__in=ids).values_list("pieces", flat=True)
        for piece in pieces
    }
    return sum(
        _is_old(path, now) and delete_piece(path)
        for name in names
        if (path := f"{folder}/{name}") not in with_row
    )


def _is_old(path: str, now: datetime) -> bool:
    try:
        return storage().get_modified_time(path) <= now - ROWLESS_FOR
    except OSError:
        return False
