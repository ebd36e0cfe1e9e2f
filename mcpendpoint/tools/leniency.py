"""Reads arguments as they were meant: the one rule of leniency for every tool and prompt. No I/O.

Models write one value for a list, JSON text for a list or an object, text for a number, `Trending`
or `last-modified` for a word of ours, `repoType` for `repo_type`, and null for what they leave out.
What is read here is only rearranged: whether it is right is for the argument's own type to say.
"""

import ast
import re
import shlex
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from itertools import islice
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import orjson
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from accounts.outgoing.untrusted_json import has_more_values

MAX_LITERAL_CHARS = 20_000
"""Of a list in Python's notation; JSON may be longer."""

MAX_JSON_VALUES = 20_000
MAX_LINE_CHARS = 30_000
"""Of what is split like a shell does, which takes a millisecond for each thousand."""
MAX_ITEMS = 1_000
"""Of a list or an object that is read leniently; of more, types say that they are too many."""

_LEFT_OUT = frozenset(("null", "none", "undefined"))
_PAIR = re.compile(r"\s*([A-Za-z_][\w.-]*)\s*=(.*)", re.DOTALL)
_WHOLE_NUMBER = re.compile(r"([+-]?\d{1,3}(?:[,_]\d{3})+|[+-]?\d+)(?:\.0+)?", re.ASCII)


@dataclass(frozen=True)
class Aliases:
    """Marks a choice that has other words: `Annotated[Sort, Aliases({"new": "createdAt"})]`."""

    words: Mapping[str, str]

    def __hash__(self) -> int:
        return hash(tuple(self.words.items()))


@dataclass(frozen=True)
class FromText:
    """Marks a list or an object, and says how a text that is no JSON becomes one."""

    split: Callable[[str], Any]


def by_comma(text: str) -> list[str]:
    """Split names: a comma is in none of them."""
    words = text.strip("[]").split(",", MAX_ITEMS)
    return [word.strip() for word in words if word.strip()]


def by_line(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()]


def words_in(line: str) -> list[str]:
    """Split like a shell; no shell runs it. A line with an open quotation is one word."""
    if len(line) > MAX_LINE_CHARS:
        return [line]
    try:
        return shlex.split(line)
    except ValueError:
        return [line]


LEFT_TO_ITS_TYPE = FromText(lambda text: text)
"""For lists and objects whose own validator understands text."""


