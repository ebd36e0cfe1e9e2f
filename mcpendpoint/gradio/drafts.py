"""Schemas on their way to the form that every client and model takes. Pure: no I/O.

A draft holds JSON Schema keywords with sound values, but that `type` is a tuple of all that a value
may be, `anyOf` and `enum` are still as read, and `notes` will be sentences of the description.
"""

import re
from hashlib import sha256
from typing import Any

from mcpendpoint.protocol.portable_tools import (
    ANNOTATIONS,
    ANYTHING,
    ARGUMENT_NAME,
    KEYWORDS,
    MAX_DESCRIPTION_CHARS,
    MAX_ENUM_CHARS,
    MAX_ENUM_VALUES,
)
from mcpendpoint.protocol.visible_text import has_hidden, visible_line

Draft = dict[str, Any]
Schema = dict[str, Any]

MAX_ALTERNATIVES = 20
MAX_TOLD_VALUES = 20
MAX_TOLD_CHARS = 300

_EVIDENCE = (
    ("object", ("properties", "required", "additionalProperties", "minProperties")),
    ("array", ("items", "minItems", "maxItems", "uniqueItems")),
    ("string", ("pattern", "minLength", "maxLength", "format")),
    ("number", ("minimum", "maximum", "multipleOf", "exclusiveMinimum", "exclusiveMaximum")),
)
_JSON_TYPES = (
    (bool, "boolean"),
    (str, "string"),
    (int, "integer"),
    (float, "number"),
    (list, "array"),
    (dict, "object"),
)


def merge(one: Draft, other: Draft) -> Draft:
    """Return a draft of a value for which both hold; where they differ, mostly the other's."""
    merged = {**one, **other}
    if "type" in one and "type" in other:
        both = tuple(kind for kind in one["type"] if kind in other["type"])
        merged["type"] = both or other["type"]
    for key in ("properties", "notes", "required"):
        if key in one and key in other:
            merged[key] = _joined(one[key], other[key])
    return merged


def _joined(one: Any, other: Any) -> Any:
    if isinstance(one, dict):
        return {**one, **other}
    return type(one)(dict.fromkeys([*one, *other]))


def finish(draft: Draft) -> Schema:
    """Return the schema, which has one type, or alternatives that have one each."""
    draft = _with_words(draft)
    found: list[Schema] = []
    for schema in _alternatives(draft):
        for alternative in schema.get("anyOf", [schema]):
            if alternative not in found:
                found.append(alternative)
    schema = {"anyOf": found[:MAX_ALTERNATIVES]} if len(found) > 1 else found[0]
    return _annotated(schema, draft)


def finish_root(draft: Draft) -> tuple[Schema, dict[str, str], tuple[str, ...]]:
    """Return the schema of all arguments, the own names of the renamed, and what is left to say."""
    notes = list(draft.get("notes", ()))
    if options := draft.get("anyOf", []):
        draft = _united(draft, options)
        notes += _ways_of(options)
    names = _new_names(draft)
    properties = {
        names.get(name, name): _annotated(schema, {"description": f"“{visible_line(name)[:200]}”."})
        if name in names
        else schema
        for name, schema in draft.get("properties", {}).items()
    }
    required = [names.get(name, name) for name in draft.get("required", ())]
    root = _typed("object", {**draft, "properties": properties, "required": required})
    return root, {ours: theirs for theirs, ours in names.items()}, tuple(notes)


def _with_words(draft: Draft) -> Draft:
    """Put into the description what only words can say."""
    draft = dict(draft)
    notes = list(draft.pop("notes", ()))
    properties = draft.get("properties", {})
    if unusable := [name for name in properties if not ARGUMENT_NAME.fullmatch(name)]:
        shown = ", ".join(f"“{visible_line(name)[:60]}”" for name in unusable[:MAX_TOLD_VALUES])
        notes.append(f"May also hold {shown}.")
        draft["properties"] = {
            name: value for name, value in properties.items() if name not in unusable
        }
    if "required" in draft:
        draft["required"] = [name for name in draft["required"] if ARGUMENT_NAME.fullmatch(name)]
    options = draft.get("anyOf", [])
    if options and all(option.keys() <= {"required"} for option in options):
        notes += _ways_of(draft.pop("anyOf"))
    text = sentences(draft.get("description", ""), *notes)
    return {**draft, "description": text} if text else draft


def _alternatives(draft: Draft) -> list[Schema]:
    """Return a schema for each thing that the value may be."""
    bare = {key: value for key, value in draft.items() if key not in ANNOTATIONS}
    if "anyOf" in bare:
        options = bare.pop("anyOf")[:MAX_ALTERNATIVES]
        return [finish(merge(bare, option)) for option in options]
    if values := bare.pop("enum", None):
        return [_typed(kind, {**bare, **told}) for kind, told in _by_type(values, bare)]
    types = bare.get("type") or _types_by_evidence(bare)
    return [_typed(kind, bare) for kind in types] or list(ANYTHING)


