"""Reading the JSON body of a request; what is not as expected is the caller's mistake: 400."""

import json
from typing import Any, TypeVar

from starlette.requests import Request

from tests.standins.hub import errors

Body = dict[str, Any]
Value = TypeVar("Value")


async def json_object(request: Request) -> Body:
    content = await request.body()
    try:
        body = json.loads(content or b"{}")
    except ValueError as error:
        raise errors.invalid("The body is not valid JSON") from error
    if not isinstance(body, dict):
        raise errors.invalid("The body must be an object")
    return body


def text(body: Body, name: str) -> str:
    value = optional_text(body, name)
    if not value:
        raise errors.invalid(f'"{name}" is required')
    return value


def optional_text(body: Body, name: str) -> str | None:
    return _of_type(body, name, str, "a string")


def flag(body: Body, name: str) -> bool | None:
    return _of_type(body, name, bool, "a boolean")


def objects(body: Body, name: str) -> list[Body]:
    value = _of_type(body, name, list, "an array") or []
    if not all(isinstance(item, dict) for item in value):
        raise errors.invalid(f'"{name}" must be an array of objects')
    return value


def string_map(body: Body, name: str) -> dict[str, str]:
    value = _of_type(body, name, dict, "an object") or {}
    if not all(isinstance(item, str) for item in value.values()):
        raise errors.invalid(f'"{name}" must have strings as values')
    return value


def _of_type(body: Body, name: str, type_: type[Value], description: str) -> Value | None:
    value = body.get(name)
    if value is not None and not isinstance(value, type_):
        raise errors.invalid(f'"{name}" must be {description}')
    return value
