"""Which files a call of a Space's tool lacks: left out, or told by a path that only the person's
computer knows. Pure: no I/O.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mcpendpoint.files.handles import id_in, is_file_uri
from mcpendpoint.gradio.file_places import FilePlaces

MAX_PATH_CHARS = 1_000
_LOCAL = re.compile(
    r"""
    /(?!/) | ~[/\\] | \.{1,2}[/\\]      # /Users/ann/cat.png, ~/cat.png, ./cat.png
    | [A-Za-z]:[/\\] | \\\\             # C:\cat.png, \\server\cat.png
    """,
    re.VERBOSE,
)
_BARE = re.compile(r"[^/\\:?#\s][^/\\:?#\n]*\.[A-Za-z0-9]{1,8}")
"""cat.png: a host has no address without a scheme here either."""


@dataclass(frozen=True)
class Missing:
    """A top-level parameter that takes files, and has none that can be got at."""

    parameter: str
    takes: tuple[str, ...]
    takes_many: bool
    path: str = ""
    """The path that it was given, if it was."""


def missing_files(
    schema: dict[str, Any], places: FilePlaces | None, arguments: dict[str, Any]
) -> Iterator[Missing]:
    required = schema.get("required", ())
    for name, place in (places.properties if places else {}).items():
        items = place.items if place.items and place.items.is_file else None
        if not place.is_file and items is None:
            continue
        given = arguments.get(name)
        takes = place.takes if place.is_file or items is None else items.takes
        if given in (None, "", []):
            if name in required:
                yield Missing(name, takes, items is not None)
        elif path := next(filter(is_local, given if isinstance(given, list) else [given]), ""):
            yield Missing(name, takes, items is not None, path[:MAX_PATH_CHARS])


def is_local(value: Any) -> bool:
    """Whether it plainly is a path on somebody's computer."""
    if not isinstance(value, str) or not 0 < len(value) <= MAX_PATH_CHARS:
        return False
    if is_file_uri(value):
        return id_in(value) is None
    return bool(_LOCAL.match(value) or _BARE.fullmatch(value))
