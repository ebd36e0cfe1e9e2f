"""Where in the arguments of a Space's tool files are. Pure: no I/O.

Read from the Space's own schema, in which a file is a string of a format; a mended schema has words
for that only. Whoever made the Space decides, so nothing but these places is looked at for handles.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mcpendpoint.gradio.file_kinds import ANYTHING
from mcpendpoint.gradio.references import BadReference, Place, Schema, follow, reference_of

FILE_FORMAT = "a http or https url to a file"
"""How the formats end that Gradio gives to files: their values are texts, whatever else is said."""
KINDS = {"ImageData": ("image",)}
"""By the titles that Gradio gives to types of files (5.28, 6.31: gradio/data_classes.py). Sounds,
videos and all others are FileData there, which says nothing: see api_facts.
"""
MAX_NODES = 1_500
MAX_LEVELS = 12


@dataclass(frozen=True)
class FilePlaces:
    """The places in one value."""

    is_file: bool = False
    takes: tuple[str, ...] = ANYTHING
    """Which files, as file_kinds has it, where that is known."""
    properties: "Mapping[str, FilePlaces]" = field(default_factory=dict)
    items: "FilePlaces | None" = None
    """In each element of a list."""
    others: "FilePlaces | None" = None
    """In the properties of an object that are not named."""


def is_file(node: Schema) -> bool:
    return isinstance(node.get("format"), str) and node["format"].endswith(FILE_FORMAT)


def places_in(schema: Schema) -> FilePlaces | None:
    """Return None for a tool that takes no file."""
    return _Reader().read(Place(schema), 0, frozenset())


def files_in(value: Any, places: FilePlaces | None) -> Iterator[str]:
    """Yield the texts that stand where files do."""
    return (given for given, _ in given_in(value, places) if isinstance(given, str))


def given_in(value: Any, places: FilePlaces | None) -> Iterator[tuple[Any, FilePlaces]]:
    """Yield all that stands where files do, a text or an object, and the place."""
    if places is None:
        return
    if _stands_for_file(value, places):
        yield value, places
    elif isinstance(value, list):
        for item in value:
            yield from given_in(item, places.items)
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from given_in(item, places.properties.get(name, places.others))


def with_files(
    value: Any, places: FilePlaces | None, change: Callable[[Any], Any], kind: type = str
) -> Any:
    """Return a value with what stands where files do changed: texts, or else objects."""
    if places is None:
        return value
    if isinstance(value, kind) and _stands_for_file(value, places):
        return change(value)
    if isinstance(value, list):
        return [with_files(item, places.items, change, kind) for item in value]
    if isinstance(value, dict):
        return {
            name: with_files(item, places.properties.get(name, places.others), change, kind)
            for name, item in value.items()
        }
    return value


def with_kinds(
    places: FilePlaces, takes: tuple[str, ...], of_parts: Mapping[str, tuple[str, ...]]
) -> FilePlaces:
    """Return the places with what they take; `of_parts` by the names of properties."""

    def inside(part: FilePlaces | None, name: str = "") -> FilePlaces | None:
        return part and with_kinds(part, of_parts.get(name, takes), of_parts)

    parts = {name: inside(part, name) for name, part in places.properties.items()}
    return FilePlaces(
        is_file=places.is_file,
        takes=takes or places.takes,
        properties={name: part for name, part in parts.items() if part},
        items=inside(places.items),
        others=inside(places.others),
    )


def paths_in(places: FilePlaces | None, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the names of properties that lead to each file; what is within lists has a "*"."""
    if places is None:
        return
    if places.is_file:
        yield path
    for name, place in places.properties.items():
        yield from paths_in(place, (*path, name))
    for unnamed in (places.items, places.others):
        yield from paths_in(unnamed, (*path, "*"))


def _stands_for_file(value: Any, places: FilePlaces) -> bool:
    """Whether it is a text, or an object where the Space itself takes none."""
    is_object = isinstance(value, dict) and not places.properties and places.others is None
    return places.is_file and (isinstance(value, str) or is_object)


class _Reader:
    def __init__(self) -> None:
        self._nodes = 0

    def read(self, place: Place, level: int, seen: frozenset[int]) -> FilePlaces | None:
        node = place.node
        self._nodes += 1
        if not isinstance(node, dict) or level > MAX_LEVELS or self._nodes > MAX_NODES:
            return None
        if is_file(node):
            return FilePlaces(is_file=True, takes=_kind_of(node))
        parts = [part for key in ("allOf", "anyOf", "oneOf") for part in _list(node.get(key))]
        found = [self.read(place.inside(part), level + 1, seen) for part in parts]
        found += [self._own(place, level, seen), self._target(place, level, seen)]
        return _united([places for places in found if places is not None])

    def _target(self, place: Place, level: int, seen: frozenset[int]) -> FilePlaces | None:
        keyword = reference_of(place.node)
        if keyword is None:
            return None
        try:
            target = follow(place, place.node[keyword])
        except BadReference:
            return None
        if id(target.node) in seen:
            return None
        return self.read(target, level + 1, seen | {id(target.node)})

    def _own(self, place: Place, level: int, seen: frozenset[int]) -> FilePlaces | None:
        node = place.node
        properties: dict[str, FilePlaces] = {}
        if isinstance(node.get("properties"), dict):
            inside = place.inside(node["properties"])
            for name, value in node["properties"].items():
                if (places := self.read(inside.inside(value), level + 1, seen)) is not None:
                    properties[name] = places
        items = node.get("items")
        parts = [*(items if isinstance(items, list) else [items]), *_list(node.get("prefixItems"))]
        read = [self.read(place.inside(part), level + 1, seen) for part in parts]
        in_items = _united([places for places in read if places is not None])
        others = self.read(place.inside(node.get("additionalProperties")), level + 1, seen)
        if not properties and in_items is None and others is None:
            return None
        return FilePlaces(properties=properties, items=in_items, others=others)


def _united(found: list[FilePlaces]) -> FilePlaces | None:
    """Return all places of a value that is described more than once."""
    if len(found) < 2:
        return found[0] if found else None
    names = {name for places in found for name in places.properties}
    return FilePlaces(
        is_file=any(places.is_file for places in found),
        takes=kinds.pop() if len(kinds := {p.takes for p in found if p.is_file}) == 1 else ANYTHING,
        properties={
            name: united
            for name in names
            if (united := _united([p.properties[name] for p in found if name in p.properties]))
        },
        items=_united([places.items for places in found if places.items]),
        others=_united([places.others for places in found if places.others]),
    )


def _kind_of(node: Schema) -> tuple[str, ...]:
    title = node.get("title")
    return KINDS.get(title, ANYTHING) if isinstance(title, str) else ANYTHING


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
