"""Resolves references in JSON Schemas, and those that Gradio writes wrong. Pure: no I/O.

Gradio writes `$ref: "#/$defs/FileData"`, which is of the root, and puts `$defs` into the property
that refers (gradio/mcp.py: `get_input_schema` has each component's schema below `properties`, as
it is). So what is not found from the root is looked for from each schema around the reference.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

Schema = dict[str, Any]

REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")


class BadReference(ValueError):
    """Why a reference cannot be followed."""


@dataclass(frozen=True)
class Place:
    """A schema, and the schemas around it, the innermost last."""

    node: Any
    around: tuple[Schema, ...] = ()

    def inside(self, node: Any) -> "Place":
        around = (*self.around, self.node) if isinstance(self.node, dict) else self.around
        return Place(node, around)

    def without(self, key: str) -> "Place":
        return Place({name: value for name, value in self.node.items() if name != key}, self.around)


def reference_of(node: Schema) -> str | None:
    """Return the keyword by which a schema refers to another."""
    return next((key for key in REFERENCES if key in node), None)


def follow(place: Place, target: Any) -> Place:
    """Return the schema that a reference standing at `place` leads to. Raises BadReference."""
    if not isinstance(target, str) or not target.startswith("#"):
        raise BadReference("has a schema that refers to another document")
    scopes = (*place.around, place.node)
    for depth in (0, *reversed(range(1, len(scopes)))):
        if (found := _find(Place(scopes[depth], scopes[:depth]), target[1:])) is not None:
            return found
    raise BadReference("has a schema that refers to what is not there")


def find_in(root: Schema, target: str) -> Any:
    """Return what a reference leads to from the root, as JSON Schema has it; None for nothing."""
    found = _find(Place(root), target[1:]) if target.startswith("#") else None
    return None if found is None else found.node


def _find(place: Place, pointer: str) -> Place | None:
    if not pointer.startswith("/"):
        return _anchored(place, unquote(pointer)) if pointer else place
    for part in pointer[1:].split("/"):
        key = unquote(part).replace("~1", "/").replace("~0", "~")
        node = place.node
        if isinstance(node, dict) and key in node:
            place = place.inside(node[key])
        elif isinstance(node, list) and key.isascii() and key.isdigit() and int(key) < len(node):
            place = place.inside(node[int(key)])
        else:
            return None
    return place if isinstance(place.node, dict | bool) else None


def _anchored(scope: Place, name: str) -> Place | None:
    for holder in ("$defs", "definitions"):
        definitions = scope.node.get(holder)
        for node in definitions.values() if isinstance(definitions, dict) else ():
            if isinstance(node, dict) and name in (node.get("$anchor"), node.get("$dynamicAnchor")):
                return scope.inside(node)
    return None
