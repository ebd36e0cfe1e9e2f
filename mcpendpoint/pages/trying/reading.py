"""What was typed into the form of a tool: its arguments, or what is wrong with it. Pure: no I/O.

What stands in the form is what is sent: nothing is left out but what is empty and not needed.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from accounts.outgoing.errors import UnreadableJson
from accounts.outgoing.untrusted_json import parse_json
from mcpendpoint.pages.trying.shapes import ROOT, Kind, Shape
from mcpendpoint.protocol import json_text
from mcpendpoint.tools.schema_faults import NEEDED, fault_of, is_of_type

MAX_NUMBER_CHARS = 40
MAX_LINES = 2_000
MAX_JSON_LEVELS = 50
LEAST_OF_INTEGERS, MOST_OF_INTEGERS = -(2**63), 2**63 - 1

KIND, ROWS, WAS_THERE = "~kind", "~rows", "~there"
"""What a control's name ends with, where it is not the value itself."""

TYPES = {
    "string": "Text",
    "number": "Number",
    "integer": "Whole number",
    "boolean": "Yes or no",
    "array": "List, as JSON",
    "object": "Object, as JSON",
}
YES, NO = "yes", "no"

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?")

Typed = Mapping[str, Sequence[str]]


class _Absent:
    """Stands for a value that is left out."""


ABSENT = _Absent()


class NotReadable(ValueError):
    """Why what was typed is no value, in a sentence for whoever typed it."""


@dataclass(frozen=True)
class Option:
    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True)
class Shown:
    """One control of the form, with what stands in it."""

    shape: Shape
    name: str
    text: str = ""
    options: tuple[Option, ...] = ()
    is_ticked: bool = False
    parts: tuple["Shown", ...] = ()
    rows: tuple[tuple["Shown", ...], ...] = ()
    fault: str = ""
    has_room: bool = False
    """Whether there may be one more row."""

    @property
    def id(self) -> str:
        return self.name.replace(".", "-")

    @property
    def faults(self) -> list["Shown"]:
        """Return this and what is in it, as far as something is wrong with it."""
        inner = [*self.parts, *(part for row in self.rows for part in row)]
        found = [fault for part in inner for fault in part.faults]
        return [self, *found] if self.fault else found


@dataclass(frozen=True)
class Given:
    """Everything that was sent: texts, and arguments that files became, by their controls."""

    texts: Typed
    files: Mapping[str, Sequence[str]] = field(default_factory=dict)
    refused_files: Mapping[str, str] = field(default_factory=dict)
    """Why, by the control."""

    def text(self, name: str) -> str:
        found = self.texts.get(name)
        return found[-1].replace("\r\n", "\n") if found else ""


@dataclass(frozen=True)
class Reading:
    shown: Shown
    arguments: dict[str, Any]

    @property
    def faults(self) -> list[Shown]:
        return self.shown.faults


def empty_form(shape: Shape) -> Shown:
    return _show(shape, ROOT, None)


def read_form(shape: Shape, given: Given) -> Reading:
    """Return the arguments, which count if nothing is wrong."""
    shown, value = _read(shape, ROOT, given)
    return Reading(shown, value if isinstance(value, dict) else {})


def shown_again(shape: Shape, given: Given, more: str = "") -> Shown:
    """Return the form as it was sent, with one more row of a list, and no word of what is wrong."""
    return _show(shape, ROOT, given, more)


def control(prefix: str, name: str | int) -> str:
    return f"{prefix}.{name}"


def _row_count(shape: Shape, name: str, given: Given | None, more: str = "") -> int:
    least, most = shape.row_bounds
    if given is None:
        return least
    text = given.text(name + ROWS)
    rows = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else least
    return min(max(rows, least) + (more == name), most)


def _show(shape: Shape, name: str, given: Given | None, more: str = "") -> Shown:
    if shape.kind is Kind.GROUP:
        parts = tuple(_show(part, control(name, part.label), given, more) for part in shape.parts)
        return Shown(shape, name, parts=parts)
    if shape.kind is Kind.ROWS:
        count = _row_count(shape, name, given, more)
        rows = tuple(_show_row(shape, control(name, n), given, more) for n in range(count))
        return Shown(shape, name, rows=rows, has_room=count < shape.row_bounds[1])
    if given is None or not _was_sent(shape, name, given):
        return _show_leaf(shape, name, _text_of_default(shape), _chosen_by_default(shape))
    chosen = given.texts.get(name + KIND if shape.kind is Kind.EITHER else name, ())
    return _show_leaf(shape, name, given.text(name), chosen)