def known_names(data: Mapping[str, Any], fields: Iterable[str]) -> dict[str, Any]:
    """Return arguments by the names that we know: `repoIds` and `repo-id` are `repo_ids`."""
    known = list(fields)
    meant: dict[str, Any] = {name: value for name, value in data.items() if name in known}
    for name, value in islice(data.items(), MAX_ITEMS // 10):
        if name not in meant:
            meant[choose(name, (each for each in known if each not in meant))] = value
    return meant


def read_value(field: FieldInfo, value: Any) -> Any:
    return _read(field.annotation, field.metadata, value)


def is_left_out(field: FieldInfo, value: Any) -> bool:
    """Whether a value stands for none at all. Words such as "null" may be meant as text."""
    if value is None:
        return True
    core, _ = core_of(field.annotation)
    return isinstance(value, str) and core is not str and value.strip().lower() in _LEFT_OUT


def choose(text: str, words: Iterable[str], aliases: Mapping[str, str] | None = None) -> str:
    """Return the word that a text means, whatever its case, hyphens and number; else the text."""
    known = list(words)
    if text in known:
        return text
    plain = {_plain(word): word for word in known}
    plain |= {_plain(alias): word for alias, word in (aliases or {}).items()}
    wanted = _plain(text)
    for form in (wanted, wanted.removesuffix("s"), f"{wanted}s"):
        if form and form in plain:
            return plain[form]
    return text


def _plain(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())


def core_of(annotation: Any, marks: Iterable[Any] = ()) -> tuple[Any, tuple[Any, ...]]:
    """Return a type without its None and its annotations, and these."""
    found = tuple(marks)
    while True:
        origin = get_origin(annotation)
        if origin is Annotated:
            annotation, *more = get_args(annotation)
            found += tuple(more)
        elif origin in (Union, UnionType):
            annotation = next(each for each in get_args(annotation) if each is not NoneType)
        else:
            return annotation, found


def _read(annotation: Any, marks: Iterable[Any], value: Any) -> Any:
    core, marks = core_of(annotation, marks)
    if core is Any:
        return value
    origin = get_origin(core) or core
    if origin is list:
        (item,) = get_args(core)
        found = _as_list(value, item, marks)
        if not isinstance(found, list) or len(found) > MAX_ITEMS:
            return found
        return [_read(item, (), each) for each in found]
    if origin is dict:
        _, inner = get_args(core)
        found = _as_dict(value, marks)
        if not isinstance(found, dict) or len(found) > MAX_ITEMS:
            return found
        return {name: _read(inner, (), each) for name, each in found.items() if each is not None}
    if isinstance(core, type) and issubclass(core, BaseModel):
        return _as_object(core, value)
    return _as_scalar(core, marks, value)


def _as_list(value: Any, item: Any, marks: tuple[Any, ...]) -> Any:
    if isinstance(value, str):
        return _list_in(value, item, marks)
    if isinstance(value, dict):
        return [value] if _is_object(item) else value
    return [value] if isinstance(value, int | float) else value


def _list_in(text: str, item: Any, marks: tuple[Any, ...]) -> Any:
    parsed = _parsed(text)
    if isinstance(parsed, list):
        return parsed
    if isinstance(parsed, dict) and _is_object(item):
        return [parsed]
    if isinstance(parsed, str):
        text = parsed
    for mark in marks:
        if isinstance(mark, FromText):
            return mark.split(text)
    return by_comma(text) if _choices_of(core_of(item)[0]) else [text]


def _is_object(item: Any) -> bool:
    core, _ = core_of(item)
    return get_origin(core) is dict or (isinstance(core, type) and issubclass(core, BaseModel))


def _as_dict(value: Any, marks: tuple[Any, ...]) -> Any:
    if isinstance(value, str):
        parsed = _parsed(value)
        if isinstance(parsed, dict | list):
            value = parsed
        else:
            splits = [mark.split for mark in marks if isinstance(mark, FromText)]
            found = (splits[0] if splits else by_line)(value)
            return _pairs(found, value) if isinstance(found, list) else found
    return _pairs(value, value) if isinstance(value, list) else value


def _pairs(items: list[Any], otherwise: Any) -> Any:
    """Read `["A=1", …]`, `[{"name": "A", "value": "1"}, …]` and `[{"A": "1"}, …]`."""
    found: dict[str, Any] = {}
    for item in items if len(items) <= MAX_ITEMS else ():
        match item:
            case str() if pair := _PAIR.fullmatch(item):
                found[pair[1]] = pair[2]
            case {"name": str(name), "value": value} | {"key": str(name), "value": value}:
                found[name] = value
            case dict():
                found |= item
            case _:
                return otherwise
    return found if found else otherwise


def _as_object(model: type[BaseModel], value: Any) -> Any:
    if isinstance(value, list) and len(value) == 1:
        (value,) = value
    if not isinstance(value, str):
        return value
    parsed = _parsed(value)
    if isinstance(parsed, dict):
        return parsed
    from_text = getattr(model, "from_text", None)
    return from_text(value) if from_text else value


def _as_scalar(core: Any, marks: tuple[Any, ...], value: Any) -> Any:
    if isinstance(value, list) and len(value) == 1 and not isinstance(value[0], list | dict):
        (value,) = value
    if words := _choices_of(core):
        return _choice(value, words, marks)
    if core is str:
        return _text(value)
    if isinstance(value, str) and core in (int, float, bool):
        text = value.strip().strip("\"'")
        number = _WHOLE_NUMBER.fullmatch(text) if core is int else None
        return re.sub("[,_]", "", number[1]) if number else text
    return value


def _choice(value: Any, words: tuple[str, ...], marks: tuple[Any, ...]) -> Any:
    if not isinstance(value, str) or isinstance(value, Enum):
        return value
    aliases = {
        alias: word
        for mark in marks
        if isinstance(mark, Aliases)
        for alias, word in mark.words.items()
    }
    return choose(value.strip().strip("\"'"), words, aliases)


def _choices_of(core: Any) -> tuple[str, ...]:
    if get_origin(core) is Literal:
        return tuple(word for word in get_args(core) if isinstance(word, str))
    if isinstance(core, type) and issubclass(core, Enum):
        return tuple(str(member.value) for member in core)
    return ()


def _text(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else value


def _parsed(text: str) -> Any:
    """Return what a text holds in JSON or in Python's notation; None when it is neither."""
    written = text.strip()
    if written[:1] + written[-1:] not in ("[]", "{}", '""'):
        return None
    if has_more_values(written.encode("utf-8", "replace"), MAX_JSON_VALUES):
        return None
    try:
        return orjson.loads(written)
    except orjson.JSONDecodeError:
        pass
    if len(written) > MAX_LITERAL_CHARS:
        return None
    try:
        found = ast.literal_eval(written)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
    return found if isinstance(found, list | dict | str) else None
