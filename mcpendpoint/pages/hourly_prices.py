"""What an hour of hardware costs, for the rows of tools that rent it.

Fetched by the page once it is there, so nobody waits for the Hub; all share what it answered last.
"""

import asyncio
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from accounts.models import User
from accounts.signed_in import for_users_async, render_page
from mcpendpoint.hub.client import HubClient
from mcpendpoint.hub.errors import HubError
from mcpendpoint.tools.jobs.flavors import list_hardware

SECONDS = 5.0
"""To wait for the Hub."""


@dataclass(frozen=True)
class Offer:
    title: str
    usd_per_hour: float

    @property
    def price(self) -> str:
        return f"${self.usd_per_hour:,.2f}"


@require_GET
@for_users_async
async def prices(request: HttpRequest, user: User) -> HttpResponse:
    """Answer with nothing to show where no price is known."""
    offers = await _offers()
    if not offers:
        return HttpResponse(status=204)
    context = {"cheapest": offers[0], "dearest": offers[-1]}
    return await render_page(request, "mcpendpoint/_prices.html", context)


async def _offers() -> list[Offer]:
    """Return what has a price, the cheapest first."""
    try:
        async with asyncio.timeout(SECONDS):
            known = await list_hardware(HubClient(None))
    except (HubError, TimeoutError):
        return []
    offers = [
        Offer(each.title or each.name, each.usd_per_hour)
        for each in known
        if each.usd_per_hour is not None
    ]
    return sorted(offers, key=lambda offer: offer.usd_per_hour)
