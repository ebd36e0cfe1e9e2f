"""What a form asks for the arguments of a tool, made of its JSON Schema. Pure: no I/O.

Schemas of Spaces are hostile: what is too deep, too much or too odd for fields is one text of JSON.
They are in the words of `protocol.portable_tools`, as all that is listed.
"""

import re
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from mcpendpoint.gradio.file_kinds import accepted
from mcpendpoint.gradio.file_places import FilePlaces
from mcpendpoint.gradio.mending import FILE_HINT

Schema = dict[str, Any]

MAX_FIELDS = 80
MAX_LEVELS = 4
"""Of objects within one another that have fields of their own."""
MAX_TICKS = 40
"""Of a list of choices; a longer one is typed."""
MAX_ROWS = 30
MAX_CONTROLS = 200
"""Of all rows of a list."""
FIRST_ROWS = 3
"""Where more are needed, the person adds them."""
SHORT_CHARS, LONG_CHARS = 300, 2_000
"""What has at most so many has one line; what may have more than these has several."""

ROOT = "arg"
NOWHERE = FilePlaces()

_LONG_WORDS = re.compile(
    r"prompt|text|content|code|message|body|description|instruction|lyrics|script|story|caption"
    r"|html|markdown|css|letter|poem",
    re.IGNORECASE,
)
_SCALARS = frozenset({"string", "integer", "number", "boolean"})


class Kind(StrEnum):
    TEXT = "text"
    LONG = "long"
    NUMBER = "number"
    CHOICE = "choice"
    TICK = "tick"
    """Yes or no, where one of them is the default."""
    YES_NO = "yes_no"
    """Yes, no, or left out."""
    TICKS = "ticks"
    LINES = "lines"
    """A list, one item a line."""
    FILE = "file"
    FILES = "files"
    GROUP = "group"
    ROWS = "rows"
    """A list of objects that have fields of their own."""
    EITHER = "either"
    """Values of several types, of which one is chosen."""
    JSON = "json"


@dataclass(frozen=True)
class Shape:
    kind: Kind
    schema: Schema
    """Of the value, without null where that means to leave it out."""
    label: str = ""
    is_required: bool = False
    is_nullable: bool = False
    parts: tuple["Shape", ...] = field(default=(), repr=False)
    """Of a group, and of each row."""
    accept: str = ""
    """Which files, as HTML has it; "" for any."""

    @property
    def row_bounds(self) -> tuple[int, int]:
        """Return how many rows are shown at first, and at most."""
        most = _most_rows(self.schema, self.parts)
        return min(max(self.schema.get("minItems", 0), 1), FIRST_ROWS, most), most

    @property
    def default(self) -> Any:
        return self.schema.get("default")

    @property
    def bounds(self) -> str:
        """Return how large or how many, in words."""
        if self.kind is Kind.NUMBER:
            return _range("From", self.schema.get("minimum"), self.schema.get("maximum"))
        if self.schema.get("type") == "array":
            return _range("Items: from", self.schema.get("minItems"), self.schema.get("maxItems"))
        return ""

    @property
    def types(self) -> list[str]:
        """Return the types that may be chosen from, each once."""
        found = (alternative.get("type") for alternative in self.schema.get("anyOf", ()))
        return list(dict.fromkeys(kind for kind in found if isinstance(kind, str)))


