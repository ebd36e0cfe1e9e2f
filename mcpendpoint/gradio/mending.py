"""A Space's input schema, made into one that every client and model takes. Pure: no I/O.

What it says is kept, in the keywords that `protocol.portable_tools` names; where there is no such
keyword it is said in the description, or left to the Space, which checks its arguments itself.
References are replaced by what they refer to.

A schema is read into a `Draft` first, which can be merged with others that hold for the same value.
"""

from dataclasses import dataclass
from typing import Any

import orjson

from mcpendpoint.gradio.drafts import Draft, finish, finish_root, merge
from mcpendpoint.gradio.file_places import is_file
from mcpendpoint.gradio.references import Place, Schema, follow, reference_of
from mcpendpoint.protocol.portable_tools import (
    FORMATS,
    KEYWORDS,
    is_count,
    is_number,
    is_pattern,
)
from mcpendpoint.protocol.visible_text import has_hidden, visible, visible_line

MAX_NODES = 1_500
MAX_READ_LEVELS = 9
MAX_DEFAULT_BYTES = 1_000
MAX_TITLE_CHARS = 100

FILE_HINT = "A file: its http(s) URL, a data: URI, or a handle (file://…)."

_TYPES = {
    **{name: name for name in KEYWORDS},
    "bool": "boolean",
    "dict": "object",
    "float": "number",
    "int": "integer",
    "list": "array",
    "none": "null",
    "str": "string",
    "tuple": "array",
}
_COUNTS = ("maxItems", "maxLength", "maxProperties", "minItems", "minLength", "minProperties")
_BOUNDS = ("exclusiveMaximum", "exclusiveMinimum", "maximum", "minimum")


class BadSchema(ValueError):
    """Why it cannot be mended, said of its tool."""


@dataclass(frozen=True)
class MendedSchema:
    schema: Schema
    argument_names: dict[str, str]
    """What the Space calls an argument, by the name it has here where that differs."""
    notes: tuple[str, ...]
    """What is said of the arguments that no schema of an argument can say."""


def mend_schema(schema: Schema) -> MendedSchema:
    """Raises BadSchema or BadReference."""
    draft = _Reader().read(Place(schema), 0, frozenset())
    finished, names, notes = finish_root(draft)
    return MendedSchema(finished, names, notes)


class _Reader:
    def __init__(self) -> None:
        self._nodes = 0

    def read(self, place: Place, level: int, seen: frozenset[int]) -> Draft:
        """Read a schema; `seen` are those that referred to it, to not follow a circle."""
        node = place.node
        if not isinstance(node, dict):
            if not isinstance(node, bool):
                raise BadSchema("has a property that is not a schema")
            return {}
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise BadSchema("has a schema that is too large once its references are followed")
        draft = self._read_keywords(place, level, seen)
        if not is_file(node) and (keyword := reference_of(node)) is not None:
            draft = merge(self._read_target(follow(place, node[keyword]), level, seen), draft)
        for part in _list(node, "allOf"):
            draft = merge(draft, self.read(place.inside(part), level, seen))
        return draft

    def _read_target(self, target: Place, level: int, seen: frozenset[int]) -> Draft:
        if id(target.node) in seen:
            return _types_of(target.node) if isinstance(target.node, dict) else {}
        return self.read(target, level, seen | {id(target.node)})

    def _read_keywords(self, place: Place, level: int, seen: frozenset[int]) -> Draft:
        node = place.node
        draft = _annotations_of(node)
        if is_file(node):
            draft.pop("title", None)  # Gradio's own, FileData or ImageData
            return {**draft, "type": ("string",), "notes": (FILE_HINT,)}
        draft |= _types_of(node)
        draft |= _bounds_of(node)
        draft |= _texts_of(node)
        if "const" in node:
            draft["enum"] = [node["const"]]
        elif isinstance(node.get("enum"), list):
            draft["enum"] = node["enum"]
        if level < MAX_READ_LEVELS:
            draft = merge(draft, self._read_array(place, level, seen))
            draft = merge(draft, self._read_object(place, level, seen))
            options = _list(node, "anyOf") or _list(node, "oneOf")
            if options:
                draft["anyOf"] = [self.read(place.inside(o), level + 1, seen) for o in options]
        return draft

    def _read_array(self, place: Place, level: int, seen: frozenset[int]) -> Draft:
        node = place.node
        items = node.get("items")
        tuple_items = items if isinstance(items, list) else _list(node, "prefixItems")
        if tuple_items:
            drafts = [self.read(place.inside(item), level + 2, seen) for item in tuple_items]
            return {"items": finish({"anyOf": drafts}), "notes": (_order_of(drafts),)}
        if isinstance(items, dict):
            return {"items": finish(self.read(place.inside(items), level + 1, seen))}
        return {}

    def _read_object(self, place: Place, level: int, seen: frozenset[int]) -> Draft:
        node = place.node
        draft: Draft = {}
        properties = node.get("properties")
        required = [name for name in _list(node, "required") if isinstance(name, str)]
        if isinstance(properties, dict):
            inside = place.inside(properties)
            draft["properties"] = {}
            for name, value in properties.items():
                if value is False:
                    continue
                draft["properties"][name] = finish(self.read(inside.inside(value), level + 1, seen))
                if isinstance(value, dict) and value.get("required") is True:
                    required.append(name)  # as in JSON Schema 3, and in OpenAPI's parameters
        elif properties not in (None, []):  # PHP writes an empty object so
            raise BadSchema("has properties that are not an object")
        if required:
            draft["required"] = list(dict.fromkeys(required))
        others = node.get("additionalProperties")
        if isinstance(others, dict):
            draft["additionalProperties"] = finish(self.read(place.inside(others), level + 1, seen))
        return draft


