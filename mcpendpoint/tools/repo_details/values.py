"""Untrusted values of datasets, of any type and depth. Pure: no I/O."""

from collections.abc import Iterable
from typing import Any

import orjson

MAX_DEPTH = 32
"""Far below what makes a serializer give up, far above what anybody reads."""
TOO_DEEP = "(nested too deeply to show)"


def text_of(value: Any) -> str:
    """Return a string as it is, anything else as JSON."""
    if isinstance(value, str):
        return value
    return TOO_DEEP if is_too_deep(value) else orjson.dumps(value, default=str).decode()


def is_too_deep(value: Any) -> bool:
    level: list[Any] = [value]
    for _ in range(MAX_DEPTH):
        level = [child for item in level for child in _children(item)]
        if not level:
            return False
    return True


def _children(value: Any) -> Iterable[Any]:
    match value:
        case dict():
            return value.values()
        case list():
            return value
        case _:
            return ()
