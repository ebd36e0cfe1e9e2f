"""What a Space says of a part, as it is agreed to: fingerprint, and what is kept to show a change.

Pure: no I/O. Of the Space's own words, before they are mended: an upgrade of this server, which may
mend them otherwise, changes no fingerprint.
"""

import json
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import orjson

from accounts.space_changes import PartKind, key_of
from mcpendpoint.protocol.visible_text import revealed

MAX_DESCRIPTION_CHARS = 4_000
MAX_PARAMETER_CHARS = 1_500
MAX_PARAMETERS = 100
MAX_VALUE_CHARS = 1_200
"""Of one text within a parameter, so that none crowds out the others."""

_FIRST = ("description", "title", "type", "enum", "default")
"""What an assistant is told of a parameter: shown before whatever else a Space makes up."""
NAME_CHARS = 6
DIGEST_CHARS = 36
"""144 bits: the Space's owner makes both versions, so what counts is how hard two alike are."""

Definition = dict[str, Any]
"""description, parameters (JSON by name), required, rest (a digest); of a resource, what else it
says of itself in place of parameters, and nothing is required."""


def fingerprint(said: dict[str, Any]) -> str:
    """Return what stands for a part: first for its key, then for all that is said of it.

    `kind` is said of other parts than tools, whose pins are older than those of the others.
    """
    key = key_of(PartKind(said.get("kind", PartKind.TOOL)), said["name"])
    name = _digest(key.encode("utf-8", "surrogatepass"))
    return name[:NAME_CHARS] + _digest(orjson.dumps(said, option=orjson.OPT_SORT_KEYS))


def is_of_same_name(pin: str, other: str) -> bool:
    return pin[:NAME_CHARS] == other[:NAME_CHARS]


def define(said: dict[str, Any]) -> Definition:
    """Return what is kept: in visible characters, bounded, and different if it is."""
    schema = said["inputSchema"]
    properties, required = schema.get("properties"), schema.get("required")
    properties = properties if isinstance(properties, dict) else {}
    names = sorted(str(name) for name in required) if isinstance(required, list) else []
    kept = list(properties.items())[:MAX_PARAMETERS]
    rest = {key: value for key, value in schema.items() if key not in ("properties", "required")}
    rest_of_all = {
        **{key: value for key, value in said.items() if key not in ("description", "inputSchema")},
        "schema": rest,
        "more": dict(list(properties.items())[MAX_PARAMETERS:]),
    }
    return {
        "description": _shown(said["description"], MAX_DESCRIPTION_CHARS),
        "parameters": {
            _shown_name(name): _shown(_json(_arranged(of)), MAX_PARAMETER_CHARS)
            for name, of in kept
        },
        "required": [revealed(name) for name in names[:MAX_PARAMETERS]],
        "rest": _digest(_json(_sorted(rest_of_all)).encode("utf-8", "surrogatepass")),
    }


def define_resource(said: dict[str, Any]) -> Definition:
    """Return what is kept of a resource, whose `name` is its URI."""
    facts = {key: said[key] for key in ("title", "mimeType") if said.get(key)}
    return {
        "description": _shown(said["description"], MAX_DESCRIPTION_CHARS),
        "parameters": {key: _json(_shown(value, MAX_VALUE_CHARS)) for key, value in facts.items()},
        "rest": _digest(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)),
    }


@dataclass(frozen=True)
class ChangedParameter:
    name: str
    before: str
    after: str


@dataclass(frozen=True)
class Difference:
    description_before: str
    description_after: str
    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[ChangedParameter, ...]
    has_more: bool
    """Whether something else is different, such as what its parameters refer to."""

    @property
    def has_other_description(self) -> bool:
        return self.description_before != self.description_after


def difference(before: Definition, after: Definition) -> Difference:
    had, has = before["parameters"], after["parameters"]
    required = _required(before), _required(after)
    changed = tuple(
        ChangedParameter(
            name, _with_need(had, name, required[0]), _with_need(has, name, required[1])
        )
        for name in had
        if name in has and _with_need(had, name, required[0]) != _with_need(has, name, required[1])
    )
    return Difference(
        description_before=before["description"],
        description_after=after["description"],
        added=tuple(_told(has, name, required[1]) for name in has if name not in had),
        removed=tuple(_told(had, name, required[0]) for name in had if name not in has),
        changed=changed,
        has_more=before["rest"] != after["rest"],
    )


def is_growth(before: Definition, after: Definition) -> bool:
    """Whether all that is new are parameters that may be left out, and values of an enum."""
    had, has = before["parameters"], after["parameters"]
    return (
        before["description"] == after["description"]
        and before["rest"] == after["rest"]
        and before.get("required") == after.get("required")
        and all(name in has and _has_grown(had[name], has[name]) for name in had)
    )


def _has_grown(before: str, after: str) -> bool:
    if before == after:
        return True
    try:
        had, has = json.loads(before), json.loads(after)
    except ValueError:
        return False  # what is cut cannot be compared
    if not isinstance(had, dict) or not isinstance(has, dict):
        return False
    old, new = had.pop("enum", None), has.pop("enum", None)
    if not isinstance(old, list) or not isinstance(new, list) or _json(had) != _json(has):
        return False
    return set(map(_json, old)) <= set(map(_json, new))


def _required(definition: Definition) -> set[str] | None:
    required = definition.get("required")
    return None if required is None else set(required)


def _with_need(parameters: dict[str, str], name: str, required: set[str] | None) -> str:
    if required is None:
        return parameters[name]
    return f"{parameters[name]} ({'required' if name in required else 'may be left out'})"


def _told(parameters: dict[str, str], name: str, required: set[str] | None) -> str:
    return f"{name}: {_with_need(parameters, name, required)}"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _sorted(value: Any) -> Any:
    return json.loads(json.dumps(value, sort_keys=True))


def _arranged(value: Any) -> Any:
    if isinstance(value, dict):
        names = [*(name for name in _FIRST if name in value), *sorted(value.keys() - set(_FIRST))]
        return {name: _arranged(value[name]) for name in names}
    if isinstance(value, list):
        return [_arranged(item) for item in value]
    return _shown(value, MAX_VALUE_CHARS) if isinstance(value, str) else value


def _shown_name(name: str) -> str:
    """Two names are shown alike only if they are."""
    shown = revealed(name)
    if shown == name and "⟨" not in name:
        return name
    return f"{shown} ({_digest(name.encode('utf-8', 'surrogatepass'))})"


def _shown(text: str, most: int) -> str:
    shown = revealed(text[:most])
    if len(text) <= most and len(shown) <= 2 * most:
        return shown
    digest = _digest(text.encode("utf-8", "surrogatepass"))
    return f"{shown[: 2 * most]} … ({len(text):,} characters, {digest})"


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()[:DIGEST_CHARS]
