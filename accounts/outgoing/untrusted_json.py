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
    containers = text.count(b"{") + text.count(b"[")
    # Each value but the first follows one of these. Those within strings are counted with them.
    if containers + text.count(b",") > max_values:
        raise UnreadableJson(f"It has more than {max_values:,} values.")
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise UnreadableJson("It is not JSON.") from error
    if containers > max_depth and _is_deeper(value, max_depth):
        raise UnreadableJson(f"It is nested deeper than {max_depth} levels.")
    return value


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
