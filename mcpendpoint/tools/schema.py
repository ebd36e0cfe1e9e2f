"""JSON Schemas (2020-12) of tools, made from their pydantic models and kept small.

Every byte of a definition is read by an assistant on each conversation, so noise goes: titles,
null alternatives of what may be left out, definitions that are used once. Pure: no I/O.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from pydantic import BaseModel

Schema = dict[str, Any]

_DEFS = "#/$defs/"
_NOISE = ("title", "discriminator")
_RESULT_NOISE = (*_NOISE, "default", "description")


def input_schema(model: type[BaseModel]) -> Schema:
    return _compact(model.model_json_schema(mode="validation"))


def output_schema(model: type[BaseModel]) -> Schema:
    """Say what there is to read; what an argument would default to means nothing here."""
    return _compact(model.model_json_schema(mode="serialization"), noise=_RESULT_NOISE)


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