def _by_type(values: list[Any], bare: Draft) -> list[tuple[str, Draft]]:
    """Say which values there are: texts as an enum, others in words. They tell their own types."""
    by_type: dict[str, list[Any]] = {}
    for value in values:
        by_type.setdefault(_json_type(value), []).append(value)
    if "null" in bare.get("type", ()):
        by_type.setdefault("null", [])
    return [(kind, _choice(kind, found)) for kind, found in by_type.items()]


def _choice(kind: str, values: list[Any]) -> Draft:
    if kind == "string":
        values = [text for text in dict.fromkeys(values) if text and not has_hidden(text)]
        if 0 < len(values) <= MAX_ENUM_VALUES and sum(map(len, values)) <= MAX_ENUM_CHARS:
            return {"enum": values}
    if kind in ("boolean", "null") or not values:
        return {}
    told = ", ".join(str(value) for value in values[:MAX_TOLD_VALUES])[:MAX_TOLD_CHARS]
    if len(values) > MAX_TOLD_VALUES:
        return {"description": f"One of {len(values):,} values, such as {visible_line(told)}."}
    return {"description": f"One of {visible_line(told)}."}


def _typed(kind: str, draft: Draft) -> Schema:
    schema: Schema = {"type": kind}
    schema |= {key: value for key, value in draft.items() if key in KEYWORDS[kind]}
    if kind == "array":
        schema.setdefault("items", {"anyOf": list(ANYTHING)})
    if kind == "object" and "required" in schema:
        schema["properties"] = dict(schema.get("properties", {}))
        for name in schema["required"]:
            schema["properties"].setdefault(name, {"anyOf": list(ANYTHING)})
        if not schema["required"]:
            del schema["required"]
    return _annotated(schema, draft)


def _annotated(schema: Schema, draft: Draft) -> Schema:
    schema = dict(schema)
    if text := sentences(draft.get("description", ""), schema.get("description", "")):
        schema["description"] = shortened(text, MAX_DESCRIPTION_CHARS)
    if "title" in draft:
        schema["title"] = draft["title"]
    if "default" in draft and _fits(draft["default"], schema):
        schema["default"] = draft["default"]
    return schema


def _fits(value: Any, schema: Schema) -> bool:
    if "anyOf" in schema:
        return any(_fits(value, alternative) for alternative in schema["anyOf"])
    if "enum" in schema:
        return value in schema["enum"]
    kind = _json_type(value)
    return schema["type"] == kind or (schema["type"], kind) == ("number", "integer")


def _united(draft: Draft, options: list[Draft]) -> Draft:
    """Let one object hold the arguments of all alternatives, as a root may have none."""
    properties = dict(draft.get("properties", {}))
    for option in options:
        for name, schema in option.get("properties", {}).items():
            known = properties.get(name, schema)
            properties[name] = schema if known == schema else finish_either(known, schema)
    required = [option.get("required", []) for option in options]
    common = [name for name in required[0] if all(name in names for names in required)]
    return merge(draft, {"properties": properties, "required": common})


def finish_either(one: Schema, other: Schema) -> Schema:
    found: list[Schema] = []
    for schema in (one, other):
        for alternative in schema.get("anyOf", [schema]):
            if alternative not in found:
                found.append(alternative)
    return {"anyOf": found[:MAX_ALTERNATIVES]}


def _ways_of(options: list[Draft]) -> list[str]:
    """Say which arguments belong together, where alternatives differ in what they require."""
    ways = [" and ".join(option.get("required", ())) for option in options]
    if not all(ways) or len(set(ways)) < 2:
        return []
    told = "; or ".join(visible_line(way)[:200] for way in ways)
    return [f"Needs either {told[:MAX_TOLD_CHARS]}."]


def _new_names(draft: Draft) -> dict[str, str]:
    """Return names for those arguments whose own not every model takes, by their own."""
    own = dict.fromkeys([*draft.get("properties", {}), *draft.get("required", ())])
    taken = {name for name in own if ARGUMENT_NAME.fullmatch(name)}
    names: dict[str, str] = {}
    for name in own:
        if name in taken:
            continue
        word = re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_")[:50]
        digest = sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:6]
        candidates = (word, f"{word or 'argument'}_{digest}", f"argument_{digest}")
        names[name] = next(
            (c for c in candidates if ARGUMENT_NAME.fullmatch(c) and c not in taken), f"_{digest}"
        )
        taken.add(names[name])
    return names


def _json_type(value: Any) -> str:
    return next((name for kind, name in _JSON_TYPES if isinstance(value, kind)), "null")


def _types_by_evidence(draft: Draft) -> tuple[str, ...]:
    return tuple(kind for kind, keywords in _EVIDENCE if draft.keys() & set(keywords))[:1]


def sentences(*parts: str) -> str:
    """Join what may be sentences, or not yet."""
    known = list(dict.fromkeys(part.strip() for part in parts if part.strip()))
    ended = [part if part[-1] in ".!?:;…" else f"{part}." for part in known[:-1]]
    return " ".join([*ended, *known[-1:]])


def shortened(text: str, max_chars: int) -> str:
    return text if len(text) <= max_chars else f"{text[: max_chars - 2].rstrip()} …"
