"""What a Space says of its tools (GET /gradio_api/mcp/schema), read as hostile input. Pure: no I/O.

A bad tool is left out, with the reason, and the others stay. JSON Schemas are passed on as they
are, but for a `type` that is missing at the root and for `x-mcp-header`: that annotation asks
clients to send an argument as an HTTP header too, which would go to us and never to the Space.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import orjson

MAX_TOOLS = 100
MAX_TOOL_BYTES = 128_000
MAX_DEPTH = 40
MAX_NAME_CHARS = 200
MAX_DESCRIPTION_CHARS = 10_000
MAX_REASONS = 10

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_ANONYMOUS_FUNCTION = re.compile(r"<lambda|(?:^|_)_lambda_(?:_\d+)?$")
_ONE_SCHEMA = frozenset(
    {
        "additionalProperties",
        "contains",
        "contentSchema",
        "else",
        "if",
        "items",
        "not",
        "propertyNames",
        "then",
        "unevaluatedItems",
        "unevaluatedProperties",
    }
)
_SCHEMA_LISTS = frozenset({"allOf", "anyOf", "items", "oneOf", "prefixItems"})
_SCHEMA_MAPS = frozenset(
    {"$defs", "definitions", "dependentSchemas", "patternProperties", "properties"}
)
_REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")


class BadTool(ValueError):
    """Why a tool cannot be offered."""


class NotASchema(ValueError):
    """The document is of neither form."""


@dataclass(frozen=True)
class UpstreamTool:
    name: str
    description: str
    input_schema: dict[str, Any]
    meta: dict[str, Any]


@dataclass(frozen=True, eq=False)
class SpaceSchema:
    """Compared by identity: what is made of one is kept for as long as it lives."""

    tools: tuple[UpstreamTool, ...]
    rejected: tuple[str, ...]
    """Why tools were left out, a sentence each."""


def parse_schema(document: Any) -> SpaceSchema:
    """Read the array or the object form. Raises NotASchema for anything else."""
    tools: dict[str, UpstreamTool] = {}
    rejected: list[str] = []
    for label, entry in _entries(document):
        try:
            tool = _parse_tool(entry)
            if tool is None:
                continue
            if tool.name in tools:
                raise BadTool("has the name of another one")
            if len(tools) == MAX_TOOLS:
                raise BadTool(f"comes after the first {MAX_TOOLS}")
            tools[tool.name] = tool
        except BadTool as reason:
            rejected.append(f"The tool “{label}” was left out: it {reason}.")
    return SpaceSchema(tuple(tools.values()), tuple(_shortened(rejected)))


def _entries(document: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(document, list):
        for number, entry in enumerate(document, start=1):
            name = entry.get("name") if isinstance(entry, dict) else None
            yield _label(name if isinstance(name, str) and name else f"number {number}"), entry
    elif isinstance(document, dict):
        for name, schema in document.items():
            yield _label(name), _from_object_form(name, schema)
    else:
        raise NotASchema("neither a list nor an object")


def _from_object_form(name: str, schema: Any) -> dict[str, Any]:
    if not isinstance(schema, dict):
        return {"name": name, "inputSchema": schema}
    parameters = {key: value for key, value in schema.items() if key != "description"}
    return {"name": name, "description": schema.get("description"), "inputSchema": parameters}


def _parse_tool(entry: Any) -> UpstreamTool | None:
    """Return a tool, or None for what is not meant to be one. Raises BadTool."""
    if not isinstance(entry, dict):
        raise BadTool("is not an object")
    info = entry.get("meta")
    if isinstance(info, dict) and info.get("mcp_type", "tool") != "tool":
        return None
    name = entry.get("name")
    if not isinstance(name, str) or not name.strip():
        raise BadTool("has no name")
    if len(name) > MAX_NAME_CHARS or _CONTROL.search(name):
        raise BadTool("has a name that is too long or holds control characters")
    if _ANONYMOUS_FUNCTION.search(name):
        return None
    description = entry.get("description")
    meta = entry.get("_meta")
    return UpstreamTool(
        name=name,
        description=description[:MAX_DESCRIPTION_CHARS] if isinstance(description, str) else "",
        input_schema=_checked_schema(entry.get("inputSchema")),
        meta=_portable_meta(meta) if isinstance(meta, dict) else {},
    )


def _portable_meta(meta: dict[str, Any]) -> dict[str, Any]:
    """Return what still means something here: not what points to resources of the Space."""
    if _is_too_deep(meta) or len(orjson.dumps(meta)) > MAX_TOOL_BYTES:
        return {}
    return {
        key: value
        for key, value in meta.items()
        if key != "ui" and not key.startswith(("ui/", "openai/", "io.modelcontextprotocol/"))
    }


def _checked_schema(schema: Any) -> dict[str, Any]:
    if not isinstance(schema, dict):
        raise BadTool("has no input schema")
    if _is_too_deep(schema):
        raise BadTool(f"has a schema nested deeper than {MAX_DEPTH} levels")
    encoded = orjson.dumps(schema)
    if len(encoded) > MAX_TOOL_BYTES:
        raise BadTool(f"has a schema larger than {MAX_TOOL_BYTES // 1000} kB")
    schema = orjson.loads(encoded)  # a copy of our own
    kind = schema.get("type", "object")
    if kind != "object" and not (isinstance(kind, list) and "object" in kind):
        raise BadTool("takes something other than an object of arguments")
    _check_form(schema)
    for position in _positions(schema):
        _check_references(position)
        position.pop("x-mcp-header", None)
    return {**schema, "type": "object"}


def _check_form(schema: dict[str, Any]) -> None:
    """Refuse what would make a client reject the whole list of tools."""
    properties = schema.get("properties", {})
    if not isinstance(properties, dict):
        raise BadTool("has properties that are not an object")
    if not all(isinstance(value, dict | bool) for value in properties.values()):
        raise BadTool("has a property that is not a schema")
    required = schema.get("required", [])
    if not isinstance(required, list) or not all(isinstance(name, str) for name in required):
        raise BadTool("has a list of required arguments that is none")
    if not isinstance(schema.get("$schema", ""), str):
        raise BadTool("has a $schema that is not a text")


def _check_references(position: dict[str, Any]) -> None:
    for key in _REFERENCES:
        target = position.get(key, "#")
        if not isinstance(target, str) or not target.startswith("#"):
            raise BadTool("has a schema that refers to another document")


def _positions(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield each place of a schema where keywords stand, not those where data or names do."""
    waiting: list[Any] = [schema]
    while waiting:
        position = waiting.pop()
        if not isinstance(position, dict):
            continue
        yield position
        for key, value in position.items():
            if key in _ONE_SCHEMA and isinstance(value, dict):
                waiting.append(value)
            elif key in _SCHEMA_LISTS and isinstance(value, list):
                waiting.extend(value)
            elif key in _SCHEMA_MAPS and isinstance(value, dict):
                waiting.extend(value.values())


def _is_too_deep(value: Any) -> bool:
    level: list[Any] = [value]
    for _ in range(MAX_DEPTH):
        level = [child for parent in level for child in _children(parent)]
        if not level:
            return False
    return True


def _children(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _label(name: str) -> str:
    return _CONTROL.sub("", name)[:60]


def _shortened(reasons: list[str]) -> list[str]:
    if len(reasons) <= MAX_REASONS:
        return reasons
    more = len(reasons) - MAX_REASONS
    return [*reasons[:MAX_REASONS], f"{more} more were left out for reasons like these."]
