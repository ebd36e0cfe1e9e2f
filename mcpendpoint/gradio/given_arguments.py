"""Arguments of a Space's tool, checked against what it says of them, before anything leaves.

What is meant is taken as it is meant: models write numbers and lists as texts. Pure: no I/O.
"""

from itertools import islice
from typing import Any

import orjson
from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend

from mcpendpoint.gradio.drafts import Schema
from mcpendpoint.gradio.errors import SpaceError

MAX_REASONS = 10
MAX_SHOWN_CHOICES = 20
MAX_EXAMPLE_CHARS = 1_000
MAX_EXAMPLE_LEVELS = 4

EXAMPLE_FILE = "https://huggingface.co/front/assets/huggingface_logo.svg"

# A stranger's pattern may take for ever, and to compare all items with all others takes long.
_Checker = extend(Draft202012Validator, {"pattern": None, "uniqueItems": None})

_WORDS = {
    "type": "must be of type",
    "anyOf": "must be of one of the types",
    "enum": "must be one of",
    "minimum": "must not be less than",
    "maximum": "must not be more than",
    "exclusiveMinimum": "must be more than",
    "exclusiveMaximum": "must be less than",
    "multipleOf": "must be a multiple of",
    "minLength": "must have at least this many characters:",
    "maxLength": "must have at most this many characters:",
    "minItems": "must have at least this many items:",
    "maxItems": "must have at most this many items:",
}


def read_arguments(tool: str, schema: Schema, given: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments as the schema has them. Raises SpaceError, with an example."""
    properties: dict[str, Schema] = schema.get("properties", {})
    arguments = {
        name: _as_meant(value, properties[name]) if name in properties else value
        for name, value in given.items()
        if value is not None or not _may_be_left_out(name, schema)
    }
    errors = islice(_Checker(schema).iter_errors(arguments), MAX_REASONS)
    if reasons := list(dict.fromkeys(map(_reason, errors))):
        known = ", ".join(properties) or "none"
        text = f"Invalid arguments for {tool}. {'; '.join(reasons)}. Known arguments: {known}."
        raise SpaceError(f"{text} Right: {example_call(schema)}")
    return arguments


def example_call(schema: Schema) -> str:
    """Return arguments in JSON that are right: those that are required."""
    properties = schema.get("properties", {})
    required = schema.get("required", ())
    example = {name: _example(properties[name], 0) for name in required if name in properties}
    text = orjson.dumps(example).decode()
    return text if len(text) <= MAX_EXAMPLE_CHARS else text[:MAX_EXAMPLE_CHARS] + "…"


def _may_be_left_out(name: str, schema: Schema) -> bool:
    """Whether null can only mean that nothing is given."""
    parameter = schema.get("properties", {}).get(name)
    is_required = name in schema.get("required", ())
    return parameter is not None and not is_required and "null" not in _kinds(parameter)


def _kinds(schema: Schema) -> set[Any]:
    return {option.get("type") for option in schema.get("anyOf", [schema])}


def _as_meant(value: Any, schema: Schema) -> Any:
    kinds = _kinds(schema)
    if isinstance(value, str) and "string" not in kinds:
        try:
            read = orjson.loads(value)
        except orjson.JSONDecodeError:
            return value
        return read if any(_is_of(read, kind) for kind in kinds) else value
    if _is_of(value, "number") and kinds <= {"string", "null"}:
        return str(value)
    return value


def _reason(error: ValidationError) -> str:
    path = list(error.absolute_path)
    expected = error.validator_value
    if error.validator == "required":
        missing = (_name([*path, name]) for name in expected if name not in error.instance)
        return f"{', '.join(missing)}: missing"
    if error.validator == "anyOf":
        words = _listed([str(option.get("type")) for option in expected])
    elif error.validator == "enum":
        words = _listed([f"“{choice}”" for choice in expected])
    else:
        words = str(expected)[:100]
    return f"{_name(path)}: {_WORDS.get(str(error.validator), 'is not as described')} {words}"


def _is_of(value: Any, kind: Any) -> bool:
    match kind:
        case "string":
            return isinstance(value, str)
        case "boolean":
            return isinstance(value, bool)
        case "integer":
            is_whole = isinstance(value, float) and value.is_integer()
            return is_whole or isinstance(value, int) and not isinstance(value, bool)
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "array":
            return isinstance(value, list)
        case "object":
            return isinstance(value, dict)
        case "null":
            return value is None
        case _:
            return True


def _name(path: list[str | int]) -> str:
    return ".".join(map(str, path))[:200] or "arguments"


def _listed(words: list[str]) -> str:
    words = list(dict.fromkeys(words))
    more = len(words) - MAX_SHOWN_CHOICES
    return ", ".join(words[:MAX_SHOWN_CHOICES]) + (f" or {more} others" if more > 0 else "")


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
