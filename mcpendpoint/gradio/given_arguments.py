"""Arguments of a Space's tool, checked against what it says of them, before anything leaves.

What is meant is taken as it is meant: models write numbers and lists as texts. Pure: no I/O.
"""

import json
from typing import Any

import orjson

from mcpendpoint.gradio.drafts import Schema
from mcpendpoint.gradio.errors import SpaceError
from mcpendpoint.protocol.portable_tools import says_anything
from mcpendpoint.protocol.records import Reason
from mcpendpoint.tools.schema_faults import faults_of, is_of_type

MAX_REASONS = 10
MAX_EXAMPLE_CHARS = 1_000
MAX_EXAMPLE_LEVELS = 4

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
        known = ", ".join(properties) or "none"
        wrong = " ".join(f"{reason.rstrip('.')}." for reason in reasons)
        text = f"Invalid arguments for {tool}. {wrong} Known arguments: {known}."
        raise SpaceError(f"{text} Right: {example_call(schema)}", reason=Reason.INVALID_ARGUMENTS)
    return arguments


def example_call(schema: Schema) -> str:
    """Return arguments in JSON that are right: those that are required."""
    properties = schema.get("properties", {})
    required = schema.get("required", ())
    example = {name: _example(properties[name], 0) for name in required if name in properties}
    text = json.dumps(example)  # takes any number and character: defaults are a stranger's
    return text if len(text) <= MAX_EXAMPLE_CHARS else text[:MAX_EXAMPLE_CHARS] + "…"


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
    if "default" in schema and schema["default"] is not None:
        return schema["default"]
    option = next(
        (each for each in schema.get("anyOf", [schema]) if each.get("type") != "null"), schema
    )
    if "enum" in option:
        return option["enum"][0]
    match option.get("type"):
        case "string":
            is_file = "http" in str(schema.get("description", ""))
            return EXAMPLE_FILE if is_file else "text"
        case "boolean":
            return True
        case "integer" | "number":
            return option.get("minimum", 1)
        case "array" if level < MAX_EXAMPLE_LEVELS:
            return [_example(option.get("items", {}), level + 1)]
        case "object" if level < MAX_EXAMPLE_LEVELS:
            parts = option.get("properties", {})
            return {
                name: _example(parts[name], level + 1)
                for name in option.get("required", ())
                if name in parts
            }
        case _:
            return {}
