"""Untrusted JSON, parsed within bounds. Pure: no I/O.

Parsing, checking and freeing values takes time in which nothing else runs, threads included: the
parser holds the lock of the interpreter. So what is bounded is how many values there are, which is
counted first, and that takes no time to speak of.
"""

from typing import Any

import orjson

from accounts.outgoing.errors import UnreadableJson

MAX_VALUES = 100_000
MAX_DEPTH = 100


def parse_json(text: bytes, *, max_values: int = MAX_VALUES, max_depth: int = MAX_DEPTH) -> Any:
    """Raises UnreadableJson for what is not JSON, has too many values or is nested too deep."""
    if has_more_values(text, max_values):
        raise UnreadableJson(f"It has more than {max_values:,} values.")
    containers = text.count(b"{") + text.count(b"[")
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise UnreadableJson("It is not JSON.") from error
    if containers > max_depth and _is_deeper(value, max_depth):
        raise UnreadableJson(f"It is nested deeper than {max_depth} levels.")
    return value


def has_more_values(text: bytes, limit: int) -> bool:
    """Count the values in JSON, or in what is to be. Commas in its strings are none."""
    if _values(text) <= limit:
        return False
    if b'"' not in text:
        return True
    bare = text.replace(rb"\\", b"").replace(rb"\"", b"")
    if bare.count(b'"') > 4 * limit:  # each string has two, and each value may have a name
        return True
    return _values(b"".join(bare.split(b'"')[::2])) > limit


def _values(text: bytes) -> int:
    """Return about how many there are: each but the first follows one of these."""
    return text.count(b"{") + text.count(b"[") + text.count(b",")


def _is_deeper(value: Any, levels: int) -> bool:
    containers = [value] if isinstance(value, dict | list) else []
    for _ in range(levels):
        containers = [
            child
            for container in containers
            for child in (container.values() if isinstance(container, dict) else container)
            if isinstance(child, dict | list)
        ]
        if not containers:
            return False
    return True
