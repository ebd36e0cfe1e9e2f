"""In whose time zone the dashboard's pages are: the reader's, as their browser tells it."""

from datetime import UTC, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.http import HttpRequest

ZONE_COOKIE = "zone"
"""Set by static/js/zone.js: the browser's own."""


def zone_of(request: HttpRequest) -> tzinfo:
    """Return the reader's zone, UTC where their browser did not tell one that there is."""
    name = request.COOKIES.get(ZONE_COOKIE, "")
    return ZoneInfo(name) if is_zone(name) else UTC


def is_zone(name: str) -> bool:
    """Return whether it is the name of a place's zone, or UTC."""
    return name in _zones()


@cache
def _zones() -> frozenset[str]:
    # These two are no place's: one is this machine's own, the other stands for none.
    return frozenset(available_timezones() - {"localtime", "Factory"})