def _show_row(shape: Shape, name: str, given: Given | None, more: str = "") -> tuple[Shown, ...]:
    return tuple(_show(part, control(name, part.label), given, more) for part in shape.parts)


def _was_sent(shape: Shape, name: str, given: Given) -> bool:
    """Whether a control was on the page that was sent: ticks say nothing when none is set."""
    is_of_ticks = shape.kind in (Kind.TICK, Kind.TICKS)
    return name + WAS_THERE in given.texts or (name in given.texts and not is_of_ticks)


def _show_leaf(shape: Shape, name: str, text: str, chosen: Sequence[str]) -> Shown:
    options = tuple(Option(value, label, value in chosen) for value, label in _options_of(shape))
    is_ticked = shape.kind is Kind.TICK and YES in chosen
    return Shown(shape, name, text, options, is_ticked)


def _options_of(shape: Shape) -> list[tuple[str, str]]:
    match shape.kind:
        case Kind.CHOICE:
            return [(value, value) for value in shape.schema["enum"]]
        case Kind.TICKS:
            items = shape.schema["items"]
            return [(value, value) for value in items.get("enum", ())]
        case Kind.YES_NO:
            return [(YES, "Yes"), (NO, "No")]
        case Kind.EITHER:
            return [(kind, TYPES.get(kind, kind)) for kind in shape.types]
    return []


def _text_of_default(shape: Shape) -> str:
    default = shape.default
    if default is None or shape.kind is Kind.TICKS:
        return ""
    if isinstance(default, bool):
        return YES if default else NO
    if isinstance(default, str) and shape.kind is not Kind.JSON:
        return default
    if shape.kind in (Kind.LINES, Kind.FILES) and _are_lines(default):
        return "\n".join(default)
    return orjson.dumps(default).decode()


def _are_lines(default: Any) -> bool:
    return isinstance(default, list) and all(
        isinstance(item, str) and item and "\n" not in item for item in default
    )


def _chosen_by_default(shape: Shape) -> Sequence[str]:
    if shape.kind is Kind.TICKS:
        return [each for each in shape.default or () if isinstance(each, str)]
    if shape.kind is Kind.EITHER:
        fitting = [kind for kind in shape.types if is_of_type(shape.default, kind)]
        return fitting[:1] or shape.types[:1]
    return [_text_of_default(shape)]


def _read(shape: Shape, name: str, given: Given) -> tuple[Shown, Any]:
    match shape.kind:
        case Kind.GROUP:
            return _read_group(shape, name, given)
        case Kind.ROWS:
            return _read_rows(shape, name, given)
    shown = _show(shape, name, given)
    try:
        value = _value_of(shape, name, given)
    except NotReadable as error:
        return _with_fault(shown, str(error)), ABSENT
    if refused := given.refused_files.get(name):
        return _with_fault(shown, refused), ABSENT
    if value is ABSENT:
        if not shape.is_required:
            return shown, ABSENT
        if not shape.is_nullable:
            return _with_fault(shown, NEEDED), ABSENT
        return shown, None
    fault = None if value is None and shape.is_nullable else fault_of(value, shape.schema)
    return (_with_fault(shown, fault) if fault else shown), value


def _with_fault(shown: Shown, fault: str) -> Shown:
    return replace(shown, fault=fault)


def _read_group(shape: Shape, name: str, given: Given) -> tuple[Shown, Any]:
    parts, value = _read_parts(shape, name, given)
    if not shape.is_required and not _is_touched(shape, value, parts):
        return _show(shape, name, given), ABSENT
    return Shown(shape, name, parts=parts), value


def _read_parts(shape: Shape, name: str, given: Given) -> tuple[tuple[Shown, ...], dict[str, Any]]:
    read = [(part, *_read(part, control(name, part.label), given)) for part in shape.parts]
    value = {part.label: each for part, _, each in read if each is not ABSENT}
    return tuple(shown for _, shown, _ in read), value


def _is_touched(shape: Shape, value: dict[str, Any], parts: Sequence[Shown]) -> bool:
    """Whether anything was typed, beyond what stood there."""
    defaults = {part.label: part.default for part in shape.parts}
    is_changed = any(each is not None and each != defaults[name] for name, each in value.items())
    return is_changed or any(fault.fault != NEEDED for part in parts for fault in part.faults)


