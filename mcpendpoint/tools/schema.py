"""JSON Schemas (2020-12) of tools, made from their pydantic models and kept small.

Every byte of a definition is read by an assistant on each conversation, so noise goes: titles,
null alternatives of what may be left out, definitions that are used once, and the depths of what
comes back. Pure: no I/O.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from pydantic import BaseModel

from mcpendpoint.tools.base import Result

Schema = dict[str, Any]

_DEFS = "#/$defs/"
_HOLDERS = ("items", "anyOf", "oneOf", "allOf", "additionalProperties")
_NOISE = ("title", "discriminator", "examples")
_RESULT_NOISE = (*_NOISE, "default", "description")


def input_schema(model: type[BaseModel]) -> Schema:
    return _compact(model.model_json_schema(mode="validation"))


def output_schema(model: type[Result]) -> Schema:
    """Say what there is to read, as deep as the model's `schema_levels`."""
    schema = model.model_json_schema(mode="serialization")
    definitions = schema.pop("$defs", {})
    return _compact(_shallow(schema, definitions, model.schema_levels), noise=_RESULT_NOISE)


def _shallow(node: Any, definitions: dict[str, Schema], levels: int) -> Any:
    """Return a schema without references, whose objects below some level may hold anything."""
    if isinstance(node, list):
        return [_shallow(item, definitions, levels) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        referred = definitions[node["$ref"].removeprefix(_DEFS)]
        return _shallow(referred, definitions, levels)
    if "properties" not in node:
        return {
            key: _shallow(value, definitions, levels) if key in _HOLDERS else value
            for key, value in node.items()
        }
    if levels == 0:
        return {"type": "object"}
    inside = {
        name: _shallow(value, definitions, levels - 1) for name, value in node["properties"].items()
    }
    return {**node, "properties": inside}


def _compact(schema: Schema, noise: Sequence[str] = _NOISE) -> Schema:
    definitions: dict[str, Schema] = schema.pop("$defs", {})
    uses = Counter[str]()
    _walk(schema, lambda node: _count_uses(node, uses))
    for definition in definitions.values():
        _walk(definition, lambda node: _count_uses(node, uses))
    inlined = {name for name, definition in definitions.items() if uses[name] < 2}
    inlined |= {name for name, definition in definitions.items() if "enum" in definition}

    def inline(node: Schema) -> None:
        name = node.get("$ref", "").removeprefix(_DEFS)
        if name in inlined:
            del node["$ref"]
            for key, value in definitions[name].items():
                node.setdefault(key, value)

    _walk(schema, inline)
    _walk(schema, lambda node: _simplify(node, noise))
    kept = {name: value for name, value in definitions.items() if name not in inlined}
    for definition in kept.values():
        _walk(definition, inline)
        _walk(definition, lambda node: _simplify(node, noise))
    return {**schema, "$defs": kept} if kept else schema


def _walk(node: Any, visit: Callable[[Schema], None]) -> None:
    """Visit every schema in a schema, outer ones first."""
    if isinstance(node, list):
        for item in node:
            _walk(item, visit)
    elif isinstance(node, dict):
        visit(node)
        for key, value in node.items():
            if key in ("properties", "$defs"):
                # Its keys are names that we chose, not keywords.
                _walk(list(value.values()), visit)
            elif key not in ("default", "enum", "const", "examples", "required"):
                _walk(value, visit)


def _count_uses(node: Schema, uses: Counter[str]) -> None:
    if "$ref" in node:
        uses[node["$ref"].removeprefix(_DEFS)] += 1


def _simplify(node: Schema, noise: Sequence[str]) -> None:
    for key in noise:
        node.pop(key, None)
    if isinstance(node.get("const"), str):
        node["enum"] = [node.pop("const")]  # which Gemini knows
    if isinstance(node.get("additionalProperties"), bool):
        del node["additionalProperties"]  # google-genai expects a schema there and fails
    required = node.get("required", ())
    for name, prop in node.get("properties", {}).items():
        if name not in required:
            _drop_null(prop)


def _drop_null(prop: Schema) -> None:
    if prop.get("default", ...) is None:
        del prop["default"]
    alternatives = prop.get("anyOf", [])
    others = [item for item in alternatives if item != {"type": "null"}]
    if len(others) < len(alternatives):
        del prop["anyOf"]
        prop.update(others[0] if len(others) == 1 else {"anyOf": others})
