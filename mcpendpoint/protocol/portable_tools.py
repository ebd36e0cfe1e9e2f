"""What every client and every model's API takes of a tool, a Space's as our own. Pure: no I/O.

For one tool that a model's API refuses it refuses the whole list, and with it every prompt. So this
is what Anthropic's, OpenAI's and Gemini's APIs, and clients that turn a schema into types of their
own (smolagents, CrewAI, google-genai), all take; of the documents and of reports from each:

- names: `^[a-zA-Z0-9_-]{1,64}$` (OpenAI), begun by a letter or `_` (Gemini); clients put their
  `mcp__huggingface__` before them and cut at 60 to 64 characters
- no anyOf, oneOf, allOf, not, if or enum at the root (Anthropic, OpenAI; claude-code#95504)
- names of arguments: `^[a-zA-Z0-9_.-]{1,64}$` (Anthropic), no `.`, `-` or digit first (Gemini)
- a single `type` for each value (github/copilot-cli#4623), or `anyOf`, never both (gemini-cli#4121)
- `items` for each array (OpenAI); `required` names what is in `properties` (cline/cline#11162)
- `additionalProperties` is a schema, as google-genai has it
- `enum` of texts (google-genai's Schema); of the formats only date-time (Gemini)
- descriptions of 1 024 characters (OpenAI on Azure; modelcontextprotocol/servers#799)
- no references: Gradio's lead nowhere, and not all clients follow those that do
"""

import math
import re
from collections.abc import Iterator
from typing import Any

import orjson

from mcpendpoint.protocol.visible_text import has_hidden

Schema = dict[str, Any]

MAX_NAME_CHARS = 49
MAX_DESCRIPTION_CHARS = 1_024
"""Of a tool, and of any argument; OpenAI refuses longer ones."""
MAX_SCHEMA_BYTES = 50_000
MAX_LEVELS = 10
MAX_ENUM_VALUES = 250
MAX_ENUM_CHARS = 15_000
MAX_PATTERN_CHARS = 500

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,48}")
ARGUMENT_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
FORMATS = frozenset({"date-time"})

ANNOTATIONS = frozenset({"title", "description", "default"})
KEYWORDS = {
    "string": frozenset({"enum", "format", "maxLength", "minLength", "pattern"}),
    "number": frozenset(
        {"exclusiveMaximum", "exclusiveMinimum", "maximum", "minimum", "multipleOf"}
    ),
    "boolean": frozenset[str](),
    "null": frozenset[str](),
    "array": frozenset({"items", "maxItems", "minItems", "uniqueItems"}),
    "object": frozenset(
        {"additionalProperties", "maxProperties", "minProperties", "properties", "required"}
    ),
}
KEYWORDS["integer"] = KEYWORDS["number"]

ANY_BUT_LISTS: list[Schema] = [{"type": kind} for kind in ("string", "number", "boolean", "object")]
ANYTHING: list[Schema] = [*ANY_BUT_LISTS, {"type": "array", "items": {"anyOf": ANY_BUT_LISTS}}]
"""What a value that may be anything is said to be. Not an empty schema: Gemini and smolagents want
to be told a type.
"""

_ROOT_KEYWORDS = KEYWORDS["object"] | ANNOTATIONS | {"type", "$schema"}
_COUNTS = re.compile(r"(?:max|min)(?:Length|Items|Properties)")


def says_anything(schema: Schema) -> bool:
    """Whether a schema is one of those, which are hints: the value may be anything."""
    options = schema.get("anyOf")
    return options is not None and all(option in options for option in ANY_BUT_LISTS)


def fault_of_name(name: str) -> str | None:
    return None if NAME.fullmatch(name) else f"has the name {ascii(name[:80])}"


def fault_of_schema(schema: Schema, max_bytes: int = MAX_SCHEMA_BYTES) -> str | None:
    """Return why some client or model would refuse a tool with this input schema, None if none."""
    if schema.get("type") != "object":
        return "takes something other than an object of arguments"
    unknown = schema.keys() - _ROOT_KEYWORDS
    if unknown:
        return f"has {min(unknown)[:40]} at the root of its schema"
    if fault := next(_faults({key: schema[key] for key in schema.keys() - {"$schema"}}, 0), None):
        return fault
    if len(orjson.dumps(schema)) > max_bytes:
        return f"has a schema larger than {max_bytes // 1000} kB"
    return None