def _read_rows(shape: Shape, name: str, given: Given) -> tuple[Shown, Any]:
    rows: list[tuple[Shown, ...]] = []
    values: list[dict[str, Any]] = []
    count = _row_count(shape, name, given)
    read = [_read_parts(shape, control(name, number), given) for number in range(count)]
    touched = [_is_touched(shape, value, parts) for parts, value in read]
    if shape.is_required and not any(touched):
        touched[0] = True
    for number, (parts, value) in enumerate(read):
        if touched[number]:
            rows.append(parts)
            values.append(value)
        else:
            rows.append(_show_row(shape, control(name, number), given))
    shown = Shown(shape, name, rows=tuple(rows), has_room=count < shape.row_bounds[1])
    if not values:
        return shown, ABSENT
    least = shape.schema.get("minItems", 0)
    if len(values) < least:
        return _with_fault(shown, f"This should have {least} or more."), values
    return shown, values


def _value_of(shape: Shape, name: str, given: Given) -> Any:
    """Return what was typed, or ABSENT. Raises NotReadable."""
    text = given.text(name)
    match shape.kind:
        case Kind.TICK | Kind.TICKS if not _was_sent(shape, name, given):
            return ABSENT if shape.default is None else shape.default
        case Kind.TICK:
            return YES in given.texts.get(name, ())
        case Kind.TICKS:
            return _ticks(shape, given.texts.get(name, ()))
        case Kind.FILES:
            found = [*_lines(text), *given.files.get(name, ())]
            return found or ABSENT
        case Kind.FILE:
            files = given.files.get(name)
            return files[-1] if files else text.strip() or ABSENT
        case Kind.TEXT | Kind.LONG:
            return text if text or shape.default else ABSENT
    if not text.strip():
        return ABSENT
    match shape.kind:
        case Kind.NUMBER:
            return number_in(text, str(shape.schema["type"]))
        case Kind.YES_NO:
            return text == YES
        case Kind.LINES:
            return _items_in(text, str(shape.schema["items"]["type"]))
        case Kind.JSON:
            return json_in(text)
        case Kind.EITHER:
            return _of_type(text, given.text(name + KIND))
    return text


def _ticks(shape: Shape, ticked: Sequence[str]) -> Any:
    found = list(dict.fromkeys(ticked))
    return found if found or shape.default or shape.is_required else ABSENT


def _lines(text: str) -> list[str]:
    lines = [line.strip() for line in text.split("\n")]
    return [line for line in lines if line][:MAX_LINES]


def _items_in(text: str, kind: str) -> list[Any]:
    if text.lstrip().startswith("["):
        try:
            whole = json_in(text)
        except NotReadable:
            whole = None
        if isinstance(whole, list):
            return whole
    lines = _lines(text)
    return list(lines) if kind == "string" else [_of_type(line, kind) for line in lines]


def _of_type(text: str, kind: str) -> Any:
    match kind:
        case "number" | "integer":
            return number_in(text, kind)
        case "boolean":
            if text.strip().lower() in (YES, "true"):
                return True
            if text.strip().lower() in (NO, "false"):
                return False
            raise NotReadable("Write yes or no.")
        case "array" | "object":
            return json_in(text)
    return text


def number_in(text: str, kind: str) -> float | int:
    """Raises NotReadable."""
    word = text.strip().replace("\N{MINUS SIGN}", "-")
    if len(word) > MAX_NUMBER_CHARS or not _NUMBER.fullmatch(word):
        raise NotReadable("This should be a number, such as 3 or 0.5.")
    number = float(word)
    if re.fullmatch(r"[+-]?\d+", word):
        whole = int(word)
        if LEAST_OF_INTEGERS <= whole <= MOST_OF_INTEGERS:
            return whole
    if not math.isfinite(number):
        raise NotReadable("This number is too large.")
    if kind == "integer":
        if number.is_integer() and LEAST_OF_INTEGERS <= number < MOST_OF_INTEGERS:
            return int(number)
        raise NotReadable("This should be a whole number.")
    return number


def json_in(text: str) -> Any:
    """Raises NotReadable."""
    raw = text.encode("utf-8", "replace")
    try:
        value = json_text.loads(raw)
        parse_json(raw, max_depth=MAX_JSON_LEVELS)
    except json_text.NotJson as error:
        raise NotReadable(str(error).replace("The body", "This")) from error
    except UnreadableJson as error:
        raise NotReadable(str(error)) from error
    return value


def shape_takes_files(shape: Shape) -> bool:
    if shape.kind in (Kind.FILE, Kind.FILES):
        return True
    return any(map(shape_takes_files, shape.parts))
