"""In whose time zone the dashboard's pages are: the reader's, as their browser tells it."""

from datetime import UTC, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.http import HttpRequest

ZONE_COOKIE = "zone"
"""Set by static/js/times.js: the browser's own."""


def zone_of(request: HttpRequest) -> tzinfo:
    """Return the reader's zone, UTC where their browser did not tell one that there is."""
    name = request.COOKIES.get(ZONE_COOKIE, "")
    return ZoneInfo(name) if name in _zones() else UTC


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
