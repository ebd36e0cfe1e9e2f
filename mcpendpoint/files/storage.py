"""Where pieces of files lie: Django's storage `files`, which nothing is served from by its path."""

from collections.abc import Iterator
from itertools import islice
from secrets import token_hex

from django.core.files.base import ContentFile, File
from django.core.files.storage import Storage, storages

BYTES_AT_A_TIME = 262_144
NAMES_AT_A_TIME = 500
FOLDER_CHARS = 2


class NoRoom(Exception):
    """The storage takes nothing: it is full, or away."""


class FileLost(Exception):
    """The storage does not have what it was given."""


def storage() -> Storage:
    return storages["files"]


def save_piece(file_id: str, content: "bytes | File[bytes]") -> str:
    """Return the name of a new piece. Raises NoRoom."""
    stored = ContentFile(content) if isinstance(content, bytes) else content
    name = f"{file_id[:FOLDER_CHARS]}/{file_id}.{token_hex(8)}"
    try:
        return storage().save(name, stored)
    except OSError as error:
        delete_piece(name)
        raise NoRoom from error


def read_piece(name: str) -> Iterator[bytes]:
    """Raises FileLost."""
    try:
        with storage().open(name) as stored:
            yield from stored.chunks(BYTES_AT_A_TIME)
    except OSError as error:
        raise FileLost from error


def names_in(folder: str) -> Iterator[list[str]]:
    """Yield the names of what is in a folder, some at a time. Raises OSError."""
    _, names = storage().listdir(folder)
    coming = iter(names)
    while some := list(islice(coming, NAMES_AT_A_TIME)):
        yield some


def delete_piece(name: str) -> bool:
    """Return whether it is gone; what is not is swept up later."""
    try:
        storage().delete(name)
    except OSError:
        return False
    return True
