"""Whether arguments can be checked against an input schema at all. Pure: no I/O.

jsonschema looks at no argument where the schema itself is not valid, so a Space whose server checks
refuses every call then. Gradio 5.28 to 6.31 write `"type": {}` for a gr.JSON input, and older ones
`required` on a single argument.
"""

from collections.abc import Iterator, Mapping
from typing import Any

MAX_NODES = 1_500

_TYPES = frozenset({"array", "boolean", "integer", "null", "number", "object", "string"})
_SCHEMAS_BY_NAME = ("properties", "$defs", "definitions", "patternProperties")
_SCHEMAS = ("items", "additionalProperties", "not", "if", "then", "else", "contains")
_LISTS_OF_SCHEMAS = ("anyOf", "oneOf", "allOf", "prefixItems")


def is_checkable(schema: Mapping[str, Any]) -> bool:
    """Say whether arguments can be checked against it, as far as Gradio is known to err."""
    waiting, seen = [schema], 0
    while waiting and seen < MAX_NODES:
        node = waiting.pop()
        seen += 1
        if not _is_valid(node):
            return False
        waiting.extend(child for child in _children(node) if isinstance(child, dict))
    return True


def _is_valid(node: Mapping[str, Any]) -> bool:
    kinds, required = node.get("type", "string"), node.get("required", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    return (
        isinstance(kinds, list)
        and bool(kinds)
        and all(isinstance(kind, str) and kind in _TYPES for kind in kinds)
        and isinstance(required, list)
        and all(isinstance(name, str) for name in required)
    )


def _children(node: Mapping[str, Any]) -> Iterator[Any]:
    yield from (node.get(key) for key in _SCHEMAS)
    for key in _SCHEMAS_BY_NAME:
        named = node.get(key)
        yield from named.values() if isinstance(named, dict) else ()
    for key in _LISTS_OF_SCHEMAS:
        listed = node.get(key)
        yield from listed if isinstance(listed, list) else ()
