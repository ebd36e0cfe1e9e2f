"""Handles: `file://<id>/<name>`, by which a person's file is told to a tool. Pure: no I/O.

The id says which; the name is for readers. It is in lower case, since URLs have it where hosts are,
and clients write those so.
"""

import re
from secrets import choice
from string import ascii_lowercase, digits
from typing import Any
from urllib.parse import quote

SCHEME = "file:"
ID_CHARS = 26
MAX_HANDLE_CHARS = 2_000

_HANDLE = re.compile(rf"file://([a-z][a-z0-9]{{{ID_CHARS - 1}}})(?:/[^/]*)?", re.IGNORECASE)


def new_id() -> str:
    rest = "".join(choice(ascii_lowercase + digits) for _ in range(ID_CHARS - 1))
    return choice(ascii_lowercase) + rest


def handle_of(file_id: str, name: str) -> str:
    return f"file://{file_id}/{quote(name, safe='')}"


def is_file_uri(value: Any) -> bool:
    """Whether it is meant as a handle, or as a file of somebody's computer."""
    return isinstance(value, str) and value[: len(SCHEME)].lower() == SCHEME


def id_in(handle: str) -> str | None:
    """Return None for what is no handle, such as a path on somebody's computer."""
    found = _HANDLE.fullmatch(handle) if len(handle) <= MAX_HANDLE_CHARS else None
    return found[1].lower() if found else None