def _faults(node: Any, level: int) -> Iterator[str]:
    if not isinstance(node, dict):
        yield "has a part of its schema that is not an object"
        return
    if level > MAX_LEVELS:
        yield f"has a schema deeper than {MAX_LEVELS} levels"
        return
    yield from _faults_of_annotations(node)
    if "anyOf" in node:
        yield from _faults_of_union(node, level)
        return
    kind = node.get("type")
    if not isinstance(kind, str) or kind not in KEYWORDS:
        yield "has a value without a type"
        return
    unknown = node.keys() - KEYWORDS[kind] - ANNOTATIONS - {"type"}
    if unknown:
        yield f"has {min(unknown)[:40]} for a value of type {kind}"
    if kind == "object":
        yield from _faults_of_object(node, level)
    elif kind == "array":
        yield from _faults(node.get("items"), level + 1)
    elif kind == "string":
        yield from _faults_of_string(node)
    for key in node.keys() & KEYWORDS[kind]:
        if _COUNTS.fullmatch(key) and not is_count(node[key]):
            yield f"has {key} that is not a count"
        elif key in KEYWORDS["number"] and not is_number(node[key]):
            yield f"has {key} that is not a number"


def _faults_of_annotations(node: Schema) -> Iterator[str]:
    for key in ("title", "description"):
        text = node.get(key, "")
        if not isinstance(text, str) or len(text) > MAX_DESCRIPTION_CHARS or has_hidden(text):
            yield f"has a {key} that is too long or holds hidden characters"


def _faults_of_union(node: Schema, level: int) -> Iterator[str]:
    if node.keys() - ANNOTATIONS - {"anyOf"}:
        yield "has anyOf beside other keywords"
    alternatives = node["anyOf"]
    if not isinstance(alternatives, list) or len(alternatives) < 2:
        yield "has anyOf without alternatives"
        return
    for alternative in alternatives:
        yield from _faults(alternative, level + 1)


def _faults_of_object(node: Schema, level: int) -> Iterator[str]:
    properties = node.get("properties", {})
    if not isinstance(properties, dict):
        yield "has properties that are not an object"
        return
    for name, value in properties.items():
        if not ARGUMENT_NAME.fullmatch(name):
            yield f"has an argument named {ascii(name[:40])}"
        yield from _faults(value, level + 1)
    required = node.get("required", [])
    if not isinstance(required, list) or not all(
        isinstance(name, str) and name in properties for name in required
    ):
        yield "requires an argument that it does not have"
    elif len(set(required)) < len(required):
        yield "requires an argument twice"
    if "additionalProperties" in node:
        yield from _faults(node["additionalProperties"], level + 1)


def _faults_of_string(node: Schema) -> Iterator[str]:
    if "enum" in node:
        values = node["enum"]
        if not isinstance(values, list) or not values:
            yield "has no value to choose from"
        elif not all(isinstance(value, str) and value for value in values):
            yield "has a choice that is not a text"
        elif len(values) > MAX_ENUM_VALUES or sum(map(len, values)) > MAX_ENUM_CHARS:
            yield "has too many values to choose from"
        elif len(set(values)) < len(values):
            yield "has a value to choose twice"
    if node.get("format", "date-time") not in FORMATS:
        yield "has a format that not every model knows"
    if not is_pattern(node.get("pattern", "")):
        yield "has a pattern that is not a regular expression"


def is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31


def is_number(value: Any) -> bool:
    is_one = isinstance(value, int | float) and not isinstance(value, bool)
    return is_one and math.isfinite(value) and abs(value) < 1e300


def is_pattern(value: Any) -> bool:
    if not isinstance(value, str) or len(value) > MAX_PATTERN_CHARS:
        return False
    try:
        re.compile(value)
    except (re.error, RecursionError, OverflowError):
        return False
    return True
