"""How file parameters are listed to clients that give files by other means. Pure: no I/O.

A mark is put only where Claude Code takes one: on a branch of `anyOf` of a top-level property, or
of the items of one that is a list (2.1.332).
"""

from collections.abc import Mapping
from typing import Any

from mcpendpoint.gradio.file_kinds import accepted
from mcpendpoint.gradio.file_places import FilePlaces
from mcpendpoint.protocol.file_extension import MARK, METADATA_PROPERTIES, REQUIRED_METADATA
from mcpendpoint.protocol.openai_files import SCHEMA as OPENAI_SCHEMA

Schema = dict[str, Any]

_BESIDE = frozenset({"title", "description", "default"})
"""What stays beside the branches; anything else would make the client overlook the mark."""


def renamed(places: FilePlaces | None, own_names: Mapping[str, str]) -> FilePlaces | None:
    """Return the places by the names that arguments have here; `own_names` has the Space's."""
    if places is None:
        return None
    ours = {theirs: our for our, theirs in own_names.items()}
    properties = {ours.get(name, name): place for name, place in places.properties.items()}
    return FilePlaces(properties=properties, others=places.others)


def marked(schema: Schema, places: FilePlaces | None, max_bytes: int) -> Schema:
    """Return the input schema with a branch for a file of the client's wherever a file may be."""
    if places is None:
        return schema
    properties = {
        name: _marked(value, places.properties.get(name), max_bytes)
        for name, value in schema.get("properties", {}).items()
    }
    return {**schema, "properties": properties}


def as_objects(schema: Schema, places: FilePlaces | None) -> tuple[Schema, list[str]]:
    """Return the input schema with OpenAI's objects for top-level files, and which those are."""
    properties, names = dict(schema.get("properties", {})), []
    for name, value in properties.items():
        place = places.properties.get(name) if places else None
        is_list = place is not None and place.items is not None and place.items.is_file
        if place is None or not (place.is_file or is_list):
            continue
        names.append(name)
        beside = {key: value[key] for key in ("title", "description") if key in value}
        kind = OPENAI_SCHEMA if place.is_file else {"type": "array", "items": OPENAI_SCHEMA}
        properties[name] = {**kind, **beside}
    return {**schema, "properties": properties}, names


def _mark(takes: tuple[str, ...], max_bytes: int) -> Schema:
    """`accept` is as in the drafts before (SEP-2356); Claude Code reads `maxSize` alone."""
    kinds = {"accept": accepted(takes).split(",")} if takes else {}
    return {
        "type": "object",
        "properties": METADATA_PROPERTIES,
        "required": REQUIRED_METADATA,
        MARK: {"maxSize": max_bytes, **kinds},
    }


def _marked(schema: Schema, place: FilePlaces | None, max_bytes: int) -> Schema:
    if place is None or not (place.is_file or (place.items and place.items.is_file)):
        return schema
    branches: list[Schema] = schema.get("anyOf") or [_bare(schema)]
    if place.items and place.items.is_file:
        mark = _mark(place.items.takes, max_bytes)
        branches = [_with_marked_items(branch, mark) for branch in branches]
    if place.is_file:
        branches = [*branches, _mark(place.takes, max_bytes)]
    beside = {name: value for name, value in schema.items() if name in _BESIDE}
    return {"anyOf": branches, **beside} if len(branches) > 1 else {**beside, **branches[0]}


def _with_marked_items(branch: Schema, mark: Schema) -> Schema:
    if branch.get("type") != "array":
        return branch
    items = branch.get("items", {})
    beside = {name: value for name, value in items.items() if name in _BESIDE}
    return {**branch, "items": {"anyOf": [*(items.get("anyOf") or [_bare(items)]), mark], **beside}}


def _bare(schema: Schema) -> Schema:
    return {name: value for name, value in schema.items() if name not in _BESIDE}