def _annotations_of(node: Schema) -> Draft:
    draft: Draft = {}
    texts = [node.get(key) for key in ("description", "additional_description")]
    description = "\n".join(visible(text).strip() for text in texts if isinstance(text, str))
    if description.strip():
        draft["description"] = description.strip()
    if isinstance(node.get("title"), str) and (title := visible_line(node["title"])):
        draft["title"] = title[:MAX_TITLE_CHARS]
    default = node.get("default")
    if default is not None and _is_small_and_visible(default):
        draft["default"] = default
    return draft


def _is_small_and_visible(value: Any) -> bool:
    encoded = orjson.dumps(value)
    return len(encoded) <= MAX_DEFAULT_BYTES and not has_hidden(encoded.decode())


def _types_of(node: Schema) -> Draft:
    written = node.get("type")
    words = written if isinstance(written, list) else [written]
    types = [_TYPES.get(word.lower()) for word in words if isinstance(word, str)]
    if node.get("nullable") is True and types:
        types.append("null")
    known = tuple(dict.fromkeys(kind for kind in types if kind is not None))
    return {"type": known} if known and len(known) >= len(set(types)) else {}


def _bounds_of(node: Schema) -> Draft:
    draft = {key: node[key] for key in _COUNTS if is_count(node.get(key))}
    draft |= {key: node[key] for key in _BOUNDS if is_number(node.get(key))}
    for exclusive, bound in (("exclusiveMaximum", "maximum"), ("exclusiveMinimum", "minimum")):
        if node.get(exclusive) is True and bound in draft:  # as in JSON Schema 4
            draft[exclusive] = draft.pop(bound)
    if is_number(node.get("multipleOf")) and node["multipleOf"] > 0:
        draft["multipleOf"] = node["multipleOf"]
    if node.get("uniqueItems") is True:
        draft["uniqueItems"] = True
    return draft


def _texts_of(node: Schema) -> Draft:
    draft: Draft = {}
    if node.get("pattern") and is_pattern(node["pattern"]) and not has_hidden(node["pattern"]):
        draft["pattern"] = node["pattern"]
    written = node.get("format")
    if isinstance(written, str) and written in FORMATS:
        draft["format"] = written
    elif isinstance(written, str) and (name := visible_line(written)[:MAX_TITLE_CHARS]):
        draft["notes"] = (f"Format: {name}.",)
    return draft


def _order_of(drafts: list[Draft]) -> str:
    words = [" or ".join(draft.get("type", ("anything",))) for draft in drafts[:20]]
    return f"In this order: {', '.join(words)}."


def _list(node: Schema, key: str) -> list[Any]:
    value = node.get(key)
    return value if isinstance(value, list) else []
