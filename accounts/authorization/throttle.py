"""How often clients may come that have no browser: to register, and for tokens.

Counted in this process, and through Redis behind the requests (accounts.buckets): a Redis that is
away costs no client its sign-in.
"""

from asgiref.sync import async_to_sync
from django.conf import settings

from accounts.buckets import Draw, Rate, buckets, retry_after
from accounts.proxies import network_of

HOUR = 3_600.0
ALL_PER_ONE = 30
"""So many addresses may use their share in the same hour."""


class TooMany(Exception):
    def __init__(self, what: str, retry_after_seconds: int) -> None:
        super().__init__(f"{what} Try again in {retry_after_seconds} seconds.")
        self.retry_after_seconds = retry_after_seconds


def count_registration(address: str) -> None:
    """Raises TooMany."""
    share = settings.OAUTH_REGISTRATIONS_PER_HOUR
    seconds = _seconds_to_wait(
        Draw(f"oauth_register:{network_of(address)}", Rate(share, HOUR)),
        Draw("oauth_register", Rate(share * ALL_PER_ONE, HOUR)),
    )
    if seconds:
        raise TooMany("Too many clients were registered.", seconds)


def count_token_request(address: str) -> None:
    """Raises TooMany."""
    rate = Rate(settings.LIMIT_TOKEN_PER_MINUTE)
    if seconds := _seconds_to_wait(Draw(f"oauth_token:{network_of(address)}", rate)):
        raise TooMany("Too many requests for tokens came from your address.", seconds)


@async_to_sync
async def _seconds_to_wait(*draws: Draw) -> int:
    seconds, _ = buckets.take(draws)
    return retry_after(seconds) if seconds else 0
