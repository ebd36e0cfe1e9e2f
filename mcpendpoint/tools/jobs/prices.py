"""What hardware costs, for the person who is to approve it."""

from dataclasses import replace
from functools import partial

from mcpendpoint.hub.client import HubClient
from mcpendpoint.hub.errors import HubError
from mcpendpoint.tools.base import Consequence, ToolContext
from mcpendpoint.tools.jobs.flavors import list_hardware
from mcpendpoint.tools.markdown import count

_UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60))


def priced(
    spending: Consequence, flavor: str, seconds: int, *, recurs: bool = False
) -> Consequence:
    """Have the price looked up where somebody is to read it; it may run for so long."""
    look_closer = partial(with_price, spending, flavor, seconds, recurs=recurs)
    return replace(spending, look_closer=look_closer)


async def with_price(
    spending: Consequence, flavor: str, seconds: int, context: ToolContext, *, recurs: bool
) -> Consequence:
    duration = f"{in_words(seconds)} each time" if recurs else in_words(seconds)
    price = await _price_of(await context.hub(), flavor, seconds, duration)
    return replace(spending, title=f"{spending.title}, {price}")


async def _price_of(hub: HubClient, flavor: str, seconds: int, duration: str) -> str:
    try:
        known = {each.name: each.usd_per_hour for each in await list_hardware(hub)}
    except HubError:
        known = {}
    hourly = known.get(flavor)
    if hourly is None:
        return f"at a price not known here, for at most {duration}"
    most = hourly * seconds / 3_600
    return f"${hourly:.2f} an hour, at most ${most:.2f} in {duration}"


def in_words(seconds: int) -> str:
    """Return it in the largest unit that leaves nothing out."""
    for unit, size in _UNITS:
        if seconds >= size and seconds % size == 0:
            return count(seconds // size, unit)
    return count(seconds, "second")
