"""Arguments of a Space's tool, checked against what it says of them, before anything leaves.

What is meant is taken as it is meant: models write numbers and lists as texts. Pure: no I/O.
"""

import json
from collections.abc import Iterable
from typing import Any

import orjson

from mcpendpoint.gradio.drafts import Schema
from mcpendpoint.gradio.errors import SpaceError
from mcpendpoint.protocol.portable_tools import says_anything
from mcpendpoint.protocol.records import Reason
from mcpendpoint.tools.schema_faults import fault_of, faults_of, is_of_type

MAX_REASONS = 10
MAX_EXAMPLE_CHARS = 1_000
MAX_EXAMPLE_LEVELS = 4

MAX_EXAMPLE_ITEMS = 5
MAX_PLACE_CHARS = 60
"""At least so much of a name is in what is wrong with it."""

EXAMPLE_TIME = "2026-01-31T12:00:00Z"
EXAMPLE_FILE = "https://huggingface.co/front/assets/huggingface_logo.svg"


def read_arguments(tool: str, schema: Schema, given: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments as the schema has them. Raises SpaceError, with an example."""
    properties: dict[str, Schema] = schema.get("properties", {})
    arguments = {
        name: _as_meant(value, properties[name]) if name in properties else value
        for name, value in given.items()
        if value is not None or not _may_be_left_out(name, schema)
    }
    if reasons := faults_of(arguments, schema, MAX_REASONS):
        wrong = " ".join(f"{reason.rstrip('.')}." for reason in reasons)
        text = f"Invalid arguments for {tool}. {wrong} {_how_it_is_right(schema, reasons)}"
        raise SpaceError(text, reason=Reason.INVALID_ARGUMENTS)
    return arguments


def example_call(schema: Schema, wrong: Iterable[str] = ()) -> str:
    """Return arguments in JSON that are right: those that are required, and those named."""
    properties, named = schema.get("properties", {}), {*schema.get("required", ()), *wrong}
    example = {name: _example(of, 0) for name, of in properties.items() if name in named}
    text = json.dumps(example)  # takes any number and character: defaults are a stranger's
    return text if len(text) <= MAX_EXAMPLE_CHARS else text[:MAX_EXAMPLE_CHARS] + "…"


def _how_it_is_right(schema: Schema, reasons: Iterable[str]) -> str:
    properties = schema.get("properties", {})
    if not properties:
        return "" if "additionalProperties" in schema else "It takes no arguments."
    begun = tuple(reasons)
    wrong = [
        name
        for name in properties
        if any(_is_about(name[:MAX_PLACE_CHARS], each) for each in begun)
    ]
    return f"Known arguments: {', '.join(properties)}. Right: {example_call(schema, wrong)}"


def _is_about(name: str, reason: str) -> bool:
    return reason.startswith(name) and reason[len(name) : len(name) + 1] in (":", "[", ".")


def _may_be_left_out(name: str, schema: Schema) -> bool:
    """Whether null can only mean that nothing is given."""
    parameter = schema.get("properties", {}).get(name)
    is_required = name in schema.get("required", ())
    if parameter is None or is_required or says_anything(parameter):
        return False
    return "null" not in _kinds(parameter)


def _kinds(schema: Schema) -> set[Any]:
    return {option.get("type") for option in schema.get("anyOf", [schema])}


def _as_meant(value: Any, schema: Schema) -> Any:
    kinds = _kinds(schema)
    if isinstance(value, str) and "string" not in kinds:
        try:
            read = orjson.loads(value)
        except orjson.JSONDecodeError:
            return value
        return read if any(is_of_type(read, kind) for kind in kinds) else value
    if is_of_type(value, "number") and kinds <= {"string", "null"}:
        return str(value)
    return value


def _example(schema: Schema, level: int) -> Any:
    """Return the first that is right of what the Space gives, else what is made up."""
    option = next(
        (each for each in schema.get("anyOf", [schema]) if each.get("type") != "null"), schema
    )
    default = schema.get("default", option.get("default"))
    given = [] if default is None or default == "" else [default]
    for value in (*given, *option.get("enum", ())):
        if fault_of(value, schema) is None:
            return value
    return _made_up(option, level, is_file="http" in str(schema.get("description", "")))


def _made_up(schema: Schema, level: int, *, is_file: bool) -> Any:
    match schema.get("type"):
        case "string" if schema.get("format") == "date-time":
            return EXAMPLE_TIME
        case "string":
            return EXAMPLE_FILE if is_file else _text(schema)
        case "boolean":
            return True
        case "integer" | "number":
            return _number(schema)
        case "array" if level < MAX_EXAMPLE_LEVELS:
            number = min(max(schema.get("minItems", 1), 1), MAX_EXAMPLE_ITEMS)
            return [_example(schema.get("items", {}), level + 1)] * number
        case "object" if level < MAX_EXAMPLE_LEVELS:
            parts = schema.get("properties", {})
            return {
                name: _example(parts[name], level + 1)
                for name in schema.get("required", ())
                if name in parts
            }
        case _:
            return {}


def _text(schema: Schema) -> str:
    least, most = schema.get("minLength", 0), schema.get("maxLength", MAX_EXAMPLE_CHARS)
    text = " ".join(["text"] * (min(least, MAX_EXAMPLE_CHARS) // 5 + 1))
    return text[: int(max(most, 0))]


def _number(schema: Schema) -> Any:
    """Return 1, or what is next to it within the bounds, if that is easily said."""
    step = schema.get("multipleOf") or 1
    tried = (1, step, schema.get("minimum"), schema.get("maximum"))
    next_to = (schema.get("exclusiveMinimum", 0) + step, schema.get("exclusiveMaximum", 0) - step)
    numbers = [each for each in (*tried, *next_to) if each is not None]
    return next((each for each in numbers if fault_of(each, schema) is None), numbers[0])
