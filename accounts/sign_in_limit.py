"""How often one address may try to sign in, by whatever way."""

from asgiref.sync import async_to_sync
from django.conf import settings
from django.http import HttpRequest

from accounts.addresses import client_address
from accounts.buckets import Draw, Rate, buckets, retry_after
from accounts.proxies import network_of


@async_to_sync
async def seconds_to_wait(request: HttpRequest) -> int:
    """Count an attempt; return how long this address has to wait for another, 0 for not at all."""
    key = f"sign_in:{network_of(client_address(request))}"
    seconds, _ = buckets.take([Draw(key, Rate(settings.LIMIT_SIGN_IN_PER_MINUTE))])
    return retry_after(seconds) if seconds else 0
