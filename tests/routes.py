"""Every page that there is, with what can stand in its address."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.urls import URLResolver, get_resolver

_PART = re.compile(r"<(\w+):(\w+)>")


def all_routes() -> list[str]:
    return sorted(set(_walk(get_resolver().url_patterns, "")))


def path_of(route: str, fill: Callable[[str, str], str]) -> str:
    """Return an address of a route; `fill(converter, name)` says what stands for a part of it."""
    return "/" + _PART.sub(lambda part: fill(part[1], part[2]), route)


def with_ids(routes: Iterable[str]) -> list[str]:
    """Return those that are about one thing of somebody, named by its number."""
    return [route for route in routes if "<int:" in route]


def _walk(patterns: Iterable[Any], prefix: str) -> Iterator[str]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, route)
        else:
            yield route
