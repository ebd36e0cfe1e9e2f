"""What is wrong with a value, by the JSON Schema of a tool's argument. Pure: no I/O.

Said in a sentence for whoever gave it, without the value. Patterns are left to the tool: those of
Spaces are hostile, and so are their schemas, which multiply with what is given: both are looked at
in a bounded number of steps.
"""

import math
from collections.abc import Iterator
from itertools import islice
from typing import Any

import orjson

from mcpendpoint.protocol.portable_tools import says_anything
from mcpendpoint.tools.markdown import count

Schema = dict[str, Any]

MAX_STEPS = 20_000
"""Some 20 ms; beyond these the tool looks for itself."""
MAX_SHOWN = 10

NEEDED = "This is needed."

_WORDS = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
}


def fault_of(value: Any, schema: Schema) -> str | None:
    """Return the first thing that is wrong, and where."""
    return next(_Check().faults(value, schema, ""), None)


def faults_of(value: Any, schema: Schema, most: int) -> list[str]:
    return list(islice(_Check().faults(value, schema, ""), most))


def is_of_type(value: Any, kind: Any) -> bool:
    match kind:
        case "string":
            return isinstance(value, str)
        case "integer":
            is_whole = isinstance(value, float) and value.is_integer()
            return (isinstance(value, int) or is_whole) and not isinstance(value, bool)
        case "number":
            if isinstance(value, float):
                return math.isfinite(value)
            return isinstance(value, int) and not isinstance(value, bool)
        case "boolean":
            return isinstance(value, bool)
        case "array":
            return isinstance(value, list)
        case "object":
            return isinstance(value, dict)
        case "null":
            return value is None
    return True


class _Check:
    def __init__(self) -> None:
        self._steps = 0

    def faults(self, value: Any, schema: Schema, where: str) -> Iterator[str]:
        options, choices = schema.get("anyOf", ()), schema.get("enum", ())
        self._steps += 1 + len(options) + len(choices) // 10
        if self._steps > MAX_STEPS or says_anything(schema):
            return
        if options:
            yield from self._faults_of_union(value, options, where)
            return
        kind = schema.get("type")
        if not is_of_type(value, kind):
            yield _at(where, f"This should be {_WORDS[str(kind)]}.")
        elif isinstance(value, str):
            yield from _faults_of_text(value, schema, where)
        elif kind in ("integer", "number"):
            yield from _faults_of_number(value, schema, where)
        elif isinstance(value, list):
            yield from self._faults_of_list(value, schema, where)
        elif isinstance(value, dict):
            yield from self._faults_of_object(value, schema, where)

    def _faults_of_union(self, value: Any, options: list[Schema], where: str) -> Iterator[str]:
        fitting = [option for option in options if is_of_type(value, option.get("type"))]
        found = [next(self.faults(value, option, where), None) for option in fitting]
        if None in found:
            return
        if found:
            yield found[0] or ""
        else:
            words = dict.fromkeys(_WORDS.get(option.get("type", ""), "") for option in options)
            yield _at(where, f"This should be {' or '.join(filter(None, words))}.")

    def _faults_of_list(self, value: list[Any], schema: Schema, where: str) -> Iterator[str]:
        yield from _faults_of_size(len(value), schema, "Items", "item", where)
        is_short = self._steps + len(value) <= MAX_STEPS
        if is_short and schema.get("uniqueItems") and len(set(map(_digest, value))) < len(value):
            yield _at(where, "Each item may be there once only.")
        items = schema.get("items")
        if isinstance(items, dict):
            for number, item in enumerate(value, start=1):
                yield from self.faults(item, items, f"{where}[{number}]")

    def _faults_of_object(self, value: Schema, schema: Schema, where: str) -> Iterator[str]:
        properties = schema.get("properties", {})
        for name in schema.get("required", ()):
            if name not in value:
                yield _at(f"{where}.{name}", NEEDED)
        yield from _faults_of_size(len(value), schema, "Properties", "name", where)
        others = schema.get("additionalProperties")
        for name, part in value.items():
            inner = properties.get(name, others)
            if isinstance(inner, dict):
                yield from self.faults(part, inner, f"{where}.{name[:60]}")


def _faults_of_text(value: str, schema: Schema, where: str) -> Iterator[str]:
    choices = schema.get("enum")
    if choices is not None and value not in choices:
        shown = ", ".join(map(str, choices[:MAX_SHOWN])) + (
            " …" if len(choices) > MAX_SHOWN else ""
        )
        yield _at(where, f"This should be one of: {shown}")
    yield from _faults_of_size(len(value), schema, "Length", "character", where)


def _faults_of_number(value: float, schema: Schema, where: str) -> Iterator[str]:
    least, most = schema.get("minimum"), schema.get("maximum")
    above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    step = schema.get("multipleOf")
    if least is not None and value < least:
        yield _at(where, f"This should be {least:,} or more.")
    if most is not None and value > most:
        yield _at(where, f"This should be {most:,} or less.")
    if above is not None and value <= above:
        yield _at(where, f"This should be more than {above:,}.")
    if below is not None and value >= below:
        yield _at(where, f"This should be less than {below:,}.")
    try:
        times = value / step if step else 0.0
    except OverflowError:
        return
    if math.isfinite(times) and abs(times - round(times)) > 1e-6:
        yield _at(where, f"This should be a multiple of {step:,}.")


def _faults_of_size(
    size: int, schema: Schema, keyword: str, noun: str, where: str
) -> Iterator[str]:
    least, most = schema.get(f"min{keyword}"), schema.get(f"max{keyword}")
    if least is not None and size < least:
        text = NEEDED if size == 0 else f"This should have {count(least, noun)} or more."
        yield _at(where, text)
    if most is not None and size > most:
        yield _at(where, f"This has {count(size, noun)}, and may have {most:,}.")


def _at(where: str, text: str) -> str:
    place = where.lstrip(".")[:200]
    return f"{place}: {text}" if place else text


def _digest(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
