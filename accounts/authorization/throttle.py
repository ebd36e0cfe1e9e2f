"""How many clients may be registered in an hour: from one address, and in all."""

import time

from django.conf import settings
from django.core.cache import cache

from accounts.proxies import network_of

WINDOW_SECONDS = 3_600
ALL_PER_ONE = 30
"""So many addresses may use their share in the same hour."""


class TooManyRegistrations(Exception):
    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__("Too many clients were registered. Try again later.")
        self.retry_after_seconds = retry_after_seconds


def count_registration(address: str) -> None:
    """Raises TooManyRegistrations."""
    window, elapsed = divmod(int(time.time()), WINDOW_SECONDS)
    share = settings.OAUTH_REGISTRATIONS_PER_HOUR
    for name, limit in ((network_of(address), share), ("all", share * ALL_PER_ONE)):
        if _count(f"registrations:{window}:{name}") > limit:
            raise TooManyRegistrations(WINDOW_SECONDS - elapsed)


def _count(key: str) -> int:
    cache.add(key, 0, WINDOW_SECONDS)
    try:
        return int(cache.incr(key))
    except ValueError:  # thrown out between the two
        return 1