def _most_rows(schema: Schema, parts: tuple[Shape, ...]) -> int:
    most: int = min(schema.get("maxItems", MAX_ROWS), MAX_ROWS, MAX_CONTROLS // max(len(parts), 1))
    return max(most, 1)


def _range(from_: str, least: float | None, most: float | None) -> str:
    if least is None and most is None:
        return ""
    if least is None:
        return f"At most {most:,}."
    return f"{from_} {least:,} to {most:,}." if most is not None else f"At least {least:,}."


def shape_of(schema: Schema, places: FilePlaces | None = None) -> Shape:
    """Return the form of a tool's arguments: a group, or one text of JSON.

    `places` say which files are taken, where that is known.
    """
    return _Maker().root(schema, places or NOWHERE)


class _TooMuch(Exception):
    pass


class _Maker:
    def __init__(self) -> None:
        self._made = 0
        self._is_in_rows = False

    def root(self, schema: Schema, places: FilePlaces) -> Shape:
        try:
            parts = self._parts(schema, places, 0)
            return Shape(Kind.GROUP, schema, is_required=True, parts=parts)
        except _TooMuch:
            nothing: Schema = {**schema, "default": {}}
            return Shape(Kind.JSON, nothing, label="All arguments", is_required=True)

    def _parts(self, schema: Schema, places: FilePlaces, level: int) -> tuple[Shape, ...]:
        required = schema.get("required", ())
        properties = schema.get("properties", {})
        names = sorted(properties, key=lambda name: name not in required)
        parts = (
            self._part(name, properties[name], places.properties.get(name, NOWHERE), level)
            for name in names
        )
        return tuple(replace(part, is_required=part.label in required) for part in parts)

    def _part(self, name: str, schema: Schema, places: FilePlaces, level: int) -> Shape:
        self._made += 1
        if self._made > MAX_FIELDS:
            raise _TooMuch
        schema, is_nullable = _without_null(schema)
        kind, parts = self._kind_of(name, schema, places, level)
        items = places.items or NOWHERE
        accept = accepted(items.takes if kind is Kind.FILES else places.takes)
        return Shape(kind, schema, name, is_nullable=is_nullable, parts=parts, accept=accept)

    def _kind_of(
        self, name: str, schema: Schema, places: FilePlaces, level: int
    ) -> tuple[Kind, tuple[Shape, ...]]:
        if "anyOf" in schema:
            return _kind_of_union(schema), ()
        match schema.get("type"):
            case "string":
                return _kind_of_text(name, schema), ()
            case "integer" | "number":
                return Kind.NUMBER, ()
            case "boolean":
                has_default = isinstance(schema.get("default"), bool)
                return (Kind.TICK if has_default else Kind.YES_NO), ()
            case "array":
                return self._kind_of_list(schema, places.items or NOWHERE, level)
            case "object" if schema.get("properties") and level + 1 < MAX_LEVELS:
                return Kind.GROUP, self._parts(schema, places, level + 1)
        return Kind.JSON, ()

    def _kind_of_list(
        self, schema: Schema, places: FilePlaces, level: int
    ) -> tuple[Kind, tuple[Shape, ...]]:
        items, _ = _without_null(schema.get("items", {}))
        alternatives = items.get("anyOf", [items])
        if all(is_file(alternative) for alternative in alternatives):
            return Kind.FILES, ()
        has_fields = items.get("type") == "object" and items.get("properties")
        if has_fields and level + 1 < MAX_LEVELS and not self._is_in_rows:
            parts = self._parts_of_row(items, places, level + 1)
            fits = schema.get("minItems", 0) <= _most_rows(schema, parts)
            return (Kind.ROWS, parts) if fits else (Kind.JSON, ())
        if 0 < len(items.get("enum", ())) <= MAX_TICKS:
            return Kind.TICKS, ()
        return (Kind.LINES if items.get("type") in _SCALARS else Kind.JSON), ()

    def _parts_of_row(self, items: Schema, places: FilePlaces, level: int) -> tuple[Shape, ...]:
        """Rows have no rows within them: how many that would be is for a schema to say."""
        self._is_in_rows = True
        try:
            return self._parts(items, places, level)
        finally:
            self._is_in_rows = False


def is_file(schema: Schema) -> bool:
    """Whether a Space takes a file here: `gradio.mending` leaves nothing else of its format."""
    description = schema.get("description")
    is_hinted = isinstance(description, str) and FILE_HINT in description
    return schema.get("type") == "string" and is_hinted and "enum" not in schema


def _without_null(schema: Schema) -> tuple[Schema, bool]:
    alternatives = schema.get("anyOf")
    if not isinstance(alternatives, list):
        return schema, False
    others = [each for each in alternatives if each.get("type") != "null"]
    rest = {key: value for key, value in schema.items() if key != "anyOf"}
    if len(others) == 1:
        described = [part.get("description", "") for part in (rest, others[0])]
        text = " ".join(dict.fromkeys(filter(None, described)))
        rest = {**others[0], **rest}
        return ({**rest, "description": text} if text else rest), len(alternatives) > 1
    return {**rest, "anyOf": others}, len(others) < len(alternatives)


def _kind_of_union(schema: Schema) -> Kind:
    alternatives = schema["anyOf"]
    if any(map(is_file, alternatives)) and all(a.get("type") == "string" for a in alternatives):
        return Kind.FILE
    return Kind.EITHER if alternatives else Kind.JSON


def _kind_of_text(name: str, schema: Schema) -> Kind:
    if "enum" in schema:
        return Kind.CHOICE
    if is_file(schema):
        return Kind.FILE
    longest = schema.get("maxLength")
    if isinstance(longest, int) and not SHORT_CHARS < longest < LONG_CHARS:
        return Kind.LONG if longest >= LONG_CHARS else Kind.TEXT
    is_long = _LONG_WORDS.search(name) or "\n" in str(schema.get("default", ""))
    return Kind.LONG if is_long else Kind.TEXT
